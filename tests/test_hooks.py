"""Hook plugins, really installed, follow runs and exports; none can harm them."""

import json
import os
import signal
import sys
from pathlib import Path

import keras
import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import (
    ArtifactExistsError,
    BrokenPluginError,
    NonFiniteLossError,
    PluginInfo,
    RunInfo,
    TrainingSpec,
)

import modelzoo
from modelzoo import hooks
from modelzoo.artifacts.run import versions
from modelzoo.data.files import write
from modelzoo.version import __version__

pytestmark = pytest.mark.xdist_group("hooks")

ROWS = {"a": list(range(40)), "y": [2.0 * i for i in range(40)]}
MOMENTS = ["run_started", "epoch_ended", "run_finished", "run_failed"]

JOURNAL = '''
from modelzoo_registry import hookimpl
SEEN = []

class Journal:
    """Write down what happens."""

    def __init__(self):
        SEEN.append("made")

    @hookimpl
    def run_started(self, run):
        SEEN.append(("started", run))

    @hookimpl
    def epoch_ended(self, run, epoch, logs):
        SEEN.append(("epoch", run, epoch, logs))

    @hookimpl
    def run_finished(self, run, metrics):
        SEEN.append(("finished", run, metrics, run.folder and sorted(path.name for path in run.folder.iterdir())))

    @hookimpl
    def run_failed(self, run, error):
        SEEN.append(("failed", run, error, bool(run.folder and run.folder.exists())))

    @hookimpl
    def exported(self, export):
        SEEN.append(("exported", export, sorted(path.name for path in export.path.iterdir())))
'''

FAILING = """
from modelzoo_registry import hookimpl
SEEN = []

@hookimpl
def run_started(run):
    SEEN.append("started")
    {run_started}

@hookimpl
def epoch_ended(epoch):
    SEEN.append(epoch)
    {epoch_ended}

@hookimpl
def run_finished(metrics):
    SEEN.append("finished")
    {run_finished}

@hookimpl
def run_failed(error):
    SEEN.append("failed")
    {run_failed}

@hookimpl
def exported(export):
    SEEN.append("exported")
    {exported}
"""

TOLD = "hook 'audit' of acme-audit 1.0 failed at {} and is left out from here on: {}"
HINT = " (to raise it instead: MODELZOO_STRICT_PLUGINS=1)"


def failing(**lines):
    """Return the source of a plugin that does these lines at these moments."""
    return FAILING.format(**dict.fromkeys([*MOMENTS, "exported"], "pass") | lines)


def train(*rows, epochs=1, **settings):
    """Train a tiny model."""
    model = modelzoo.build("linear")
    model.fit(*(rows or [ROWS]), target="y", epochs=epochs, metrics=[], **settings)
    return model


def follow(error=None, **logs):
    """Tell hook plugins of a training without training; it may fail."""
    followers = hooks.RunHooks()
    with followers.telling_failure():
        followers.started(RunInfo(model=PluginInfo("linear", "modelzoo-plugins", "0.1"), task="regression"))
        followers.epoch_ended(1, logs)
        if error:
            raise error
    followers.finished({})


def seen(module="acme"):
    """Return what the plugin of a module saw."""
    return sys.modules[module].SEEN


def told(capsys):
    """Return the lines about plugins on standard error."""
    return [line for line in capsys.readouterr().err.splitlines() if line.startswith("hook ")]


class At(keras.callbacks.Callback):
    """Do something when an epoch has begun."""

    def __init__(self, action):
        super().__init__()
        self.action = action

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            self.action()


