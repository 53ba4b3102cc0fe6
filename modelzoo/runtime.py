"""Import TensorFlow, when it is about to compute: quietly, and with a remedy when it is not installed."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import os
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from modelzoo_registry import MissingDependencyError

INSTALL = 'pip install "modelzoo-keras[tensorflow]"'
"""The command that installs what training needs; [cpu] and [cuda] name other builds."""


def require_tensorflow(purpose: str) -> Any:
    """Import and return TensorFlow, with Keras on top of it.

    Args:
        purpose: what needs it, for the message, e.g. ``training``.

    Raises:
        MissingDependencyError: naming the extra to install.
    """
    if "tensorflow" not in sys.modules:
        _check_installed(purpose)
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
        with chatter_hidden():
            tensorflow = importlib.import_module("tensorflow")
            tensorflow.config.list_physical_devices()  # looks for GPUs, and complains at length when there is none
            importlib.import_module("keras")
    return sys.modules["tensorflow"]


def _check_installed(purpose: str) -> None:
    missing = [name for name in ("tensorflow", "keras") if importlib.util.find_spec(name) is None]
    if missing:
        raise MissingDependencyError(
            f"{purpose} needs TensorFlow, which is not installed here: {INSTALL} (or [cpu], [cuda] for other builds)"
        )


@contextlib.contextmanager
def chatter_hidden() -> Iterator[None]:
    """Hide what TensorFlow's C++ side writes to standard error at start-up; show it when the import fails.

    Those lines come before its log level is read, so only the file descriptor can hold them back.
    """
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # there is no standard error to write to
        yield
        return
    with tempfile.TemporaryFile() as chatter:
        os.dup2(chatter.fileno(), 2)
        try:
            yield
        except Exception:
            chatter.seek(0)
            os.write(kept, chatter.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
