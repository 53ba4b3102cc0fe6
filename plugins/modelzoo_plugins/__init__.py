"""The built-in models and regularizers of modelzoo, one a file."""