def test_a_hook_class_is_made_once_and_follows_from_start_to_export(offer_hooks, tmp_path, capsys):
    offer_hooks("audit = bolt\njournal = acme:Journal", acme=JOURNAL, bolt=failing(exported="raise ValueError('full')"))

    train(epochs=2, out=tmp_path / "run", verbose=0)
    export = modelzoo.load(tmp_path / "run").export(tmp_path / "exports", formats="onnx")

    made, started, first, second, finished, exported = seen()
    run = started[1]
    assert (made, started[0], len(run.id)) == ("made", "started", 32)
    assert [entry[1] is run for entry in (first, second, finished)] == [True] * 3
    assert [(entry[0], entry[2], sorted(entry[3])) for entry in (first, second)] == [
        ("epoch", 1, ["loss"]),
        ("epoch", 2, ["loss"]),
    ]
    assert finished[2] == second[3]
    assert finished[3] == ["SHA256SUMS", "history.json", "logs", "rows.arrow", "run.json", "train.toml", "weights.npz"]
    info, files = exported[1:]
    assert (info.run_id, info.path, info.model, info.task) == (run.id, export, run.model, "regression")
    assert (info.forms, info.metrics) == (("onnx",), finished[2])
    assert info.manifest == json.loads((export / "zoo.json").read_text())
    assert files == ["README.md", "SHA256SUMS", "core.onnx", "encoder.json", "model.onnx", "zoo.json"]
    assert told(capsys) == [TOLD.format("exported", "ValueError: full") + HINT]


@pytest.mark.parametrize("memory", ["1GB", "1MB"], ids=["held", "streamed"])
def test_the_start_tells_what_is_trained_on_what_and_how(offer_hooks, tmp_path, memory):
    offer_hooks("journal = acme:Journal", acme=JOURNAL)
    many, path = np.arange(100_000), f"{tmp_path}/rows.parquet"
    write(pa.table({"a": many, "y": 2.0 * many}), Path(path))

    model = modelzoo.build("linear", regularizers=[{"name": "l2", "strength": 0.5}], schema={"columns": [A]})
    model.fit(path, target="y", epochs=1, validation=0.25, seed=3, memory=memory, batch_size=4_096, verbose=0)

    run, last = seen()[1][1], seen()[-1]
    assert model.fitted.facts.streamed == (memory == "1MB")
    assert run == RunInfo(
        id=model.fitted.facts.run_id,
        model=PluginInfo("linear", "modelzoo-plugins", __version__, {}),
        task="regression",
        regularizers=(PluginInfo("l2", "modelzoo-plugins", __version__, {"strength": 0.5}),),
        training=model.fitted.facts.training.model_dump(mode="json"),
        target="y",
        schema={"columns": [{**A, "clip": 10.0, "missing": "mean"}]},
        data=path,
        rows=model.fitted.facts.rows,
        validation_rows=model.fitted.facts.validation_rows,
        versions=versions(),
        folder=None,
        resumed=False,
    )
    assert set(run.training) == set(TrainingSpec.model_fields)
    assert (run.training["seed"], run.training["evals"], run.rows + run.validation_rows) == (3, None, 100_000)
    assert [type(value) for value in last[2].values()] == [float] * 6
    assert sorted(last[2]) == ["loss", "mae", "rmse", "val_loss", "val_mae", "val_rmse"]


A = {"name": "a", "kind": "numeric", "scale": "standard"}


def test_each_training_has_an_id_of_its_own(offer_hooks):
    offer_hooks("journal = acme:Journal", acme=JOURNAL)

    model = train(verbose=0)
    model.fit(ROWS, target="y", epochs=1, verbose=0)

    assert seen().count("made") == 1
    assert len({entry[1].id for entry in seen() if entry[0] == "started"}) == 2


