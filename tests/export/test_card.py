"""The model card of an export: its examples run as they stand, and nothing in a name is taken for markup."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import modelzoo
from modelzoo.export.calls import calls
from modelzoo.export.folder import open_export
from modelzoo.export.manifest import FormRecord, Ignored
from modelzoo.export.markdown import code, table, text

pytestmark = pytest.mark.xdist_group("export")

ROWS = 48
DRAW = np.random.default_rng(5)
LABELS = ["no | `never`", "yes,\n*always*"]
TABLE = {
    "a|b `c` *d*": DRAW.normal(20, 3, ROWS),
    "line\nbreak": DRAW.choice(["it's", '"quoted"', "$HOME"], ROWS).tolist(),
    "label": DRAW.integers(0, 4, ROWS),
    "when": np.datetime64("2024-01-01", "us") + DRAW.integers(0, 10**13, ROWS).astype("timedelta64[us]"),
    "picture": DRAW.normal(0, 1, (ROWS, 2, 3)),
}


def blocks(card, language):
    """Return the examples in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", card, re.DOTALL | re.MULTILINE)


def last_value(source):
    """Run Python as it stands, and return the value of its last expression."""
    space = {}
    exec(
        source.replace("predictor.predict(", "found = predictor.predict(").replace(
            "session.run(", "found = session.run("
        ),
        space,
    )
    return space["found"]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    model = modelzoo.build("dnn", hidden=[4])
    model.fit(TABLE, [LABELS[row % 2] for row in range(ROWS)], epochs=1, batch_size=16, verbose=0)
    folder = model.export(tmp_path_factory.mktemp("cards"), formats="onnx")
    return model, folder, (folder / "README.md").read_text(encoding="utf-8")


def test_every_example_predicts_what_the_model_does(made, monkeypatch):
    model, folder, card = made
    monkeypatch.chdir(folder)
    ours, any_runtime = blocks(card, "python")
    (shell,) = blocks(card, "sh")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])

    said = subprocess.run(["sh", "-c", shell], capture_output=True, check=True, env=os.environ | {"PATH": path})

    row = json.loads(re.search(r"printf '%s\\n' '(.*)' \|", shell)[1].replace("'\\''", "'"))
    share = model.predict([row])[0]
    np.testing.assert_allclose(last_value(ours), [share], rtol=1e-5)
    label, probabilities = last_value(any_runtime)
    np.testing.assert_allclose(probabilities, [[1 - share, share]], rtol=1e-5)
    printed = json.loads(said.stdout)
    assert printed["label"] == label[0] == LABELS[int(share > 0.5)]
    np.testing.assert_allclose(list(printed["probabilities"].values()), [1 - share, share], rtol=1e-5)


def test_of_a_pruned_export_the_signature_is_called_that_needs_no_unread_column(made):
    opened = open_export(made[1])
    forms = (FormRecord(name="savedmodel", files=()),)
    ignored = (Ignored(name="unread", type="array", shape=(2,)),)
    manifest = opened.manifest.model_copy(update={"forms": forms, "ignored": ignored})

    said = "\n".join(calls(manifest, opened.encoder()))

    body = json.loads(re.search(r"curl -d '(.*)'", said)[1].replace("'\\''", "'"))
    assert body["signature_name"] == "pruned"
    assert [list(row) for row in body["instances"]] == [[each.tensor for each in manifest.inputs]]


def test_names_break_no_table_and_are_no_markup(made):
    card = made[2]

    tables = [line for line in card.splitlines() if line.startswith("|")]
    assert "| `a\\|b 'c' *d*` | number | as NaN in tensors |" in tables
    assert '| `line break` | text | as "" in tensors |' in tables
    assert "Classes: `no | 'never'`, `yes, *always*`." in card
    assert {line.replace("\\|", "").count("|") for line in tables} == {3, 4}


def test_the_row_it_shows_is_made_up(made):
    card = made[2]
    numbers = {f"{number!r}" for number in TABLE["a|b `c` *d*"].tolist()}

    assert not any(number in card for number in numbers)


@pytest.mark.parametrize(("name", "shown"), [("", "`''`"), (" \n", "`''`"), ("a`b", "`a'b`"), ("a|b", "`a|b`")])
def test_any_name_is_shown_as_code(name, shown):
    assert code(name) == shown


def test_bars_do_not_part_the_cells_they_are_in():
    assert list(table(["a"], [[code("x|y")], [text("x|*y*")]]))[2:] == [r"| `x\|y` |", r"| x\|\*y\* |"]
