"""The training step: many updates of the weights in one call, under Keras' own ``fit``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import keras
import tensorflow as tf
from modelzoo_registry import BrokenPluginError, NonFiniteLossError

from ..columns.target import Target
from .checkpoints import Checkpoints
from .clipping import Gradients
from .engine import Engine
from .learning_rate import ScheduledRate
from .optimizers.optimizers import Optimizers
from .program import Program, traced
from .regularization import Regularization

Truth = Callable[[Mapping[str, Any]], Any]
"""What makes targets of encoded inputs, when these are to be reconstructed."""


@dataclass(frozen=True)
class _Step:
    """Hold what one batch has given, before anything is updated."""

    loss: Any
    gradients: Sequence[Any]
    targets: Any
    prediction: Any


class FusedModel(keras.Model):
    """Be a functional model whose training step scans a chunk of micro-batches in one ``tf.while_loop``.

    It takes chunks, (chunk, batch, ...), from a ``Feed``. With XLA the loop is one compiled program. The short
    last batch of an epoch runs through the same loop, once, without XLA, so that no second program is compiled.
    """

    test_function: Any
    engine: Engine
    signature: Any
    """The ``tf.TensorSpec`` of a chunk of full batches; given, as the engine is, before ``fit``."""
    program: Program
    """What runs the steps, once ``fit`` has begun."""

    def prepare(
        self,
        *,
        target: Target,
        truth: Truth | None,
        optimizers: Optimizers,
        regularization: Regularization,
        rates: Sequence[ScheduledRate],
        clip: Callable[[Gradients], Gradients],
        seed: int,
        tell: Callable[[str], None],
        checkpoints: Checkpoints,
        weighted: bool = False,
    ) -> None:
        """Say how to train, before ``compile``: what the step needs beyond what Keras knows."""
        self._target = target
        self._truth = truth
        self._tell = tell
        self._checkpoints = checkpoints
        self.weighted = weighted
        self._optimizers = optimizers
        self._regularization = regularization
        self._rates = rates
        self._clip = clip
        self._seeds = keras.random.SeedGenerator(seed)
        self.rows_seen = 0
        """Rows trained on in this epoch."""
        self.rows_before = 0
        """Those of them in processes before this one."""
        self.steps_done = 0
        """Updates of the weights since the training began."""

    @property
    def hands_on_one_hot(self) -> bool:
        """Whether classes reach the loss as (batch, classes), because a regularizer changes them."""
        return self._regularization.softens and self._target.task == "multiclass"

    @property
    def rows_seen_here(self) -> int:
        """Rows this process has trained on in this epoch."""
        return self.rows_seen - self.rows_before

    def build_metrics(self, inputs: Mapping[str, Any], targets: Any) -> None:
        """Let Keras make its metrics of one batch, before callbacks ask them whether less or more is better."""

        def measure(inputs: Mapping[str, Any], targets: Any) -> None:
            truth = targets if self._truth is None else self._truth(inputs)
            self._measure(tf.constant(0.0), truth, self(inputs, training=False))

        traced(measure)(inputs, targets)
        self.reset_metrics()

    def acting(self, inputs: Mapping[str, Any], targets: Any) -> set[str]:
        """Return the names of the regularizers that act in the step, tried on a batch."""
        truth = targets if self._truth is None else self._truth(inputs)
        truth = self._one_hot(truth) if self.hands_on_one_hot else truth
        return self._regularization.acting(inputs, truth, self.output_shape[-1])

    def measure(self, inputs: Mapping[str, Any], targets: Any, weights: Any = None) -> tuple[Any, list[Any]]:
        """Return what a batch of rows as they are costs, with penalties, and its float32 gradient by each weight."""
        truth = targets if self._truth is None else self._truth(inputs)
        with tf.GradientTape() as tape:
            prediction = self(inputs, training=False)
            loss = self.compute_loss(inputs, self._softened(truth), prediction, sample_weight=weights, training=False)
        zero = tf.UnconnectedGradients.ZERO
        gradients = tape.gradient(loss, self.trainable_variables, unconnected_gradients=zero)
        return loss, [tf.cast(tf.convert_to_tensor(gradient), tf.float32) for gradient in gradients]

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None, **options: Any) -> Any:  # noqa: FBT001
        """Compute the prediction; of large tables only the rows are read that it needs."""
        with self._optimizers.reading_rows():
            return super().call(inputs, training=training, mask=mask, **options)

    def compute_loss(self, x: Any = None, y: Any = None, y_pred: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Compare as the loss wants it: with classes as one-hot vectors, also where nothing softened them."""
        if self.hands_on_one_hot and not y.dtype.is_floating:
            y = self._one_hot(y)
        return super().compute_loss(x, y, y_pred, *args, **kwargs)

    def compute_metrics(self, x: Any, y: Any, y_pred: Any, sample_weight: Any = None) -> Any:
        """Measure in the target's own unit, while the loss lives in the scaled one."""
        return super().compute_metrics(x, self._own_unit(y), self._own_unit(y_pred), sample_weight)

    def make_train_function(self, force: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002  (Keras' signature)
        """Make the function ``fit`` calls once a chunk."""
        fast = self._run_chunk_in_place if self.works_in_place else self._run_chunk_fast
        program = Program(
            self._run_chunk,
            fast,
            self.signature,
            self._own_state,
            self.engine,
            fast_is_careful=self.works_in_place,
            tell=self._tell,
        )
        self.program = program
        checkpoints = self._checkpoints

        def train_function(iterator: Any) -> Mapping[str, Any]:
            if (told := checkpoints.pass_over()) is not None:
                return dict(told)
            inputs, targets, weights, count = next(iterator)
            done, finite, logs = program(inputs, targets, weights, count)
            self.engine = replace(self.engine, xla=program.xla)
            self._count(int(done), int(targets.shape[1]), finite=bool(finite))
            checkpoints.call_done(logs)
            return dict(logs)

        self.train_function = train_function

    def make_test_function(self, force: bool = False) -> None:  # noqa: FBT001, FBT002  (Keras' signature)
        """Make the function ``fit`` calls once a batch of validation rows."""
        if self.test_function is None or force:
            run = traced(self.test_step, reduce_retracing=True)

            def test_function(iterator: Any) -> Any:
                self._checkpoints.end_if_asked(in_validation=True)
                return run(next(iterator))

            self.test_function = test_function

    @property
    def losses(self) -> list[Any]:
        """Penalties, in the loss's own precision: it takes no scalar of another one."""
        return [tf.cast(loss, tf.float32) for loss in super().losses]

    def _count(self, done: int, batch: int, *, finite: bool) -> None:
        self.steps_done += done
        self.rows_seen += done * batch
        if not finite:
            extremes = "target" if self._truth is None else "columns"
            raise NonFiniteLossError(
                f"the loss is not finite at step {self.steps_done + 1}; the weights are those of the step before. "
                f"Try a smaller learning_rate, and look for extreme values in the {extremes}",
                epoch=0,
                step=self.steps_done + 1,
            )

    @property
    def works_in_place(self) -> bool:
        """Whether compiled steps write rows of large tables where they lie: if only optimizers write any."""
        return bool(self._optimizers.tables) and not self._regularization.finishes_steps

    @property
    def _own_state(self) -> list[Any]:
        """Weights, and what optimizers, metrics, random generators and regularizers keep."""
        variables = [
            *self.variables,
            *self._optimizers.variables,
            *self.metrics_variables,
            *self._regularization.variables,
        ]
        return list({id(variable): variable for variable in variables}.values())

    def _run_chunk(self, inputs: Mapping[str, Any], targets: Any, weights: Any, count: Any) -> tuple[Any, Any, Any]:
        """Run ``count`` updates, and none that is not finite.

        Returns:
            How many were applied, whether all were finite, and the metrics.
        """

        def update(batch: Mapping[str, Any], targets: Any, weights: Any) -> Any:
            before = [tf.identity(variable.value) for variable in self.non_trainable_variables]
            step = self._step(batch, targets, weights)
            finite = tf.logical_and(tf.math.is_finite(step.loss), _squares_finite(step.gradients))

            def undo() -> None:
                for variable, value in zip(self.non_trainable_variables, before, strict=True):
                    variable.assign(value)

            tf.cond(finite, _returning_nothing(partial(self._apply, step)), _returning_nothing(undo))
            return finite

        return self._scan(update, inputs, targets, weights, count)

    def _run_chunk_fast(
        self, inputs: Mapping[str, Any], targets: Any, weights: Any, count: Any
    ) -> tuple[Any, Any, Any]:
        """Run ``count`` updates as ``_run_chunk`` does, if all are finite; else what is left is of no use.

        Looking at each gradient before it is applied costs XLA half of its speed: a branch that may change the weights
        makes it copy them all. Here the losses are looked at, and at the end the weights and what the optimizer keeps.
        """

        def update(batch: Mapping[str, Any], targets: Any, weights: Any) -> Any:
            step = self._step(batch, targets, weights)
            self._apply(step)
            return tf.math.is_finite(step.loss)

        done, finite, logs = self._scan(update, inputs, targets, weights, count)
        return done, tf.logical_and(finite, _all_finite(self.variables + self._optimizers.variables)), logs

    def _run_chunk_in_place(
        self, inputs: Mapping[str, Any], targets: Any, weights: Any, count: Any
    ) -> tuple[Any, Any, Any]:
        """Run ``count`` updates as ``_run_chunk`` does, and choose between values instead of branches.

        With nothing to put back later, XLA writes rows of large tables where they lie.
        """

        def update(batch: Mapping[str, Any], targets: Any, weights: Any) -> Any:
            before = [(variable, tf.convert_to_tensor(variable)) for variable in self._own_state]
            step = self._step(batch, targets, weights)
            finite = tf.logical_and(tf.math.is_finite(step.loss), _squares_finite(step.gradients))
            by_rows = set(map(id, self._optimizers.updated_by_rows(step.gradients, self.trainable_variables)))
            self._apply(step, rows_only_if=finite)
            for variable, value in before:
                if id(variable) not in by_rows:
                    variable.assign(tf.where(finite, tf.convert_to_tensor(variable), value))
            return finite

        return self._scan(update, inputs, targets, weights, count)

    def _scan(
        self, update: Callable[..., Any], inputs: Mapping[str, Any], targets: Any, weights: Any, count: Any
    ) -> tuple[Any, Any, Any]:
        """Go through the micro-batches until one is not finite."""

        def going_on(step: Any, finite: Any) -> Any:
            return tf.logical_and(step < count, finite)

        def one(step: Any, _: Any) -> tuple[Any, Any]:
            batch = {name: tensor[step] for name, tensor in inputs.items()}
            finite = update(batch, targets[step], weights[step] if self.weighted else None)
            return step + tf.cast(finite, tf.int32), finite

        start = (tf.constant(0), tf.constant(value=True))
        done, finite = tf.while_loop(going_on, one, start, parallel_iterations=1)
        return done, finite, self.get_metrics_result()

    def _step(self, batch: Mapping[str, Any], targets: Any, weights: Any) -> _Step:
        """Compute loss and gradients of a batch.

        Weights, (batch,), multiply the loss of each row before its mean over the batch is taken, as Keras does with
        ``sample_weight``; metrics count every row alike.
        """
        if self._truth is not None:
            targets = self._truth(batch)
        noisy = self._regularization.with_noise(batch, self._seeds)
        with tf.GradientTape() as tape:
            prediction = self(noisy, training=True)
            _refuse_strays(tape.watched_variables(), self)
            softened = self._softened(targets)
            loss = self.compute_loss(noisy, softened, prediction, sample_weight=weights, training=True)
        return _Step(loss, tape.gradient(loss, self.trainable_variables), targets, prediction)

    def _apply(self, step: _Step, rows_only_if: Any = None) -> None:
        """Update the weights, and count the batch in the metrics."""
        for rate in self._rates:
            rate.set()
        self._optimizers.apply(self._clip(step.gradients), self.trainable_variables, rows_only_if=rows_only_if)
        self._regularization.after_step(self.trainable_variables, step.gradients)
        self._measure(step.loss, step.targets, step.prediction)

    def _softened(self, targets: Any) -> Any:
        if not self._regularization.softens:
            return targets
        if self.hands_on_one_hot:
            targets = self._one_hot(targets)
        return self._regularization.softened(targets, self.output_shape[-1])

    def _one_hot(self, ids: Any) -> Any:
        return tf.one_hot(tf.squeeze(ids, axis=1), self._target.units)

    def _measure(self, loss: Any, targets: Any, prediction: Any) -> None:
        truth, guess = self._own_unit(targets), self._own_unit(prediction)
        for metric in self.metrics:
            if metric.name == "loss":
                metric.update_state(loss, sample_weight=tf.cast(tf.shape(targets)[0], tf.float32))
            else:
                metric.update_state(truth, guess)

    def _own_unit(self, values: Any) -> Any:
        if self._target.task != "regression":
            return values
        return tf.cast(values, tf.float64) * self._target.spread + self._target.center


def _refuse_strays(read: Sequence[Any], model: keras.Model) -> None:
    """Refuse trainable variables that no layer owns: they would stay as they are, and be in no run."""
    owned = {id(variable.value) for variable in model.variables}
    strays = [repr(variable.name.partition(":")[0]) for variable in read if id(variable) not in owned]
    if strays:
        raise BrokenPluginError(
            f"model {model.name!r}: no layer owns {', '.join(strays)}, and what no layer owns is neither trained nor "
            "saved. Make variables with add_weight in a Keras layer; constants, with trainable=False"
        )


def _all_finite(variables: Sequence[Any]) -> Any:
    floats = [variable.value for variable in variables if tf.as_dtype(variable.dtype).is_floating]
    return tf.reduce_all(tf.stack([tf.reduce_all(tf.math.is_finite(value)) for value in floats]))


def _squares_finite(tensors: Sequence[Any]) -> Any:
    """Whether gradients are finite, and their squares.

    Optimizers square them, or multiply them by the learning rate, and would write what is not finite into the weights
    or into their own state.
    """
    values = [t.values if isinstance(t, tf.IndexedSlices) else t for t in tensors if t is not None]
    return tf.reduce_all(tf.stack([tf.math.is_finite(tf.reduce_sum(tf.square(value))) for value in values]))


def _returning_nothing(work: Callable[[], None]) -> Callable[[], Any]:
    """Let a function without a result be a branch of ``tf.cond``, which wants one."""

    def branch() -> Any:
        work()
        return tf.constant(0)

    return branch
