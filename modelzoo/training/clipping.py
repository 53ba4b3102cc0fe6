"""Bound the gradients of an update.

Source: Pascanu, Mikolov & Bengio, "On the Difficulty of Training Recurrent Neural Networks", 2013 (arXiv:1211.5063).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import tensorflow as tf
from modelzoo_registry import TrainingSpec

from .optimizers.rows import summed

Gradients = Sequence[Any]
"""One gradient a weight: a tensor, the rows of a table that were read (``tf.IndexedSlices``), or None."""


def clipping_of(spec: TrainingSpec) -> Callable[[Gradients], Gradients]:
    """Return what bounds the gradients as the settings say."""
    if spec.clip_norm is not None:
        longest = spec.clip_norm
        return lambda gradients: clipped_by_norm(gradients, longest)
    if spec.clip_value is not None:
        largest = spec.clip_value
        return lambda gradients: [_each(_cut, gradient, largest) for gradient in map(_summed, gradients)]
    return lambda gradients: gradients


def clipped_by_norm(gradients: Gradients, longest: float) -> Gradients:
    """Scale all gradients alike, so that their norm together is at most ``longest``.

    Where the norm is not finite they become NaN: zeros would hide that something went wrong.
    """
    norm = global_norm(gradients)
    scale = tf.where(tf.math.is_finite(norm), longest / tf.maximum(norm, longest), float("nan"))
    return [_each(_scaled, gradient, scale) for gradient in gradients]


def global_norm(gradients: Gradients) -> Any:
    """Return the norm of all gradients together, a float32 scalar; rows of a table count by their sum."""
    lengths = tf.stack([_length(_values(_summed(gradient))) for gradient in gradients if gradient is not None])
    longest = tf.reduce_max(lengths)  # of finite lengths the norm is finite, where the sum of squares may not be
    return longest * tf.sqrt(tf.reduce_sum(tf.square(tf.math.divide_no_nan(lengths, longest))))


def _length(values: Any) -> Any:
    return tf.sqrt(tf.reduce_sum(tf.square(tf.cast(values, tf.float32))))


def _summed(gradient: Any) -> Any:
    """Return rows of a table with the whole sum of each at its first place, and zeros at its others.

    The shapes stay what they are, as XLA wants them, and no row is named that the batch has not read.
    """
    if not isinstance(gradient, tf.IndexedSlices):
        return gradient
    rows, sums = summed(gradient)
    is_first = tf.concat([tf.ones_like(rows[:1], tf.bool), rows[1:] != rows[:-1]], axis=0)
    shown = tf.reshape(is_first, [-1] + [1] * (len(sums.shape) - 1))
    return tf.IndexedSlices(tf.where(shown, sums, tf.zeros_like(sums)), rows, gradient.dense_shape)


def _values(gradient: Any) -> Any:
    return gradient.values if isinstance(gradient, tf.IndexedSlices) else gradient


def _each(change: Callable[[Any, Any], Any], gradient: Any, by: Any) -> Any:
    """Change the numbers of a gradient, whatever holds them."""
    if gradient is None:
        return None
    if isinstance(gradient, tf.IndexedSlices):
        return tf.IndexedSlices(change(gradient.values, by), gradient.indices, gradient.dense_shape)
    return change(gradient, by)


def _scaled(values: Any, scale: Any) -> Any:
    return values * tf.cast(scale, values.dtype)


def _cut(values: Any, largest: float) -> Any:
    """Cut what is too large; what is not finite becomes NaN, or it would pass for a gradient."""
    cut = tf.clip_by_value(values, -largest, largest)
    return tf.where(tf.math.is_finite(values), cut, tf.constant(float("nan"), values.dtype))
