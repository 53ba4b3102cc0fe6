"""``augmentation`` of pictures: one affine map each, checked on pictures of which every pixel is known."""

from math import pi

import keras
import numpy as np
import pyarrow as pa
import pytest
from modelzoo_plugins.affine import Moves, moved
from modelzoo_plugins.regularizers.augmentation import Augmentation

from modelzoo.training.engine import Engine

pytestmark = pytest.mark.xdist_group("regularizers")

PICTURE = np.arange(12, dtype=np.float32).reshape(3, 4)
WITH_CHANNELS = np.random.default_rng(2).random((5, 6, 7, 3), np.float32)
NO_CELLS = {"dense": (), "ids": ()}
STILL = {"shift": 0, "rotate": 0, "zoom": 0}


def move(pictures, **moves):
    """Return the pictures, each moved by the same, as an array."""
    still = {"angle": 0, "zoom": 1, "down": 0, "right": 0, "mirror_rows": 1, "mirror_columns": 1}
    each = {name: np.full(len(pictures), value, np.float32) for name, value in {**still, **moves}.items()}
    return np.asarray(moved(keras.ops.convert_to_tensor(pictures), Moves(**each)))


def image(**settings):
    return Augmentation(Augmentation.Spec(kind="image", **settings))


def augmented(pictures, seed=3, **settings):
    inputs = {"array_0": keras.ops.convert_to_tensor(pictures)}
    changed = image(**settings).transform_inputs(inputs, NO_CELLS, keras.random.SeedGenerator(seed))
    return np.asarray(changed["array_0"])


@pytest.mark.parametrize("pictures", [PICTURE[None], WITH_CHANNELS], ids=["grey", "channels"])
@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        ({}, lambda given: given),
        ({"mirror_rows": -1}, lambda given: given[:, ::-1]),
        ({"mirror_columns": -1}, lambda given: given[:, :, ::-1]),
        ({"down": 1.0}, lambda given: np.repeat(given[:, :1], given.shape[1], axis=1)),
    ],
    ids=["still", "upside down", "mirrored", "out of sight"],
)
def test_whole_moves_are_exact(pictures, moves, expected):
    np.testing.assert_array_equal(move(pictures, **moves), expected(pictures))


def test_a_shift_by_whole_pixels_repeats_the_edge():
    np.testing.assert_allclose(
        move(PICTURE[None], down=1 / 3, right=-2 / 4)[0],
        [[2, 3, 3, 3], [2, 3, 3, 3], [6, 7, 7, 7]],
        rtol=1e-5,
    )


def test_a_shift_by_half_a_pixel_is_the_mean_of_neighbours():
    np.testing.assert_allclose(move(PICTURE[None], right=0.5 / 4)[0][0], [0, 0.5, 1.5, 2.5], atol=1e-5)


def test_a_rotation_by_half_a_turn_is_two_mirrors():
    np.testing.assert_allclose(move(WITH_CHANNELS, angle=pi), WITH_CHANNELS[:, ::-1, ::-1], atol=1e-5)


def test_a_rotation_by_a_quarter_goes_against_the_clock():
    square = WITH_CHANNELS[:, :, :6]

    np.testing.assert_allclose(move(square, angle=pi / 2), np.rot90(square, axes=(1, 2)), atol=1e-5)


def test_a_zoom_by_two_shows_the_middle_twice_as_large():
    row = np.array([[[0, 10, 20, 30, 40]]], np.float32)

    np.testing.assert_allclose(move(row, zoom=2), [[[10, 15, 20, 25, 30]]], rtol=1e-6)


def test_every_other_picture_is_mirrored():
    pictures = np.repeat(PICTURE[None], 400, axis=0)

    across = augmented(pictures, **STILL, flip_horizontal=True)
    down = augmented(pictures, **STILL, flip_vertical=True)

    for changed, mirrored in ((across, PICTURE[:, ::-1]), (down, PICTURE[::-1])):
        is_mirrored = (changed == mirrored).all(axis=(1, 2))
        assert is_mirrored.mean() == pytest.approx(0.5, abs=0.08)
        np.testing.assert_array_equal(changed[~is_mirrored], pictures[~is_mirrored])


