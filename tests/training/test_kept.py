"""What callbacks keep goes through a checkpoint and comes back as it was."""

import json
import math
import struct
from collections import defaultdict

import keras
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes

from modelzoo.training.kept import give, is_kept, take

numbers = scalar_dtypes().filter(lambda dtype: dtype.kind in "biuf")
leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    numbers.flatmap(lambda dtype: arrays(dtype, array_shapes(min_dims=0))),
    numbers.flatmap(lambda dtype: arrays(dtype, ())).map(lambda array: array[()]),
)
values = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.text().filter(lambda key: key not in ("array:", "tuple:")), inner, max_size=3),
    ),
    max_leaves=8,
)
names = st.from_regex(r"[a-z_.]{1,6}", fullmatch=True).filter(lambda name: name not in ("_model", "model", "params"))


class Own(keras.callbacks.Callback):
    """Keep whatever it is given."""

    def __init__(self, **attributes):
        super().__init__()
        vars(self).update(attributes)


def through(first, second):
    """Give one callback what another keeps, by way of JSON."""
    plain, found = take(first, "callback:0")
    give(second, json.loads(json.dumps(plain)), found)
    return second


def same(one, other):
    """Whether two values are equal to the bit, and of one type."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, np.ndarray | np.generic):
        return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()
    if isinstance(one, float):
        return struct.pack("d", one) == struct.pack("d", other) or (math.isnan(one) and math.isnan(other))
    return one == other


@given(st.dictionaries(names, values, max_size=5))
def test_attributes_come_back_as_they_were(attributes):
    assert all(is_kept(value) for value in attributes.values())

    found = through(Own(**attributes), Own())

    assert all(same(vars(found)[name], value) for name, value in attributes.items())


@given(st.dictionaries(names, values, max_size=3), st.dictionaries(names, values, max_size=3))
def test_they_take_the_place_of_what_was_there(attributes, others):
    found = through(Own(**attributes), Own(**others))

    assert all(same(vars(found)[name], value) for name, value in attributes.items())


def test_arrays_of_one_callback_do_not_meet_those_of_another():
    array, other = np.zeros(3), np.ones(3)
    kept = [take(Own(**{"a.b": array, "a": {"b": other}}), f"callback:{place}") for place in (1, 11)]

    assert len(kept[0][1] | kept[1][1]) == 4


@pytest.mark.parametrize(
    "value",
    [
        {1, 2},
        object(),
        len,
        {1: "a number as a key"},
        {"array:": "the word that tells an array"},
        [1, {"deep": object()}],
        np.array(["text"], object),
        1j,
        b"bytes",
    ],
)
def test_what_cannot_be_kept_is_left_alone(value):
    fresh = object()

    assert take(Own(value=value, epoch=3), "callback:0")[0] == {"epoch": 3}
    assert through(Own(value=value), Own(value=fresh)).value is fresh


def test_what_has_become_something_else_meanwhile_stays():
    """As an empty dict of writers, that are opened as training begins."""
    writers = {"train": object()}

    assert through(Own(writers={}), Own(writers=writers)).writers == writers


def test_lists_and_dicts_that_others_hold_stay_the_same_objects():
    losses, counts = [9.0], defaultdict(list, old=[1])
    through(Own(losses=[1.0, 2.0], counts={"a": [1]}), Own(losses=losses, counts=counts))

    assert losses == [1.0, 2.0]
    assert counts == {"a": [1]}
    assert counts["new"] == []


def test_an_emptied_list_comes_back_empty():
    assert through(Own(losses=[]), Own(losses=[1.0])).losses == []


def test_the_model_is_no_business_of_a_checkpoint():
    one, other = Own(), Own()
    one.set_model("the first process' model")
    other.set_model("this process' model")
    one.set_params({"epochs": 2})
    other.set_params({"epochs": 5})

    through(one, other)

    assert (other.model, other.params) == ("this process' model", {"epochs": 5})


def test_one_that_says_itself_what_it_keeps_is_asked():
    class Stateful(Own):
        def state(self):
            return {"seen": sorted(self.seen), "weights": np.arange(2.0)}

        def restore(self, state):
            self.seen, self.weights = set(state["seen"]), state["weights"]

    found = through(Stateful(seen={3, 1}, other=1), Stateful(seen=set(), other=2))

    assert (found.seen, found.weights.tolist(), found.other) == ({1, 3}, [0.0, 1.0], 2)


LOSSES = [5.0, 3.0, 2.9, 3.5, 2.0, 2.5, 2.4, 2.3, 9.0]
"""The third is less than before, but not by 0.5."""


def follow(callback, losses, start=0, before=None):
    """Let a callback follow epochs with these losses, its weights and learning rate those of the epoch."""
    model = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.1))
    model.stop_training = False
    callback.set_model(model)
    callback.on_train_begin()
    if before is not None:
        through(before, callback)
        model.optimizer.learning_rate = float(before.model.optimizer.learning_rate)
    for epoch in range(start, len(losses)):
        model.set_weights([np.full((1, 1), epoch, np.float32), np.zeros(1, np.float32)])
        callback.on_epoch_end(epoch, {"val_loss": losses[epoch]})
        if model.stop_training:
            break
    return callback, (epoch, float(model.optimizer.learning_rate))


@pytest.mark.parametrize("ended", range(1, 7))
@pytest.mark.parametrize(
    "make",
    [
        lambda: keras.callbacks.EarlyStopping(patience=3, min_delta=0.5, restore_best_weights=True),
        lambda: keras.callbacks.EarlyStopping(patience=2, start_from_epoch=2),
        lambda: keras.callbacks.ReduceLROnPlateau(patience=2, cooldown=1, min_delta=0.5),
    ],
    ids=["EarlyStopping", "EarlyStopping that waits", "ReduceLROnPlateau"],
)
def test_keras_own_go_on_where_they_were(make, ended):
    whole, end = follow(make(), LOSSES)
    first, _ = follow(make(), LOSSES[:ended])

    second, found = follow(make(), LOSSES, start=ended, before=first)

    assert found == end
    kept, kept_arrays = take(whole, "callback:0")
    again, again_arrays = take(second, "callback:0")
    assert again == kept
    assert kept_arrays.keys() == again_arrays.keys()
    assert all(same(again_arrays[name], kept_arrays[name]) for name in kept_arrays)
    assert second.min_delta == whole.min_delta
