"""Find out what a folder holds, and show it: a run, or an export."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import click
from modelzoo_registry import ArtifactNotFoundError

from ..artifacts.checksums import lists, read_steadily
from ..artifacts.record import RUN
from ..artifacts.run import RunRecord, read_record
from ..export.folder import find_export, open_export
from ..export.manifest import MANIFEST, PRUNED, SERVING, FormRecord, Manifest
from ..summary import describe_plugins, describe_target, print_metrics, print_run, print_title
from ..text import print_fields, print_table, print_text
from .pruning import print_pruning


def locate(path: Path) -> tuple[Literal["run", "export"], Path]:
    """Return what is in a folder, and the folder it is in: of several exports the newest.

    Raises:
        ArtifactNotFoundError: when there is neither a run nor an export.
    """
    if (path / RUN).is_file() or lists(path, RUN):
        return "run", path
    try:
        return "export", find_export(path)
    except ArtifactNotFoundError:
        raise ArtifactNotFoundError(
            f"there is neither a run in {path} ({RUN} is not there) nor an export ({MANIFEST} is not there)"
            if path.is_dir()
            else f"there is no folder {path}"
        ) from None


def show(path: Path, *, as_json: bool) -> None:
    """Print what a run or an export records, in words or as the JSON it is kept in.

    Raises:
        ArtifactNotFoundError: when there is neither.
        DamagedArtifactError: naming each file that does not match.
    """
    kind, folder = locate(path)
    if kind == "run":
        (record, history), text = read_steadily(folder, lambda: (read_record(folder), _text(folder / RUN)))
        if as_json:
            click.echo(text)
        else:
            print_run(record, history)
            _print_origins(record)
    else:
        export = read_steadily(folder, lambda: open_export(folder))
        if as_json:
            click.echo(export.read(MANIFEST).decode().rstrip("\n"))
        else:
            _print_export(export.manifest, folder)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8").rstrip("\n")


def _print_origins(record: RunRecord) -> None:
    """Print what a run was made from, and what was told while it was."""
    click.echo()
    data = {"data": record.provenance.data, "validation data": record.provenance.validation}
    print_fields(
        {name: path for name, path in data.items() if path}
        | {"created": record.created, "versions": _list(record.versions)}
    )
    if record.notes:
        click.echo("\nNotes:")
        for note in record.notes:
            print_text(f"- {note}", indent=2)


def _print_export(manifest: Manifest, folder: Path) -> None:
    """Print what an export takes and gives."""
    print_title(f"{manifest.model.name} for {manifest.target.name or manifest.target.task}, exported to {folder}")
    print_fields(
        {
            **describe_plugins(manifest.model, manifest.regularizers),
            "target": describe_target(manifest.target),
            "parameters": f"{manifest.parameters:,}",
            "seed": str(manifest.seed),
            "training": f"{manifest.seconds:,.1f} s, {manifest.rows:,} rows",
            "formats": ", ".join(_form(record) for record in manifest.forms),
            "created": manifest.created,
            "versions": _list(manifest.versions),
        }
    )
    click.echo()
    inputs = [(one.name, one.tensor, one.tensor_type, one.missing) for one in manifest.inputs]
    print_table(("COLUMN", "TENSOR", "TYPE", "MISSING IS"), inputs)
    if manifest.ignored:
        click.echo()
        print_text(f"signature {PRUNED}: takes these alone; {SERVING}: needs the columns no longer read too")
    click.echo()
    print_table(("OUTPUT", "TYPE", "MEANING"), [(one.name, one.tensor_type, one.meaning) for one in manifest.outputs])
    _print_verification(manifest)
    if manifest.pruned:
        click.echo()
        print_pruning(manifest)
    print_metrics(manifest.metrics)


def _form(record: FormRecord) -> str:
    """Name a format, and the versions of its operators."""
    opsets = ", ".join(f"{domain} {version}" for domain, version in record.opsets.items())
    return f"{record.name} ({opsets})" if opsets else record.name


def _print_verification(manifest: Manifest) -> None:
    """Print how the export did when it was replayed, and what could not be written."""
    click.echo()
    lines = [(one.form, one.runtime, f"{one.rows:,}", f"{one.difference:.2g}") for one in manifest.verified]
    print_table(("VERIFIED", "WITH", "ROWS", "DIFFERENCE"), lines, numbers=("ROWS", "DIFFERENCE"))
    for record in manifest.forms:
        for line in record.omissions:
            click.echo()
            print_text(line)


def _list(versions: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in versions.items())
