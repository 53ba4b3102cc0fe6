"""Name the raw columns a model reads, and tell the Arrow types they come in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from modelzoo_registry import DataError, Fault

from ..lazy import pa, pc

WireType = Literal["number", "string", "integer", "timestamp", "array"]


TENSOR_DTYPES: dict[WireType, str] = {
    "number": "float64",
    "string": "string",
    "integer": "int64",
    "timestamp": "int64",
    "array": "float32",
}
"""The dtype of each wire type as a tensor."""


SHOWN = 3
_MISFIT = "the data does not fit the model"


@dataclass(frozen=True)
class RawInput:
    """Name one raw column a model reads, its wire type and the shape of one value."""

    name: str
    type: WireType
    shape: tuple[int, ...] = ()
    required: bool = False
    """Whether rows without a value are refused."""
    dates: bool = False
    """Whether text that is no date counts as missing."""


class WrongTypeError(DataError):
    """Say that a column is of a type in which no value fits, whatever the row."""


@dataclass(frozen=True)
class Place:
    """Say which column is read, and the number of its first row, for messages."""

    name: str
    first_row: int

    def wrong(self, message: str) -> DataError:
        """Return the error that says so of this column."""
        return DataError(_MISFIT, [Fault(self.name, message)])

    def wrong_type(self, kind: pa.DataType, wanted: str) -> DataError:
        """Return the error for a column of a type that cannot become what is wanted."""
        return self.never_right(f"{wanted}. Received: {describe_type(kind)}")

    def never_right(self, message: str) -> WrongTypeError:
        """Return the error that says so of a column in which no value fits."""
        return WrongTypeError(_MISFIT, [Fault(self.name, message)])

    def row(self, place: int, value: str) -> str:
        """Name a row by its place here, counted from 0, and show its value."""
        return f"row {self.first_row + place}: {value}"


def some(bad: Sequence[str]) -> str:
    """List the first of what is wrong, and say whether there is more."""
    return ", ".join(bad[:SHOWN]) + (", and more" if len(bad) > SHOWN else "")


def describe_type(kind: pa.DataType) -> str:
    """Name an Arrow type for a message."""
    if isinstance(kind, pa.FixedShapeTensorType):
        return f"arrays of shape {tuple(kind.shape)}"
    return f"a column of {kind}"


def is_text(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds text."""
    return bool(
        pa.types.is_string(kind)
        or pa.types.is_large_string(kind)
        or pa.types.is_string_view(kind)
        or pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def is_number(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds integers, floats or decimals (booleans are told apart)."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind))


def is_list(kind: pa.DataType) -> bool:
    """Whether an Arrow type holds lists, of fixed or varying length."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def shape_of_lists(column: pa.Array | pa.ChunkedArray) -> tuple[int, ...]:
    """Return the shape the lists of all rows have, nested ones too; () when they differ or hold no numbers.

    Booleans count as numbers.
    """
    shape: list[int] = []
    values = pc.drop_null(column)
    while len(values) and is_list(values.type):
        lengths = pc.min_max(pc.list_value_length(values))
        if values.null_count or lengths["min"] != lengths["max"]:
            return ()
        shape.append(lengths["min"].as_py())
        values = pc.list_flatten(values)
    is_numeric = is_number(values.type) or pa.types.is_boolean(values.type)
    return tuple(shape) if len(values) and is_numeric else ()
