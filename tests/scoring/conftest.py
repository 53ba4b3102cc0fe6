"""Train one small model a task over a number, a word, a date and a whole number, and export each once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import modelzoo
from modelzoo.scoring.scorer import TableScorer

ROWS = 200
SCHEMA = {
    "columns": [
        {"name": "number", "kind": "numeric", "missing": "reject"},
        {"name": "word", "kind": "categorical"},
        {"name": "day", "kind": "datetime"},
        {"name": "whole", "kind": "categorical", "dtype": "integer"},
    ]
}


@pytest.fixture(scope="session")
def rows() -> pa.Table:
    """200 rows with an ``id`` that no model reads."""
    draw = np.random.default_rng(1)
    return pa.table(
        {
            "id": [f"r{row}" for row in range(ROWS)],
            "number": draw.normal(50, 20, ROWS),
            "word": draw.choice(["up", "down", "Löwe", None], ROWS).tolist(),
            "day": pa.array(draw.integers(0, 10**9, ROWS), pa.timestamp("s")),
            "whole": draw.integers(0, 5, ROWS),
        }
    )


@pytest.fixture(scope="session")
def exports(rows: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The folder of the export of a model for each task."""
    number = rows["number"].to_numpy()
    features = rows.drop_columns(["id"])
    makers: dict[str, Any] = {
        "regression": (number * 2, {}),
        "binary": (np.where(number > 50, "yes", "no").tolist(), {}),
        "multiclass": (np.clip(number // 30, 0, 2).astype(int), {"task": "multiclass"}),
    }
    made = {}
    for task, (target, more) in makers.items():
        model = modelzoo.build("linear", schema=SCHEMA)
        model.fit(features, target, epochs=1, verbose=0, **more)
        made[task] = model.export(tmp_path_factory.mktemp("exports") / task, formats="onnx")
    coder = modelzoo.build("autoencoder", hidden=[4], code=2)
    coder.fit(features, epochs=1, verbose=0)
    made["reconstruction"] = coder.export(tmp_path_factory.mktemp("exports") / "reconstruction", formats="onnx")
    return made


@pytest.fixture(scope="session")
def scorers(exports: dict[str, Path]) -> dict[str, TableScorer]:
    """What scores with each of them."""
    return {task: TableScorer.of_export(modelzoo.load_export(folder)) for task, folder in exports.items()}
