"""Read TOML files, and write a schema's entries as TOML, one a line; imports nothing heavy."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomli_w
from modelzoo_registry import DataError

_FIRST = ("name", "kind")
"""What an entry begins with."""


def read_toml(path: Path) -> dict[str, Any]:
    """Read a file's fields, unchecked.

    Raises:
        DataError: when the file is not there or not TOML, with the line.
    """
    if "\n" in str(path):
        raise DataError(f"the path of a TOML file is expected. Received text of {str(path).count(chr(10))} lines")
    if not path.is_file():
        raise DataError(
            f"{path} is a folder, and a TOML file is expected" if path.is_dir() else f"there is no file {path}"
        )
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise DataError(f"{path} is not TOML: {error}") from None


def write_columns(entries: Iterable[Mapping[str, Any]]) -> str:
    """Return ``columns = [...]`` with one entry a line; what is None is left out."""
    lines = [f"  {_inline({**{key: entry[key] for key in _FIRST if key in entry}, **entry})},\n" for entry in entries]
    return f"columns = [\n{''.join(lines)}]\n"


def comment(lines: Iterable[str]) -> str:
    """Return lines as comments; what no comment may hold is escaped, for names may hold anything."""
    return "".join(f"# {escaped(line)}\n" for line in lines)


def escaped(text: str) -> str:
    """Return a text on one line: line breaks and control characters are written as Python does."""
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _inline(value: Any) -> str:
    """Return a value on one line; ``tomli_w`` would spread lists and tables over several."""
    if isinstance(value, Mapping):
        pairs = [f"{_key(key)} = {_inline(item)}" for key, item in value.items() if item is not None]
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_inline, value))}]"
    return tomli_w.dumps({"_": value}).removeprefix("_ = ").removesuffix("\n")


def _key(key: str) -> str:
    return tomli_w.dumps({key: 0}).removesuffix(" = 0\n")
