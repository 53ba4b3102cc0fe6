"""The contract between modelzoo and its plugins.

A model plugin derives from ``ModelPlugin``, a regularizer from ``RegularizerPlugin``; a hook plugin marks
functions with ``hookimpl``. Importing this package imports no TensorFlow and no NumPy; what is needed
to find and make plugins is loaded on first use.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import (
    AmbiguousPluginError,
    ArtifactError,
    ArtifactExistsError,
    ArtifactNotFoundError,
    BrokenPluginError,
    ColumnError,
    DamagedArtifactError,
    DataError,
    ExportError,
    Fault,
    IncompatiblePluginError,
    MissingDependencyError,
    NonFiniteLossError,
    NotFittedError,
    PluginError,
    SchemaError,
    SpecError,
    TrainingError,
    UnknownPluginError,
    ZooError,
)
from .tasks import SUPERVISED, Task
from .version import __version__

if TYPE_CHECKING:
    from .activations import ACTIVATIONS, Activation
    from .contract import CONTRACT_REQUIREMENT, CONTRACT_VERSION
    from .deprecation import PluginDeprecationWarning
    from .entries import Kind, PluginEntry
    from .hookspecs import ExportInfo, PluginInfo, RunInfo, hookimpl
    from .inputs import ModelInputs, Tensor
    from .plugins import LayerInfo, ModelPlugin, Objective, Part, RegularizerPlugin, Update, Weight
    from .registry import PluginStatus, Registry, installed
    from .specs import ModelSpec, RegularizerSpec, Spec
    from .training import TrainingSpec

_WHERE = {
    "ACTIVATIONS": ".activations",
    "Activation": ".activations",
    "CONTRACT_REQUIREMENT": ".contract",
    "CONTRACT_VERSION": ".contract",
    "ExportInfo": ".hookspecs",
    "Kind": ".entries",
    "LayerInfo": ".plugins",
    "ModelInputs": ".inputs",
    "ModelPlugin": ".plugins",
    "ModelSpec": ".specs",
    "Objective": ".plugins",
    "Part": ".plugins",
    "PluginDeprecationWarning": ".deprecation",
    "PluginEntry": ".entries",
    "PluginInfo": ".hookspecs",
    "PluginStatus": ".registry",
    "Registry": ".registry",
    "RegularizerPlugin": ".plugins",
    "RegularizerSpec": ".specs",
    "RunInfo": ".hookspecs",
    "Spec": ".specs",
    "Tensor": ".inputs",
    "TrainingSpec": ".training",
    "Update": ".plugins",
    "Weight": ".plugins",
    "hookimpl": ".hookspecs",
    "installed": ".registry",
}
"""Where the names are that are loaded on first use: who scores needs no plugins and no training."""

__all__ = [
    "ACTIVATIONS",
    "CONTRACT_REQUIREMENT",
    "CONTRACT_VERSION",
    "SUPERVISED",
    "Activation",
    "AmbiguousPluginError",
    "ArtifactError",
    "ArtifactExistsError",
    "ArtifactNotFoundError",
    "BrokenPluginError",
    "ColumnError",
    "DamagedArtifactError",
    "DataError",
    "ExportError",
    "ExportInfo",
    "Fault",
    "IncompatiblePluginError",
    "Kind",
    "LayerInfo",
    "MissingDependencyError",
    "ModelInputs",
    "ModelPlugin",
    "ModelSpec",
    "NonFiniteLossError",
    "NotFittedError",
    "Objective",
    "Part",
    "PluginDeprecationWarning",
    "PluginEntry",
    "PluginError",
    "PluginInfo",
    "PluginStatus",
    "Registry",
    "RegularizerPlugin",
    "RegularizerSpec",
    "RunInfo",
    "SchemaError",
    "Spec",
    "SpecError",
    "Task",
    "Tensor",
    "TrainingError",
    "TrainingSpec",
    "UnknownPluginError",
    "Update",
    "Weight",
    "ZooError",
    "__version__",
    "hookimpl",
    "installed",
]


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'modelzoo_registry' has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(_WHERE[name], __name__), name)
    return found


def __dir__() -> list[str]:
    return sorted(__all__)
