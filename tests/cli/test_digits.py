"""Images on the command line: the digits that come along, trained on, measured, exported and predicted."""

import json

import numpy as np
import pytest

from modelzoo import datasets
from modelzoo.cli.group import run
from modelzoo.data.files import read, write

pytestmark = pytest.mark.xdist_group("cli")

DIGITS = datasets.path("digits")


@pytest.fixture(scope="module")
def digits_run(tmp_path_factory):
    """A run of a linear model trained as a user would."""
    made = tmp_path_factory.mktemp("digits") / "run"
    assert run(["train", "--model", "linear", "--data", f"{DIGITS}", "--target", "digit", "--out", f"{made}"]) == 0
    return made


@pytest.fixture(scope="module")
def digits_export(digits_run):
    exports = digits_run.with_name("exports")
    assert run(["export", f"{digits_run}", "--to", f"{exports}", "--format", "onnx"]) == 0
    return exports


def truth():
    return datasets.load("digits")["digit"].to_numpy()


def test_a_linear_model_reads_nine_digits_of_ten(zoo, digits_run):
    metrics = json.loads(zoo(f"evaluate {digits_run} --data {DIGITS} --json").out)

    assert metrics["accuracy"] > 0.88
    assert metrics["auc"] > 0.98


@pytest.mark.parametrize("scorer", ["digits_run", "digits_export"])
def test_predicted_labels_are_the_digits_themselves(zoo, here, request, digits_run, scorer):
    accuracy = json.loads(zoo(f"evaluate {digits_run} --data {DIGITS} --json").out)["accuracy"]

    zoo(f"predict {request.getfixturevalue(scorer)} --data {DIGITS} --out read.parquet")

    labels = read(here / "read.parquet")["label"].to_numpy()
    assert labels.dtype == np.int64
    assert (labels == truth()).mean() == pytest.approx(accuracy)


@pytest.mark.parametrize("scorer", ["digits_run", "digits_export"])
def test_images_written_as_nested_lists_give_the_same_labels(zoo, here, stdin, request, scorer):
    made = request.getfixturevalue(scorer)
    images = datasets.load("digits").slice(0, 20).drop_columns(["digit"])
    write(images, here / "images.jsonl")
    write(images, here / "images.parquet")
    stdin((here / "images.jsonl").read_bytes())

    from_lists = zoo(f"predict {made} --data -").out

    assert len(from_lists.splitlines()) == 20
    assert from_lists == zoo(f"predict {made} --data images.parquet").out


def test_an_image_of_another_shape_is_refused(refusal, stdin, digits_run):
    stdin(b'{"image": [[1, 2], [3, 4]]}\n')

    assert refusal(f"predict {digits_run} --data -") == (
        "the data does not fit the model:\n  image: arrays of shape (8, 8) belong here. Received: (2, 2)"
    )
