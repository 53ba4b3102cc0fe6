"""Try what may raise, hang or crash in other processes, one thing after the other."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import IO, Any

PATIENCE = 60.0
"""Seconds that one trial may take: TensorFlow's import, on a slow disk, is the longest."""

Trial = Mapping[str, Any]
"""What to try: see ``trials.py``."""
Answer = dict[str, Any]
"""What came of it: the trial's own words, or ``{"error": why}``."""


def attempt(trials: Sequence[Trial], patience: float = PATIENCE) -> list[Answer]:
    """Return one answer a trial; a process that ends or hangs is told of the trial it was at, and another goes on."""
    answers: list[Answer] = []
    while len(answers) < len(trials):
        got, end = _run(trials[len(answers) :], patience)
        answers += got
        if len(answers) < len(trials):
            answers.append({"error": end})
    return answers


def _run(trials: Sequence[Trial], patience: float) -> tuple[list[Answer], str]:
    """Return the answers of one process, and how it ended."""
    program = [sys.executable, "-m", "modelzoo.doctor.trials"]
    with subprocess.Popen(  # noqa: S603  # our own interpreter and module
        program, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        lines, said = _reader(process.stdout), _reader(process.stderr)
        answers: list[Answer] = []
        try:
            _hand_over(process, trials)
            while (line := lines.get(timeout=patience)) is not None:
                answers.append(json.loads(line))
        except queue.Empty:
            process.kill()
            return answers, f"it was not done after {patience:g} s"
        except BaseException:
            process.kill()
            raise
        process.wait()
        return answers, _end(process.returncode, said)


def _hand_over(process: subprocess.Popen[str], trials: Sequence[Trial]) -> None:
    """Write the trials; a process that has ended already is told by what it said."""
    assert process.stdin is not None  # noqa: S101  # Popen was asked for it
    try:
        process.stdin.write(json.dumps(trials))
        process.stdin.close()
    except BrokenPipeError:
        pass


def _reader(stream: IO[str] | None) -> queue.Queue[str | None]:
    """Return the lines of a stream as they come, and None behind the last: reading with a time limit needs a thread."""
    lines: queue.Queue[str | None] = queue.Queue()

    def read() -> None:
        for line in stream or ():
            lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _end(code: int, said: queue.Queue[str | None]) -> str:
    """Say how a process ended that did not answer: by its last line, and its exit code."""
    lines = [line.strip() for line in iter(said.get, None) if line and line.strip()]
    last = f": {lines[-1]}" if lines else ""
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    return f"it ended the process {how}{last}"


def _environment() -> dict[str, str]:
    """Return this process' variables, with what makes the first fault end everything, and chatter, turned off."""
    ours = {name: value for name, value in os.environ.items() if name != "MODELZOO_STRICT_PLUGINS"}
    return ours | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYDANTIC_DISABLE_PLUGINS": "__all__"}
