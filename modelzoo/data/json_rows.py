"""Read JSON Lines as plain values, one object a line."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any

from modelzoo_registry import DataError


def rows(lines: Iterable[bytes], name: str) -> Iterator[dict[str, Any]]:
    """Yield one JSON object a line; blank lines are passed over.

    Raises:
        DataError: naming the line, counted from 1.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _json_object(line, name, number)


def document_rows(content: bytes) -> list[dict[str, Any]] | None:
    """Return the rows of a JSON document, an object or a list of some; None for anything else.

    Raises:
        DataError: when a name stands in an object more than once.
    """
    try:
        found = json.loads(content.decode("utf-8-sig"), object_pairs_hook=_unique)
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        return None
    rows = found if isinstance(found, list) else [found]
    return rows if rows and all(isinstance(row, dict) for row in rows) else None


def _json_object(line: bytes, name: str, number: int) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig").rstrip(), object_pairs_hook=_unique)
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name}, line {number}: not text in UTF-8 (byte 0x{error.object[error.start]:02x}). "
            "Save the file in that encoding"
        ) from None
    except json.JSONDecodeError as error:
        cut = "" if line.endswith(b"\n") else ". The file may be cut short: copy or download it again"
        raise DataError(f"{name}, line {number}, column {error.colno}: not JSON: {error.msg}{cut}") from None
    except DataError as error:
        raise DataError(f"{name}, line {number}: {error}") from None
    except (ValueError, RecursionError) as error:
        raise DataError(f"{name}, line {number}: not JSON: {error}") from None
    if not isinstance(row, dict):
        raise DataError(f"{name}, line {number}: a JSON object is expected. Received: {type(row).__name__}")
    return row


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return an object of names that stand there once: of two values one would be lost."""
    row = dict(pairs)
    if len(row) < len(pairs):
        repeated = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
        raise DataError(f"the name {repeated[0]!r} stands there more than once. Rename or drop one")
    return row
