"""``Model.plot``: any fitted model as a file, written at once or not at all."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from modelzoo_registry import DataError, NotFittedError

import modelzoo
from modelzoo.artifacts.run import read_record
from modelzoo.plot.diagram import draw
from modelzoo.plot.svg import to_svg

pytestmark = pytest.mark.xdist_group("plot")  # models are trained once


def texts(path):
    return {element.text for element in ElementTree.parse(path).iter("{http://www.w3.org/2000/svg}text")}


@pytest.fixture(scope="module")
def fitted(rows_for):
    """Return a model for a task, trained once."""
    made = {}

    def get(task):
        if task not in made:
            rows, target = rows_for(task)
            made[task] = modelzoo.build("wide_deep", hidden=[4, 4], regularizers=["dropout"])
            made[task].fit(rows, target=target, epochs=1, batch_size=32, verbose=0)
        return made[task]

    return get


@pytest.mark.parametrize(
    ("task", "told"),
    [
        ("regression", {"wide_deep predicts price", "regression", "Activation 1, linear"}),
        ("binary", {"wide_deep predicts sold", "binary", "no, yes", "Activation 1, sigmoid"}),
        (
            "multiclass",
            {"wide_deep predicts grade", "multiclass of 3 classes", "low, mid, top", "Activation 3, softmax"},
        ),
    ],
)
def test_a_model_of_each_task_is_drawn(fitted, tmp_path, task, told):
    path = fitted(task).plot(tmp_path / "m.svg")

    assert path == tmp_path / "m.svg"
    assert told | {"area", "number + missing", "rooms", "town", "hidden_1", "Dropout, rate 0.2", "wide"} <= texts(path)


def test_what_is_drawn_is_what_the_encoder_and_the_core_are(fitted, tmp_path):
    model = fitted("regression")
    record, _ = read_record(model.save(tmp_path / "run"))

    diagram = draw(record.model.name, record.encoder, record.target, record.layers, record.parameters)

    assert {(source, target) for source, target in diagram.graph.edges if target in ("core:dense", "core:ids")} == {
        ("entry:area", "core:dense"),
        ("entry:rooms", "core:dense"),
        *((f"entry:{layout.name}", "core:ids") for layout in model.fitted.encoder.id_layout),
    }
    assert record.parameters == model.keras.count_params() == sum(layer.parameters for layer in record.layers)
    assert to_svg(diagram) == model.plot(tmp_path / "m.svg").read_text(encoding="utf-8")


def test_a_loaded_model_is_drawn_with_the_same_bytes(fitted, tmp_path):
    loaded = modelzoo.load(fitted("binary").save(tmp_path / "run"))

    before, after = fitted("binary").plot(tmp_path / "a.svg"), loaded.plot(tmp_path / "b.svg")

    assert before.read_bytes() == after.read_bytes()


def test_images_alone_are_drawn(tmp_path):
    images = np.random.default_rng(0).random((40, 4, 4)).astype(np.float32)
    model = modelzoo.build("linear")
    model.fit(images, np.arange(40) % 2, epochs=1, verbose=0)

    told = texts(model.plot(tmp_path / "m.svg"))

    assert {"arrays", "1 raw column", "4 × 4 numbers", "array_0", "logits", "Dense 16 → 1"} <= told


def test_a_file_that_is_there_is_replaced_and_nothing_else_is_left(fitted, tmp_path):
    (tmp_path / "m.svg").write_text("before")

    fitted("regression").plot(str(tmp_path / "m.svg"))

    assert (tmp_path / "m.svg").read_text().startswith("<svg ")
    assert [path.name for path in tmp_path.iterdir()] == ["m.svg"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("m.png", "{}: cannot write '.png'. Writable: .svg"),
        ("m", "{}: cannot write ''. Writable: .svg"),
        ("nowhere/m.svg", "{}: the folder {}/nowhere is not there"),
        (".", "{} is a folder: name a file (.svg)"),
    ],
)
def test_what_cannot_be_written_is_refused(fitted, tmp_path, name, message):
    with pytest.raises(DataError) as caught:
        fitted("regression").plot(tmp_path / name)

    assert str(caught.value) == message.format(tmp_path / name, tmp_path)


def test_a_model_that_is_not_trained_cannot_be_drawn(tmp_path):
    with pytest.raises(NotFittedError) as caught:
        modelzoo.build("linear").plot(tmp_path / "m.svg")

    assert str(caught.value) == "linear has not been trained yet: call fit first, or modelzoo.load a run"
    assert not list(tmp_path.iterdir())
