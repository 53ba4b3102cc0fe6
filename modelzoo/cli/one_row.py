"""Score a single row in JSON without Arrow, which takes as long to import as all else that is needed."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Mapping
from itertools import chain, islice
from math import isfinite
from pathlib import Path
from typing import Any

from modelzoo_registry import ArtifactNotFoundError, DataError

from ..artifacts.checksums import lists
from ..artifacts.record import RUN
from ..data.json_rows import rows

_SUFFIXES = (".json", ".jsonl", ".ndjson")


def print_one(path: Path, data: str) -> tuple[bool, Iterable[bytes]]:
    """Print the prediction an export makes of a row that is alone in JSON Lines.

    Args:
        path: the export.
        data: a file, or - for standard input.

    Returns:
        Whether there was such a row, and the lines of standard input to be read anew.
    """
    if data == "-":
        line, lines = _only_one(sys.stdin.buffer)
    elif data.lower().endswith(_SUFFIXES) and Path(data).is_file():
        with Path(data).open("rb") as file:
            line, lines = _only_one(file)[0], ()
    else:
        return False, ()
    scored = None if line is None else _score_one(path, line)
    if scored is not None:
        sys.stdout.buffer.write(scored.encode() + b"\n")
        sys.stdout.buffer.flush()
    return scored is not None, lines


def _only_one(lines: Iterable[bytes]) -> tuple[bytes | None, Iterable[bytes]]:
    """Return the line that is the only one, or None, and all lines."""
    iterator = iter(lines)
    first = list(islice(iterator, 2))
    return first[0] if len(first) == 1 else None, chain(first, iterator)


def _score_one(path: Path, line: bytes) -> str | None:
    """Return the prediction an export makes of one row, as a line of JSON; None for what is left to all rows' way.

    That is a run, an autoencoder, a row with arrays, and whatever is wrong: there it is told.
    """
    if (path / RUN).is_file() or lists(path, RUN):
        return None
    if "numpy" not in sys.modules:
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # nothing is multiplied by NumPy: it needs no threads
    from ..export.predictor import load_export

    try:
        row = next(rows([line], ""), {})
        if not row or any(isinstance(value, list | dict) for value in row.values()):
            return None
        scorer = load_export(path)
        if scorer.task == "reconstruction":
            return None
        return json.dumps(_described(scorer.predict(row), scorer.classes), ensure_ascii=False, allow_nan=False)
    except (ArtifactNotFoundError, DataError):
        return None


def _described(predictions: Any, classes: Any) -> Mapping[str, Any]:
    """Return the prediction as it is written of many rows: in JSON null stands for what is not finite."""
    if classes is None:
        return {"prediction": _finite(predictions[0].item())}
    import numpy as np

    probabilities = np.stack([1 - predictions, predictions], axis=1)[0] if predictions.ndim == 1 else predictions[0]
    shares = [_finite(share) for share in probabilities.tolist()]
    names = [str(label) for label in classes]
    return {"label": classes[probabilities.argmax()].item(), "probabilities": dict(zip(names, shares, strict=True))}


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None
