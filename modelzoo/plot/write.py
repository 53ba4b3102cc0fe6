"""Write the diagram of a model as a file."""

from __future__ import annotations

from pathlib import Path

from ..artifacts.run import RunRecord
from ..data.files import require_writable
from .diagram import draw
from .svg import to_svg

SUFFIXES = (".svg",)


def write_plot(record: RunRecord, path: Path) -> Path:
    """Write the diagram of what a run records and return its path; replaces the file at once or not at all.

    Raises:
        DataError: for another suffix than ``.svg``, and a folder that is not there or stands in the way.
    """
    require_writable(path, SUFFIXES)
    text = to_svg(draw(record.model.name, record.encoder, record.target, record.layers, record.parameters))
    partial = path.with_name(f".{path.name}.partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return path
