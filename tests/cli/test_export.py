"""``zoo export`` of a run with weights that are zero, and what ``zoo show`` and ``zoo predict`` make of the export."""

import json
import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

import modelzoo
from modelzoo.cli.pruning import print_pruning
from modelzoo.export.folder import find_export, open_export
from modelzoo.export.manifest import Ignored, Manifest
from modelzoo.prune.reading import Removal

VERIFIED = r"verified with \d+ rows in (savedmodel, )?predictor.*: largest relative difference [0-9.e-]+"
NOTHING = "nothing to remove: there is no unit, value or column whose weights are all exactly zero\n"
LEFT_OUT = """\
REMOVED               BEFORE  AFTER
input columns              9      7
values of cut              5      3
buckets of x_buckets      {:2}      0
parameters               {}     {}

no longer read, accepted and passed over: depth, table
"""


@pytest.fixture
def sparse(beside):
    """The working folder with a run, ``sparse``: without depth, table, the buckets of x and two values of cut."""
    model = modelzoo.load(beside / "run")
    encoder, wide = model.fitted.encoder, model.keras.get_layer("wide")
    numbers = [fitted.column.name for fitted in encoder.columns if fitted.kind == "numeric"]
    kernel, table = (np.array(each.numpy()) for each in (model.keras.get_layer("logits").kernel, wide.table))
    kernel[[numbers.index("depth"), numbers.index("table")]] = 0
    starts = dict(zip([layout.name for layout in encoder.id_layout], np.cumsum([0, *wide.sizes]), strict=False))
    for name in ("depth_buckets", "table_buckets", "x_buckets"):
        start = starts[name]
        table[start : start + encoder.id_layout[[*starts].index(name)].size] = 0
    table[[starts["cut"] + 1, starts["cut"] + 2]] = table[starts["cut"]]
    model.keras.get_layer("logits").kernel.assign(kernel)
    wide.table.assign(table)
    model.save(beside / "sparse")
    return beside


def test_what_was_removed_is_told_shown_and_needs_not_be_given(zoo, sparse):
    said = zoo("export sparse --to smaller --prune")
    export = find_export(sparse / "smaller")
    (x,) = (each for each in modelzoo.load(sparse / "sparse").fitted.encoder.columns if each.column.name == "x_buckets")
    before, after = modelzoo.load(sparse / "sparse").keras.count_params(), open_export(export).manifest.parameters
    told = LEFT_OUT.format(x.size - 1, before, after)
    assert said.code == 0
    assert re.fullmatch(rf"{re.escape(told)}\n{VERIFIED}\nexported to smaller/{export.name}\n", said.out)
    shown = zoo("show smaller").out
    assert f"\n\n{told}\nMETRIC" in shown
    signatures = "signature pruned: takes these alone; serving_default: needs the columns no longer read too"
    assert signatures in " ".join(shown.split())

    rows = [json.loads(line) for line in (sparse / "new.jsonl").read_text().splitlines()]
    less = [{name: row[name] for name in row if name not in ("depth", "table")} for row in rows]
    (sparse / "less.jsonl").write_text("".join(json.dumps(row) + "\n" for row in less))
    whole, some = zoo("predict smaller --data new.jsonl"), zoo("predict smaller --data less.jsonl")
    expected = [json.loads(line)["prediction"] for line in zoo("predict sparse --data new.jsonl").out.splitlines()]
    assert whole == some
    found = [json.loads(line)["prediction"] for line in whole.out.splitlines()]
    # Predictions are scaled float32 until the last step: what rounding leaves is of the largest, not of each.
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * np.abs(expected).max())


def test_a_run_is_exported_whole_unless_a_regularizer_or_prune_asks_for_less(zoo, sparse):
    for line in ("export sparse --to whole --format onnx", "export sparse --to whole --no-prune --format onnx"):
        said = zoo(line)
        assert re.fullmatch(rf"{VERIFIED}\nexported to whole/\d{{14}}\n", said.out)
    assert "nothing to remove" not in zoo("show whole").out


def test_that_there_was_nothing_to_remove_is_told_in_a_line(zoo, beside):
    said = zoo("export run --to same --prune --format onnx")

    assert re.match(rf"{NOTHING}\n{VERIFIED}\nexported to same/", said.out)


@pytest.fixture
def printed(trained, capsys):
    """Return a printer of an export's manifest with other settings."""
    manifest = open_export(trained / "exports").manifest

    def printed(**settings):
        print_pruning(Manifest.model_validate({**manifest.model_dump(), **settings}))
        return capsys.readouterr().out

    return printed


def test_layers_that_were_left_as_they_are_are_named(printed):
    said = printed(barriers=("block_1_norm (LayerNormalization)", "gate (Gate)"))

    assert said.startswith(f"{NOTHING}\nleft as they are, ")
    named = "since pruning does not know them: block_1_norm (LayerNormalization), gate (Gate)"
    assert " ".join(said.split()).endswith(named)


def test_of_very_many_removals_and_columns_the_first_are_told(printed):
    removed = [Removal(f"values of c{place}", 1_234, place) for place in range(100)]
    ignored = [Ignored(name=f"c{place}", type="number") for place in range(1_000)]

    said = printed(removed=[*removed, Removal("parameters", 10_000, 9_000)], ignored=ignored)

    table, _, columns = said.partition("\n\n")
    lines = table.splitlines()
    assert len(lines) == 1 + 24
    assert lines[-3:] == ["values of c21   1,234     21", "and 78 more", "parameters     10,000  9,000"]
    assert " ".join(columns.split()).endswith("c8, c9 and 990 more")


def environments():
    """Yield what each process that is alive was started with."""
    for path in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            yield path.read_bytes()


def test_stopped_it_leaves_neither_files_nor_processes(beside):
    scratch = beside / "scratch"
    scratch.mkdir()
    words = [Path(sys.executable).with_name("zoo"), "export", "run", "--to", "new", "--format", "onnx"]
    with subprocess.Popen(words, env=os.environ | {"TMPDIR": f"{scratch}"}, stderr=subprocess.PIPE) as process:
        while not list(beside.glob("new/.export.*.partial")):
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        said = process.stderr.read()

    assert (process.returncode, said.endswith(b"\nError: stopped\n")) == (143, True)
    assert list((beside / "new").iterdir()) == list(scratch.glob("modelzoo-*")) == []
    assert not any(f"TMPDIR={scratch}".encode() in each for each in environments())
