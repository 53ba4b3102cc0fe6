"""A model and a regularizer for modelzoo, one a file."""
