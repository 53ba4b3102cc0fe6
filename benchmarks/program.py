"""Run one program in a process of its own and return what it reported."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Sequence
from typing import Any

_LINES, _COLUMNS = 24, 100


def measure(words: Sequence[Any], *, terminal: bool = False) -> dict[str, Any]:
    """Return the last line a program printed, if it is JSON, with the seconds of the whole process.

    Args:
        words: the program and its arguments.
        terminal: whether its standard error is a terminal, where progress moves; otherwise it is a pipe.
    """
    command = [*map(str, words)]
    started = time.perf_counter()
    code, printed, errors = (_on_terminal if terminal else _in_pipes)(command)
    seconds = time.perf_counter() - started
    if code:
        raise SystemExit(f"{' '.join(command)} failed with {code}:\n{errors}")
    last = printed.splitlines()[-1] if printed else ""
    return {**(json.loads(last) if last.startswith("{") else {}), "process_seconds": seconds}


def run_python(*words: Any) -> str:
    """Run this Python with these words, and return what it printed."""
    code, printed, errors = _in_pipes([sys.executable, *map(str, words)])
    if code:
        raise SystemExit(f"{words[0]} failed with {code}:\n{errors}")
    return printed


def lacking(python: str, packages: Sequence[str]) -> list[str]:
    """Return the packages that an interpreter does not find."""
    ask = "import sys, importlib.util as u; print(*[name for name in sys.argv[1:] if u.find_spec(name) is None])"
    return subprocess.run([python, "-c", ask, *packages], capture_output=True, text=True, check=True).stdout.split()


def _in_pipes(command: list[str]) -> tuple[int, str, str]:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


def _on_terminal(command: list[str]) -> tuple[int, str, str]:
    leader, follower = pty.openpty()
    termios.tcsetwinsize(follower, (_LINES, _COLUMNS))
    shown: list[bytes] = []
    reader = threading.Thread(target=_read_all, args=(leader, shown))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=follower, text=True) as program:
        os.close(follower)
        reader.start()
        printed = program.communicate()[0]
    reader.join()
    os.close(leader)
    return program.returncode, printed, b"".join(shown).decode(errors="replace")


def _read_all(leader: int, shown: list[bytes]) -> None:
    """Read what a terminal shows until nobody writes to it any more, which Linux reports as an error."""
    try:
        while data := os.read(leader, 1 << 16):
            shown.append(data)
    except OSError:
        return
