"""A training that was interrupted and goes on ends with the same bits as one that never was."""

import json
import os
import random
import shutil
import signal
import sys
import threading
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import keras
import numpy as np
import pytest
from modelzoo_registry import ArtifactNotFoundError, SpecError
from modelzoo_registry.registry import of_environment

import modelzoo
from modelzoo.artifacts.checkpoint import CHECKPOINT, read_checkpoint
from modelzoo.artifacts.run import read_record
from modelzoo.artifacts.weights import read_weights
from modelzoo.training import train
from modelzoo.training.engine import Engine

pytestmark = pytest.mark.xdist_group("resume")

PLAIN, FUSED, XLA = Engine(1, xla=False), Engine(3, xla=False), Engine(3, xla=True)


class CutError(Exception):
    """End a training that knows nothing of it."""


@dataclass(frozen=True)
class Moment:
    """Say where a training ends: a method of callbacks, the epoch, and of batches the call in it."""

    method: str
    epoch: int
    call: int | None = None
    by: int | None = None
    """A signal; None raises ``CutError``."""


class Witness(keras.callbacks.Callback):
    """Write down all that is seen, with random numbers of every kind; end the training at a moment."""

    def __init__(self, moment=None):
        super().__init__()
        self.seen = []
        self.calls = 0
        self._epoch = 0
        self._moment = moment  # no plain value: it is not kept

    def _pass(self, method, call=None, logs=None):
        self.seen.append([method, self._epoch, call, logs, random.random(), float(np.random.normal())])
        moment = self._moment
        if moment is None or (moment.method, moment.epoch, moment.call) != (method, self._epoch, call):
            return
        if moment.by is None:
            raise CutError
        os.kill(os.getpid(), moment.by)

    def on_epoch_begin(self, epoch, logs=None):
        self._epoch = epoch
        self._pass("epoch_begin")

    def on_train_batch_end(self, batch, logs=None):
        self.calls += 1
        self._pass("batch_end", batch, dict(logs))

    def on_test_begin(self, logs=None):
        self._pass("test_begin")

    def on_test_batch_end(self, batch, logs=None):
        self._pass("test_batch_end")

    def on_epoch_end(self, epoch, logs=None):
        self._pass("epoch_end", logs=dict(logs))

    def on_train_end(self, logs=None):
        self._pass("train_end")


@dataclass(frozen=True)
class Case:
    """A training, and the moments it is interrupted at, one after the other."""

    name: str
    model: str
    task: str
    engine: Engine
    moments: tuple[Moment, ...]
    regularizers: tuple[Any, ...] = ()
    callbacks: Any = list
    settings: dict[str, Any] = field(default_factory=dict)
    full: bool = False
    """Whether it is for ``make test-all``."""
    repeat: int = 1
    """How often each row is there."""


