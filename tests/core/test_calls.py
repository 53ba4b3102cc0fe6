"""A core as its calls: what each is given, and each called once more."""

import keras
import numpy as np
import pytest

from modelzoo.core.calls import walk


@pytest.fixture
def core():
    """A core with an operation of two results, one of several tensors, and arguments of other kinds."""
    given = {"dense": keras.Input((4,), name="dense"), "ids": keras.Input((2,), dtype="int32", name="ids")}
    left, right = keras.ops.split(keras.layers.Dropout(0.5, name="drop")(given["dense"], training=False), 2, axis=1)
    vector = keras.layers.Embedding(3, 2, name="embedding")(given["ids"][:, 1])
    return keras.Model(given, keras.layers.Concatenate(name="joined")([right, vector, left]))


def test_each_call_says_what_it_is_given_and_makes(core):
    calls = {call.name: call for call in walk(core).calls}

    split, joined = calls["split"], calls["joined"]
    assert [given.number for given in joined.inputs] == [
        split.results[1].number, calls["embedding"].results[0].number, split.results[0].number,
    ]  # fmt: skip
    assert joined.args == (list(joined.inputs),)
    assert joined.operation is core.get_layer("joined")
    assert (joined.results[0].shape, joined.results[0].dtype) == ((None, 6), "float32")
    assert calls["drop"].kwargs == {"training": False}
    assert calls["get_item"].args == (calls["ids"].results[0], (slice(None), 1))
    assert calls["dense"].operation is None


def test_the_calls_make_the_same_core_again(core):
    graph, tensors, inputs = walk(core), {}, {}
    for call in graph.calls:
        (first, *_) = call.results
        if call.operation is None:
            inputs[call.name] = tensors[first.number] = keras.Input(first.shape[1:], dtype=first.dtype, name=call.name)
        else:
            tensors.update(zip((result.number for result in call.results), call.again(tensors), strict=True))
    rows = {"dense": np.arange(8, dtype=np.float32).reshape(2, 4), "ids": np.array([[0, 1], [2, 0]])}

    np.testing.assert_array_equal(keras.Model(inputs, tensors[graph.output.number])(rows), core(rows))
