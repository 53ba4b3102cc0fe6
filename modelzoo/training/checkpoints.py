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
from uuid import uuid4

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
_NOT_THE_SAME = "the training cannot go on from its checkpoint: it must be the same"


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
        self.run_id = uuid4().hex
        """Names the training, in all processes."""
        self.seconds_before = 0.0
        """What processes before this one have taken."""
        self._store = store
        self._identity = identity
        self._place = BEGINNING
        self._plain: dict[str, Any] | None = None
        self._logs: Mapping[str, Any] = {}
        self._measured: list[np.ndarray] = []
        self._around: tuple[dict[str, Any], dict[str, np.ndarray]] = ({}, {})
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

    @property
    def resumed(self) -> bool:
        """Whether a process before this one has begun."""
        return self._plain is not None

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
        """Say what is written: the trainer's state, what callbacks keep, and what regularizers do.

        Raises:
            SpecError: when the callbacks are not those the training began with.
        """
        self._trainer = trainer
        self._callbacks = callbacks
        self._regularizers = regularizers
        before, now = self._plain["callback_types"] if self._plain else self._callback_types, self._callback_types
        if before != now:
            fault = Fault("callbacks", f"it began with {', '.join(before)}. Received: {', '.join(now)}")
            raise SpecError(_NOT_THE_SAME, [fault])

    @property
    def _callback_types(self) -> list[str]:
        return [type(callback).__name__ for callback in self._callbacks]

    def epoch_begins(self, epoch: int) -> None:
        """Count the calls of this epoch, from 0, from here on."""
        self._place = Place(epoch, 0)

    def pass_over(self) -> Mapping[str, Any] | None:
        """Return what the last call told, if the next has been made by a process before; None when it has not.

        The state is then the one after all calls that were made. Callbacks see the calls that are passed over; what
        they keep is given to them where it was taken, in the last one of these or as validation began.
        """
        if self._plain is None or self._place.epoch != self.begin.epoch or self._place.call >= self.begin.call:
            return None
        if self._place.call == 0:
            self._restore(self._plain)
        self._place = Place(self._place.epoch, self._place.call + 1)
        if self._place == self.begin and not self._plain["validating"]:
            self._restore_around(self._plain)
        return self._logs

    def call_done(self, logs: Mapping[str, Any]) -> None:
        """Write a checkpoint, if it is time for one.

        Args:
            logs: what the call has told.

        Raises:
            TrainingInterrupted: when a signal asked for the end.
        """
        self._place = Place(self._place.epoch, self._place.call + 1)
        self._logs = logs
        if self._store is not None and time.perf_counter() - self._written >= self._pause:
            self._write(self._store)
        self.end_if_asked()

    def validation_begins(self) -> None:
        """Remember what has been measured on training rows: the same metrics are used for others from here on."""
        if self._store is None:
            return
        if self._plain is not None and self._plain["validating"] and self._place == self.begin:
            self._restore_around(self._plain)
        self._measured = [storable(variable) for variable in self._trainer.metrics_variables]
        self._around = self._take_around()

    def end_if_asked(self, *, in_validation: bool = False) -> None:
        """Write a checkpoint and end the training, if a signal asked for it."""
        if self._store is None or self._interruption.number is None:
            return
        if in_validation:
            for variable, value in zip(self._trainer.metrics_variables, self._measured, strict=True):
                variable.assign(value)
        self._write(self._store, validating=in_validation)
        raise TrainingInterrupted(f"stopped in epoch {self._place.epoch + 1}", self._interruption.number)

    def _write(self, store: Store, *, validating: bool = False) -> None:
        began = time.perf_counter()
        around, arrays = self._around if validating else self._take_around()
        variables = self._trainer.program.state
        arrays = arrays | {f"variable:{place}": storable(variable) for place, variable in enumerate(variables)}
        plain = {
            "place": [self._place.epoch, self._place.call],
            "validating": validating,
            "rows_seen": self._trainer.rows_seen,
            "steps_done": self._trainer.steps_done,
            "logs": {name: float(value) for name, value in self._logs.items()},
            "seconds": self.seconds,
            **around,
            "callback_types": self._callback_types,
            "regularizers": [dict(regularizer.state()) for _, regularizer in self._regularizers],
            "identity": vars(self._identity),
            "versions": self.began_with,
            "run_id": self.run_id,
        }
        write_checkpoint(store.folder, plain, arrays)
        self._written = time.perf_counter()
        self._pause = max(store.every, (self._written - began) / _MOST_SHARE) if store.every else 0.0

    def _take_around(self) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Return what is not the step's own: what callbacks keep, and the states of random generators."""
        kind, keys, *rest = np.random.get_state(legacy=True)
        arrays = {"random": np.asarray(keys)}
        own = []
        for place, callback in enumerate(self._callbacks):
            plain, some = kept.take(callback, f"callback:{place}")
            own.append(plain)
            arrays |= some
        return {"callbacks": own, "random": [random.getstate(), [kind, *rest]]}, arrays

    def _restore_around(self, plain: Mapping[str, Any]) -> None:
        for callback, own in zip(self._callbacks, plain["callbacks"], strict=True):
            kept.give(callback, own, self._arrays)
        python, (kind, *rest) = plain["random"]
        random.setstate((python[0], tuple(python[1]), python[2]))
        np.random.set_state((kind, self._arrays["random"], *rest))
        self._arrays = {}  # no longer needed

    def _restore(self, plain: Mapping[str, Any]) -> None:
        variables = self._trainer.program.state
        stored = [self._arrays[name] for name in self._arrays if name.startswith("variable:")]
        if [tuple(variable.shape) for variable in variables] != [array.shape for array in stored]:
            raise SpecError("the training cannot go on", [Fault("model", "its plugins build another one now")])
        for variable, array in zip(variables, stored, strict=True):
            variable.assign(array)
        self._trainer.rows_seen = self._trainer.rows_before = plain["rows_seen"]
        self._trainer.steps_done = plain["steps_done"]
        self._logs = plain["logs"]

    def _check(self, plain: Mapping[str, Any]) -> None:
        faults = self._identity.faults(plain["identity"])
        if faults:
            raise SpecError(_NOT_THE_SAME, faults)
        self.began_with = plain["versions"]
        self.run_id = plain["run_id"]
        self.seconds_before = plain["seconds"]
