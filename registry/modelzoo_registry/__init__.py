"""The contract between modelzoo and its plugins.

A model plugin derives from ``ModelPlugin``, a regularizer from ``RegularizerPlugin``; a hook plugin marks
functions with ``hookimpl``. Importing this package imports no TensorFlow and no NumPy.
"""

from .activations import ACTIVATIONS, Activation
from .entries import Kind, PluginEntry
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
from .hookspecs import RunInfo, hookimpl
from .inputs import ModelInputs, Tensor
from .plugins import LayerInfo, ModelPlugin, Objective, Part, RegularizerPlugin, Update, Weight
from .registry import PluginStatus, Registry, installed
from .specs import ModelSpec, RegularizerSpec, Spec
from .tasks import SUPERVISED, Task
from .training import TrainingSpec
from .version import __version__

__all__ = [
    "ACTIVATIONS",
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
    "Fault",
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
    "PluginEntry",
    "PluginError",
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
