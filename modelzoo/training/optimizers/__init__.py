"""Update weights: each by its own optimizer, and of large tables the rows that a batch has read."""
