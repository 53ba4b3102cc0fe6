"""Generate the parts of the README and of the site that would drift if they were written by hand.

``make docs`` writes them, ``make lint`` checks them.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

import click
from click.testing import CliRunner
from modelzoo_registry import installed
from pyarrow import parquet

from modelzoo import datasets
from modelzoo.cli.group import own_command, zoo
from modelzoo.cli.kinds import Kind, describe_kinds
from modelzoo.columns.schema import KINDS
from modelzoo.commands import COMMANDS

RESULTS = Path(__file__).parent.parent / "benchmarks" / "results"
WIDTH, NARROW = 100, 80
"""Columns of the help in the README, and on the site, which has less room for them."""

_POLICIES = {
    "mean": "becomes the mean of the training rows, as they are scaled; of dates, the middle of every circle",
    "median": "becomes their median, a value that occurs",
    "constant": "becomes the value of `fill`, which stands beside it",
    "own": "is a category, or a bucket, of its own",
    "unseen": "counts as a value that training never saw",
    "reject": "is an error that names column and rows",
}
"""What each policy makes of a missing value."""


_REPLACES = {
    "numeric": "`numeric_column`",
    "categorical": "`categorical_column_with_vocabulary_list`, `indicator_column`",
    "hashed": "`categorical_column_with_hash_bucket`",
    "bucketized": "`bucketized_column`",
    "crossed": "`crossed_column`",
    "datetime": "nothing: dates had to be taken apart by hand",
    "array": "`Input(shape=...)`, `numeric_column(shape=...)`",
}
"""The feature columns of TensorFlow whose place each kind takes."""

_READS = {
    "numeric": "number",
    "bucketized": "number",
    "crossed": "two to eight entries with ids",
    "array": "numbers of one shape",
}
"""What the kinds read that have no setting ``dtype``."""


def command_help(*names: str) -> str:
    """Return the help of ``zoo`` and of the named commands as one block of Markdown."""
    texts = [_help(zoo, "zoo"), *(_help(_command(name), f"zoo {name}") for name in names)]
    return "```text\n" + "\n\n".join(texts) + "\n```"


def commands() -> str:
    """Return the help of ``zoo`` and of every command, each under a heading, as Markdown."""
    named = {"zoo": zoo} | {f"zoo {name}": _command(name) for name in COMMANDS}
    texts = {title: _help(command, title, NARROW) for title, command in named.items()}
    return "\n\n".join(f"## {title}\n\n```text\n{text}\n```" for title, text in texts.items())


def odd_values() -> str:
    """Return what becomes of odd values as a table."""
    from odd_values import table

    return table()


def plugins(kind: str) -> str:
    """Return the built-in plugins of a kind as a table."""
    rows = [
        f"| `{status.entry.name}` | {status.summary} |"
        for status in installed().status(kind)
        if status.entry.distribution == "modelzoo-plugins"
    ]
    return "\n".join([f"| {kind} | what it does |", "|---|---|", *rows])


def schema(target: str, *columns: str) -> str:
    """Return what ``zoo schema`` prints for a target and columns of the diamonds as one block of TOML."""
    with TemporaryDirectory() as folder, contextlib.chdir(folder):
        parquet.write_table(datasets.load("diamonds"), "diamonds.parquet")
        words = ["schema", "diamonds.parquet", "--target", target, "--columns", ",".join(columns)]
        printed = CliRunner().invoke(zoo, words, catch_exceptions=False)
    return f"```toml\n{printed.stdout}```"


def policies() -> str:
    """Return the policies for missing values, with the kinds that take each, as a table."""
    choices = {name: kind.model_fields["missing"] for name, kind in KINDS.items() if "missing" in kind.model_fields}
    takers = {
        policy: ", ".join(
            f"**{name}**" if field.default == policy else name
            for name, field in choices.items()
            if policy in get_args(field.annotation)
        )
        for policy in dict.fromkeys(policy for field in choices.values() for policy in get_args(field.annotation))
    }
    rows = [f"| `{policy}` | {_POLICIES[policy]} | {names} |" for policy, names in takers.items()]
    head = ["| `missing =` | a missing value | taken by (**by default**) |", "|---|---|---|"]
    return "\n".join([*head, *rows])


def columns() -> str:
    """Return what each kind of column replaces, takes and becomes, as a table."""
    rows = [
        f"| [`{kind.name}`](../reference/schema.md#{kind.name}) | {_REPLACES[kind.name]} | {_raw(kind)} "
        f"| {_cell(kind.paragraphs[0])} |"
        for kind in describe_kinds()
    ]
    head = ["| kind | replaces | raw type | what it does |", "|---|---|---|---|"]
    return "\n".join([*head, *rows])


def _raw(kind: Kind) -> str:
    """Say what the raw values of a kind are: what its setting ``dtype`` takes, or what it always reads."""
    dtype = next((setting.takes for setting in kind.settings if setting.name == "dtype"), None)
    return _READS[kind.name] if dtype is None else dtype.removeprefix("one of ").replace(", ", " or ")


def kinds() -> str:
    """Return every kind of column with its settings."""
    return "\n\n".join(map(_kind, describe_kinds()))


def _kind(kind: Kind) -> str:
    rows = [f"| `{one.name}` | {_code(one.default)} | {one.takes} | {_cell(one.meaning)} |" for one in kind.settings]
    table = ["| setting | default | takes | what it means |", "|---|---|---|---|", *rows]
    goes = f"Goes to: {kind.parts}."
    return "\n\n".join([f"### {kind.name}", *kind.paragraphs, goes, "\n".join(table)])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _code(default: str) -> str:
    return default if default.startswith("(") else f"`{default}`"


def figures() -> str:
    """Return the measured figures as a table, with the machine they were taken on."""
    listing, quality = _read("listing"), _read("quality")
    start_up, reading = listing["median_seconds"]["start_up"], listing["median_seconds"]["reading"]
    ratio = start_up["import tensorflow"] / start_up["zoo list"]
    without, with_more = reading.values()
    rows = [
        ("`zoo list`, whole process", f"{start_up['zoo list']:.2f} s"),
        ("`python -c 'import tensorflow'`", f"{start_up['import tensorflow']:.2f} s, {ratio:.1f} times as long"),
        (f"reading {listing['plugins']} more plugins' entries", f"{with_more - without:.3f} s"),
        *_many_plugins(),
        ("`zoo demo`, whole process", f"{quality['demo']['seconds']:.0f} s"),
        *_models(quality),
        ("same seed twice: losses, weights", _same(quality["repeatability"])),
        *_columns(),
        *_streaming(),
        *_regularizers(),
        *_pruning(),
    ]
    machine = listing["machine"]
    lines = ["| what | measured |", "|---|---|", *(f"| {what} | {seen} |" for what, seen in rows)]
    return "\n".join(
        [
            *lines,
            "",
            (
                f"On {machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, TensorFlow "
                f"{machine['tensorflow']}; the scripts in `benchmarks/` measure them again."
            ),
        ]
    )


def _many_plugins() -> list[tuple[str, str]]:
    """Return the row about broken and good plugins, where it has been measured."""
    if not (RESULTS / "many_plugins.json").exists():
        return []
    measured = _read("many_plugins")
    what = f"`zoo list` with {measured['broken']} broken and {measured['good']} good plugins, each with its status"
    return [(what, f"{measured['median_seconds']:.2f} s")]


def training() -> str:
    """Return training beside others as a table, with the machine; or how to measure it, where nobody has yet."""
    if not (RESULTS / "training.json").exists():
        return "Not measured yet on this version: `python benchmarks/training.py` does."
    measured = _read("training")
    machine = measured["machine"]
    versions = {"TensorFlow": "tensorflow", "Keras": "keras", "PyTorch": "torch", "scikit-learn": "scikit-learn"}
    on = ", ".join(f"{title} {machine[name]}" for title, name in versions.items() if machine.get(name))
    head = ["| work | beside | ours | theirs | ratio | asked | final errors |", "|---|---|---|---|---|---|---|"]
    lines = [f"| {' | '.join(_compared(row))} |" for row in measured["rows"]]
    where = f"On {machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, {on}; threads as each chooses."
    return "\n".join([*head, *lines, "", f"Medians of {measured['rounds']} rounds. {where}"])


def scoring() -> str:
    """Return scoring beside others as a table, with the machine; or how to measure it, where nobody has yet."""
    if not (RESULTS / "scoring.json").exists():
        return "Not measured yet on this version: `python benchmarks/scoring.py` does."
    measured = _read("scoring")
    machine, bulk, memory = measured["machine"], measured["bulk"], measured["memory"]
    first, one = measured["first_row"], measured["one_row"]
    rows = [
        (
            f"{bulk['rows']:,} rows, `zoo predict` from Parquet to Parquet, the whole process",
            f"{bulk['rows_a_second']:,} rows/s",
            f"`keras.Model.predict` of raw strings in memory, alone: {bulk['keras_rows_a_second']:,} rows/s",
            f"{bulk['ratio']:.2f}×",
            f"at least {bulk['asked']}×",
        ),
        (
            f"{memory['rows']:,} rows, peak of resident memory",
            f"{memory['peak_bytes'] / 1e6:,.0f} MB",
            "",
            "",
            f"at most {memory['asked'] / 1e6:,.0f} MB",
        ),
        (
            "one row of JSON, `zoo predict` in a fresh process",
            f"{first['seconds']:.3f} s",
            f"`import tensorflow` alone: {first['import_tensorflow_seconds']:.2f} s",
            f"1/{1 / first['share']:.1f}",
            f"at most 1/{1 / first['asked']:.0f}",
        ),
        (
            "one row, a dict, in a warm process",
            f"{one['seconds'] * 1e6:.0f} µs",
            f"`keras.Model.predict` of one row: {one['keras_seconds'] * 1e3:.1f} ms",
            f"{one['ratio']:,}×",
            f"at least {one['asked']}×, below {one['asked_seconds'] * 1e6:.0f} µs",
        ),
    ]
    head = ["| work | seen | beside | ratio | asked |", "|---|---|---|---|---|"]
    versions = {"TensorFlow": "tensorflow", "Keras": "keras", "ONNX Runtime": "onnxruntime", "pyarrow": "pyarrow"}
    on = ", ".join(f"{title} {machine[name]}" for title, name in versions.items() if machine.get(name))
    where = f"On {machine['cpu']}, {machine['cores']} cores, Python {machine['python']}, {on}."
    return "\n".join([*head, *map(_row, rows), "", f"Medians of {measured['rounds']} rounds. {where}"])


def _row(cells: tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"


def _compared(row: dict[str, Any]) -> tuple[str, ...]:
    """Return the cells of a comparison."""
    asked = f"at {'least' if row['at_least'] else 'most'} {_times(row, row['asked'])}"
    if "left_out" in row:
        return (row["work"], row["against"], "", "", row["left_out"], asked, "")
    ratio = _times(row, row["ratio"]) if row["counts"] else "does not count: the errors differ"
    errors = [f"{error:.4g}" for error in row["errors"] or ()]
    name = {"train_rmse": "rmse"}.get(row["error"], row["error"])
    figures = [_amount(row[side], row["unit"]) for side in ("ours", "theirs")]
    return (row["work"], row["against"], *figures, ratio, asked, f"{name} {', '.join(errors)}" if errors else "")


def _times(row: dict[str, Any], ratio: float) -> str:
    return f"{ratio:.2%}" if row["unit"] == "of the time" else f"{ratio:.3g}×"


def _amount(value: float, unit: str) -> str:
    match unit:
        case "s":
            return f"{value:.3g} s"
        case "bytes":
            return f"{value / 1e6:,.0f} MB"
        case "FLOP/s":
            return f"{value / 1e9:.0f} GFLOP/s"
        case _:
            return ""


def _models(quality: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield a row for each model on each data set."""
    yield "diamonds, `wide_deep` as in `zoo demo`, test RMSE", _error(quality["demo"])
    for name, measured in quality["diamonds"].items():
        seen = f"{measured['test_rmse']:.4g}, trained in {measured['train_seconds']:.1f} s"
        yield f"diamonds, `{name}` with default settings, test RMSE", seen
    yield "taxi fares, `wide_deep`, raw columns without dates, test RMSE", _error(quality["taxi"])
    yield "taxi fares, `wide_deep`, all raw columns, test RMSE", _error(quality["taxi_with_dates"])
    for name, measured in quality["taxi_examples"].items():
        seen = f"{_error(measured)}, whole process in {measured['seconds']:.0f} s"
        yield f"taxi fares, `examples/{name}`, test RMSE", seen
    for name, measured in quality["digits"].items():
        seen = f"{measured['test_accuracy']:.3f}, trained in {measured['train_seconds']:.1f} s"
        yield f"digits, `{name}` with default settings, test accuracy", seen
    yield (
        "digits, `autoencoder` with default settings, test reconstruction error",
        _reconstruction(quality["autoencoder"]),
    )


