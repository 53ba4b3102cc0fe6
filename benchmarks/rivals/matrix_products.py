"""Compute the matrix products of an epoch and nothing else: forward, by kernel, by input.

    python benchmarks/rivals/matrix_products.py FOLDER --batch 1024 --epochs 8

One TensorFlow function loops over as many batches as an epoch has. So that no product is left out, each changes the
kernels a little: a thousandth of the work. The first layer has no gradient by its input.
"""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import numpy as np
import tensorflow as tf
from sides import CLASSES, FEATURES, HIDDEN, ROWS, arguments, report

STEP = 1e-9


def main() -> None:
    """Compute, and report."""
    given = arguments("Compute the matrix products of an epoch.").parse_args()
    draw = np.random.default_rng(0)
    full, left = divmod(ROWS, given.batch)
    x = tf.constant(draw.standard_normal((given.batch, FEATURES), dtype=np.float32))
    shapes = list(pairwise((FEATURES, *HIDDEN, CLASSES)))
    kernels = [tf.constant(draw.normal(0, shape[0] ** -0.5, shape), tf.float32) for shape in shapes]
    seconds = []
    for _ in range(given.epochs):
        started = time.perf_counter()
        kernels = products(x, tf.constant(full), kernels)
        kernels = products(x[:left], tf.constant(int(left > 0)), kernels)
        kernels[0].numpy()
        seconds.append(time.perf_counter() - started)
    report(seconds=seconds)


@tf.function(autograph=False, reduce_retracing=True)
def products(x: Any, count: Any, kernels: list[Any]) -> list[Any]:
    """Return the kernels after so many batches."""

    def one(step: Any, kernels: list[Any]) -> tuple[Any, list[Any]]:
        outputs = [x]
        for kernel in kernels:
            outputs.append(tf.matmul(outputs[-1], kernel))
        gradient, changed = outputs.pop(), []
        for kernel in reversed(kernels):
            entering = outputs.pop()
            changed.append(kernel - STEP * tf.matmul(entering, gradient, transpose_a=True))
            if outputs:
                gradient = tf.matmul(gradient, kernel, transpose_b=True)
        return step + 1, changed[::-1]

    return tf.while_loop(lambda step, _: step < count, one, (tf.constant(0), kernels))[1]


if __name__ == "__main__":
    main()
