"""Try what may raise, hang or crash in other processes, one thing after the other."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import IO, Any

PATIENCE = 60.0
"""Seconds that one trial may take: TensorFlow's import, on a slow disk, is the longest."""
_START = 60.0
"""Seconds that a process may take until it begins."""

Trial = Mapping[str, Any]
"""What to try: see ``trials.py``."""
Answer = dict[str, Any]
"""What came of it: the trial's own words, or ``{"error": why}``."""


def attempt(trials: Sequence[Trial]) -> list[Answer]:
    """Return one answer a trial; a process that ends or hangs is told of the trial it was at, and another goes on."""
    answers: list[Answer] = []
    while len(answers) < len(trials):
        got, end = _run(trials[len(answers) :])
        answers += got
        if len(answers) < len(trials):
            answers.append({"error": end})
    return answers


def _run(trials: Sequence[Trial]) -> tuple[list[Answer], str]:
    """Return the answers of one process, and how it ended."""
    with tempfile.TemporaryFile() as said, _process(said) as process:
        _hand_over(process, trials)
        lines = _reader(process.stdout)
        answers: list[Answer] = []
        try:
            line = lines.get(timeout=_START)  # it has begun, or ended before it could
            while line is not None and (line := lines.get(timeout=PATIENCE)) is not None:
                answers.append(json.loads(line))
        except queue.Empty:
            return answers, f"it was not done after {PATIENCE:g} s"
        return answers, _end(process.wait(), said)


@contextlib.contextmanager
def _process(said: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Give a process in which trials are made, and end it with all that was started in it.

    ``-P`` keeps the working folder off its path, as it is off that of ``zoo``. What it says goes into a file: of a
    pipe, the end comes only when everything that was started in it is gone.
    """
    program = [sys.executable, "-P", "-m", "modelzoo.doctor.trials"]
    process = subprocess.Popen(  # noqa: S603  # our own interpreter and module
        program, env=_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said, start_new_session=True
    )
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _hand_over(process: subprocess.Popen[bytes], trials: Sequence[Trial]) -> None:
    """Write the trials; a process that has ended already is told by what it said."""
    with contextlib.suppress(BrokenPipeError), process.stdin or contextlib.nullcontext() as given:
        if given:
            given.write(json.dumps(trials).encode())


def _reader(stream: IO[bytes] | None) -> queue.Queue[bytes | None]:
    """Return the lines of a stream as they come, and None behind the last: reading with a time limit needs a thread."""
    lines: queue.Queue[bytes | None] = queue.Queue()

    def read() -> None:
        with stream or contextlib.nullcontext(()) as written:
            for line in written:
                lines.put(line)
        lines.put(None)

    threading.Thread(target=read, daemon=True).start()
    return lines


def _end(code: int, said: IO[bytes]) -> str:
    """Say how a process ended that did not answer: by its last line, and its exit code."""
    said.seek(0)
    lines = said.read().decode(errors="replace").strip().splitlines()
    last = f": {lines[-1].strip()}" if lines else ""
    how = f"by signal {-code}" if code < 0 else f"with exit code {code}"
    return f"it ended the process {how}{last}"


def _environment() -> dict[str, str]:
    """Return this process' variables, with what makes the first fault end everything, and chatter, turned off."""
    ours = {name: value for name, value in os.environ.items() if name != "MODELZOO_STRICT_PLUGINS"}
    return ours | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYDANTIC_DISABLE_PLUGINS": "__all__"}
