"""Write where a training stands from time to time, and take it up again there: to the same bits in the end."""

from __future__ import annotations

import hashlib
import json
import random
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from modelzoo_registry import Fault, SpecError

from ..artifacts.checkpoint import has_checkpoint, read_checkpoint, write_checkpoint
from ..artifacts.run import versions
from ..artifacts.weights import storable
from ..columns.encoder import Encoder
from . import kept
from .chunks import Encoded
from .feed import BEGINNING, Place
from .interruption import Interruption, TrainingInterrupted

_MOST_SHARE = 0.02
"""Most of the time that may go into writing checkpoints: large ones are written less often."""


@dataclass(frozen=True)
class Store:
    """Say where checkpoints go, how often, and whether to go on from one that is there."""

    folder: Path
    every: float
    """Seconds."""
    resume: bool


@dataclass(frozen=True)
class Identity:
    """Say what a training is: one that is taken up again must be the same."""

    settings: Mapping[str, Any]
    rows: int
    encoder: str
    first_rows: str

    @classmethod
    def of(cls, settings: Mapping[str, Any], encoder: Encoder, rows: int, like: Encoded) -> Identity:
        """Return the identity of a training with these settings on these rows."""
        digest = hashlib.blake2b()
        for array in [*like.inputs.values(), like.targets, *([] if like.weights is None else [like.weights])]:
            digest.update(np.ascontiguousarray(array[:_LIKE_ROWS]).data)
        text = encoder.model_dump_json().encode()
        plain = json.loads(json.dumps(settings))
        return cls(plain, rows, hashlib.blake2b(text).hexdigest(), digest.hexdigest())

    def faults(self, began: Mapping[str, Any]) -> list[Fault]:
        """Return where this differs from what a training began as."""
        before = began["settings"]
        faults = [
            Fault(name, f"it began with {before.get(name)!r}. Received: {value!r}")
            for name, value in self.settings.items()
            if before.get(name) != value
        ]
        if self.rows != began["rows"]:
            faults.append(Fault("data", f"it began with {began['rows']:,} rows. Received: {self.rows:,}"))
        elif (self.encoder, self.first_rows) != (began["encoder"], began["first_rows"]):
            faults.append(Fault("data", "the rows are not those it began with"))
        return faults


_LIKE_ROWS = 4_096