CASES = [
    Case(
        "plain steps",
        "linear",
        "multiclass",
        PLAIN,
        (
            Moment("batch_end", 0, 3),
            Moment("epoch_begin", 1),
            Moment("test_begin", 1, by=signal.SIGINT),
            Moment("epoch_end", 2),
        ),
        ("l1", {"name": "early_stopping", "patience": 1, "min_delta": 0.01}),
        settings={"class_weight": "balanced"},
        full=True,
    ),
    Case(
        "fused steps, interrupted again and again",
        "dnn",
        "binary",
        FUSED,
        (
            Moment("batch_end", 0, 0, by=signal.SIGTERM),
            Moment("batch_end", 0, 2),
            Moment("test_batch_end", 1, by=signal.SIGINT),
            Moment("batch_end", 2, 1, by=signal.SIGINT),
            Moment("train_end", 2),
        ),
        ("dropout", "batch_norm"),
    ),
    Case(
        "compiled steps",
        "deep_dnn",
        "multiclass",
        XLA,
        (
            Moment("batch_end", 0, 1),
            Moment("epoch_end", 1, by=signal.SIGTERM),
            Moment("test_begin", 2, by=signal.SIGTERM),
        ),
        ("gaussian_noise", "l1_l2", {"name": "label_smoothing", "amount": 0.1}),
        full=True,
    ),
    Case(
        "streamed rows, counted examples, callbacks of Keras",
        "wide_deep",
        "regression",
        FUSED,
        (
            Moment("batch_end", 1, 1, by=signal.SIGTERM),
            Moment("batch_end", 2, 0),
            Moment("epoch_end", 2),
        ),
        ({"name": "augmentation", "swap": 0.2}, "max_norm"),
        callbacks=lambda: [
            keras.callbacks.EarlyStopping(patience=2, min_delta=0.5, restore_best_weights=True),
            keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=1e3),
        ],
        settings={"memory": "1MB", "train_examples": 60_001, "evals": 4, "epochs": None, "batch_size": 3_000},
        repeat=400,
    ),
    Case(
        "rows rebuilt, without rows to validate on",
        "autoencoder",
        "reconstruction",
        FUSED,
        (
            Moment("batch_end", 1, 1),
            Moment("epoch_end", 2, by=signal.SIGINT),
        ),
        ("dropout", "gaussian_noise", {"name": "sparse_activations", "strength": 0.01}),
        settings={"validation": None},
        full=True,
    ),
    Case(
        "a signal behind the last step",
        "wide_deep",
        "regression",
        FUSED,
        (Moment("test_begin", 0), Moment("epoch_end", 2, by=signal.SIGTERM)),
        ("l1", "dropout", {"name": "early_stopping", "min_delta": 1.0}),
        settings={"optimizer": "sgd", "learning_rate": 0.01},
    ),
]


def train_case(rows_for, case, out, moment=None, *, resume=False, rows=None, **others):
    """Train as a case says, up to a moment, and write a run; return what saw it."""
    given, target = rows_for(case.task)
    given = {name: values * case.repeat for name, values in given.items()}
    witness = Witness(moment)
    settings = {"epochs": 3, "batch_size": 15, "validation": 0.2, **case.settings, **others}
    model = modelzoo.build(case.model, regularizers=list(case.regularizers))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "choose_engine", lambda **_: case.engine)
        model.fit(
            rows or given,
            target=target,
            out=out,
            resume=resume,
            callbacks=[witness, *case.callbacks()],
            checkpoint_every=0,
            verbose=0,
            **{name: value for name, value in settings.items() if value is not None},
        )
    return witness


@pytest.fixture(scope="session")
def fit(rows_for):
    """Return a trainer of a case; see ``train_case``."""
    return partial(train_case, rows_for)


def left_by(run):
    """What a run holds, but for what differs from one training to the next."""
    record, _ = read_record(run)
    facts = record.model_dump(mode="json", exclude={"seconds", "created", "run_id", "training"})
    weights = {name: array.tobytes() for name, array in read_weights(run).items()}
    return facts, json.loads((run / "history.json").read_text()), weights


def is_finished_by(moment):
    """Whether a signal comes when nothing is left to interrupt."""
    return moment.by is not None and (moment.method, moment.epoch) == ("epoch_end", 2)


@pytest.mark.parametrize(
    "case", [pytest.param(case, id=case.name, marks=[pytest.mark.full] * case.full) for case in CASES]
)
def test_the_same_bits_come_out(case, fit, tmp_path):
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    seen = fit(case, whole).seen

    witness = None
    for place, moment in enumerate(case.moments):
        if is_finished_by(moment):
            witness = fit(case, cut, moment, resume=place > 0)
            break
        with pytest.raises(CutError if moment.by is None else KeyboardInterrupt):
            fit(case, cut, moment, resume=place > 0)
        assert not cut.exists()
    witness = witness or fit(case, cut, resume=True)

    facts, history, weights = left_by(cut)
    expected_facts, expected_history, expected_weights = left_by(whole)
    assert history == expected_history
    assert witness.seen == seen
    assert weights == expected_weights
    assert facts == expected_facts
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cut", "whole"]
    assert not (cut / CHECKPOINT).exists()


