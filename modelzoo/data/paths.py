"""Find the files a path means: one file, all of a folder, or those of a pattern."""

from __future__ import annotations

import glob
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from modelzoo_registry import DataError
from modelzoo_registry.suggest import did_you_mean

READABLE = (".csv", ".tsv", ".parquet", ".jsonl", ".ndjson")
"""Suffixes of the files that are read and written."""

_ASIDE = ("_", ".")
"""How the names begin that others put beside the rows: hidden files, ``_SUCCESS``, ``_temporary``."""
_SHOWN = 8


def expand(path: Path) -> list[Path]:
    """Return the files a path means, all of one format, none of them empty, in the order of their names.

    - A file is itself.
    - A folder means the readable files in it and in the folders below; what begins with ``_`` or ``.`` is passed over.
      Folders that are called ``year=2020`` are folders like any other: their names make no column.
    - A pattern (``data/part-*.parquet``; ``**`` stands for any folders) means what it matches; a folder it matches
      means its files. What begins with ``_`` or ``.`` is passed over unless the pattern writes it.

    Raises:
        DataError: naming what is not there, empty, of no format that is read, or of several.
    """
    if path.is_dir():
        files = _of_one_format(path, _below(path))
    elif _is_pattern(path):
        files = _of_one_format(path, _matches(path))
    else:
        files = [path]
    for file in files:
        _require_content(file)
    return files


def _is_pattern(path: Path) -> bool:
    """Whether there are wildcards in a path; of a file that is there they are letters like any other."""
    return glob.has_magic(str(path)) and not path.exists()


def _require_content(path: Path) -> None:
    """Raise DataError, with the nearest name, unless there is a file with something in it."""
    if not path.exists():
        raise DataError(f"there is no file {path}" + _hint(path.name, path.parent))
    if path.stat().st_size == 0:
        raise DataError(f"{path} is empty")
    try:
        path.open("rb").close()
    except OSError as error:
        raise DataError(f"{path} cannot be opened: {error.strerror}") from error


def _below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and in those below."""
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(_ASIDE)]
        yield from (Path(parent, name) for name in names if not name.startswith(_ASIDE))


def _matches(pattern: Path) -> Iterator[Path]:
    """Yield the files a pattern matches, and those in the folders it matches."""
    written = {part[0] for part in pattern.parts if part.startswith(_ASIDE)}
    skipped = tuple(start for start in _ASIDE if start not in written)
    depth = len(_existing(pattern).parts)
    matches = [Path(match) for match in glob.glob(str(pattern), recursive=True)]  # noqa: PTH207 - Path's follows no link
    if not matches:
        raise DataError(f"no file matches {pattern}" + _nearest(pattern))
    for match in matches:
        if not any(part.startswith(skipped) for part in match.parts[depth:]):
            yield from _below(match) if match.is_dir() else [match]


def _existing(pattern: Path) -> Path:
    """Return the folders a pattern begins with, as far as they are there."""
    return next((parent for parent in pattern.parents if parent.is_dir()), Path())


def _nearest(pattern: Path) -> str:
    """Return a hint at the name that was probably meant by the first part of a pattern that matches nothing."""
    found = _existing(pattern)
    return _hint(pattern.parts[len(found.parts)], found)


def _hint(name: str, folder: Path) -> str:
    beside = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
    hint = did_you_mean(name, beside)
    return f".{hint}" if hint else ""


def _of_one_format(path: Path, found: Iterable[Path]) -> list[Path]:
    """Return the readable ones among the files, sorted, or refuse them with what was found."""
    files = sorted({file for file in found if file.is_file()})
    readable = [file for file in files if file.suffix.lower() in READABLE]
    if not readable:
        others = ", ".join(file.name for file in files[:_SHOWN]) or "no files"
        raise DataError(f"{path} holds no files to read ({', '.join(READABLE)}). Found: {others}")
    counts = Counter(file.suffix.lower() for file in readable)
    if len({_format(suffix) for suffix in counts}) > 1:
        listed = ", ".join(f"{count} {suffix}" for suffix, count in sorted(counts.items()))
        folder = path if path.is_dir() else _existing(path)
        raise DataError(
            f"{path} holds files of several formats: {listed}. "
            f"Name those of one with a pattern, as {folder / '**' / ('*' + counts.most_common(1)[0][0])}"
        )
    return readable


def _format(suffix: str) -> str:
    return {".ndjson": ".jsonl", ".tsv": ".csv"}.get(suffix, suffix)
