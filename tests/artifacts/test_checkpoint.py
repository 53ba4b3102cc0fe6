"""A checkpoint comes back as it was written, is never half of one, and what damaged it is told."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays, scalar_dtypes
from modelzoo_registry import DamagedArtifactError

from modelzoo.artifacts import checkpoint as module
from modelzoo.artifacts.checkpoint import (
    CHECKPOINT,
    has_checkpoint,
    read_checkpoint,
    remove_checkpoint,
    write_checkpoint,
)

from ..conftest import cut, flip

PLAIN = {"place": [2, 7], "metrics": {"loss": 0.25}, "note": "Köln"}
ARRAYS = {"variable:0": np.arange(6, dtype=np.float32).reshape(2, 3), "callback:0.1": np.array([True, False])}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
plain_values = st.dictionaries(st.text(), json_values, max_size=4)
numbers = scalar_dtypes().filter(lambda dtype: dtype.kind in "biuf").flatmap(lambda d: arrays(d, array_shapes()))
named_arrays = st.dictionaries(
    st.from_regex(r"[a-z]{1,5}:[0-9]{1,3}(\.[0-9]{1,2})?", fullmatch=True), numbers, max_size=4
)


@pytest.fixture(scope="module")
def somewhere(tmp_path_factory):
    return tmp_path_factory.mktemp("checkpoints")


def same(found, expected):
    return found.dtype == expected.dtype and found.shape == expected.shape and found.tobytes() == expected.tobytes()


def refusal(folder):
    with pytest.raises(DamagedArtifactError) as caught:
        read_checkpoint(folder)
    return str(caught.value)


@settings(max_examples=40)
@given(plain=plain_values, named=named_arrays)
def test_what_was_written_is_read(somewhere, plain, named):
    write_checkpoint(somewhere, plain, named)

    found, found_arrays = read_checkpoint(somewhere)

    assert found == plain
    assert list(found_arrays) == list(named)
    assert all(same(found_arrays[name], named[name]) for name in named)


def test_a_number_without_a_value_and_arrays_without_a_shape_are_read(tmp_path):
    write_checkpoint(tmp_path, {"best": [math.inf, math.nan]}, {"steps": np.int64(7), "none": np.empty((0, 3))})

    plain, found = read_checkpoint(tmp_path)

    assert plain["best"][0] == math.inf
    assert math.isnan(plain["best"][1])
    assert same(found["steps"], np.asarray(7))
    assert same(found["none"], np.empty((0, 3)))


@pytest.mark.parametrize("moment", ["savez", "fsync", "replace"])
def test_a_write_that_is_cut_short_leaves_the_one_before(tmp_path, monkeypatch, moment):
    write_checkpoint(tmp_path, PLAIN, ARRAYS)

    def fail(file, *_, **__):
        if moment == "savez":
            file.write(b"half of it")
        raise OSError(28, "No space left on device")

    where = {"savez": (module.np, "savez"), "fsync": (module.os, "fsync"), "replace": (module.Path, "replace")}
    monkeypatch.setattr(*where[moment], fail)
    with pytest.raises(OSError, match="No space left"):
        write_checkpoint(tmp_path, {"place": [9, 9]}, {})
    monkeypatch.undo()

    assert read_checkpoint(tmp_path)[0] == PLAIN
    write_checkpoint(tmp_path, {"place": [3, 0]}, {})
    assert read_checkpoint(tmp_path) == ({"place": [3, 0]}, {})


def test_half_a_first_one_is_none(tmp_path, monkeypatch):
    monkeypatch.setattr(module.np, "savez", lambda file, **_: file.write(b"half") / 0)
    with pytest.raises(ZeroDivisionError):
        write_checkpoint(tmp_path, PLAIN, ARRAYS)

    assert not has_checkpoint(tmp_path)
    remove_checkpoint(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_removing_what_is_not_there_is_no_fault(tmp_path):
    remove_checkpoint(tmp_path)
    write_checkpoint(tmp_path, PLAIN, ARRAYS)
    assert has_checkpoint(tmp_path)

    remove_checkpoint(tmp_path)

    assert not has_checkpoint(tmp_path)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [(flip, "Bad CRC-32 for file 'variable:0.npy'"), (cut, "File is not a zip file")],
)
def test_damage_is_told_with_what_to_do(tmp_path, harm, reason):
    write_checkpoint(tmp_path, {}, {"variable:0": np.zeros(1000)})

    harm(tmp_path / CHECKPOINT)

    assert refusal(tmp_path) == (f"{tmp_path / CHECKPOINT} cannot be read: {reason}. Remove {tmp_path} to begin anew")


def test_no_bit_can_change_unseen(tmp_path):
    """Each byte has another bit flipped; some bytes, such as the times of the files within, say nothing."""
    write_checkpoint(tmp_path, PLAIN, ARRAYS)
    path = tmp_path / CHECKPOINT
    whole = path.read_bytes()

    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ (1 << place % 8)]) + whole[place + 1 :])
        try:
            plain, found = read_checkpoint(tmp_path)
        except DamagedArtifactError:
            continue
        assert plain == PLAIN
        assert all(same(found[name], ARRAYS[name]) for name in ARRAYS), place


@pytest.mark.parametrize("content", [b"", b"{}", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_checkpoint_is_refused(tmp_path, content):
    (tmp_path / CHECKPOINT).write_bytes(content)

    assert refusal(tmp_path).endswith(f"Remove {tmp_path} to begin anew")


def test_one_of_another_version_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "FORMAT", module.FORMAT + 1)
    write_checkpoint(tmp_path, PLAIN, ARRAYS)
    monkeypatch.undo()

    assert refusal(tmp_path) == (
        f"{tmp_path / CHECKPOINT} is of another version of modelzoo: go on with that one, or remove {tmp_path} "
        "to begin anew"
    )


def test_one_without_its_plain_part_is_refused(tmp_path):
    np.savez(tmp_path / CHECKPOINT, **ARRAYS)

    assert "cannot be read: 'plain'" in refusal(tmp_path)
