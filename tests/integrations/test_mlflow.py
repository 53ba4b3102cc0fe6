"""``examples/mlflow_tracker``, installed, tracks trainings and an export in a real MLflow store: SQLite, no server."""

import json
import os
import signal
import sys
from pathlib import Path
from types import SimpleNamespace

import keras
import mlflow
import pytest
from modelzoo_registry import NonFiniteLossError
from modelzoo_registry.registry import of_environment

import modelzoo
from modelzoo.cli.group import run as zoo
from modelzoo.version import __version__

from ..conftest import ROOT, must

pytestmark = [
    pytest.mark.xdist_group("mlflow"),
    # MLflow's models of its tables use a way of loading that SQLAlchemy 2.1 is going to drop.
    pytest.mark.filterwarnings("ignore:The ``noload`` loader strategy:sqlalchemy.exc.SADeprecationWarning"),
]

EXPORT = """
import os, sys
from modelzoo.cli.group import run

sys.path.insert(0, sys.argv[1])
os.environ["MLFLOW_EXPERIMENT_NAME"] = "other"
sys.exit(run(["export", "runs/good", "--to", "exports", "--format", "onnx"]))
"""

LISTED = """
import json, sys
from modelzoo_registry import installed

sys.path.insert(0, sys.argv[1])
(found,) = installed().status("hook")
told = [found.state, found.entry.source, found.summary]
print(json.dumps([told, [name for name in ("mlflow", "tensorflow", "numpy", "click") if name in sys.modules]]))
"""


class Interrupt(keras.callbacks.Callback):
    """Send Ctrl-C when the second epoch begins, if asked to."""

    def __init__(self, *, sends):
        super().__init__()
        self.sends = sends

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1 and self.sends:
            os.kill(os.getpid(), signal.SIGINT)