def _columns() -> Iterator[tuple[str, str]]:
    """Yield a row for each cost of columns."""
    measured = _read("columns")
    plain, one = measured["encoding"]["6_numeric_8_categorical"], measured["one_row"]["as_row"]
    yield (
        "encoding 6 numbers and 8 texts a row, Arrow in memory",
        f"{plain['rows_per_second'] / 1e6:.1f} million rows/s",
    )
    yield "encoding one such row, given as a dict", f"{one['microseconds_per_row']:.0f} µs"
    ours, keras = (measured["fitting"][name]["median_seconds"] for name in ("encoder", "feature_space"))
    yield "fitting 10 columns of 50,000 numbers", f"{ours:.3f} s (Keras' `FeatureSpace.adapt`: {keras:.1f} s)"


def _streaming() -> Iterator[tuple[str, str]]:
    """Yield a row for each figure of training on more rows than memory holds."""
    measured = _read("streaming")
    streamed, held = measured["streamed"], measured["in_memory"]
    yield (
        f"{streamed['rows'] / 1e6:.0f} million rows of Parquet, one epoch of `linear`, memory = {measured['memory']}",
        f"{streamed['rows_a_second']:,} rows/s, {measured['peak_above_tensorflow_gb']:.2f} GB beside TensorFlow",
    )
    yield f"the same of {held['rows'] / 1e6:.0f} million rows in memory", f"{held['rows_a_second']:,} rows/s"


