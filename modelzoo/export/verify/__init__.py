"""Replay an export in fresh processes before it is handed out."""
