"""Fingerprints of text on the host are TensorFlow's, of a whole column and of one string alike."""

import random
import string
import tracemalloc

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelzoo.columns.fingerprint import bucket, fingerprint64, fingerprint64_one

pytestmark = pytest.mark.xdist_group("tensorflow")

KNOWN = {
    "": 0x9AE16A3B2F90404F,
    "a": 0xB3454265B6DF75E3,
    "New York": 0x64F80C835AB2906E,
    "Self-emp-not-inc": 0x1002B178B0F22285,
    "Grüße": 0x3EE50AF928947123,
    "x" * 1000: 0x1A8C8AB6295A3220,
}


def by_tensorflow(texts):
    import tensorflow as tf

    return tf.fingerprint(tf.constant(texts, tf.string)).numpy().view("<u8")[:, 0]


def of_every_length(longest, *, each):
    draw = random.Random(7)
    letters = string.ascii_letters + string.digits
    return ["".join(draw.choices(letters, k=length)) for length in range(longest + 1) for _ in range(each)]


@pytest.mark.parametrize(("text", "known"), KNOWN.items(), ids=lambda value: str(value)[:20])
def test_a_known_text_has_its_known_fingerprint(text, known):
    assert fingerprint64_one(text) == known
    assert fingerprint64(pa.array([text])).tolist() == [known]


@pytest.mark.parametrize("each", [1, 20], ids=["few of each length", "many of each length"])
def test_text_of_every_length_has_tensorflows_fingerprint(each):
    texts = [*of_every_length(300, each=each), "long" * 2500, *["longer still"] * 20]
    expected = by_tensorflow(texts)

    found = fingerprint64(pa.array(texts))

    assert found.dtype == np.uint64
    np.testing.assert_array_equal(found, expected)
    assert [fingerprint64_one(text) for text in texts] == expected.tolist()


@settings(deadline=None, max_examples=40)
@given(texts=st.lists(st.text() | st.text("é日😀\0", min_size=15, max_size=40), min_size=1, max_size=20))
def test_any_text_has_tensorflows_fingerprint(texts):
    expected = by_tensorflow([text.encode() for text in texts])

    np.testing.assert_array_equal(fingerprint64(pa.array(texts)), expected)
    assert [fingerprint64_one(text) for text in texts] == expected.tolist()


def test_a_slice_has_the_fingerprints_of_its_own_rows():
    texts = pa.array(of_every_length(100, each=1))

    np.testing.assert_array_equal(fingerprint64(texts.slice(37, 51)), fingerprint64(texts)[37:88])


def test_nulls_leave_the_other_rows_their_fingerprints():
    found = fingerprint64(pa.array([None, "New York", None, "", "a", None]))

    assert found[[1, 3, 4]].tolist() == [KNOWN["New York"], KNOWN[""], KNOWN["a"]]


@pytest.mark.parametrize("texts", [[], [""], ["", ""], [None, None]], ids=str)
def test_a_column_without_a_letter_has_one_fingerprint_a_row(texts):
    found = fingerprint64(pa.array(texts, pa.string()))

    assert found.shape == (len(texts),)
    assert found[: texts.count("")].tolist() == [KNOWN[""]] * texts.count("")


def test_a_column_of_many_rows_has_the_fingerprints_of_its_values_in_little_memory():
    values = pa.array(of_every_length(200, each=1))
    places = np.random.default_rng(0).integers(0, len(values), 100_000)
    texts = values.take(pa.array(places))
    tracemalloc.start()
    found = fingerprint64(texts)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    np.testing.assert_array_equal(found, fingerprint64(values)[places])
    assert peak < 3 * texts.nbytes


@pytest.mark.parametrize("buckets", [1, 2, 1000, 2**31 - 1])
def test_buckets_are_those_of_tensorflow(buckets):
    import tensorflow as tf

    texts = of_every_length(70, each=2)

    found = bucket(fingerprint64(pa.array(texts)), buckets)

    assert found.dtype == np.int32
    assert found.tolist() == tf.strings.to_hash_bucket_fast(texts, buckets).numpy().tolist()