def _regularizers() -> Iterator[tuple[str, str]]:
    """Yield a row for the zeros of ``l1``, and one for what helps against over-fitting."""
    measured = _read("regularizers")
    noisy, keras = measured["lasso"]["noisy adam"], measured["keras_l1"]["zeros"]
    zeros = f"{noisy['zeros']} (scikit-learn's Lasso: {noisy['zeros_of_the_lasso']}, Keras' L1 penalty: {keras})"
    difference = f"weights within {noisy['largest_difference']:.0e} of the Lasso's"
    yield "200 noisy columns of which 5 matter, `linear` with `l1`: zeros", f"{zeros}, {difference}"
    errors = {name: seen["validation_mse"] for name, seen in measured["overfitting"].items()}
    others = ", ".join(f"`{name}` {error:.2f}" for name, error in errors.items() if name != "none")
    yield (
        "200 noisy rows of 50 columns, `deep_dnn`: validation error, median of 5 seeds",
        f"{errors['none']:.2f}; with {others}",
    )


def _pruning() -> Iterator[tuple[str, str]]:
    """Yield a row for each model that was pruned."""
    for name, seen in _read("pruning").items():
        if name == "machine":
            continue
        before, after = seen["columns_read"]
        size = f"{seen['times_smaller']:.0f} times smaller"
        speed = f"{seen['times_faster']:.0f} times as fast per batch of 1,024"
        yield (
            f"diamonds with 1,000 useless columns, `{name}` with `l1`: the pruned export",
            f"reads {after} of {before:,} columns, {size}, {speed}",
        )


def _reconstruction(measured: dict[str, float]) -> str:
    mean, image = (measured["test_error"] / measured[name] for name in ("of_the_mean", "of_each_pixels_mean"))
    return f"{mean:.3f} of that of predicting the mean, {image:.3f} of that of predicting each pixel's mean"


def _error(measured: dict[str, float]) -> str:
    return f"{measured['test_rmse']:.4g} (predicting the mean: {measured['test_rmse_of_the_mean']:.4g})"


def _same(measured: dict[str, bool]) -> str:
    return ", ".join("the same bits" if same else "DIFFER" for same in measured.values())


def _read(name: str) -> Any:
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))


def _command(name: str) -> click.Command:
    if name not in COMMANDS:
        raise ValueError(f"zoo has no command {name!r}: {', '.join(COMMANDS)}")
    return own_command(name)


def _help(command: click.Command, title: str, width: int = WIDTH) -> str:
    context = click.Context(
        command, info_name=title, terminal_width=width, max_content_width=width, help_option_names=["-h", "--help"]
    )
    return "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
