"""Be the process in which things are tried.

A JSON list of trials comes in; an empty line goes out, and then one JSON line an answer.

    {"try": "import", "module": "pyarrow"}          {"path": ...}
    {"try": "tensorflow"}                           {"version": ..., "keras": ..., "devices": [...], "gpu": ...}
    {"try": "registry"}                             {}
    {"try": "plugin", "place": 3}                   {"status": ..., "cause": ..., "heavy_import": ..., "path": ...}

``place`` counts the entries of ``Registry().entries``. Whatever fails is ``{"error": why}``.
"""

from __future__ import annotations

import json
import os
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelzoo_registry import Registry


def main() -> None:
    """Answer every trial."""
    trials = json.load(sys.stdin)
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what imported code prints is no answer
    answers.write("\n")  # it has begun: time is taken from here on
    answers.flush()
    for trial in trials:
        answers.write(json.dumps(_answer(trial)) + "\n")
        answers.flush()
    answers.flush()
    os._exit(0)  # what was imported may have left threads, or have its own ideas about exits


def _answer(trial: dict[str, Any]) -> dict[str, Any]:
    try:
        return _TRIALS[trial["try"]](trial)
    except BaseException as error:  # SystemExit too: it is what is being looked for
        return {"error": _in_words(error)}


def _in_words(error: BaseException) -> str:
    """Say what the registry's ``in_words`` would: the registry may be what is broken."""
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # its own __str__ is somebody's code too
        return type(error).__name__


def _import(trial: dict[str, Any]) -> dict[str, Any]:
    import_module(trial["module"])
    return {"path": _file(trial["module"])}


def _tensorflow(_: dict[str, Any]) -> dict[str, Any]:
    tensorflow = import_module("tensorflow")
    devices = tensorflow.config.list_physical_devices()
    return {
        "version": tensorflow.__version__,
        "keras": import_module("keras").__version__,
        "devices": [_device(tensorflow, device) for device in devices],
        "gpu": tensorflow.test.is_built_with_gpu_support(),
    }


def _device(tensorflow: Any, device: Any) -> str:
    """Return a device as in ``GPU:0 (NVIDIA A100)``."""
    name = device.name.partition("device:")[2]
    model = tensorflow.config.experimental.get_device_details(device).get("device_name", "")
    return f"{name} ({model})" if model else name


def _plugin(trial: dict[str, Any]) -> dict[str, Any]:
    registry = _registry()
    entry = registry.entries[trial["place"]]
    status = registry.status_of(entry)
    return {
        "status": status.state,
        "cause": status.cause,
        "heavy_import": status.heavy_import,
        "path": _file(entry.entry_point.module),
    }


def _start_registry(_: dict[str, Any]) -> dict[str, Any]:
    _registry()
    return {}


@cache
def _registry() -> Registry:
    from modelzoo_registry import Registry

    return Registry()


def _file(module: str) -> str:
    """Return where a module is, loaded or not."""
    try:
        found = sys.modules[module].__spec__ if module in sys.modules else find_spec(module)
    except Exception:  # a package whose import fails has no submodules to find
        return ""
    return (found and found.origin) or ""


_TRIALS = {"import": _import, "tensorflow": _tensorflow, "registry": _start_registry, "plugin": _plugin}

if __name__ == "__main__":
    main()
