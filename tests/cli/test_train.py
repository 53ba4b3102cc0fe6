"""``zoo train``: what it writes, how it is repeated, and what stays as it was."""

import json
import re
import shutil
import tomllib

import pytest

from modelzoo import build, load
from modelzoo.config import TrainConfig, to_toml

from .conftest import TRAIN

pytestmark = pytest.mark.xdist_group("cli")


def losses(run):
    return json.loads((run / "history.json").read_text())


def predictions(said):
    return [json.loads(line)["prediction"] for line in said.out.splitlines()]


def test_a_training_prints_the_last_numbers_and_where_the_run_is(zoo, here):
    said = zoo(f"{TRAIN} --out runs/a")
    last = {name: f"{values[-1]:.6g}" for name, values in losses(here / "runs/a").items()}

    assert said.code == 0
    *numbers, end = said.out.splitlines()
    assert dict(line.split() for line in numbers) == last
    assert end == "run written to runs/a"


def test_what_was_assumed_and_each_epoch_is_a_plain_line_where_there_is_no_terminal(zoo, here):
    said = zoo(f"{TRAIN} --out run")
    first, *epochs = said.err.splitlines()

    assert first.startswith("target 'price': numbers with ")
    assert [line.split("  ")[0] for line in epochs] == ["epoch 1/2", "epoch 2/2"]
    for place, line in enumerate(epochs):
        _, seconds, speed, *numbers = line.split("  ")
        assert (seconds.endswith(" s"), speed.endswith(" rows/s")) == (True, True)
        if place == 0:
            left, *numbers = numbers
            assert re.fullmatch(r"at most [\d.]+ s left", left)
        assert numbers == [f"{name} {values[place]:.4g}" for name, values in losses(here / "run").items()]
    assert "\r" not in said.err


def test_every_option_reaches_the_run(zoo, here):
    line = (
        "train --model wide_deep --data train.csv --target price --task regression --columns carat,depth,cut "
        "--drop depth --set hidden=[5] --set activation=tanh --regularizer l2 --regularizer dropout:rate=0.3 "
        "--optimizer sgd --learning-rate 1e-4 --epochs 1 --batch-size 50 --seed 9 --validation 0.5 --out run "
        "--schedule cosine --warmup 0.1 --decay-to 0.2 --clip-norm 2 --precision mixed_bfloat16"
    )
    assert zoo(line).code == 0

    model = load(here / "run")
    training = model.fitted.facts.training.model_dump()
    assert (model.name, model.task) == ("wide_deep", "regression")
    assert model.spec.model_dump() == {"hidden": (5,), "activation": "tanh"}
    assert model.regularizers == ({"name": "l2", "strength": 1e-4}, {"name": "dropout", "rate": 0.3})
    assert {column.name for column in model.schema.raw} == {"carat", "cut"}
    assert training == training | {
        "optimizer": "sgd", "learning_rate": 1e-4, "epochs": 1, "batch_size": 50, "seed": 9, "validation": 0.5,
        "schedule": "cosine", "warmup": 0.1, "decay_to": 0.2, "clip_norm": 2.0, "clip_value": None,
        "precision": "mixed_bfloat16",
    }  # fmt: skip
    assert (model.fitted.facts.rows, model.fitted.facts.validation_rows) == (150, 150)


def test_a_tenth_is_held_back_when_nothing_is_said(zoo, here):
    assert zoo(f"{TRAIN} --out run").code == 0

    assert load(here / "run").fitted.facts.validation_rows == 30


def test_no_row_is_held_back_when_validation_is_0(zoo, here):
    assert zoo(f"{TRAIN} --validation 0 --out run").code == 0

    assert load(here / "run").fitted.facts.validation_rows == 0


def test_a_file_of_rows_validates(zoo, here):
    shutil.copy("train.csv", "late.csv")

    assert zoo(f"{TRAIN} --validation late.csv --out run").code == 0
    assert load(here / "run").fitted.facts.validation_rows == 300


