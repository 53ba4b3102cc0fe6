"""A stranger's package, ``examples/third_party_plugin``, built, installed from its wheel, and used."""

import json
import shlex
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from modelzoo.data.files import read, write

from .conftest import must

pytestmark = pytest.mark.xdist_group("distributions")  # the wheels are built once, when run with --dist loadgroup

BROUGHT = """
import json
from importlib.metadata import distributions
print(json.dumps(sorted(found.name for found in distributions())))
"""

LISTED = """
import json
from modelzoo_registry import installed
print(json.dumps([[found.entry.name, found.entry.source, found.state, found.cause] for found in installed().status()]))
"""

LINES = """
import shlex, sys
from modelzoo.cli.group import run

sys.exit(any(run(shlex.split(line)) for line in sys.argv[1:]))
"""

IN_PYTHON = """
import json, shlex, sys
import keras
import modelzoo
from modelzoo.cli.group import run
from modelzoo_registry import Weight
from zoo_residual.orthogonal import Orthogonal

assert run(shlex.split(sys.argv[1])) == 0
model = modelzoo.build("residual_mlp", width=8, regularizers=[{"name": "orthogonal", "strength": 0.01}])
model.fit("houses.csv", target="price", epochs=2, batch_size=32, verbose=0)
before = model.predict("houses.csv")
after = modelzoo.load(model.save("saved")).predict("houses.csv")

def penalty(values):
    kernel = keras.Variable(values)
    penalty = Orthogonal(Orthogonal.Spec(strength=0.5)).penalty(Weight("kernel", kernel.shape, None, "deep", None))
    return float(penalty(kernel))

print(json.dumps({
    "before": before.tolist(),
    "after": after.tolist(),
    "penalised": [weight.path for weight in model.keras.trainable_variables if weight.regularizer],
    "alike": penalty([[1.0, 1.0], [0.0, 1.0]]),
    "at right angles": penalty([[3.0, 0.0], [0.0, 0.5]]),
    "more units than inputs": penalty([[1.0, 2.0]]),
    "of a convolution": penalty([[[1.0, 1.0]], [[0.0, 1.0]]]),
}))
"""


@pytest.fixture(scope="module")
def alone(installed):
    """The programs of an environment with the stranger's package and what that asks for."""
    return installed("zoo-residual")


@pytest.fixture(scope="module")
def folder(rows_for, tmp_path_factory):
    """A folder with ``houses.csv``."""
    folder = tmp_path_factory.mktemp("houses")
    write(pa.table(rows_for("regression")[0]), folder / "houses.csv")
    return folder


@pytest.fixture(scope="module")
def zoo(workplace, folder):
    """Return a caller of ``zoo`` in that folder; it gives what was printed."""
    return lambda line: must(workplace / "zoo", *shlex.split(line), cwd=folder)


@pytest.fixture(scope="module")
def in_python(workplace, folder):
    """What a process told that left a run of ``zoo``, ``run``, then trained the model, saved and loaded it."""
    line = (
        "train --model residual_mlp --set width=8 --set blocks=1 --regularizer orthogonal:strength=0.01 "
        "--data houses.csv --target price --epochs 2 --batch-size 32 --out run"
    )
    return json.loads(must(workplace / "python", "-c", IN_PYTHON, line, cwd=folder).splitlines()[-1])


@pytest.fixture(scope="module")
def evaluated(in_python, workplace, folder):
    """What another process printed that evaluated that run, exported it, and left what run and export predict."""
    lines = ["evaluate run --data houses.csv --json", "export run --to exports"]
    lines += [f"predict {scorer} --data houses.csv --out {scorer}.jsonl" for scorer in ("run", "exports")]
    return must(workplace / "python", "-c", LINES, *lines, cwd=folder).partition("verified with")[0]


def test_it_brings_the_registry_and_what_that_needs_and_nothing_else(alone, tmp_path):
    assert json.loads(must(alone / "python", "-c", BROUGHT, cwd=tmp_path)) == [
        "annotated-types", "modelzoo-registry", "packaging", "pluggy", "pydantic", "pydantic_core", "typing-inspection",
        "typing_extensions", "zoo-residual",
    ]  # fmt: skip


def test_it_is_found_where_there_is_neither_tensorflow_nor_numpy(alone, tmp_path):
    assert json.loads(must(alone / "python", "-c", LISTED, cwd=tmp_path)) == [
        ["residual_mlp", "zoo-residual 0.1.0", "ok", ""],
        ["orthogonal", "zoo-residual 0.1.0", "ok", ""],
    ]


@pytest.mark.parametrize("module", ["modelzoo", "modelzoo_registry", "modelzoo_plugins", "zoo_residual"])
def test_what_is_used_here_comes_from_the_wheels(workplace, tmp_path, module):
    found = must(workplace / "python", "-c", f"import {module}; print({module}.__file__)", cwd=tmp_path)

    assert Path(found).is_relative_to(workplace.parent)


def test_zoo_lists_both_with_where_they_come_from(zoo):
    listed = [line.split() for line in zoo("list").splitlines()]

    assert [words[:4] for words in listed if "zoo-residual" in words] == [
        ["residual_mlp", "model", "zoo-residual", "0.1.0"],
        ["orthogonal", "regularizer", "zoo-residual", "0.1.0"],
    ]


def test_zoo_shows_the_settings_with_defaults_and_bounds(zoo):
    shown = zoo("show residual_mlp")

    assert shown.startswith("residual_mlp: a model of zoo-residual 0.1.0\n")
    assert "  blocks = 2\n      residual blocks, one behind the other\n      a whole number, 1 to 128\n" in shown


def test_a_run_is_evaluated(evaluated):
    metrics = json.loads(evaluated)

    assert sorted(metrics) == ["mae", "rmse"]
    assert np.isfinite(list(metrics.values())).all()


def test_the_run_and_its_export_predict_the_same_numbers(evaluated, folder):
    run, export = (read(folder / f"{scorer}.jsonl")["prediction"].to_numpy() for scorer in ("run", "exports"))

    assert len(run) == 160
    np.testing.assert_allclose(export, run, rtol=1e-5)


def test_in_python_a_run_predicts_the_bits_of_before_it_was_saved(in_python):
    assert in_python["after"] == in_python["before"]


def test_the_regularizer_finds_every_kernel_of_the_deep_part_and_nothing_else(in_python):
    assert in_python["penalised"] == [
        "projection/kernel", "block_1_hidden/kernel", "block_1_change/kernel", "block_2_hidden/kernel",
        "block_2_change/kernel", "logits/kernel",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("kernel", "penalty"),
    [("alike", 1.0), ("at right angles", 0.0), ("more units than inputs", 0.0), ("of a convolution", 1.0)],
)
def test_the_penalty_is_strength_times_the_squared_products_between_units(in_python, kernel, penalty):
    assert in_python[kernel] == pytest.approx(penalty)
