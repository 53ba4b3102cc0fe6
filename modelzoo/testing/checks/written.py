"""Look at a plugin's class as it is written: contract, docstring, and what its module imports."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

from modelzoo_registry import checks
from modelzoo_registry.heavy import PACKAGES
from modelzoo_registry.registry import summary_of

from ..check import Finding, doing
from ..subject import Subject

_BASES = {"model": "ModelPlugin", "regularizer": "RegularizerPlugin", "hook": "hookspecs"}
_IMPORTING = """
import importlib, json, sys
path, module, packages = json.loads(sys.argv[1])
sys.path[:] = path
importlib.import_module(module)
print(json.dumps([name for name in packages if name in sys.modules]))
"""


def contract(subject: Subject) -> Iterator[Finding]:
    """The class has the base, the ``Spec``, the tasks and the methods of the contract, with its arguments."""
    plugin = subject.plugin
    if subject.entry.kind == "hook" and inspect.isclass(plugin):
        with doing("Making it"):
            plugin = plugin()
    for fault in checks.check(subject.entry.kind, plugin):
        yield Finding(
            f"It {fault}.", f"modelzoo_registry.{_BASES[subject.entry.kind]} says what the contract asks for."
        )


def docstring(subject: Subject) -> Iterator[Finding]:
    """The docstring has a first line, which ``zoo list`` shows."""
    if not summary_of(subject.plugin):
        example = '"""Add a gate to each hidden layer: for tables with many columns of no use."""'
        yield Finding(
            "It has no docstring, so that zoo list has nothing to show.",
            f"Say in its first line what it does, and for what it is good, as in {example}",
        )


def light_import(subject: Subject) -> Iterator[Finding]:
    """The module imports neither TensorFlow nor Keras, so that ``zoo list`` stays fast and works without them."""
    module = _module_of(subject.plugin)
    if not _importable(module):
        yield Finding(
            f"It is defined in {module}, which a fresh process cannot import.",
            "Give the plugin a module of its own, and import it from there in the test.",
        )
        return
    done = _import_afresh(module)
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1:]
        yield Finding(
            f"Importing {module} in a fresh process failed: {''.join(last)}",
            "A plugin's module may import what its package depends on, and nothing that only a test sets up.",
        )
        return
    for package in json.loads(done.stdout.splitlines()[-1]):
        yield Finding(
            f"Importing {module} imports {package}, for which every zoo command would wait some seconds.",
            f"Move the import of {package} into the methods that use it, also in modules that this one imports.",
        )
        return  # of the two, one brings the other


def _module_of(plugin: Any) -> str:
    if inspect.ismodule(plugin):
        return plugin.__name__
    return str(getattr(plugin, "__module__", type(plugin).__module__))


def _importable(module: str) -> bool:
    try:
        return module != "__main__" and find_spec(module) is not None
    except (ImportError, ValueError):  # of a parent; of a module that was loaded from a file and has no spec
        return False


def _import_afresh(module: str) -> subprocess.CompletedProcess[str]:
    given = json.dumps([sys.path, module, PACKAGES])
    command = [sys.executable, "-c", _IMPORTING, given]
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603  (Python itself)
