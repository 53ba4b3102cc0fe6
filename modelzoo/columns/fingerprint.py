"""Compute TensorFlow's Fingerprint64 of text on the host: of a whole column with NumPy, or of one string.

It is ``Fingerprint64`` of Google's FarmHash (https://github.com/google/farmhash, ``farmhashna::Hash64``) over the
UTF-8 bytes, which ``tf.strings.to_hash_bucket_fast`` takes modulo the number of buckets. The arithmetic serves both
forms: its words are NumPy uint64 (n,), which wrap by themselves, or Python integers, which are cut to 64 bits
where the bits above would come down again (shifts to the right) or pile up (the state of long strings).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import numpy as np

from ..lazy import pa

W = TypeVar("W", int, np.ndarray)
"""A word of 64 bits, or one a string."""

Fetch = Callable[[W, int], W]
"""Return so many bytes (1, 4 or 8, little-endian) from a place on as words."""

_MASK = 2**64 - 1
_K0 = 0xC3A5C85C97CB3127
_K1 = 0xB492B66FBE98F273
_K2 = 0x9AE16A3B2F90404F
_EMPTY = _K2
"""The fingerprint of the empty string."""

_BLOCK = 64
"""Bytes of a block; strings longer than one are read block by block."""

_PORTION = 32_768
"""Strings hashed at a time, so that their words stay in the processor's cache."""

_FEW = 12
"""So many long strings are read one by one: less work than NumPy's calls on short arrays."""


def fingerprint64(texts: pa.Array) -> np.ndarray:
    """Return the fingerprints, uint64 (n,), of an Arrow ``string`` array (n,); a null gets any value."""
    found = np.full(len(texts), _EMPTY, np.uint64)
    _, offsets, data = texts.buffers()
    if not len(texts) or data is None:
        return found
    borders = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    for first in range(0, len(texts), _PORTION):
        portion = borders[first : first + _PORTION + 1].astype(np.uint64)
        _fill(found[first : first + _PORTION], data, portion[:-1], np.diff(portion))
    return found


def fingerprint64_one(text: str) -> int:
    """Return the fingerprint of one string."""
    data = text.encode()
    fetch = _fetch_one_from(data)
    for _, longest, mix in _SHORT:
        if len(data) <= longest:
            return int(mix(fetch, 0, len(data)) & _MASK) if data else _EMPTY
    state = _read(range(0, len(data) - _BLOCK, _BLOCK), (_START[0] + fetch(0, 8), *_START[1:]), fetch)
    return _finish(state, fetch, 0, len(data)) & _MASK


def bucket(fingerprints: np.ndarray, buckets: int) -> np.ndarray:
    """Return the buckets, int32 (n,) from 0 to ``buckets - 1``, as ``tf.strings.to_hash_bucket_fast`` does."""
    return (fingerprints % np.uint64(buckets)).astype(np.int32)


def _fetch_one_from(data: bytes | memoryview) -> Fetch[int]:
    """Return what reads one word at a time."""
    return lambda at, width: int.from_bytes(data[at : at + width], "little")


def _fetch_from(data: pa.Buffer) -> Fetch[np.ndarray]:
    """Return what gathers words from a buffer, through overlapping views of it with one word a byte."""
    views = {
        width: np.ndarray((max(data.size - width + 1, 0),), f"<u{width}", buffer=data, strides=(1,))
        for width in (1, 4, 8)
    }
    return lambda at, width: views[width][at.view(np.int64)].astype(np.uint64, copy=False)


def _fill(found: np.ndarray, data: pa.Buffer, at: np.ndarray, length: np.ndarray) -> None:
    """Write the fingerprints of the strings that begin ``at`` these places, each length in its own way."""
    fetch = _fetch_from(data)
    for shortest, longest, mix in _SHORT:
        rows = np.flatnonzero((length >= shortest) & (length <= longest))
        if rows.size:
            found[rows] = mix(fetch, at[rows], length[rows])
    rows = np.flatnonzero(length > _BLOCK)
    if rows.size:
        rows = rows[np.argsort(length[rows])[::-1]]
        state = _read_blocks(data, fetch, at[rows], length[rows])
        found[rows] = _finish(state, fetch, at[rows], length[rows])


def _read_blocks(data: pa.Buffer, fetch: Fetch[np.ndarray], at: np.ndarray, length: np.ndarray) -> tuple[Any, ...]:
    """Return the state of long strings, the longest first, so that those with blocks left stay in front."""
    state = np.repeat(np.array(_START, np.uint64)[:, None], at.size, axis=1)
    state[0] += fetch(at, 8)
    active, done = at.size, 0
    while (active := int(np.count_nonzero(length[:active] > done + _BLOCK))) > _FEW:
        state[:, :active] = _step(tuple(state[:, :active]), fetch, at[:active] + done)
        done += _BLOCK
    for row in range(active):
        first, end = int(at[row]) + done, int(at[row] + length[row])
        blocks = range(first, end - _BLOCK, _BLOCK)
        state[:, row] = _read(blocks, tuple(state[:, row].tolist()), _fetch_one_from(memoryview(data)))
    return tuple(state)


def _read(blocks: Iterable[int], state: tuple[int, ...], fetch: Fetch[int]) -> tuple[int, ...]:
    """Return the state of one string after the blocks at these places."""
    for at in blocks:
        state = tuple(map(_cut, _step(state, fetch, at)))
    return state


