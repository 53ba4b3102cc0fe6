"""Score rows in bulk: read in batches, scored by several threads, written in order, in bounded memory."""