def test_a_csv_file_without_a_header_line_takes_the_names_of_all_columns(zoo, here):
    header, *rows = (here / "train.csv").read_text().splitlines()
    (here / "bare.csv").write_text("\n".join(rows) + "\n")
    names = header.replace('"', "")

    assert zoo(f"train --model linear --data bare.csv --target price --columns {names} --epochs 1 --out run").code == 0
    assert zoo("evaluate run --data bare.csv").out == zoo("evaluate run --data train.csv").out
    assert zoo("train --config run/train.toml --out again").code == 0
    assert losses(here / "again") == losses(here / "run")
    assert zoo("export run --to exports --format onnx").code == 0
    exported, run = zoo("predict exports --data bare.csv"), zoo("predict run --data train.csv")
    assert predictions(exported) == pytest.approx(predictions(run), rel=1e-5)


def test_the_stored_toml_repeats_the_training_to_the_bit(zoo, here):
    line = "--set hidden=[8,4] --regularizer dropout:rate=0.3 --regularizer l2 --epochs 3 --seed 5 --batch-size 64"
    assert zoo(f"train --model wide_deep --data train.csv --target price {line} --out first").code == 0

    assert zoo("train --config first/train.toml --out second").code == 0
    assert losses(here / "second") == losses(here / "first")
    assert (here / "second/train.toml").read_text() == (here / "first/train.toml").read_text()


def test_weights_and_a_split_by_time_are_repeated_from_the_stored_toml(zoo, here):
    line = "--class-weight balanced --weight-column carat --validation time:depth=0.2 --drop depth --epochs 2"
    assert zoo(f"train --model linear --data train.csv --target cut {line} --out first").code == 0

    stored = tomllib.loads((here / "first/train.toml").read_text())
    assert {name: stored[name] for name in ("class_weight", "weight_column", "validation")} == {
        "class_weight": "balanced", "weight_column": "carat", "validation": "time:depth=0.2"
    }  # fmt: skip
    assert not {"carat", "depth"} & {column.name for column in load(here / "first").schema.raw}
    assert zoo("train --config first/train.toml --out second").code == 0
    assert losses(here / "second") == losses(here / "first")


def test_weights_by_label_stand_in_the_stored_toml(zoo, here):
    line = "train --model linear --data train.csv --target cut --epochs 1 --class-weight Fair=3,Good=0.5 --out first"
    assert zoo(line).code == 0

    assert tomllib.loads((here / "first/train.toml").read_text())["class_weight"] == {"Fair": 3.0, "Good": 0.5}
    assert zoo("train --config first/train.toml --out second").code == 0
    assert losses(here / "second") == losses(here / "first")


def test_a_run_trained_from_python_without_validation_is_repeated_without(zoo, here):
    build("linear").fit("train.csv", target="price", epochs=2, out="run", verbose=0)

    assert tomllib.loads((here / "run/train.toml").read_text())["validation"] == 0
    assert zoo("train --config run/train.toml --out again").code == 0
    assert losses(here / "again") == losses(here / "run")


def test_a_run_of_rows_in_memory_is_repeated_with_data_given(zoo, refusal, here, diamonds):
    build("linear").fit(diamonds, target="price", epochs=2, out="run", verbose=0)

    assert refusal("train --config run/train.toml --out again") == (
        "missing --data: to be given here, or in the file of --config"
    )
    assert zoo("train --config run/train.toml --data train.csv --out again").code == 0
    assert losses(here / "again") == losses(here / "run")


