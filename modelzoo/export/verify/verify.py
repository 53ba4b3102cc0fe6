"""Verify an export: replayed in fresh processes, it must predict what the model does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
from modelzoo_registry import ExportError, Fault
from modelzoo_registry.errors import describe_faults

from ..manifest import Manifest, Replay
from .compare import Expected, expect, tolerance_for
from .replayers import Replayers
from .rows import Trial, exchange, lacking, make_trial

if TYPE_CHECKING:  # this imports TensorFlow
    from ...fitted import Fitted

_LONGEST = 60
_MOST_REQUIRED = 32
_MOST_TRIED = 12
"""Rows that agree, whose values are tried in the place of those of one that differs."""
_TITLE = "the export is not handed out, since it does not predict what the model does"


def verify(folder: Path, manifest: Manifest, fitted: Fitted, replayers: Replayers) -> tuple[Replay, ...]:
    """Return how an export did in each form and runtime.

    Args:
        folder: the export, its checksums included.
        manifest: as it is in the folder.
        fitted: the model; where the export was pruned, as it was before.
        replayers: the processes to ask.

    Raises:
        ExportError: naming form, column and row where a difference is above the tolerance.
    """
    trial = make_trial(fitted.encoder.raw, fitted.kept)
    tolerance = tolerance_for(fitted.core)
    expected = expect(fitted, trial.table, manifest.outputs)
    answers = replayers.replay(folder, trial.table)
    found = {form: _judge(form, answer, expected, manifest) for form, answer in answers.items()}
    faults = [
        one
        if isinstance(one, Fault)
        else _Culprit(folder, manifest, fitted, replayers, trial, form, tolerance).fault(one)
        for form, one in found.items()
        if isinstance(one, Fault) or one.far.max() > tolerance
    ]
    faults += _unrefused(folder, fitted, manifest, trial, replayers)
    if faults:
        raise ExportError(describe_faults(_TITLE, faults))
    return tuple(
        Replay(
            form=form,
            runtime=answers[form]["runtime"],
            rows=trial.table.num_rows,
            kept=trial.kept,
            difference=float(f"{one.far.max():.2g}"),
            tolerance=tolerance,
        )
        for form, one in found.items()
        if not isinstance(one, Fault)
    )


def _unrefused(folder: Path, fitted: Fitted, manifest: Manifest, trial: Trial, replayers: Replayers) -> list[Fault]:
    """Return a fault for each form that takes a row without a value where the schema requires one."""
    required = [column.name for column in manifest.inputs if column.required][:_MOST_REQUIRED]
    faults = []
    for name in required:
        for form, answer in replayers.replay(folder, lacking(fitted.encoder.raw, trial.table, name)).items():
            if "error" not in answer:
                faults.append(Fault(form, f"column {name!r}: a row without a value is not refused"))
    return faults


@dataclass(frozen=True)
class _Judged:
    """Hold how far off each row (n,) is, in which output, and what was found."""

    far: np.ndarray
    output: Sequence[str]
    """The name of the output that is farthest off, a row."""
    expected: Expected
    found: Mapping[str, Sequence[Any]]

    def describe(self, row: int) -> str:
        """Say what was predicted for a row, and what should have been."""
        name = self.output[row]
        found, expected = self.found[name][row], self.expected[name].values[row]
        plain = expected.tolist() if isinstance(expected, np.generic | np.ndarray) else expected
        return f"{name} is {_short(found)}, the model predicts {_short(plain)}"


def _judge(form: str, answer: Mapping[str, Any], expected: Expected, manifest: Manifest) -> _Judged | Fault:
    """Return how far off the outputs are, or why there are none to be compared."""
    if "error" in answer:
        return Fault(form, f"the rows cannot be replayed: {answer['error']}")
    found = answer["outputs"]
    names = [output.name for output in manifest.outputs if output.name in found or form in ("savedmodel", "onnx")]
    lacking = [name for name in names if name not in found]
    if lacking or not names:
        return Fault(form, f"there is no output {', '.join(lacking or expected)}. Outputs: {', '.join(found)}")
    far = np.stack([expected[name].differences(found[name]) for name in names])
    return _Judged(far.max(axis=0), [names[place] for place in far.argmax(axis=0)], expected, found)


@dataclass(frozen=True)
class _Culprit:
    """Find out which column is to blame for a difference."""

    folder: Path
    manifest: Manifest
    fitted: Fitted
    replayers: Replayers
    trial: Trial
    form: str
    tolerance: float

    def fault(self, judged: _Judged) -> Fault:
        """Return what is wrong, with column and row."""
        row = int(judged.far.argmax())
        count = int(np.count_nonzero(judged.far > self.tolerance))
        said = f"{self.trial.describe(row)}: {judged.describe(row)} ({count:,} of {judged.far.size:,} rows differ)"
        return Fault(self.form, f"{self._columns(judged, row)}, {said}")

    def _columns(self, judged: _Judged, bad: int) -> str:
        """Name the columns that make a row differ: those whose value, taken from a row that agrees, mends it."""
        good = np.flatnonzero(judged.far <= self.tolerance)
        if not good.size:
            return "every column or the core itself"
        for row in good[:: max(1, good.size // _MOST_TRIED)].tolist():
            mended = self._far(exchange(self.fitted.encoder.raw, self.trial.table, bad, row)) <= self.tolerance
            if 0 < np.count_nonzero(mended) < mended.size or mended.size == 1:
                names = [raw.name for raw, mends in zip(self.fitted.encoder.raw, mended, strict=True) if mends]
                return f"column {', '.join(map(repr, names))}"
        return "several columns together"

    def _far(self, rows: pa.Table) -> np.ndarray:
        """Return how far off each of some other rows is."""
        answer = self.replayers.replay(self.folder, rows)[self.form]
        judged = _judge(self.form, answer, expect(self.fitted, rows, self.manifest.outputs), self.manifest)
        return np.full(rows.num_rows, np.inf) if isinstance(judged, Fault) else judged.far


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
