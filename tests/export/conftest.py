"""Train a small model for each task, over columns of every name, and export each once."""

from __future__ import annotations

import numpy as np
import pytest

import modelzoo

ODD_NAMES = {
    "number": "with space",
    "gappy": "dotted.na/me\\back",
    "whole": "1st",
    "word": "Größe 🏠",
    "flag": "class",
    "Number": "With Space",
}


@pytest.fixture(scope="session")
def tables():
    """Return 96 rows over plainly named columns, and the same over odd names."""
    draw = np.random.default_rng(3)
    number = draw.normal(50, 20, 96)
    plain = {
        "number": number.tolist(),
        "gappy": [None if row % 7 == 0 else value for row, value in enumerate(draw.normal(0, 1, 96).tolist())],
        "whole": draw.integers(0, 5, 96).tolist(),
        "word": draw.choice(["up", "down", "Löwe"], 96).tolist(),
        "flag": draw.choice(["yes", "no"], 96).tolist(),
        "Number": draw.normal(5, 1, 96).tolist(),
    }
    return plain, {ODD_NAMES[name]: values for name, values in plain.items()}


@pytest.fixture(scope="session")
def exported(tables, tmp_path_factory):
    """A model, its export loaded, and its columns' names by the plain ones; one a task."""
    made = {}
    for task, labels in {
        "regression": tables[0]["number"],
        "binary": [value > 50 for value in tables[0]["number"]],
        "multiclass": [int(min(2, max(0, value // 30))) for value in tables[0]["number"]],
    }.items():
        names = {name: name for name in ODD_NAMES} if task == "binary" else ODD_NAMES
        table = tables[0] if task == "binary" else tables[1]
        model = modelzoo.build("wide_deep", hidden=[4])
        model.fit(table, labels, epochs=2, batch_size=16, task=task, verbose=0)
        folder = model.export(tmp_path_factory.mktemp("exports") / task)
        made[task] = model, modelzoo.load_export(folder), names
    return made
