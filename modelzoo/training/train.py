"""Run one training: encoded rows in, a trained core and its history out. Imports Keras."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from modelzoo_registry import ModelPlugin, NonFiniteLossError, RunInfo, TrainingSpec

from ..columns.encoder import Arrays, Encoder
from ..columns.target import Target
from ..core.assemble import Regularizers, build_core, regularize
from ..core.inputs import PackedInputs
from ..hooks import Hooks
from .callbacks import HookCallback, Progress, RowCounter, tensorboard, watches_batches
from .engine import Engine, choose_engine
from .feed import Feed
from .fused import FusedModel
from .objective import make_loss, make_metrics
from .seeding import seeded

VALIDATION_BATCH = 8192


@dataclass(frozen=True)
class Assembly:
    """Name the parts a core is made of."""

    name: str
    plugin: ModelPlugin
    spec: Any
    regularizers: Regularizers


@dataclass(frozen=True)
class Encoded:
    """Hold encoded rows with their targets."""

    inputs: Arrays
    targets: np.ndarray

    @property
    def row_bytes(self) -> int:
        """Bytes of one row."""
        return sum(array[:1].nbytes for array in [*self.inputs.values(), self.targets])


@dataclass(frozen=True)
class Followers:
    """Hold what follows a training: the user's callbacks, hook plugins, a log folder, and who reads lines."""

    callbacks: Sequence[Any]
    hooks: Hooks
    run: RunInfo
    logs: Path | None
    say: Callable[[str], None] | None


@dataclass(frozen=True)
class Trained:
    """Hold what a training left."""

    core: keras.Model
    history: keras.callbacks.History
    engine: dict[str, Any]
    notes: tuple[str, ...]
    regularizer_states: tuple[dict[str, Any], ...]
    seconds: float
    stopped: NonFiniteLossError | None


def assemble(parts: Assembly, encoder: Encoder, target: Target) -> tuple[keras.Model, list[str]]:
    """Return the core with its regularizers, and a line on each that changes nothing in it."""
    core = build_core(parts.name, parts.plugin, parts.spec, PackedInputs(encoder, target.task, target.units))
    core, idle = regularize(core, parts.regularizers)
    notes = [f"{name} changes nothing in {parts.name}: it finds no layer or weight to act on" for name in idle]
    return core, notes


def train(
    parts: Assembly,
    encoder: Encoder,
    rows: Encoded,
    valid: Encoded | None,
    target: Target,
    spec: TrainingSpec,
    followers: Followers,
) -> Trained:
    """Assemble a core and train it.

    A loss that leaves the finite numbers ends the training with the weights of the step before; the error is
    returned, not raised, so that what was learnt is kept.
    """
    with seeded(spec.seed):
        core, notes = assemble(parts, encoder, target)
        for note in notes:
            if followers.say:
                followers.say(note)
        regularizers = [regularizer for _, regularizer in parts.regularizers]
        callbacks = [*followers.callbacks, *(c for regularizer in regularizers for c in regularizer.callbacks())]
        engine = _choose(rows, spec, callbacks)
        trainer = FusedModel(core.input, core.output, name=parts.name)  # of the same layers, so of the same weights
        trainer.prepare(
            target=target, engine=engine, batch_size=spec.batch_size, regularizers=regularizers, seed=spec.seed
        )
        _compile(trainer, target, spec)
        started = time.perf_counter()
        history, stopped = _fit(trainer, rows, valid, spec, engine, callbacks, followers)
    return Trained(
        core=core,
        history=history,
        engine=asdict(engine),
        notes=tuple(notes),
        regularizer_states=tuple(dict(regularizer.state()) for regularizer in regularizers),
        seconds=round(time.perf_counter() - started, 3),
        stopped=stopped,
    )


def _choose(rows: Encoded, spec: TrainingSpec, callbacks: Sequence[Any]) -> Engine:
    return choose_engine(
        rows=len(rows.targets),
        row_bytes=rows.row_bytes,
        batch_size=spec.batch_size,
        epochs=spec.epochs,
        watches_batches=watches_batches(callbacks),
    )


def _compile(trainer: FusedModel, target: Target, spec: TrainingSpec) -> None:
    """Give the trainer its optimizer, loss and metrics."""
    optimizer = keras.optimizers.get(spec.optimizer)
    optimizer.learning_rate = spec.learning_rate
    trainer.compile(
        optimizer=optimizer,
        loss=make_loss(spec.loss, target, one_hot=trainer.hands_on_one_hot),
        metrics=make_metrics(spec.metrics, target),
        jit_compile=False,  # the step compiles itself
    )


def _fit(
    trainer: FusedModel,
    rows: Encoded,
    valid: Encoded | None,
    spec: TrainingSpec,
    engine: Engine,
    callbacks: Sequence[Any],
    followers: Followers,
) -> tuple[keras.callbacks.History, NonFiniteLossError | None]:
    feed = Feed(rows.inputs, rows.targets, spec.batch_size, engine.chunk, spec.seed)
    counter, history, stopped = RowCounter(), keras.callbacks.History(), None
    progress = Progress(rows=feed.rows, epochs=spec.epochs)
    board = [tensorboard(followers.logs)] if followers.logs else []
    own = [HookCallback(followers.hooks, followers.run), *board]
    with closing(progress):
        try:
            trainer.fit(
                feed.dataset(spec.epochs),
                epochs=spec.epochs,
                steps_per_epoch=feed.calls,
                validation_data=None if valid is None else _dataset(valid),
                shuffle=False,
                verbose=0,
                callbacks=[counter, *callbacks, *own, *([progress] if followers.say else []), history],
            )
        except NonFiniteLossError as error:
            stopped = NonFiniteLossError(f"epoch {counter.epoch}: {error}", epoch=counter.epoch, step=error.step)
            for callback in board:  # Keras does not; without it the last events are not in the file
                callback.on_train_end()
    return history, stopped


def _dataset(rows: Encoded) -> tf.data.Dataset:
    return tf.data.Dataset.from_tensor_slices((rows.inputs, rows.targets)).batch(VALIDATION_BATCH)
