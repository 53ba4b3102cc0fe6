"""The built-in regularizers."""