class Checkpoints:
    """Count the calls of a training, write checkpoints between them, and end it there when a signal asks for it.

    Without a store it only counts.
    """

    def __init__(self, store: Store | None, identity: Identity) -> None:
        self._interruption = Interruption()
        self.began_with: dict[str, str] = versions()
        """The versions of what the training began on."""
        self.seconds_before = 0.0
        """What processes before this one have taken."""
        self._store = store
        self._identity = identity
        self._place = BEGINNING
        self._plain: dict[str, Any] | None = None
        self._arrays: dict[str, np.ndarray] = {}
        self._started = self._written = time.perf_counter()
        self._pause = 0.0 if store is None else store.every
        if store is not None and store.resume and has_checkpoint(store.folder):
            self._plain, self._arrays = read_checkpoint(store.folder)
            self._check(self._plain)

    @property
    def begin(self) -> Place:
        """Where the training begins: where the one before was, when there was one."""
        return BEGINNING if self._plain is None else Place(*self._plain["place"])

    def notes(self) -> list[str]:
        """Return a line on where a training goes on, and on versions that are not those it began on."""
        if self._plain is None:
            return []
        lines = [f"going on in epoch {self.begin.epoch + 1}, {self._plain['rows_seen']:,} rows into it"]
        now, before = versions(), self._plain["versions"]
        changed = [
            f"{name} {version} (now {now.get(name)})" for name, version in before.items() if now.get(name) != version
        ]
        if changed:
            lines.append(f"it began on {', '.join(changed)}: its numbers may come out otherwise")
        return lines

    def awaiting_signals(self) -> AbstractContextManager[None]:
        """Let Ctrl-C and SIGTERM end the training where its state can be written, if there is a place for it."""
        return nullcontext() if self._store is None else self._interruption.awaited()

    @property
    def seconds(self) -> float:
        """What the training has taken, in all processes."""
        return self.seconds_before + time.perf_counter() - self._started

    def restore_regularizers(self, regularizers: Sequence[tuple[str, Any]]) -> None:
        """Give regularizers their state, before they are asked for callbacks."""
        if self._plain is not None:
            for (_, regularizer), state in zip(regularizers, self._plain["regularizers"], strict=True):
                regularizer.restore(state)

    def attach(self, trainer: Any, callbacks: Sequence[Any], regularizers: Sequence[tuple[str, Any]]) -> None:
        """Say what is written: the trainer's state, what callbacks keep, and what regularizers do."""
        self._trainer = trainer
        self._callbacks = callbacks
        self._regularizers = regularizers

    def restore_callbacks(self) -> None:
        """Give callbacks what they have kept, once they have begun."""
        if self._plain is not None:
            for callback, own in zip(self._callbacks, self._plain["callbacks"], strict=True):
                kept.give(callback, own, self._arrays)

    def epoch_begins(self, epoch: int) -> None:
        """Count the calls of this epoch, from 0, from here on."""
        self._place = Place(epoch, 0)

    def passes_over(self) -> bool:
        """Whether the next call has been made by a process before; the state is the one after all it made."""
        if self._plain is None or self._place.epoch != self.begin.epoch or self._place.call == self.begin.call:
            return False
        if self._place.call == 0:
            self._restore(self._plain)
        self._place = Place(self._place.epoch, self._place.call + 1)
        return self._place.call <= self.begin.call

    def call_done(self) -> None:
        """Write a checkpoint, if it is time for one.

        Raises:
            TrainingInterrupted: when a signal asked for the end.
        """
        self._place = Place(self._place.epoch, self._place.call + 1)
        if self._store is not None and time.perf_counter() - self._written >= self._pause:
            self._write(self._store)
        self.end_if_asked()

    def validation_begins(self) -> None:
        """Remember what has been measured on training rows: the same metrics are used for others from here on."""
        self._measured = [storable(variable) for variable in self._trainer.metrics_variables]

    def end_if_asked(self, *, in_validation: bool = False) -> None:
        """Write a checkpoint and end the training, if a signal asked for it."""
        if self._store is None or self._interruption.number is None:
            return
        if in_validation:
            for variable, value in zip(self._trainer.metrics_variables, self._measured, strict=True):
                variable.assign(value)
        self._write(self._store)
        raise TrainingInterrupted(f"stopped in epoch {self._place.epoch + 1}", self._interruption.number)

    def _write(self, store: Store) -> None:
        began = time.perf_counter()
        arrays = {f"variable:{place}": storable(variable) for place, variable in enumerate(self._trainer.program.state)}
        own = []
        for place, callback in enumerate(self._callbacks):
            plain, some = kept.take(callback, f"callback:{place}")
            own.append(plain)
            arrays |= some
        kind, keys, *rest = np.random.get_state(legacy=True)
        arrays["random"] = np.asarray(keys)
        plain = {
            "place": [self._place.epoch, self._place.call],
            "rows_seen": self._trainer.rows_seen,
            "steps_done": self._trainer.steps_done,
            "seconds": self.seconds,
            "callbacks": own,
            "regularizers": [dict(regularizer.state()) for _, regularizer in self._regularizers],
            "random": [random.getstate(), [kind, *rest]],
            "identity": vars(self._identity),
            "versions": self.began_with,
        }
        write_checkpoint(store.folder, plain, arrays)
        self._written = time.perf_counter()
        self._pause = max(store.every, (self._written - began) / _MOST_SHARE) if store.every else 0.0

    def _restore(self, plain: Mapping[str, Any]) -> None:
        variables = self._trainer.program.state
        stored = [self._arrays[name] for name in self._arrays if name.startswith("variable:")]
        if [tuple(variable.shape) for variable in variables] != [array.shape for array in stored]:
            raise SpecError("the training cannot go on", [Fault("model", "its plugins build another one now")])
        for variable, array in zip(variables, stored, strict=True):
            variable.assign(array)
        self._trainer.rows_seen = self._trainer.rows_before = plain["rows_seen"]
        self._trainer.steps_done = plain["steps_done"]
        python, (kind, *rest) = plain["random"]
        random.setstate((python[0], tuple(python[1]), python[2]))
        np.random.set_state((kind, self._arrays["random"], *rest))
        self._arrays = {}  # no longer needed

    def _check(self, plain: Mapping[str, Any]) -> None:
        faults = self._identity.faults(plain["identity"])
        if faults:
            raise SpecError("the training cannot go on from its checkpoint: it must be the same", faults)
        self.began_with = plain["versions"]
        self.seconds_before = plain["seconds"]
