"""Hold a schema against the rows it is to read."""

from __future__ import annotations

from collections.abc import Iterator

from modelzoo_registry import DataError, Fault
from modelzoo_registry.suggest import did_you_mean

from ..lazy import pa
from .raw import RawInput
from .schema import Schema, raw_input
from .stray import misfits


def check_against(schema: Schema, table: pa.Table, target: str | None) -> None:
    """Refuse rows that lack what the entries read or hold what these cannot, and entries that read the target.

    Raises:
        DataError: with every fault, each naming a column and the entries that read it.
    """
    readers = _readers(schema)
    faults = [
        Fault(raw.name, f"{message} Read by {', '.join(readers[raw.name])}")
        for raw in schema.raw
        for message in _misfits(raw, table, target)
    ]
    if faults:
        raise DataError("the data does not fit the schema", faults)


def _misfits(raw: RawInput, table: pa.Table, target: str | None) -> Iterator[str]:
    """Yield what keeps a column from being read."""
    if raw.name == target:
        yield "is the target, which no entry may read."
    elif raw.name not in table.column_names:
        yield f"is not there.{did_you_mean(raw.name, (name for name in table.column_names if name != target))}"
    else:
        try:
            misfits([raw], table)
        except DataError as error:
            yield from (f"{fault.message}." for fault in error.faults)


def _readers(schema: Schema) -> dict[str, list[str]]:
    """Return of each raw column the places of the entries that read it."""
    readers: dict[str, list[str]] = {}
    for entry in schema.entries:
        raw = raw_input(entry.column)
        if raw is not None:
            readers.setdefault(raw.name, []).append(entry.path)
    return readers
