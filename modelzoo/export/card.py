"""Write the model card of an export, ``README.md``: what it predicts, from what, how good, and how to call it."""

from __future__ import annotations

from collections.abc import Iterator

from ..columns.encoder import Encoder
from ..columns.words import count, describe_raw
from .calls import calls
from .manifest import Input, Manifest
from .markdown import code, table, text

CARD = "README.md"
_MOST_COLUMNS = 100
_TASKS = {
    "regression": "a number",
    "binary": "which of two classes",
    "multiclass": "which of several classes",
    "reconstruction": "its own inputs, from a short code",
}
_METRIC_OF = "Measured on the rows it was trained on, while it learnt; with `val_` in front, on rows held back."


def card(manifest: Manifest, encoder: Encoder) -> str:
    """Return the text, Markdown, without a row of the training data: the row it shows is made up."""
    sections = (
        _title(manifest),
        _columns(manifest, encoder),
        _quality(manifest),
        calls(manifest, encoder),
        _origin(manifest),
    )
    return "\n\n".join(map("\n".join, sections)) + "\n"


def _title(manifest: Manifest) -> Iterator[str]:
    target = manifest.target
    yield f"# {manifest.model.name} for {text(target.name or target.task)}"
    yield ""
    what = f"**{text(target.name)}**, {_TASKS[target.task]}," if target.name else f"{_TASKS[target.task]},"
    yield f"Predicts {what} from {count(len(manifest.inputs), 'raw column', 'raw columns')}."
    if target.labels:
        yield f"Classes: {', '.join(code(label) for label in target.labels)}."
    yield ""
    yield from table(
        ("output", "type", "meaning"),
        [(code(one.name), one.tensor_type, text(one.meaning)) for one in manifest.outputs],
    )


def _columns(manifest: Manifest, encoder: Encoder) -> Iterator[str]:
    yield "## Columns"
    yield ""
    raw = {each.name: each for each in encoder.raw}
    shown = manifest.inputs[:_MOST_COLUMNS]
    yield from table(
        ("column", "holds", "missing values"),
        [(code(one.name), describe_raw(raw[one.name]), _missing(one)) for one in shown],
    )
    if len(shown) < len(manifest.inputs):
        yield ""
        yield f"and {len(manifest.inputs) - len(shown):,} more, listed in `zoo.json`."
    if manifest.ignored:
        yield ""
        yield f"Accepted and passed over: {count(len(manifest.ignored), 'further column', 'further columns')}."


def _quality(manifest: Manifest) -> Iterator[str]:
    yield "## How good it is"
    yield ""
    yield from table(("metric", "value"), [(code(name), _number(value)) for name, value in manifest.metrics.items()])
    yield ""
    yield f"{_METRIC_OF} Trained on {manifest.rows:,} rows."
    yield ""
    yield "Rows unlike those of its training get predictions too; nothing here says how good these are."


def _origin(manifest: Manifest) -> Iterator[str]:
    plugins = [manifest.model, *manifest.regularizers]
    yield "## Where it comes from"
    yield ""
    facts = [
        ("plugins", ", ".join(f"{one.name} of {one.distribution} {one.version}" for one in plugins)),
        ("parameters", f"{manifest.parameters:,}"),
        ("seed", str(manifest.seed)),
        ("training", f"{manifest.seconds:,.1f} s"),
        ("exported", manifest.created),
        ("versions", ", ".join(f"{name} {version}" for name, version in manifest.versions.items())),
    ]
    yield from table(("what", "which"), [(name, text(value)) for name, value in facts])
    for record in manifest.forms:
        for line in record.omissions:
            yield ""
            yield text(line)
    if manifest.verified:
        rows, far = manifest.verified[0].rows, max(one.difference for one in manifest.verified)
        forms = ", ".join(one.form for one in manifest.verified)
        yield ""
        yield f"Before it was handed out, {rows:,} rows were replayed in fresh processes ({forms}):"
        yield f"the largest relative difference from the model was {far:g}. `sha256sum -c SHA256SUMS` checks the files."


def _missing(one: Input) -> str:
    return "refused" if one.required else f"as {one.missing} in tensors"


def _number(value: float | None) -> str:
    return "not a number" if value is None else f"{value:.6g}"
