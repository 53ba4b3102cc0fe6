"""``zoo`` with an autoencoder: no target, rebuilt columns, and how many examples to train on."""

import json
import shutil
import tomllib

import numpy as np
import pytest

import modelzoo
from modelzoo.cli.group import run
from modelzoo.data.files import read

pytestmark = pytest.mark.xdist_group("cli")

TRAIN = "train --model autoencoder --data train.csv --drop price --set hidden=[6] --batch-size 64"


def losses(folder):
    return json.loads((folder / "history.json").read_text())


@pytest.fixture(scope="module")
def coded(trained, tmp_path_factory):
    """A folder with the run ``run`` of an autoencoder over all columns but the price, and its export."""
    folder = tmp_path_factory.mktemp("coded")
    line = f"train --model autoencoder --data {trained / 'train.csv'} --drop price --set hidden=[6] --epochs 5"
    assert run([*line.split(), "--out", f"{folder / 'run'}"]) == 0
    assert run(["export", f"{folder / 'run'}", "--to", f"{folder / 'exports'}", "--format", "onnx"]) == 0
    return folder


@pytest.fixture
def coder(coded, here):
    """The working folder with a copy of both."""
    shutil.copytree(coded / "run", here / "run")
    shutil.copytree(coded / "exports", here / "exports")
    return here


def test_it_trains_without_a_target(zoo, here):
    said = zoo(f"{TRAIN} --epochs 2 --out run")

    assert said.code == 0
    last = {name: f"{values[-1]:.6g}" for name, values in losses(here / "run").items()}
    *numbers, end = said.out.splitlines()
    assert list(last) == ["loss", "reconstruction_error", "val_loss", "val_reconstruction_error"]
    assert dict(line.split() for line in numbers) == last
    assert end == "run written to run"
    assert tomllib.loads((here / "run/train.toml").read_text())["task"] == "reconstruction"


def test_a_target_is_refused_with_what_to_do(refusal, here):
    assert refusal(f"{TRAIN} --target cut --out run") == (
        "a model for reconstruction predicts its own inputs and takes no target:\n"
        "  target: leave it out; if that column is not to be read, drop it (drop=['cut'], --drop cut)"
    )
    assert not (here / "run").exists()


def test_a_csv_file_that_seems_to_have_no_header_line_is_told_what_to_do(zoo, refusal, here):
    (here / "bare.csv").write_text("2019,5.1,red\n2020,4.9,blue\n2021,5.0,red\n2022,5.2,blue\n")
    line = "train --model autoencoder --data bare.csv --validation 0 --epochs 1 --out run"

    assert refusal(line) == (
        "bare.csv seems to have no header line: name all its columns in order (columns=[...], --columns a,b,c):\n"
        "  its first line: 2019, 5.1, red"
    )
    assert zoo(f"{line} --columns year,length,colour").code == 0
    assert len(zoo("predict run --data bare.csv").out.splitlines()) == 4


def test_a_missing_target_is_not_among_what_is_missing(refusal):
    assert refusal("train --model autoencoder") == (
        "missing --data, --out: to be given here, or in the file of --config"
    )


def test_a_task_of_other_models_is_refused(refusal):
    assert refusal(f"{TRAIN} --task regression --target price --out run") == (
        "autoencoder cannot be trained like this:\n  task: regression is not among the model's: reconstruction"
    )


def test_evaluate_prints_the_reconstruction_error(zoo, coder):
    errors = modelzoo.load("run").reconstruction_error("train.csv")

    name, value = zoo("evaluate run --data train.csv").out.split()

    assert (name, float(value)) == ("reconstruction_error", pytest.approx(errors.mean(), rel=1e-5))


def test_predictions_are_the_rebuilt_columns_and_the_error_from_run_and_export(zoo, coder):
    model = modelzoo.load("run")
    rebuilt, errors = model.predict("new.jsonl"), model.reconstruction_error("new.jsonl")

    assert list(rebuilt) == ["carat", "cut", "color", "clarity", "depth", "table", "x", "y", "z"]
    for scorer in ("run", "exports"):
        said = zoo(f"predict {scorer} --data new.jsonl")
        lines = [json.loads(line) for line in said.out.splitlines()]
        assert (said.code, said.err) == (0, "")
        for place, line in enumerate(lines):
            assert list(line) == [
                "carat",
                "cut",
                "color",
                "clarity",
                "depth",
                "table",
                "x",
                "y",
                "z",
                "reconstruction_error",
            ]
            assert line["cut"] == rebuilt["cut"][place]
            assert line["carat"] == pytest.approx(rebuilt["carat"][place], rel=1e-4)
            assert line["reconstruction_error"] == pytest.approx(errors[place], rel=1e-4)


def test_predictions_are_written_by_suffix(zoo, coder):
    rebuilt = modelzoo.load("run").predict("new.jsonl")

    for suffix in (".csv", ".parquet", ".jsonl"):
        assert zoo(f"predict run --data new.jsonl --out rebuilt{suffix}").code == 0
        written = read(coder / f"rebuilt{suffix}")
        assert written.column_names == [*rebuilt, "reconstruction_error"]
        assert written["cut"].to_pylist() == rebuilt["cut"].tolist()
        np.testing.assert_allclose(written["carat"].to_numpy(), rebuilt["carat"])