def test_ctrl_c_fails_a_run_and_the_same_one_starts_again_when_it_is_resumed(offer_hooks, tmp_path):
    offer_hooks("journal = acme:Journal", acme=JOURNAL)
    to_run = {"out": tmp_path / "run", "epochs": 3, "verbose": 0}

    with pytest.raises(KeyboardInterrupt, match="stopped in epoch 2"):
        train(**to_run, callbacks=[At(lambda: os.kill(os.getpid(), signal.SIGINT))])
    train(**to_run, callbacks=[At(int)], resume=True)

    _, started, first, failed, again, *epochs, finished = seen()
    assert (started[1].resumed, again[1].resumed) == (False, True)
    assert {entry[1].id for entry in seen()[1:]} == {started[1].id}
    assert (failed[0], isinstance(failed[2], KeyboardInterrupt), failed[3]) == ("failed", True, False)
    assert (first[2], [entry[2] for entry in epochs], finished[0]) == (1, [2, 3], "finished")


def test_a_run_that_stops_on_its_loss_has_failed_and_is_written(offer_hooks, tmp_path):
    offer_hooks("journal = acme:Journal", acme=JOURNAL)

    with pytest.raises(NonFiniteLossError) as caught:
        train(out=tmp_path / "run", loss=lambda y, guess: (y - guess) * float("nan"), verbose=0)

    assert [entry[0] for entry in seen()[1:]] == ["started", "failed"]
    assert seen()[-1][2:] == (caught.value, True)


def test_a_run_that_cannot_be_written_has_failed(offer_hooks, tmp_path):
    offer_hooks("journal = acme:Journal", acme=JOURNAL)
    occupy = At(lambda: (tmp_path / "run").write_text("another's"))

    with pytest.raises(ArtifactExistsError) as caught:
        train(out=tmp_path / "run", epochs=2, callbacks=[occupy], verbose=0)

    assert [entry[0] for entry in seen()[1:]] == ["started", "epoch", "epoch", "failed"]
    assert seen()[-1][2] is caught.value


def test_those_that_raise_are_told_and_left_out_while_training_and_others_go_on(offer_hooks, capsys):
    offer_hooks(
        "a = starts\nb = trains\nc = ends\nd = acme",
        starts=failing(run_started="raise ValueError('oops')"),
        trains=failing(epoch_ended="raise SystemExit('bye')"),
        ends=failing(run_finished="1 / 0"),
        acme=failing(),
    )

    train(epochs=2, verbose=0)

    assert [seen("starts"), seen("trains")] == [["started"], ["started", 1]]
    assert [seen("ends"), seen()] == [["started", 1, 2, "finished"]] * 2
    assert told(capsys) == [
        TOLD.replace("'audit'", f"'{name}'").format(moment, error) + HINT
        for name, moment, error in [
            ("a", "run_started", "ValueError: oops"),
            ("b", "epoch_ended", "SystemExit: bye"),
            ("c", "run_finished", "ZeroDivisionError: division by zero"),
        ]
    ]


def test_what_goes_wrong_alike_in_many_trainings_is_told_once(offer_hooks, capsys):
    offer_hooks(
        "audit = acme\nbolt = bolt\nzest = zest",
        acme=failing(run_started="raise ValueError('oops')"),
        bolt="def run_started(run): ...",
        zest=failing(epoch_ended="raise ValueError(len(SEEN) // 3)"),
    )

    for _ in range(3):
        follow()

    lines = told(capsys)
    assert seen() == ["started"] * 3
    assert lines[0].startswith("hook 'bolt' is passed over: hook 'bolt' of acme-audit 1.0 has no hook: mark one of ")
    assert lines[0].endswith(" with @hookimpl" + HINT)
    assert lines[1] == TOLD.format("run_started", "ValueError: oops") + HINT
    unlike = TOLD.replace("audit'", "zest'")
    assert lines[2:] == [unlike.format("epoch_ended", f"ValueError: {count}") + HINT for count in (0, 1, 2)]


def test_a_message_that_cannot_be_read_is_told_too(offer_hooks, capsys):
    awful = "raise type('Awful', (Exception,), {'__str__': lambda self: 1 / 0})()"
    offer_hooks("audit = acme", acme=failing(run_started=awful))

    follow()

    assert told(capsys) == [TOLD.format("run_started", "Awful: (its message cannot be read)") + HINT]


