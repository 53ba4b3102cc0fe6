"""Train a core: the engine, its feed, the objective, and what follows the epochs."""
