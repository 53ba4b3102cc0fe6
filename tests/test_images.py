"""Images are trained on as they are: x of any numbers, y of labels."""

import numpy as np
import pytest

import modelzoo

pytestmark = pytest.mark.xdist_group("ways_in")

DRAW = np.random.default_rng(4)
SHAPES = DRAW.random((10, 28, 28)) < 0.3
Y = DRAW.integers(0, 10, 600)
X = np.clip(SHAPES[Y] * 120 + DRAW.normal(60, 50, (600, 28, 28)), 0, 255).astype(np.uint8)
"""One random shape for each class, under noise."""


def fit(x):
    model = modelzoo.build("dnn", hidden=[16])
    model.fit(x[:500], Y[:500], epochs=5, metrics=["accuracy"], verbose=0)
    return model


@pytest.fixture(scope="module")
def trained():
    return fit(X)


def test_images_of_bytes_and_whole_numbers_as_labels_train_as_they_are(trained):
    assert (trained.task, trained.classes.tolist()) == ("multiclass", list(range(10)))
    assert trained.predict(X[500:]).shape == (100, 10)
    assert trained.evaluate(X[500:], Y[500:])["accuracy"] > 0.95


@pytest.mark.parametrize(
    "form", [lambda x: x.astype(np.float32), lambda x: x[..., None]], ids=["float32", "a channel"]
)  # fmt: skip
def test_neither_the_type_nor_a_channel_changes_what_is_predicted(trained, form):
    np.testing.assert_array_equal(fit(form(X)).predict(form(X)), trained.predict(X))


def test_images_scaled_by_hand_predict_nearly_the_same(trained):
    scaled = (X / 255).astype(np.float32)

    np.testing.assert_allclose(fit(scaled).predict(scaled), trained.predict(X), atol=1e-3)


def test_images_of_another_shape_are_refused(trained):
    with pytest.raises(modelzoo.ZooError) as caught:
        trained.predict(X[:, :27])

    assert str(caught.value) == (
        "the data does not fit the model:\n  x: arrays of shape (28, 28) belong here. Received: (27, 28)"
    )