def test_oddly_named_columns_and_images_come_back_under_their_names(zoo, here):
    draw = np.random.default_rng(0)
    rows = [
        {
            "reconstruction_error": float(a), "code": float(b), "with space": float(a + b), "class": "pq"[int(a > 0)],
            "picture": [[float(a), float(b)]],
        }
        for a, b in draw.normal(size=(40, 2))
    ]  # fmt: skip
    (here / "odd.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert zoo("train --model autoencoder --data odd.jsonl --epochs 1 --out run").code == 0
    assert zoo("export run --to exports --format onnx").code == 0

    from_run, from_export = (
        [json.loads(line) for line in zoo(f"predict {scorer} --data odd.jsonl").out.splitlines()]
        for scorer in ("run", "exports")
    )

    assert list(from_run[0]) == [*rows[0], "reconstruction_error_"]
    for ours, theirs in zip(from_run, from_export, strict=True):
        assert theirs["class"] == ours["class"]
        assert np.shape(ours["picture"]) == (1, 2)
        np.testing.assert_allclose(theirs["picture"], ours["picture"], rtol=1e-4, atol=1e-6)
        for name in ("reconstruction_error", "code", "with space", "reconstruction_error_"):
            assert theirs[name] == pytest.approx(ours[name], rel=1e-4, abs=1e-6)
    assert zoo("predict exports --data odd.jsonl --out odd.parquet").code == 0
    written = read(here / "odd.parquet")
    assert written.column_names == list(from_run[0])
    assert np.shape(written["picture"].combine_chunks().to_numpy_ndarray()) == (40, 1, 2)


def test_the_stored_toml_repeats_the_training_to_the_bit(zoo, here):
    assert zoo(f"{TRAIN} --epochs 2 --regularizer dropout --seed 5 --out first").code == 0

    assert zoo("train --config first/train.toml --out second").code == 0

    assert losses(here / "second") == losses(here / "first")
    assert (here / "second/train.toml").read_text() == (here / "first/train.toml").read_text()
    codes = [modelzoo.load(name).encode("train.csv").tobytes() for name in ("first", "second")]
    assert codes[0] == codes[1]


def test_examples_and_evals_take_the_place_of_the_epochs_of_a_run(zoo, coder):
    assert zoo("train --config run/train.toml --train-examples 1000 --evals 3 --out first").code == 0

    stored = tomllib.loads((coder / "first/train.toml").read_text())
    assert {name: stored.get(name) for name in ("epochs", "train_examples", "evals")} == {
        "epochs": None, "train_examples": 1000, "evals": 3,
    }  # fmt: skip
    assert {len(values) for values in losses(coder / "first").values()} == {3}
    assert zoo("train --config first/train.toml --out second").code == 0
    assert losses(coder / "second") == losses(coder / "first")


def test_epochs_take_the_place_of_the_examples_of_a_file(zoo, here):
    (here / "mine.toml").write_text('model = "autoencoder"\ndata = "train.csv"\ntrain_examples = 900\nevals = 9\n')

    assert zoo("train --config mine.toml --epochs 2 --out run").code == 0

    stored = tomllib.loads((here / "run/train.toml").read_text())
    assert (stored["epochs"], "train_examples" in stored, "evals" in stored) == (2, False, False)
    assert len(losses(here / "run")["loss"]) == 2


@pytest.mark.parametrize(
    ("options", "faults"),
    [
        (
            "--epochs 2 --train-examples 9",
            "train_examples: train_examples takes the place of epochs: give one of them. Received: '9'",
        ),
        (
            "--evals 2",
            "evals: evals divides train_examples, which is not given; of epochs, each ends with one. Received: '2'",
        ),
        (
            "--train-examples 2 --evals 3",
            "evals: there cannot be more evals than train_examples, 2. Received: '3'",
        ),
    ],
)
def test_counts_that_do_not_go_together_are_refused(refusal, options, faults):
    assert refusal(f"{TRAIN} {options} --out run") == f"the training cannot be used:\n  {faults}"


def test_a_training_that_stops_early_prints_the_numbers_of_the_epoch_it_kept(zoo, here):
    """The loss becomes less, which is taken for worse here: the first epoch is the best of three."""
    said = zoo(f"{TRAIN} --epochs 9 --regularizer early_stopping:mode=max,patience=2 --out run")

    first = {name: values[0] for name, values in losses(here / "run").items()}
    record = json.loads((here / "run/run.json").read_text())
    assert (record["kept_epoch"], record["metrics"]) == (1, first)
    assert dict(line.split() for line in said.out.splitlines()[:-1]) == {n: f"{v:.6g}" for n, v in first.items()}
    assert said.err.splitlines()[-1] == "the weights are those of epoch 1, the best of 3"


def test_early_stopping_without_validation_rows_is_refused(refusal):
    assert refusal(f"{TRAIN} --regularizer early_stopping --validation 0 --out run") == (
        "the training cannot be set up like this:\n"
        "  validation: early_stopping follows rows held back: give validation=0.1, or rows"
    )
