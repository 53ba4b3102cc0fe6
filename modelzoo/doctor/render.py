"""Write a report as people and as programs read it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from .report import Finding, Report

_ORDER = ("error", "warning", "note")


def as_json(report: Report) -> str:
    """Return the report as one JSON object, with ``sound`` for whether nothing is broken."""
    return json.dumps({"sound": report.is_sound, **asdict(report)}, indent=2)


def as_text(report: Report) -> str:
    """Return the report as lines: what there is, then what to mend."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    python, tensorflow = report.python, report.tensorflow
    yield f"Python {python.version}  {python.executable}"
    yield f"  {python.platform}"
    yield from (f"  {name}={value}" for name, value in python.variables.items())
    yield ""
    yield from _table(
        ("PACKAGE", "VERSION", "ASKED FOR", "STATUS", "FILE"),
        [(each.name, each.version, each.wanted, each.status, each.path) for each in report.packages],
    )
    yield ""
    versions = f" {tensorflow.version}, Keras {tensorflow.keras}" if tensorflow.version else ""
    yield f"TensorFlow{versions}: {tensorflow.status}"
    yield from (f"  {device}" for device in tensorflow.devices)
    yield ""
    yield f"Plugins (contract {report.contract or 'unknown'})"
    yield from _table(
        ("NAME", "KIND", "FROM", "STATUS", "FILE"),
        [
            (each.name, each.kind, f"{each.distribution} {each.version}", each.status, each.path)
            for each in report.plugins
        ],
    )
    yield ""
    yield from _findings(report.findings)


def _findings(findings: Sequence[Finding]) -> Iterator[str]:
    if not findings:
        yield "Nothing to mend."
    for finding in sorted(findings, key=lambda each: _ORDER.index(each.severity)):
        yield f"{finding.severity.upper()}  {finding.about}: {_one_line(finding.text)}"
        if finding.remedy:
            yield f"  → {finding.remedy}"


def _table(headers: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    cells = [list(map(_one_line, row)) for row in (headers, *rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _one_line(text: str) -> str:
    """Return a text without what would steer a terminal: names and messages of plugins may hold anything."""
    plain = " ".join(text.split())
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in plain)
