"""The manifest of an export, ``zoo.json``: what goes in, what comes out, and how it came about."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from ..artifacts.record import PluginRecord
from ..columns.raw import RawInput, WireType
from ..columns.target import Target
from ..prune.reading import Removal

MANIFEST = "zoo.json"
ENCODER, CORE, RAW = "encoder.json", "core.onnx", "model.onnx"
RECONSTRUCTED = "reconstructed_"
"""What the name of an output begins with that holds a column as it was rebuilt; the name of its input follows."""
ERROR, CODE = "reconstruction_error", "code"
"""The other outputs of a model that reconstructs its inputs."""
SERVING, PRUNED = "serving_default", "pruned"
"""The signature that takes every raw column, and the one that takes those alone that are read, where some are not."""
FORMAT: Final = 2
"""Counts up when an older version could no longer read an export."""
Form = Literal["savedmodel", "onnx"]
"""What an export may be written as."""
FORMS: Final[tuple[Form, ...]] = get_args(Form)


class Input(BaseModel):
    """Describe one raw column an export reads, as a tensor (batch, *shape)."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str = Field(description="name of the column")
    tensor: str = Field(description="name of the tensor: the column's, where TensorFlow allows it")
    type: WireType = Field(description="what its values are")
    dtype: str = Field(description="of the tensor")
    shape: tuple[int, ...] = Field(description="of one value; nothing for a single one")
    missing: str = Field(description="the value that stands for a missing one, or refused")
    required: bool = Field(default=False, description="whether rows without a value are refused")
    dates: bool = Field(default=False, description="whether text that is no date counts as missing")

    @property
    def raw(self) -> RawInput:
        """The column as the encoder names it."""
        return RawInput(self.name, self.type, self.shape, self.required, self.dates)

    @property
    def tensor_type(self) -> str:
        """Dtype and shape in words, the batch left out."""
        return _tensor_type(self.dtype, self.shape)


class Ignored(BaseModel):
    """Name one raw column that is accepted and passed over; they may be many, and little is said of each."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str = Field(description="name of the column")
    type: WireType = Field(description="what its values are")
    tensor: str | None = Field(None, description="name of the tensor, where it is not the column's")
    shape: tuple[int, ...] = Field((), description="of one value")


class Output(BaseModel):
    """Describe one tensor an export returns."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: str = Field(description="name of the tensor")
    dtype: str = Field(description="of the tensor")
    shape: tuple[int, ...] = Field(description="of one row's value; nothing for a single one")
    meaning: str = Field(description="what it is, in words")
    column: str | None = Field(None, description="the raw column it rebuilds, of a model for reconstruction")

    @property
    def tensor_type(self) -> str:
        """Dtype and shape in words, the batch left out."""
        return _tensor_type(self.dtype, self.shape)


class FormRecord(BaseModel):
    """Say what was written of a model in one form, and what could not be."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: Form = Field(description="savedmodel or onnx")
    files: tuple[str, ...] = Field(description="by name, or as a folder of some: variables/")
    opsets: dict[str, int] = Field(default_factory=dict, description="versions of ONNX' operators, by domain")
    inputs: dict[str, str] = Field(
        default_factory=dict, description="what the input of a column is called, where not as the column is"
    )
    left_out: dict[str, dict[str, str]] = Field(
        default_factory=dict, description="files that could not be written, and why: by column, or as a whole"
    )

    @property
    def omissions(self) -> tuple[str, ...]:
        """A line on each file that could not be written."""
        return tuple(
            f"{file} is left out: {'; '.join(f'{column}: {why}' if column else why for column, why in reasons.items())}"
            for file, reasons in self.left_out.items()
        )


class Replay(BaseModel):
    """Say how an export did when a fresh process replayed rows with it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    form: str = Field(description="savedmodel; onnx: model.onnx; predictor: encoder.json and core.onnx")
    runtime: str = Field(description="what ran it, with its version")
    rows: int = Field(description="how many rows were replayed")
    kept: int = Field(description="of them, rows of the training data")
    difference: float = Field(description="the largest relative difference from the model's predictions")
    tolerance: float = Field(description="the largest relative difference that is allowed")


class Manifest(BaseModel):
    """Hold what a caller needs to know of an export."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    format: Literal[2] = Field(FORMAT, description="version of this file's form")
    run_id: str | None = Field(None, description="names the training, as in its run")
    model: PluginRecord = Field(description="the model plugin with its settings")
    regularizers: tuple[PluginRecord, ...] = Field(description="those it was trained with, in their order")
    target: Target = Field(description="task, name and labels or scale of what is predicted")
    inputs: tuple[Input, ...] = Field(description="the raw columns that are read")
    ignored: tuple[Ignored, ...] = Field((), description="columns that are accepted and passed over")
    outputs: tuple[Output, ...] = Field(description="what is returned")
    names: tuple[str, ...] | None = Field(description="names of the columns of a file without a header line, if given")
    text: tuple[str, ...] = Field((), description="names of the columns that held text in training")
    metrics: dict[str, float | None] = Field(description="the last ones of the training; null where not finite")
    parameters: int = Field(description="numbers in the core")
    pruned: bool = Field(default=False, description="whether what changes no prediction was left out")
    removed: tuple[Removal, ...] = Field((), description="what was left out, counted before and after")
    barriers: tuple[str, ...] = Field((), description="layers that were left as they are")
    seed: int = Field(description="that of the training")
    seconds: float = Field(description="how long the training took")
    rows: int = Field(description="rows it was trained on")
    forms: tuple[FormRecord, ...] = Field(description="what the export was written as")
    verified: tuple[Replay, ...] = Field((), description="how it did when it was replayed before it was handed out")
    versions: dict[str, str] = Field(description="of Python and the packages that trained and wrote it")
    created: str = Field(
        default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"), description="when, in UTC"
    )

    @property
    def tensors(self) -> dict[str, str]:
        """The name of the tensor of each raw column that is accepted."""
        read = {column.name: column.tensor for column in self.inputs}
        return read | {column.name: column.tensor or column.name for column in self.ignored}

    def to_json(self) -> str:
        """Return it as the text of ``zoo.json``: one line a setting, and one an element of a list."""
        fields = json.loads(self.model_dump_json())  # which has null for metrics that are no number
        fields["ignored"] = [one.model_dump(mode="json", exclude_defaults=True) for one in self.ignored]
        return "{\n" + ",\n".join(f" {json.dumps(name)}: {_laid_out(fields[name])}" for name in fields) + "\n}\n"


def _tensor_type(dtype: str, shape: tuple[int, ...]) -> str:
    return f"{dtype} {' × '.join(map(str, shape))}".rstrip()


def _laid_out(value: Any) -> str:
    """Return a value as JSON: a list of several with an element a line."""
    if not isinstance(value, list) or not value:
        return _compact(value)
    return "[\n" + ",\n".join(f"  {_compact(one)}" for one in value) + "\n ]"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
