"""Let regularizers act on numbers of which all sums can be done by hand."""

from __future__ import annotations

import pytest


@pytest.fixture
def train_on_numbers(train_with):
    """Return a trainer like ``train_with`` on 16 rows of two numbers; it returns these as the core sees them, too."""
    import numpy as np

    draw = np.random.default_rng(3)
    numbers = draw.normal((5, 100), (2, 30), (16, 2))
    scaled = ((numbers - numbers.mean(axis=0)) / numbers.std(axis=0)).astype(np.float32)
    columns = dict(zip("ab", numbers.T.tolist(), strict=True))
    rows = {**columns, "y": draw.normal(size=16).tolist()}, "y"

    def run(*args, **settings):
        return scaled, train_with(*args, rows=rows, **settings)

    return run
