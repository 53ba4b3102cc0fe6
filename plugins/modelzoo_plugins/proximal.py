"""Proximal steps: weights that do not pay for themselves become exactly zero.

Sources: Parikh & Boyd, "Proximal Algorithms", 2014, for the soft threshold; Duchi & Singer, "Efficient Online and Batch
Learning Using Forward Backward Splitting", 2009 (JMLR 10), for thresholds that wait until a row is read again; Wright,
Nowak & Figueiredo, "Sparse Reconstruction by Separable Approximation", 2009, for the steps over all rows at the end;
Zhu & Gupta, "To Prune, or Not to Prune", 2017, for growing slowly at first, by a cube.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelzoo_registry import Objective, RegularizerPlugin, Tensor, Update, Weight

from .metric import check_optimizer, step_sizes

MOST_PASSES = 12
"""Most passes over all rows behind the last step."""
ENOUGH = 1e-6
"""Share of the objective below which a further pass is not worth its time."""


class Proximal(RegularizerPlugin):
    """Minimise loss + strength · ‖w‖₁ over the weights followed: a soft threshold behind each step of the optimizer.

    The threshold is the penalty times the optimizer's own step size of each weight. In a table the rows that a batch
    has not read wait: when they are read again, and at the end of each epoch, they take all thresholds at once. Behind
    the last step all rows are looked at once more, and what only the noise of single batches kept from zero is zero.

    The strength grows over the first half of the epochs, by the cube of their share. In full from the start it would
    make zero what has not learnt anything yet: of two layers that are zero neither has a gradient, and both stay so.
    """

    exclusive = "thresholding weights behind each step"
    sparsifies = True
    growing = 0.5

    def __init__(self, spec: Any) -> None:
        super().__init__(spec)
        self._force: Any = None
        """The strength as far as it has grown."""
        self._passes = MOST_PASSES
        self._last: dict[int, Any] = {}
        """By weight, the step up to which each of its rows has been thresholded."""
        self._waiting: dict[int, Update] = {}
        """The tables of which not all rows are thresholded at each step."""

    @property
    def _strength(self) -> float:
        raise NotImplementedError

    def begin(self, optimizer: Any, weights: Sequence[Weight]) -> None:
        """Count the steps of each row from here, and let the strength grow."""
        import tensorflow as tf

        check_optimizer(optimizer)
        if self._force is None:
            self._force = tf.Variable(self._strength, trainable=False)
        self._last |= {id(w.variable): tf.Variable(tf.zeros(w.shape[:1], tf.int64), trainable=False) for w in weights}

    def after_step(self, optimizer: Any, updates: Sequence[Update]) -> None:
        """Move every weight towards zero, those of tables as their rows are read."""
        for update in updates:
            if update.rows is None:
                sizes = step_sizes(update.optimizer, update.slot)
                variable = update.weight.variable
                moved = soft_threshold(variable.value, sizes * self._force)
                variable.assign(variable.constraint(moved) if variable.constraint else moved)
            else:
                self._waiting[id(update.weight.variable)] = update
                self._threshold_rows(update, update.rows)

    def callbacks(self) -> Sequence[Any]:
        """Return what lets the strength grow, and rows take their thresholds before validation rows are looked at."""
        if not self._last:
            return ()
        import keras

        catch_up, grow = self._catch_up, self._grow

        class Epochs(keras.callbacks.Callback):  # type: ignore[misc]  # Keras has no types
            """Grow with the epochs, and threshold all rows of all tables at the end of each."""

            def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
                grow(epoch + 1, self.params["epochs"])

            def on_test_begin(self, logs: Any = None) -> None:
                catch_up()

            def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
                catch_up()

        return (Epochs(),)

    def after_training(self, optimizer: Any, objective: Objective) -> str:
        """Make zero what does not pay over all rows, then count zeros."""
        followed = [update.weight.variable for update in objective.updates if self.follows(update.weight)]
        strengths = [self._strength if self.follows(update.weight) else 0.0 for update in objective.updates]
        screen(objective, strengths, self._passes)
        return _count_zeros(followed)

    def _grow(self, epoch: int, epochs: int) -> None:
        """Set the strength for an epoch, counted from 1; after few epochs few passes are to follow."""
        self._force.assign(self._strength * min(1.0, epoch / epochs / self.growing) ** 3)
        self._passes = min(MOST_PASSES, 2 + epochs)

    def _catch_up(self) -> None:
        import tensorflow as tf

        for update in self._waiting.values():
            self._threshold_rows(update, tf.range(update.weight.shape[0]))

    def _threshold_rows(self, update: Update, rows: Tensor) -> None:
        """Apply to these rows the thresholds of all steps since the last time, at once."""
        import tensorflow as tf

        table, last = update.weight.variable.value, self._last[id(update.weight.variable)]
        now = tf.cast(update.optimizer.iterations.value, last.dtype)
        waited = tf.cast(now - tf.gather(last, rows), tf.float32)
        sizes = step_sizes(update.optimizer, lambda name: tf.gather(update.slot(name).value, rows))
        threshold = sizes * self._force * tf.reshape(waited, [-1] + [1] * (len(table.shape) - 1))
        table.scatter_update(tf.IndexedSlices(soft_threshold(tf.gather(table, rows), threshold), rows))
        last.scatter_update(tf.IndexedSlices(tf.fill(tf.shape(rows), now), rows))


def soft_threshold(weights: Tensor, threshold: Tensor) -> Tensor:
    """Return the weights moved towards zero by the threshold, and zero where it is larger than they are."""
    from keras import ops

    return ops.sign(weights) * ops.relu(ops.abs(weights) - ops.cast(threshold, weights.dtype))


def screen(objective: Objective, strengths: Sequence[float], passes: int) -> None:
    """Make zero what does not pay over all rows, and leave every other weight as it is.

    Which these are is found by proximal steps of the gradient over all rows in which no weight may grow: they have
    Barzilai & Borwein's length, in the optimizers' metric, and one that does not lower the objective is tried shorter.
    What they bring to zero is zero from then on, if the objective is lower so; all else has its value back.
    """
    from keras import ops

    variables = [update.weight.variable for update in objective.updates]
    sizes = [
        ops.convert_to_tensor(step_sizes(update.optimizer, update.slot) if strength else 0.0)
        for update, strength in zip(objective.updates, strengths, strict=True)
    ]
    starts = [ops.copy(variable.value) for variable in variables]
    loss, gradients = objective.measure()
    point, first = starts, loss + _penalty(starts, strengths)
    cost, length = first, 1.0
    for _ in range(passes):
        new = [
            _shrunk(start, at, length * size, gradient, strength)
            for start, at, size, gradient, strength in zip(starts, point, sizes, gradients, strengths, strict=True)
        ]
        new = _assigned(variables, new)
        new_loss, new_gradients = objective.measure()
        new_cost = new_loss + _penalty(new, strengths)
        squared, bent = _curvature(new, point, new_gradients, gradients, sizes)
        if not new_cost <= cost - 1e-4 * squared / length:
            length /= 4
            continue
        gained, point, gradients, cost = cost - new_cost, new, new_gradients, new_cost
        if gained <= ENOUGH * abs(cost):
            break
        length = squared / bent if bent > 0 else 4 * length
    screened = [ops.where(ops.equal(at, 0), at, start) for at, start in zip(point, starts, strict=True)]
    screened = _assigned(variables, screened)
    if not objective.measure()[0] + _penalty(screened, strengths) <= first:
        _assigned(variables, starts)


def _shrunk(start: Tensor, point: Tensor, size: Tensor, gradient: Tensor, strength: float) -> Tensor:
    """Take a proximal step of some size from a point, and stay between zero and the start."""
    from keras import ops

    if not strength:
        return start
    moved = soft_threshold(ops.cast(point, "float32") - size * gradient, size * strength)
    sign, most = ops.cast(ops.sign(start), "float32"), ops.cast(ops.abs(start), "float32")
    return ops.cast(sign * ops.clip(sign * moved, 0, most), start.dtype)


def _curvature(
    new: Sequence[Tensor], old: Sequence[Tensor], after: Sequence[Tensor], before: Sequence[Tensor], sizes: Any
) -> tuple[float, float]:
    """Return the squared length of a step in the optimizer's metric, and how much the gradient changed along it."""
    from keras import ops

    steps = [ops.cast(to, "float32") - ops.cast(start, "float32") for to, start in zip(new, old, strict=True)]
    squares = [ops.sum(ops.divide_no_nan(step * step, size)) for step, size in zip(steps, sizes, strict=True)]
    changes = [ops.sum(step * (b - a)) for step, a, b in zip(steps, before, after, strict=True)]
    return float(sum(squares)), float(sum(changes))


def _assigned(variables: Sequence[Any], values: Sequence[Tensor]) -> list[Tensor]:
    """Give the variables these values, within their constraints, and return those they have then."""
    from keras import ops

    for variable, value in zip(variables, values, strict=True):
        variable.assign(variable.constraint(value) if variable.constraint else value)
    return [ops.copy(variable.value) for variable in variables]


def _penalty(weights: Sequence[Tensor], strengths: Sequence[float]) -> float:
    from keras import ops

    return sum(
        strength * float(ops.sum(ops.abs(ops.cast(weight, "float32"))))
        for weight, strength in zip(weights, strengths, strict=True)
        if strength
    )


def _count_zeros(variables: Sequence[Any]) -> str:
    from keras import ops

    zeros = sum(int(ops.sum(ops.cast(ops.equal(variable, 0), "int32"))) for variable in variables)
    total = sum(int(ops.size(variable)) for variable in variables)
    return f"{zeros:,} of {total:,} weights are exactly zero"