def not_a_number(truth, guess):
    return (truth - guess) * float("nan")


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The folder that the package is installed into."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target", folder]
    must(*pip, ROOT / "examples" / "mlflow_tracker", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def place(site, tmp_path_factory):
    """A working folder with a store, in an environment that names it, where the plugin follows this process."""
    folder = tmp_path_factory.mktemp("place")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.syspath_prepend(site)
        patch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
        patch.setenv("MLFLOW_EXPERIMENT_NAME", "houses")
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        of_environment.cache_clear()
        yield folder
    of_environment.cache_clear()


@pytest.fixture(scope="module")
def fits(place, houses):
    """Trainings of this process: one that is finished, one that fails, one interrupted, one inside of another run."""
    rows = {name: houses[name] for name in ("area", "rooms", "price")}

    def fit(**settings):
        model = modelzoo.build("dnn", hidden=[4], regularizers=[{"name": "dropout", "rate": 0.25}])
        model.fit(rows, target="price", verbose=0, **{"epochs": 2, "validation": 0.25, **settings})
        return model

    finished = fit(out="runs/good", seed=5)
    with pytest.raises(NonFiniteLossError):
        fit(out="runs/bad", loss=not_a_number)
    with pytest.raises(KeyboardInterrupt):
        fit(out="runs/long", epochs=3, callbacks=[Interrupt(sends=True)])
    (stopped,) = find("long")
    fit(out="runs/long", epochs=3, callbacks=[Interrupt(sends=False)], resume=True)
    with mlflow.start_run(run_name="search") as search:
        fit()
    return SimpleNamespace(finished=finished, stopped=stopped, search=search.info.run_id)


@pytest.fixture(scope="module")
def export(fits, site, place):
    """The export of the finished run, by ``zoo export`` in a process of its own that names another experiment."""
    must(sys.executable, "-c", EXPORT, site, cwd=place)
    (folder,) = Path("exports").iterdir()
    return folder


def find(name):
    """Return the runs of that name in the experiment."""
    return mlflow.MlflowClient().search_runs(
        [mlflow.get_experiment_by_name("houses").experiment_id], f"attributes.run_name = '{name}'"
    )


def read(run, path):
    """Return a file that is kept with a run."""
    return Path(run.info.artifact_uri.removeprefix("file://"), path).read_text()


def history(run, name):
    """Return a metric's values by step."""
    return [(one.step, one.value) for one in mlflow.MlflowClient().get_metric_history(run.info.run_id, name)]


def test_it_is_listed_without_mlflow_and_without_tensorflow(site, place):
    listed = must(sys.executable, "-c", LISTED, site, cwd=place)

    assert json.loads(listed) == [
        ["ok", "zoo-mlflow 0.1.0", "Track every training and its exports with MLflow."],
        [],
    ]


def test_a_finished_run_has_its_settings_versions_and_metrics(fits):
    (run,) = find("good")
    facts = fits.finished.fitted.facts

    assert run.info.status == "FINISHED"
    assert {name: run.data.params[name] for name in ("model", "model.hidden", "dropout.rate", "training.seed")} == {
        "model": "dnn", "model.hidden": "[4]", "dropout.rate": "0.25", "training.seed": "5",
    }  # fmt: skip
    assert (run.data.params["rows"], run.data.params["validation_rows"]) == (str(facts.rows), "40")
    assert (run.data.params["target"], run.data.params["regularizers"]) == ("price", '["dropout"]')
    tags = run.data.tags
    assert (tags["modelzoo.run"], tags["modelzoo.task"]) == (facts.run_id, "regression")
    assert tags["plugin.dnn"] == tags["plugin.dropout"] == f"modelzoo-plugins {__version__}"
    assert (tags["version.keras"], tags["modelzoo.folder"]) == (keras.__version__, str(Path("runs/good").resolve()))
    for name, values in fits.finished.fitted.history.items():
        assert history(run, name) == list(enumerate(values, start=1))
    kept = {name: value for name, value in run.data.metrics.items() if name.startswith("kept.")}
    assert kept == {f"kept.{name}": value for name, value in fits.finished.fitted.metrics.items()}


def test_its_records_and_schema_are_kept_and_no_rows(fits):
    (run,) = find("good")

    assert read(run, "run/run.json") == Path("runs/good/run.json").read_text()
    assert read(run, "run/history.json") == Path("runs/good/history.json").read_text()
    assert json.loads(read(run, "schema.json")) == fits.finished.schema.model_dump(mode="json", exclude_none=True)
    kept = mlflow.MlflowClient().list_artifacts(run.info.run_id, "run")
    assert [file.path for file in kept] == ["run/history.json", "run/run.json", "run/train.toml"]


def test_a_run_that_stops_on_its_loss_has_failed_and_says_why(fits):
    (run,) = find("bad")

    assert run.info.status == "FAILED"
    assert run.data.tags["modelzoo.error"].startswith("NonFiniteLossError: epoch 1: ")
    assert json.loads(read(run, "run/run.json"))["status"] == "stopped"


def test_a_run_that_is_stopped_was_killed_and_goes_on_as_itself(fits):
    (run,) = find("long")

    assert (fits.stopped.info.status, run.info.status) == ("KILLED", "FINISHED")
    assert fits.stopped.info.run_id == run.info.run_id
    assert [step for step, _ in history(run, "loss")] == [1, 2, 3]
    assert fits.stopped.data.tags["modelzoo.error"] == "TrainingInterrupted: stopped in epoch 2"


def test_a_run_inside_one_of_the_users_own_is_its_child_and_leaves_it_open(fits):
    (run,) = find("dnn")
    parent = mlflow.MlflowClient().get_run(fits.search)

    assert (run.info.status, run.data.tags["mlflow.parentRunId"]) == ("FINISHED", fits.search)
    assert (parent.info.status, parent.data.metrics) == ("FINISHED", {})


def test_an_export_of_another_process_joins_the_run_it_comes_from(export):
    (run,) = find("good")

    assert run.data.tags["modelzoo.export"] == str(export.resolve())
    assert run.info.status == "FINISHED"
    assert read(run, f"exports/{export.name}/zoo.json") == (export / "zoo.json").read_text()
    assert read(run, f"exports/{export.name}/README.md") == (export / "README.md").read_text()
    assert mlflow.get_experiment_by_name("other") is None


def test_zoo_lists_what_was_tracked(export, capsys):
    assert zoo(["mlflow-runs"]) == 0

    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert lines[0] == ["run", "model", "task", "status", "started", "kept", "metrics", "export"]
    assert [words[:4] for words in lines[1:]] == [
        ["dnn", "dnn", "regression", "finished"],
        ["long", "dnn", "regression", "finished"],
        ["bad", "dnn", "regression", "failed"],
        ["good", "dnn", "regression", "finished"],
    ]
    assert lines[-1][-1] == str(export.resolve())


def test_a_store_that_cannot_be_reached_is_told_and_the_training_goes_on(place, houses, monkeypatch, capsys):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "nowhere://at/all")

    modelzoo.build("linear").fit({"a": houses["rooms"], "y": houses["price"]}, target="y", epochs=1, verbose=0)

    told = capsys.readouterr().err
    assert told.startswith("hook 'mlflow' of zoo-mlflow 0.1.0 failed at run_started and is left out from here on: ")
    assert "unsupported URI 'nowhere://at/all'" in told
    assert zoo(["mlflow-runs"]) == 1
    assert capsys.readouterr().err.startswith("Error: MLflow: ")
