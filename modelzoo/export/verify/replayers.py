"""Start the processes that replay an export, and ask them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import pyarrow as pa
from modelzoo_registry import ExportError

from ...artifacts.kept_rows import write_rows

REPLAY = f"{__package__}.replay"
"""The module that is run."""
_LAST_LINES = 8


class Replayers:
    """Hold one process a form; they start when the block begins, and so while the export is still written."""

    def __init__(self, forms: Sequence[str]) -> None:
        self._forms = tuple(forms)
        self._processes: dict[str, subprocess.Popen[str]] = {}

    def __enter__(self) -> Self:
        self._scratch = tempfile.TemporaryDirectory(prefix="modelzoo-")
        try:
            for form in self._forms:
                self._processes[form] = self._start(form)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def replay(self, folder: Path, table: pa.Table) -> dict[str, dict[str, Any]]:
        """Return for each form what its process says: ``runtime``, and ``outputs`` or ``error``.

        Raises:
            ExportError: when a process ends before it answers.
        """
        rows = Path(self._scratch.name) / "rows.arrow"
        write_rows(table, rows)
        job = json.dumps({"folder": str(folder.absolute()), "rows": str(rows)}) + "\n"
        for form in self._forms:
            self._ask(form, job)
        answers: dict[str, dict[str, Any]] = {}
        for form in self._forms:
            answers |= self._answer(form)
        return answers

    def _start(self, form: str) -> subprocess.Popen[str]:
        with self._log(form).open("wb") as log:
            return subprocess.Popen(  # noqa: S603  (our own module)
                [sys.executable, "-m", REPLAY, form],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                encoding="utf-8",
                env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "CUDA_VISIBLE_DEVICES": "-1"},
                start_new_session=True,  # Ctrl-C is for the export, which then ends this
            )

    def _ask(self, form: str, job: str) -> None:
        stream: Any = self._processes[form].stdin
        try:
            stream.write(job)
            stream.flush()
        except BrokenPipeError:
            raise self._ended(form) from None

    def _answer(self, form: str) -> dict[str, dict[str, Any]]:
        stream: Any = self._processes[form].stdout
        line = stream.readline()
        if not line:
            raise self._ended(form)
        answer: dict[str, dict[str, Any]] = json.loads(line)
        return answer

    def _ended(self, form: str) -> ExportError:
        code = self._processes[form].wait()
        said = self._log(form).read_text(encoding="utf-8", errors="replace").strip().splitlines()
        lines = "".join(f"\n  {line}" for line in said[-_LAST_LINES:])
        how = f"ended with {code}" if code >= 0 else f"was killed by signal {-code}, maybe for lack of memory,"
        return ExportError(f"the process that verifies {form} {how} before it was done{lines}")

    def _log(self, form: str) -> Path:
        return Path(self._scratch.name) / f"{form}.log"

    def _end(self) -> None:
        for process in self._processes.values():
            process.kill()
            process.communicate()
        self._scratch.cleanup()
