"""Examine the environment as a whole."""

from __future__ import annotations

import os
import platform
import sys

from .packages import examine_packages
from .plugins import examine_plugins
from .report import Finding, Python, Report
from .tensorflow import examine_tensorflow

LOWEST, ABOVE = (3, 11), (3, 14)
"""The versions of Python there are wheels of TensorFlow for."""
_PREFIXES = ("MODELZOO_", "TF_", "KERAS_", "CUDA_", "XLA_", "PYTHON")


def examine() -> Report:
    """Return all there is to tell; what cannot be examined is itself a finding."""
    packages, about_packages = examine_packages()
    tensorflow, about_tensorflow = examine_tensorflow()
    contract, plugins, about_plugins = examine_plugins()
    python, about_python = _examine_python()
    findings = [*about_python, *about_packages, *about_tensorflow, *about_plugins]
    return Report(python, contract, packages, tensorflow, plugins, findings)


def _examine_python() -> tuple[Python, list[Finding]]:
    variables = {name: value for name, value in sorted(os.environ.items()) if name.startswith(_PREFIXES)}
    known = Python(platform.python_version(), sys.executable, platform.platform(), sys.prefix, variables)
    if LOWEST <= sys.version_info[:2] < ABOVE:
        return known, []
    text = f"{known.version} is outside the versions modelzoo is made for, 3.11 to 3.13"
    return known, [Finding("error", "python", text, "make an environment with one of those")]
