"""Examine TensorFlow: whether it is there, starts, and what it computes on."""

from __future__ import annotations

import shutil
from importlib.metadata import PackageNotFoundError, version

from .report import Finding, TensorFlow
from .trial import attempt

BUILDS = {"tensorflow": "tensorflow", "tensorflow-cpu": "cpu"}
"""Distributions that hold it, and the extra of modelzoo-keras that brings each."""


def examine_tensorflow() -> tuple[TensorFlow, list[Finding]]:
    """Return what is known of TensorFlow, tried in a process of its own."""
    builds = _builds()
    if not builds:
        text = "is not installed: models are listed, checked and scored; training and SavedModels need it"
        note = Finding("note", "tensorflow", text, 'pip install "modelzoo-keras[tensorflow]", or [cpu], [cuda]')
        return TensorFlow("missing"), [note]
    (name, found), *others = builds.items()
    (answer,) = attempt([{"try": "tensorflow"}])
    if "error" in answer:
        remedy = f'pip install --force-reinstall "modelzoo-keras[{BUILDS[name]}]"'
        text = f"{found} cannot be used: {answer['error']}"
        return TensorFlow("broken", found, _version("keras")), [Finding("error", name, text, remedy)]
    known = TensorFlow("ok", answer["version"], answer["keras"], tuple(answer["devices"]), answer["gpu"])
    return known, [*_two_builds(name, others), *_unused_gpu(known)]


def extra_of_build() -> str:
    """Return the extra that brings the TensorFlow that is installed, with what stands on it; empty where none is."""
    return next((BUILDS[name] for name in _builds()), "")


def _builds() -> dict[str, str]:
    """Return the version of each TensorFlow that is installed."""
    return {name: found for name in BUILDS if (found := _version(name))}


def _two_builds(name: str, others: list[tuple[str, str]]) -> list[Finding]:
    text = "is installed beside {}: both hold the same files, and the last installed wins"
    return [
        Finding("warning", other, text.format(name), f"pip uninstall {other}, then install {name} again")
        for other, _ in others
    ]


def _unused_gpu(known: TensorFlow) -> list[Finding]:
    if shutil.which("nvidia-smi") is None or any(device.startswith("GPU") for device in known.devices):
        return []
    text = "finds no GPU, though there is a driver: it computes on the CPU"
    return [Finding("warning", "tensorflow", text, 'pip install "modelzoo-keras[cuda]"')]


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""
