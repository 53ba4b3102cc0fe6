"""Decide the types of text columns as Arrow's CSV reader would, portion by portion, and tell codes from numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..lazy import pa, pc

_WIDER = {
    pa.int64(): (pa.bool_(), pa.float64()),
    pa.date32(): (pa.timestamp("s"), pa.timestamp("ns")),
    pa.timestamp("s"): (pa.timestamp("ns"),),
    pa.timestamp("s", "UTC"): (pa.timestamp("ns", "UTC"),),
}
"""What values of a type may be read as, too, in the order in which Arrow tries types."""

_EXACT = 2.0**53
"""From here on whole numbers are more than a float64 tells apart."""
_LEADING_ZERO = r"^[ \t]*0[0-9xX]"
_WHOLE = r"^[ \t]*[+-]?[0-9]+[ \t]*$"


def may_be_codes(column: pa.ChunkedArray | pa.Array, *, zeros: bool) -> bool:
    """Whether numbers may have been written as codes: whole ones where a zero leads, or beyond what float64 tells."""
    if pa.types.is_int64(column.type):
        return zeros
    return pa.types.is_float64(column.type) and _is_beyond(column)


def are_codes(written: pa.ChunkedArray | pa.Array, kind: pa.DataType) -> bool:
    """Whether numbers of a type, as they are written, are codes: ``007``, ``0x1F``, or too long for a whole number."""
    return _any(written, _LEADING_ZERO) if pa.types.is_int64(kind) else _all_whole(written)


class Narrowing:
    """Narrow the type of one column down while its text goes by."""

    def __init__(self) -> None:
        self._kinds: list[pa.DataType] | None = None  # those all values so far can be read as, None before any value
        self._zeros = self._beyond = False
        self._whole = True

    @property
    def is_open(self) -> bool:
        """Whether anything but text is still possible."""
        return self._kinds is None or bool(self._kinds)

    def add(self, written: pa.Array, read: pa.Array) -> None:
        """Take in the next values, as text and as Arrow reads them alone."""
        if pa.types.is_null(read.type):
            return
        fitting = [kind for kind in _WIDER.get(read.type, ()) if self._allows(kind) and _fits(written, kind)]
        self._kinds = [kind for kind in (read.type, *fitting) if self._allows(kind) and not pa.types.is_string(kind)]
        if pa.types.is_integer(read.type) or pa.types.is_floating(read.type):
            self._zeros = self._zeros or _any(written, _LEADING_ZERO)
            self._beyond = self._beyond or _is_beyond(read)
            self._whole = self._whole and _all_whole(written)

    def kind(self) -> pa.DataType:
        """Return the first type all values can be read as; text when they are codes."""
        if self._kinds is None:
            return pa.null()
        kind = self._kinds[0] if self._kinds else pa.string()
        is_code = self._zeros if pa.types.is_int64(kind) else self._beyond and self._whole
        is_number = pa.types.is_int64(kind) or pa.types.is_float64(kind)
        return pa.string() if is_number and is_code else kind

    def _allows(self, kind: pa.DataType) -> bool:
        return self._kinds is None or kind in self._kinds


def narrow(names: Iterable[str], portions: Iterable[pa.RecordBatch]) -> dict[str, pa.DataType]:
    """Return the types of columns whose text comes in portions."""
    columns = {name: Narrowing() for name in names}
    for portion in portions:
        still = [name for name, column in columns.items() if column.is_open]
        texts = [portion.column(name) for name in still]
        for name, text, read in zip(still, texts, _read(texts), strict=True):
            columns[name].add(text, read)
    return {name: column.kind() for name, column in columns.items()}


def _read(texts: Sequence[pa.Array], kinds: Mapping[str, pa.DataType] | None = None) -> list[pa.Array]:
    """Return columns of text as Arrow's reader types them: written down once more, since only it knows its rules."""
    from pyarrow import csv

    if not texts:
        return []
    sink = pa.BufferOutputStream()
    csv.write_csv(pa.table(list(texts), names=[str(place) for place in range(len(texts))]), sink)
    block = max(sink.tell() + 1, 2)
    table = csv.read_csv(
        pa.BufferReader(sink.getvalue()),
        read_options=csv.ReadOptions(block_size=block),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(strings_can_be_null=True, column_types=kinds),
    )
    return [column.combine_chunks() for column in table.columns]


def _fits(written: pa.Array, kind: pa.DataType) -> bool:
    try:
        _read([written], {"0": kind})
    except pa.ArrowInvalid:
        return False
    return True


def _is_beyond(column: pa.ChunkedArray | pa.Array) -> bool:
    sizes = pc.abs(column.cast(pa.float64(), safe=False))
    largest = pc.max(pc.if_else(pc.is_finite(sizes), sizes, 0.0)).as_py()
    return largest is not None and largest >= _EXACT


def _all_whole(written: pa.ChunkedArray | pa.Array) -> bool:
    return pc.all(pc.match_substring_regex(written, _WHOLE)).as_py() is not False


def _any(written: pa.ChunkedArray | pa.Array, pattern: str) -> bool:
    return pc.any(pc.match_substring_regex(written, pattern)).as_py() is True