SMALL = Case("small", "linear", "regression", FUSED, (), ("l1",))
EARLY = Moment("batch_end", 1, 0)


@pytest.fixture(scope="module")
def whole(fit, tmp_path_factory):
    """The run of a small training that nothing interrupted."""
    run = tmp_path_factory.mktemp("whole") / "run"
    fit(SMALL, run)
    return run


@pytest.fixture(scope="module")
def begun(fit, tmp_path_factory):
    """The folder of the same training, interrupted in its second epoch."""
    folder = tmp_path_factory.mktemp("begun")
    with pytest.raises(CutError):
        fit(SMALL, folder / "run", EARLY)
    return folder / "run.unfinished"


@pytest.fixture
def interrupted(begun, tmp_path):
    """Where it was to be, beside a copy of that folder."""
    shutil.copytree(begun, tmp_path / "run.unfinished")
    return tmp_path / "run"


def test_it_goes_on_where_the_run_could_not_be_written(fit, whole, tmp_path, monkeypatch):
    """Weights that regularizers have changed behind the last step are not what it goes on from."""

    def fail(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("modelzoo.persistence.save_weights", fail)
    with pytest.raises(OSError, match="No space left") as caught:
        fit(SMALL, tmp_path / "cut")
    monkeypatch.undo()
    remedy = "To go on: fit with the same arguments and resume=True"
    assert caught.value.__notes__ == [f"what was learnt is kept. {remedy}"]
    fit(SMALL, tmp_path / "cut", resume=True)

    assert left_by(tmp_path / "cut") == left_by(whole)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_says_where_it_stopped_and_how_to_go_on(fit, tmp_path, number):
    handlers = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]

    with pytest.raises(KeyboardInterrupt) as caught:
        fit(SMALL, tmp_path / "run", Moment("batch_end", 1, 0, by=number))

    assert str(caught.value) == "stopped in epoch 2"
    assert caught.value.exit_code == 128 + number
    assert caught.value.__notes__ == ["what was learnt is kept. To go on: fit with the same arguments and resume=True"]
    assert read_checkpoint(tmp_path / "run.unfinished")[0]["place"] == [1, 2]
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_the_second_ctrl_c_ends_it_at_once(fit, tmp_path):
    class Impatient(Witness):
        def on_train_batch_end(self, batch, logs=None):
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)

    impatient = Case("impatient", "linear", "regression", FUSED, (), callbacks=lambda: [Impatient()])
    with pytest.raises(KeyboardInterrupt) as caught:
        fit(impatient, tmp_path / "run")

    assert type(caught.value) is KeyboardInterrupt
    assert read_checkpoint(tmp_path / "run.unfinished")[0]["place"] == [0, 1]


@pytest.fixture
def python_answers_ctrl_c():
    """A shell that starts the tests in the background has Ctrl-C ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_without_a_run_to_write_ctrl_c_is_what_it_is_to_python(fit, python_answers_ctrl_c):
    handlers = [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]

    with pytest.raises(KeyboardInterrupt) as caught:
        fit(SMALL, None, Moment("batch_end", 1, 0, by=signal.SIGINT))

    assert type(caught.value) is KeyboardInterrupt
    assert [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)] == handlers


def test_another_thread_can_go_on(fit, interrupted, whole):
    thread = threading.Thread(target=fit, args=(SMALL, interrupted), kwargs={"resume": True})
    thread.start()
    thread.join()

    assert left_by(interrupted) == left_by(whole)


DRAWING = """
import keras
from modelzoo_registry import SUPERVISED, ModelPlugin, ModelSpec


class Shaken(keras.layers.Layer):
    def call(self, inputs, training=False):
        return inputs + keras.random.normal(keras.ops.shape(inputs)) if training else inputs


class Noisy(ModelPlugin):
    class Spec(ModelSpec): ...
    tasks = SUPERVISED

    def build(self, spec, inputs):
        return inputs.head(keras.layers.Dense(4, activation="relu")(Shaken()(inputs.deep())))
