"""Run one training: encoded rows in, a trained core and its history out. Imports Keras."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from functools import partial
from itertools import chain
from math import ceil, prod
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf
from modelzoo_registry import NonFiniteLossError, TrainingSpec
from modelzoo_registry.sizes import parse_bytes

from ..batches import rows_a_batch
from ..columns.encoder import Encoder
from ..columns.target import Target
from ..core.fixed import fixed_inputs
from ..hooks import RunHooks
from .assembly import Assembly, assemble
from .callbacks import (
    EpochCounter,
    HookCallback,
    early_stopping_held,
    has_early_stopping,
    kept_epoch,
    tensorboard,
    watches_batches,
)
from .checkpoints import Checkpoints
from .chunks import Examples, batches_dataset
from .clipping import clipping_of
from .engine import Engine, choose_engine
from .feed import Feed
from .fused import FusedModel, Truth
from .interruption import TrainingInterrupted
from .learning_rate import RateLog, course_of, refuse_rivals, scheduled_rates
from .objective import make_loss, make_metrics
from .optimizers.make import make_optimizers
from .optimizers.optimizers import Optimizers
from .precision import computing_in
from .progress import Progress
from .regularization import Regularization, check_watched
from .relay import Relay
from .schedule import Schedule, make_schedule
from .seeding import seeded
from .whole import WholeObjective


@dataclass(frozen=True)
class Followers:
    """Hold what follows a training: callbacks, hook plugins, what writes checkpoints, logs, and who reads lines."""

    callbacks: Sequence[Any]
    hooks: RunHooks
    checkpoints: Checkpoints
    logs: Path | None
    say: Callable[[str], None] | None

    def tell(self, line: str) -> None:
        """Write a line for people, unless the training is to be silent."""
        if self.say:
            self.say(line)


@dataclass(frozen=True)
class Trained:
    """Hold what a training left."""

    core: keras.Model
    history: keras.callbacks.History
    engine: dict[str, Any]
    notes: tuple[str, ...]
    regularizer_states: tuple[dict[str, Any], ...]
    seconds: float
    kept_epoch: int | None
    """The epoch, counted from 1, whose weights were taken back; None when they are those of the last step."""
    final: dict[str, float]
    """Metrics on validation rows, measured again when regularizers changed weights behind the last step."""
    stopped: NonFiniteLossError | None


def train(
    parts: Assembly,
    encoder: Encoder,
    rows: Examples,
    valid: Examples | None,
    target: Target,
    spec: TrainingSpec,
    followers: Followers,
) -> Trained:
    """Assemble a core and train it, from the beginning or from a checkpoint on.

    A loss that leaves the finite numbers ends the training with the weights of the step before; the error is
    returned, not raised, so that what was learnt is kept.
    """
    metrics = make_metrics(spec.metrics, target)
    check_watched(parts.regularizers, ["loss", *(metric.name for metric in metrics)], has_validation=valid is not None)
    refuse_rivals(spec, followers.callbacks)
    notes, checkpoints = _Notes(followers), followers.checkpoints
    schedule = make_schedule(spec, rows.count)
    course = course_of(spec, schedule.updates)
    with seeded(spec.seed), computing_in(spec.precision), closing(Relay()) as relay:
        core, acting = assemble(parts, encoder, target)
        optimizers = make_optimizers(spec, core, wide_columns=sum(column.wide for column in encoder.id_layout))
        regularization = Regularization(parts.regularizers, core, encoder.cells)
        regularization.begin(optimizers)
        checkpoints.restore_regularizers(parts.regularizers)
        called = {name: list(regularizer.callbacks()) for name, regularizer in parts.regularizers}
        rates = scheduled_rates([share.optimizer for share in optimizers.shares], course)
        logged = [] if course.is_flat else [RateLog()]
        callbacks = [*logged, *followers.callbacks, *chain.from_iterable(called.values())]
        truth = partial(fixed_inputs, encoder=encoder) if target.task == "reconstruction" else None
        trainer = FusedModel(core.input, core.output, name=parts.name)  # of the same layers, so of the same weights
        trainer.prepare(
            target=target,
            truth=truth,
            optimizers=optimizers,
            regularization=regularization,
            rates=rates,
            clip=clipping_of(spec),
            seed=spec.seed,
            tell=notes.tell,
            checkpoints=checkpoints,
            weighted=rows.like.weighted,
        )
        _compile(trainer, optimizers.main, target, spec, metrics)
        first = rows.like.first(schedule.batch_size)
        trainer.build_metrics(*first)
        optimizers.begin()
        copied = _copied(optimizers, regularization)
        trainer.engine = _choose(rows, schedule, callbacks, parse_bytes(spec.memory), copied=copied)
        feed = Feed(rows, schedule, trainer.engine.chunk, spec.seed)
        trainer.signature = feed.signature
        acting |= trainer.acting(*first) | {name for name, some in called.items() if some}
        growing = _tell_of_regularizers(parts, acting, callbacks, schedule.epochs, notes)
        history = keras.callbacks.History()
        watched = None if valid is None else _dataset(valid, truth, rows_a_batch(core.output_shape[-1]), relay)
        checkpoints.attach(trainer, [*callbacks, history], parts.regularizers)
        with early_stopping_held(callbacks, growing):
            stopped = _fit(trainer, feed, watched, relay, [*callbacks, history], followers)
        kept = None if stopped else kept_epoch(callbacks)
        if kept is not None:
            looked_at = f"epochs {growing + 1} to {len(history.epoch)}" if growing else len(history.epoch)
            notes.tell(f"the weights are those of epoch {kept}, the best of {looked_at}")
        for rate in rates:
            rate.reset()
        final = {} if stopped else _finish(trainer, regularization, rows, watched, relay, notes)
    return Trained(
        core=core,
        history=history,
        engine=asdict(trainer.engine),
        notes=tuple(notes.lines),
        regularizer_states=tuple(dict(regularizer.state()) for _, regularizer in parts.regularizers),
        seconds=round(checkpoints.seconds, 3),
        kept_epoch=kept,
        final=final,
        stopped=stopped,
    )


class _Notes:
    """Collect lines for people, each told at once."""

    def __init__(self, followers: Followers) -> None:
        self.lines: list[str] = []
        self._followers = followers

    def tell(self, line: str) -> None:
        self.lines.append(line)
        self._followers.tell(line)


def _tell_of_regularizers(
    parts: Assembly, acting: Collection[str], callbacks: Sequence[Any], epochs: int, notes: _Notes
) -> int:
    """Say which regularizers find nothing to act on; return in how many epochs others are still growing."""
    for name in [name for name, _ in parts.regularizers if name not in acting]:
        notes.tell(f"{name} changes nothing in {parts.name}: it finds nothing to act on")
    growing = max((regularizer.growing for name, regularizer in parts.regularizers if name in acting), default=0.0)
    grown = max(ceil(growing * epochs), 1)
    if grown > 1 and has_early_stopping(callbacks):
        notes.tell(f"early stopping looks at epochs from {grown} on, when all regularizers have their full strength")
    return grown - 1


def _finish(
    trainer: FusedModel,
    regularization: Regularization,
    rows: Examples,
    watched: tf.data.Dataset | None,
    relay: Relay,
    notes: _Notes,
) -> dict[str, float]:
    """Let regularizers act behind the last step; return what validation rows give then, if any of them did."""
    if not regularization.finishes:
        return {}
    objective = WholeObjective(trainer, rows, regularization.updates())
    for line in regularization.after_training(objective):
        notes.tell(line)
    if watched is None:
        return {}
    with relay.raising():
        measured = trainer.evaluate(watched, verbose=0, return_dict=True)
    return {f"val_{name}": float(value) for name, value in measured.items()}


def _copied(optimizers: Optimizers, regularization: Regularization) -> int:
    """Return how many numbers XLA would copy in each call, where regularizers change weights behind each step."""
    return sum(prod(table.shape) for table in optimizers.tables) if regularization.finishes_steps else 0


def _choose(rows: Examples, schedule: Schedule, callbacks: Sequence[Any], memory: int, *, copied: int) -> Engine:
    return choose_engine(
        rows=schedule.largest_epoch,
        row_bytes=rows.like.row_bytes,
        memory=memory,
        batch_size=schedule.batch_size,
        epochs=schedule.epochs,
        copied=copied,
        watches_batches=watches_batches(callbacks),
    )


def _compile(trainer: FusedModel, optimizer: Any, target: Target, spec: TrainingSpec, metrics: Sequence[Any]) -> None:
    trainer.compile(
        optimizer=optimizer,
        loss=make_loss(spec.loss, target, one_hot=trainer.hands_on_one_hot, weighted=trainer.weighted),
        metrics=metrics,
        jit_compile=False,  # the step compiles itself
    )


def _fit(
    trainer: FusedModel,
    feed: Feed,
    valid: tf.data.Dataset | None,
    relay: Relay,
    callbacks: Sequence[Any],
    followers: Followers,
) -> NonFiniteLossError | None:
    checkpoints, epochs = followers.checkpoints, feed.schedule.epochs
    counter = EpochCounter(checkpoints)
    progress = Progress(
        rows=feed.schedule.largest_epoch,
        epochs=epochs,
        may_stop=has_early_stopping(callbacks),
    )
    board = [tensorboard(followers.logs)] if followers.logs else []
    own = [HookCallback(followers.hooks), *board, *([progress] if followers.say else [])]
    with closing(progress), relay.raising(), checkpoints.awaiting_signals():
        try:
            trainer.fit(
                feed.dataset(relay, checkpoints.begin),
                initial_epoch=checkpoints.begin.epoch,
                epochs=epochs,
                steps_per_epoch=feed.calls,
                validation_data=valid,
                shuffle=False,
                verbose=0,
                callbacks=[counter, *callbacks, *own],
            )
        except (NonFiniteLossError, TrainingInterrupted) as error:
            for callback in board:  # Keras does not; without it the last events are not in the file
                callback.on_train_end()
            if isinstance(error, NonFiniteLossError):
                return NonFiniteLossError(f"epoch {counter.epoch}: {error}", epoch=counter.epoch, step=error.step)
            raise
    return None


def _dataset(rows: Examples, truth: Truth | None, batch: int, relay: Relay) -> tf.data.Dataset:
    """Return rows to validate on, in large batches, with their targets and weights, if any."""
    batches = batches_dataset(rows, batch, relay)
    if truth is None:
        return batches

    def with_truth(inputs: Any, _: Any, *weights: Any) -> Any:
        return inputs, truth(inputs), *weights

    # AutoGraph would rewrite code that has nothing to rewrite, and leave files of it behind where a process is killed.
    return batches.map(tf.autograph.experimental.do_not_convert(with_truth))