def test_what_a_hook_prints_goes_to_standard_error(offer_hooks, capsys):
    offer_hooks("audit = acme", acme=failing(epoch_ended="print('epoch', epoch)"))

    follow()

    assert capsys.readouterr() == ("", "epoch 1\n")


def test_numbers_alone_are_told_of_what_callbacks_log(offer_hooks):
    offer_hooks("journal = acme:Journal", acme=JOURNAL)

    follow(loss=np.float32(0.5), labels=np.zeros(3), word="best")

    logs = seen()[2][3]
    assert (logs, type(logs["loss"])) == ({"loss": 0.5}, float)


@pytest.mark.parametrize("moment", ["run_started", "epoch_ended", "run_finished"])
def test_strict_mode_ends_the_training_when_all_have_been_told(offer_hooks, monkeypatch, moment):
    monkeypatch.setenv("MODELZOO_STRICT_PLUGINS", "1")
    offer_hooks("audit = acme\nzest = zest", acme=failing(**{moment: "raise ValueError('oops')"}), zest=failing())

    with pytest.raises(BrokenPluginError) as caught:
        train(verbose=0) if moment == "epoch_ended" else follow()  # Keras is in between at an epoch's end

    assert str(caught.value) == TOLD.format(moment, "ValueError: oops")
    assert repr(caught.value.__cause__) == "ValueError('oops')"
    followed = ["started", 1, "finished"][: MOMENTS.index(moment) + 1]
    assert seen() == followed
    assert seen("zest") == followed + ["failed"] * (moment != "run_finished")


def test_strict_mode_hides_no_error_of_the_training(offer_hooks, monkeypatch):
    monkeypatch.setenv("MODELZOO_STRICT_PLUGINS", "1")
    offer_hooks("audit = acme", acme=failing(run_failed="raise ValueError('oops')"))

    with pytest.raises(OSError, match=r"^disk full") as caught:
        follow(OSError("disk full"))

    assert caught.value.__notes__ == [TOLD.format("run_failed", "ValueError: oops")]


@pytest.mark.parametrize(
    ("moment", "told"),
    [("run_started", ["started", "failed"]), ("epoch_ended", ["started", 1, "failed"])],
)
def test_an_interrupt_in_a_hook_ends_the_training_and_all_are_told(offer_hooks, moment, told):
    offer_hooks("audit = acme\nzest = zest", acme=failing(**{moment: "raise KeyboardInterrupt"}), zest=failing())

    with pytest.raises(KeyboardInterrupt):
        follow()

    assert seen() == seen("zest") == told


def test_an_interrupt_in_a_hook_at_the_end_of_a_training_keeps_it_from_no_other(offer_hooks):
    offer_hooks("audit = acme\nzest = zest", acme=failing(run_finished="raise KeyboardInterrupt"), zest=failing())

    with pytest.raises(KeyboardInterrupt):
        follow()

    assert seen("zest")[-1] == seen()[-1] == "finished"


def test_rows_that_are_refused_start_no_run(offer_hooks):
    offer_hooks("journal = acme:Journal", acme=JOURNAL)

    with pytest.raises(modelzoo.ZooError):
        modelzoo.build("linear").fit(ROWS, target="z")

    assert "acme" not in sys.modules


def test_calling_hooks_imports_nothing_heavy(outside):
    outside.install("acme-audit", "[modelzoo.hooks]\naudit = acme", acme=failing())

    assert outside.answer(
        """
        import json, sys
        from modelzoo.hooks import RunHooks
        from modelzoo_registry import PluginInfo, RunInfo
        followers = RunHooks()
        followers.started(RunInfo(model=PluginInfo("dnn", "acme", "1"), task="binary"))
        followers.finished({})
        import acme
        print(json.dumps([acme.SEEN, [n for n in ("tensorflow", "keras", "numpy", "pyarrow") if n in sys.modules]]))
        """
    ) == [["started", "finished"], []]