def _mix_to_3(fetch: Fetch[W], at: W, length: W) -> W:
    low = fetch(at, 1) + (fetch(at + (length >> 1), 1) << 8)
    high = length + (fetch(at + length - 1, 1) << 2)
    mixed: W = _shift_mix(low * _K2 ^ high * _K0) * _K2
    return mixed


def _mix_to_7(fetch: Fetch[W], at: W, length: W) -> W:
    return _mix_two(length + (fetch(at, 4) << 3), fetch(at + length - 4, 4), _K2 + 2 * length)


def _mix_to_16(fetch: Fetch[W], at: W, length: W) -> W:
    factor = _K2 + 2 * length
    a = fetch(at, 8) + _K2
    b = fetch(at + length - 8, 8)
    return _mix_two(_rotate(b, 37) * factor + a, (_rotate(a, 25) + b) * factor, factor)


def _mix_to_32(fetch: Fetch[W], at: W, length: W) -> W:
    factor = _K2 + 2 * length
    return _mix_two(*_mix_ends(fetch, at, length, fetch(at, 8) * _K1, factor), factor)


def _mix_to_64(fetch: Fetch[W], at: W, length: W) -> W:
    factor = _K2 + 2 * length
    a = fetch(at, 8) * _K2
    y, z = _mix_ends(fetch, at, length, a, factor)
    z = _mix_two(y, z, factor)
    e = fetch(at + 16, 8) * factor
    f = fetch(at + 24, 8)
    g = (y + fetch(at + length - 32, 8)) * factor
    h = (z + fetch(at + length - 24, 8)) * factor
    return _mix_two(_rotate(e + f, 43) + _rotate(g, 30) + h, e + _rotate(f + a, 18) + g, factor)


def _mix_ends(fetch: Fetch[W], at: W, length: W, a: W, factor: W) -> tuple[W, W]:
    """Mix the first 16 bytes (``a`` from the first 8) with the last 16."""
    b = fetch(at + 8, 8)
    c = fetch(at + length - 8, 8) * factor
    d = fetch(at + length - 16, 8) * _K2
    return _rotate(a + b, 43) + _rotate(c, 30) + d, a + _rotate(b + _K2, 18) + c


def _step(state: tuple[W, ...], fetch: Fetch[W], at: W, factor: W | int = _K1, weight: int = 1) -> tuple[W, ...]:
    """Return the state (x, y, z and the pairs v, w) after one more block."""
    x, y, z, v, v2, w, w2 = state
    x = _rotate(x + y + v + fetch(at + 8, 8), 37) * factor ^ w2 * weight
    y = _rotate(y + v2 + fetch(at + 48, 8), 42) * factor + v * weight + fetch(at + 40, 8)
    z = _rotate(z + w, 33) * factor
    v, v2 = _mix_half(fetch, at, v2 * factor, x + w)
    w, w2 = _mix_half(fetch, at + 32, z + w2, y + fetch(at + 16, 8))
    return z, y, x, v, v2, w, w2


def _mix_half(fetch: Fetch[W], at: W, a: W, b: W) -> tuple[W, W]:
    """Mix half a block into two words (``WeakHashLen32WithSeeds``)."""
    first, last = a + fetch(at, 8), fetch(at + 24, 8)
    middle = first + fetch(at + 8, 8) + fetch(at + 16, 8)
    return middle + last, _rotate(b + first + last, 21) + _rotate(middle, 44) + first


def _finish(state: tuple[W, ...], fetch: Fetch[W], at: W, length: W) -> W:
    """Return the fingerprint after a last step over the last 64 bytes, some of which have been read already."""
    x, y, z, v, v2, w, w2 = state
    factor = _K1 + ((z & 255) << 1)
    w = w + ((length - 1) & (_BLOCK - 1))
    v = v + w
    state = (x, y, z, v, v2, w + v, w2)
    x, y, z, v, v2, w, w2 = _step(state, fetch, at + length - _BLOCK, factor, 9)
    first = _mix_two(v, w, factor) + _shift_mix(y) * _K0 + z
    return _mix_two(first, _mix_two(v2, w2, factor) + x, factor)


def _mix_two(u: W, v: W, factor: W) -> W:
    """Mix two words into one (``HashLen16``)."""
    a = _shift_mix((u ^ v) * factor)
    mixed: W = _shift_mix((v ^ a) * factor) * factor
    return mixed


def _rotate(word: W, bits: int) -> W:
    word = _cut(word)
    rotated: W = (word >> bits) | (word << (64 - bits))
    return rotated


def _shift_mix(word: W) -> W:
    word = _cut(word)
    mixed: W = word ^ (word >> 47)
    return mixed


def _cut(word: W) -> W:
    return word & _MASK if isinstance(word, int) else word


_SHORT: tuple[tuple[int, int, Callable[[Any, Any, Any], Any]], ...] = (
    (1, 3, _mix_to_3),
    (4, 7, _mix_to_7),
    (8, 16, _mix_to_16),
    (17, 32, _mix_to_32),
    (33, _BLOCK, _mix_to_64),
)
"""How strings of at most one block are mixed, by their shortest and longest length."""

_SEED = 81
_Y = _SEED * _K1 + 113
_START: tuple[int, ...] = (_SEED * _K2 & _MASK, _Y & _MASK, _shift_mix(_Y * _K2 + 113) * _K2 & _MASK, 0, 0, 0, 0)
"""The state before the first block; the first 8 bytes are added to its first word."""