def test_shifts_stay_within_their_share_of_height_and_width():
    """A slope of 1 a pixel says how far its middle has moved."""
    slope = np.add.outer(10 * np.arange(21), np.arange(41)).astype(np.float32)
    pictures = np.repeat(slope[None], 500, axis=0)

    changed = augmented(pictures, rotate=0, zoom=0, shift=0.2)

    along = slope[10, 20] - changed[:, 10, 20]
    across = changed[:, 10, 21] - changed[:, 10, 20]
    np.testing.assert_allclose(across, 1, atol=1e-3)
    assert np.abs(along).max() == pytest.approx(10 * 0.2 * 21 + 0.2 * 41, rel=0.1)


def test_pictures_of_a_row_move_alike_and_rows_each_on_their_own():
    twice = np.repeat(PICTURE[None], 2, axis=0)
    inputs = {"array_0": twice, "array_1": twice * 2}

    changed = image(shift=0.3).transform_inputs(inputs, NO_CELLS, keras.random.SeedGenerator(3))

    first, second = (np.asarray(changed[name]) for name in inputs)
    np.testing.assert_allclose(first * 2, second, rtol=1e-5)
    assert not np.array_equal(first[0], first[1])


def test_moves_follow_the_seed():
    np.testing.assert_array_equal(augmented(WITH_CHANNELS), augmented(WITH_CHANNELS))
    assert not np.array_equal(augmented(WITH_CHANNELS), augmented(WITH_CHANNELS, seed=4))


def test_nothing_to_do_and_no_picture_leave_the_inputs_themselves():
    pictures, table = {"array_0": PICTURE[None]}, {"dense": np.ones((2, 3)), "array_0": np.ones((2, 5))}
    seeds = keras.random.SeedGenerator(3)

    assert image(**STILL).transform_inputs(pictures, NO_CELLS, seeds) is pictures
    assert image().transform_inputs(table, NO_CELLS, seeds) is table


def test_training_feels_it_with_and_without_xla_and_validation_does_not(train_with):
    pictures = np.random.default_rng(1).random((32, 6, 5), np.float32)
    rows = {"x": pa.FixedShapeTensorArray.from_numpy_ndarray(pictures), "y": pictures[:, 2, 2].astype(float).tolist()}
    moving = ("augmentation", image(rotate=90, flip_vertical=True))

    def losses(*regularizers, xla):
        settings = {"valid": True, "optimizer": "sgd", "learning_rate": 1e-12, "epochs": 1, "metrics": []}
        trained = train_with(Engine(chunk=2, xla=xla), rows=(rows, "y"), regularizers=regularizers, **settings)
        return trained.history.history

    plain, changed, compiled = losses(xla=False), losses(moving, xla=False), losses(moving, xla=True)

    for history in (changed, compiled):
        assert history["val_loss"] == pytest.approx(plain["val_loss"], rel=1e-5)
        assert history["loss"][0] != pytest.approx(plain["loss"][0], rel=1e-3)


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({"kind": "image", "swap": 0.2}, 'is for kind = "table", and kind is "image": it would do nothing'),
        ({"rotate": 45}, 'is for kind = "image", and kind is "table": it would do nothing'),
        ({"flip_vertical": True}, 'is for kind = "image", and kind is "table": it would do nothing'),
        ({"swap": 1}, "a swap of 1 leaves nothing of any row and learns nothing; use 0 <= swap < 1"),
    ],
)
def test_settings_that_would_do_nothing_are_refused_with_the_reason(settings, reason):
    with pytest.raises(ValueError, match=reason):
        Augmentation.Spec(**settings)


def test_settings_that_were_stored_are_taken_again():
    for spec in (Augmentation.Spec(swap=0.3), Augmentation.Spec(kind="image", zoom=0.5)):
        assert Augmentation.Spec(**spec.model_dump(mode="json")) == spec
