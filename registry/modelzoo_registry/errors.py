"""Name every error of the zoo.

```text
ZooError
├── SpecError             (ValueError)         settings: unknown, reserved, out of range, in conflict
├── PluginError
│   ├── UnknownPluginError    (LookupError)    no plugin of that name
│   ├── AmbiguousPluginError  (LookupError)    several distributions offer that name
│   └── BrokenPluginError     (RuntimeError)   the plugin cannot be used
│       └── IncompatiblePluginError            it was built for another version of the contract
├── DataError             (ValueError)         files, tables, rows
│   ├── ColumnError           (LookupError)    a column that is not there
│   └── SchemaError                            columns described wrongly
├── TrainingError         (RuntimeError)
│   └── NonFiniteLossError    (ArithmeticError) the loss became NaN or infinite
├── NotFittedError        (RuntimeError)       the model has not been trained
├── MissingDependencyError (ImportError)       an extra that is not installed
└── ArtifactError
    ├── ArtifactNotFoundError (FileNotFoundError)  no run or export there
    ├── ExportError           (RuntimeError)       an export that cannot be written, or failed its verification
    ├── ArtifactExistsError   (FileExistsError)    something is there already
    └── DamagedArtifactError  (ValueError)         a file is missing or does not match its checksum
```
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Self


def in_words(error: BaseException) -> str:
    """Return type and message of any exception on one line, whatever its own ``__str__`` does."""
    try:
        text = " ".join(str(error).split())
    except Exception:  # it is somebody's code too
        text = "(its message cannot be read)"
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


class ZooError(Exception):
    """Be the root of every error the zoo raises on purpose.

    ``mendable`` says whether the caller can put it right by changing what was asked for;
    the command line exits with 2 for those and with 1 for the others.
    """

    mendable: ClassVar[bool] = True


@dataclass(frozen=True)
class Fault:
    """Say one thing that is wrong, and where."""

    path: str
    """A dotted field, a column or a file; empty for all of it."""
    message: str
    """What is wrong with it."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def describe_faults(title: str, faults: Sequence[Fault]) -> str:
    """Write a title and one ``path: message`` line a fault."""
    lines = [f"  {fault}" for fault in faults]
    return "\n".join([f"{title}:", *lines])


class _FaultsError(ZooError):
    def __init__(self, title: str, faults: Sequence[Fault] = ()) -> None:
        self.title = title
        self.faults = tuple(faults)
        super().__init__(describe_faults(title, faults) if faults else title)

    def __reduce__(self) -> tuple[type, tuple[str, tuple[Fault, ...]]]:
        # Exception's own pickling would hand the finished text back as the title.
        return type(self), (self.title, self.faults)


class SpecError(_FaultsError, ValueError):
    """Refuse settings; ``faults`` holds all of them."""


class PluginError(ZooError):
    """Be the family of everything about finding and loading plugins."""


class UnknownPluginError(PluginError, LookupError):
    """Say that no installed distribution offers a plugin of that name."""


class AmbiguousPluginError(PluginError, LookupError):
    """Say that several distributions offer that name, so it must be qualified."""


class BrokenPluginError(PluginError, RuntimeError):
    """Say that a plugin is installed and cannot be used; the cause is chained."""

    mendable = False


class IncompatiblePluginError(BrokenPluginError):
    """Say that a plugin was built for another version of the contract; nothing of it was imported."""


class DataError(_FaultsError, ValueError):
    """Refuse data; ``faults`` holds everything found wrong with it."""


class ColumnError(DataError, LookupError):
    """Say which columns are not in the data."""


class SchemaError(DataError):
    """Refuse a description of columns; ``faults`` holds all that is wrong with it."""


class TrainingError(ZooError, RuntimeError):
    """Say that a training could not go on."""

    mendable = False


class NonFiniteLossError(TrainingError, ArithmeticError):
    """Say at which step (counted from 1) of which epoch (counted from 1) the loss left the finite numbers."""

    def __init__(self, message: str, *, epoch: int, step: int) -> None:
        self.epoch = epoch
        self.step = step
        super().__init__(message)

    def __reduce__(self) -> tuple[partial[Self], tuple[Any, ...]]:
        # Exception's own pickling knows no keyword arguments.
        return partial(type(self), epoch=self.epoch, step=self.step), self.args


class NotFittedError(ZooError, RuntimeError):
    """Say that something needs a trained model."""


class MissingDependencyError(ZooError, ImportError):
    """Say which extra installs what is missing."""


class ArtifactError(ZooError):
    """Be the family of everything about runs and exports on disk."""


class ArtifactNotFoundError(ArtifactError, FileNotFoundError):
    """Say that a folder holds no run or export."""


class ExportError(ArtifactError, RuntimeError):
    """Say why a model cannot be written in a format, or how what was written differs from the model."""


class ArtifactExistsError(ArtifactError, FileExistsError):
    """Refuse to write where something is already."""


class DamagedArtifactError(ArtifactError, ValueError):
    """Say which file of a run or export is missing or does not match its checksum."""

    mendable = False