def test_options_come_before_what_the_toml_says(zoo, here):
    (here / "mine.toml").write_text(
        'model = "wide_deep"\ndata = "train.csv"\ntarget = "price"\nepochs = 50\nvalidation = 0\nout = "elsewhere"\n'
        'regularizers = ["l2"]\n[settings]\nhidden = [4]\nactivation = "tanh"\n'
    )
    line = "train --config mine.toml --epochs 1 --set hidden=[3] --regularizer dropout --validation 0.5 --out run"

    assert zoo(line).code == 0
    model = load(here / "run")
    assert (model.fitted.facts.training.epochs, model.fitted.facts.training.validation) == (1, 0.5)
    assert model.spec.model_dump() == {"hidden": (3,), "activation": "tanh"}
    assert [regularizer["name"] for regularizer in model.regularizers] == ["dropout"]
    assert not (here / "elsewhere").exists()


def test_everything_can_stand_in_the_toml(zoo, here):
    (here / "mine.toml").write_text(
        'model = "linear"\ndata = "train.csv"\ntarget = "price"\nepochs = 1\nout = "run"\ncolumns = ["carat"]\n'
    )

    assert zoo("train --config mine.toml").code == 0
    assert [column.name for column in load(here / "run").schema.raw] == ["carat"]


def test_one_way_to_clip_takes_the_place_of_the_other_in_the_file(zoo, here):
    settings = (
        'model = "linear"\ndata = "train.csv"\ntarget = "price"\nepochs = 1\nschedule = "linear"\nclip_norm = 1\n'
    )
    (here / "mine.toml").write_text(settings)

    assert zoo("train --config mine.toml --clip-value 0.5 --out run").code == 0
    stored = tomllib.loads((here / "run/train.toml").read_text())
    assert (stored["schedule"], stored["clip_value"], "clip_norm" in stored) == ("linear", 0.5, False)


def test_a_configuration_as_toml_leaves_out_what_is_not_set():
    assert tomllib.loads(to_toml(TrainConfig(model="linear"))) == {
        "model": "linear", "optimizer": "adam", "learning_rate": 0.001, "schedule": "constant", "warmup": 0,
        "decay_to": 0, "memory": "1GB", "checkpoint_every": 30, "precision": "float32", "seed": 0,
        "validation": 0,
    }  # fmt: skip


def test_a_setting_that_is_none_is_left_out_of_the_toml_at_any_depth():
    config = TrainConfig(
        model="tree",
        settings={"depth": None, "tables": [{"a": None, "b": 1}]},
        regularizers=[{"name": "r", "rate": None}],
    )

    written = tomllib.loads(to_toml(config))

    assert (written["settings"], written["regularizers"]) == ({"tables": [{"b": 1}]}, [{"name": "r"}])


def test_overwriting_replaces_the_run(zoo, here):
    assert zoo(f"{TRAIN} --seed 1 --out run").code == 0
    before = losses(here / "run")

    assert zoo(f"{TRAIN} --seed 2 --out run --overwrite").code == 0
    assert losses(here / "run") != before


def test_a_loss_that_leaves_the_finite_numbers_ends_with_what_was_learnt(zoo, here):
    said = zoo("train --model linear --data train.csv --target price --optimizer sgd --learning-rate 1000 --out run")

    assert said.code == 1
    kept, error = said.err.splitlines()[-2:]
    assert kept == "what was learnt until then is kept in run"
    assert error.startswith("Error: epoch ")
    assert "the loss is not finite at step " in error
    assert json.loads((here / "run/run.json").read_text())["status"] == "stopped"


def test_a_schema_written_by_hand_stands_in_the_configuration_and_repeats_the_training(zoo, here):
    columns = [{"kind": "numeric", "name": "carat"}, {"kind": "categorical", "name": "cut", "max_size": 2}]
    model = build("linear", schema={"columns": columns})
    model.fit("train.csv", target="price", epochs=2, out="run", verbose=0)

    assert zoo("train --config run/train.toml --out again").code == 0

    assert load("again").fitted.history == model.fitted.history
    assert load("again").schema == model.schema
    refitted = load("again").fit("train.csv", target="price", epochs=2, verbose=0)
    assert refitted.history == model.fitted.history