"""


@pytest.fixture
def noisy(outside, monkeypatch):
    """The name of a model with a layer that draws from Keras' own generator, without a seed."""
    monkeypatch.syspath_prepend(outside.folder)
    outside.install("acme-noise", "[modelzoo.models]\nnoisy = acme_noise:Noisy", acme_noise=DRAWING)
    of_environment.cache_clear()
    yield "noisy"
    of_environment.cache_clear()
    sys.modules.pop("acme_noise", None)


@pytest.mark.parametrize(
    "engine", [pytest.param(FUSED, id="fused"), pytest.param(XLA, id="compiled", marks=pytest.mark.full)]
)
def test_random_numbers_of_a_layer_without_a_seed_go_on_too(fit, noisy, tmp_path, engine):
    case = Case("noisy", noisy, "regression", engine, ())
    fit(case, tmp_path / "whole")

    with pytest.raises(CutError):
        fit(case, tmp_path / "cut", Moment("batch_end", 1, 1))
    fit(case, tmp_path / "cut", resume=True)

    assert left_by(tmp_path / "cut") == left_by(tmp_path / "whole")


class TestRefusals:
    """What goes on must be what began."""

    def refusal(self, fit, run, case=SMALL, **others):
        before = {path.name: path.read_bytes() for path in run.with_name("run.unfinished").glob("*.*")}
        with pytest.raises(SpecError) as caught:
            fit(case, run, resume=True, **others)
        assert {path.name: path.read_bytes() for path in run.with_name("run.unfinished").glob("*.*")} == before
        assert not hasattr(caught.value, "__notes__")
        return str(caught.value)

    def test_other_settings_and_then_the_same(self, fit, interrupted):
        case = Case("other", "linear", "regression", FUSED, (), ("l2",))

        assert self.refusal(fit, interrupted, case, epochs=4, learning_rate=0.1) == (
            "the training cannot go on from its checkpoint: it must be the same:\n"
            "  regularizers: it began with [{'name': 'modelzoo-plugins:l1', 'strength': 0.0001, 'where': 'all'}]. "
            "Received: [{'name': 'modelzoo-plugins:l2', 'strength': 0.0001}]\n"
            "  learning_rate: it began with 0.001. Received: 0.1\n"
            "  epochs: it began with 3. Received: 4"
        )
        fit(SMALL, interrupted, resume=True)

    def test_fewer_rows(self, fit, interrupted, rows_for):
        fewer = {name: values[:-10] for name, values in rows_for("regression")[0].items()}

        assert self.refusal(fit, interrupted, rows=fewer) == (
            "the training cannot go on from its checkpoint: it must be the same:\n"
            "  data: it began with 128 rows. Received: 120"
        )

    def test_other_rows(self, fit, interrupted, rows_for):
        rows = rows_for("regression")[0]
        others = {**rows, "rooms": [3, *rows["rooms"][1:]]} | {"price": rows["price"][::-1]}

        assert self.refusal(fit, interrupted, rows=others) == (
            "the training cannot go on from its checkpoint: it must be the same:\n"
            "  data: the rows are not those it began with"
        )

    def test_other_callbacks(self, fit, interrupted):
        case = Case(
            "more", "linear", "regression", FUSED, (), ("l1",), callbacks=lambda: [keras.callbacks.TerminateOnNaN()]
        )

        assert self.refusal(fit, interrupted, case) == (
            "the training cannot go on from its checkpoint: it must be the same:\n"
            "  callbacks: it began with Witness, Epochs, History. "
            "Received: Witness, TerminateOnNaN, Epochs, History"
        )

    def test_what_was_finished(self, fit, interrupted):
        fit(SMALL, interrupted, resume=True)

        with pytest.raises(ArtifactNotFoundError) as caught:
            fit(SMALL, interrupted.with_name("other"), resume=True)

        assert str(caught.value) == (
            f"there is no training to go on with: {interrupted.with_name('other.unfinished')} is not there, "
            "or holds nothing to go on from"
        )
