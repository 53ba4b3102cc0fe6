"""What a run holds, and that a model comes back from it as it was."""

import json
import re
import subprocess
import tomllib

import keras
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from modelzoo_registry import ArtifactNotFoundError

import modelzoo
from modelzoo import persistence
from modelzoo.artifacts.run import RunRecord
from modelzoo.config import make_config
from modelzoo.toml import read_toml

FRESH = """
import json, sys
import modelzoo
print(json.dumps(modelzoo.load(sys.argv[1]).predict(json.loads(sys.argv[2])).tolist()))
"""


def test_a_run_holds_what_is_needed_and_nothing_else(written):
    assert sorted(path.name for path in written.iterdir()) == [
        "SHA256SUMS", "history.json", "rows.arrow", "run.json", "train.toml", "weights.npz",
    ]  # fmt: skip


def test_sha256sum_agrees(written):
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=written, capture_output=True, text=True, check=True)

    assert done.stdout.count(": OK\n") == 5


def test_the_record_says_how_it_came_about(written, trained):
    record = json.loads((written / "run.json").read_text())

    assert (record["status"], record["rows"], record["validation_rows"]) == ("finished", 128, 32)
    assert record["model"]["name"] == "wide_deep"
    assert [each["name"] for each in record["regularizers"]] == ["l2", "dropout"]
    assert record["metrics"] == {name: values[-1] for name, values in trained[2].items()}
    assert {"python", "keras", "tensorflow", "modelzoo-keras"} <= set(record["versions"])
    assert json.loads((written / "history.json").read_text()) == trained[2]


def test_no_row_of_the_data_is_in_the_record(written, trained):
    """What an encoder learnt is there, vocabularies included; single prices are not."""
    text = "".join(path.read_text() for path in written.glob("*.json"))

    assert not any(repr(price) in text for price in trained[1]["price"])


def test_nothing_is_pickled(written):
    with np.load(written / "weights.npz", allow_pickle=False) as archive:
        assert all(archive[name].dtype.kind in "fiu" for name in archive.files)
    assert not any(re.match(rb"\x80[\x02-\x05]", path.read_bytes()) for path in written.iterdir())


def test_a_fresh_process_predicts_the_same_bits(written, trained, outside):
    model, rows, _ = trained

    assert outside.answer(FRESH, written, json.dumps(rows)) == model.predict(rows).tolist()


def test_a_loaded_model_is_what_was_saved(written, trained):
    model, rows, _ = trained

    loaded = modelzoo.load(written)

    assert repr(loaded) == repr(model)
    assert loaded.regularizers == model.regularizers
    assert loaded.schema == model.schema
    assert loaded.evaluate(rows) == model.evaluate(rows)
    assert loaded.fitted.history == model.fitted.history


def test_a_loaded_model_can_be_saved_again(written, trained, tmp_path):
    again = modelzoo.load(modelzoo.load(written).save(tmp_path / "again"))

    np.testing.assert_array_equal(again.predict(trained[1]), trained[0].predict(trained[1]))


def test_a_run_that_is_replaced_while_it_is_read_is_read_anew(run, trained, monkeypatch):
    other = modelzoo.load(run)
    for variable in other.keras.weights:
        variable.assign(variable * 2)
    read_whole = persistence.read_record

    def read_and_replace(folder):
        found = read_whole(folder)
        monkeypatch.setattr(persistence, "read_record", read_whole)
        other.save(run, overwrite=True)
        return RunRecord.model_validate({**dict(found[0]), "rows": 0}), found[1]

    monkeypatch.setattr(persistence, "read_record", read_and_replace)
    loaded = modelzoo.load(run)

    assert loaded.fitted.facts.rows == 128
    np.testing.assert_array_equal(loaded.predict(trained[1]), other.predict(trained[1]))


def test_the_configuration_repeats_the_training(written, trained, tmp_path):
    _, rows, history = trained
    config = make_config(read_toml(written / "train.toml"), source="train.toml")

    model = modelzoo.build(config.model, regularizers=config.regularizers, **config.settings)
    again = model.fit(
        pa.table(rows), target=config.target, task=config.task, columns=config.columns, verbose=0, **config.training()
    )

    assert again.history == history
    assert tomllib.loads((written / "train.toml").read_text())["validation"] == 0.2


def test_what_is_not_finite_is_null_in_the_history(trained, tmp_path):
    from modelzoo.artifacts.checksums import write_sums
    from modelzoo.artifacts.run import read_record, write_record

    written = trained[0].save(tmp_path / "run")
    record, _ = read_record(written)
    write_record(written, record, {"loss": [float("nan"), 1.0, float("inf")]})
    write_sums(written)

    assert json.loads((written / "history.json").read_text()) == {"loss": [None, 1.0, None]}
    assert repr(read_record(written)[1]) == "{'loss': [nan, 1.0, nan]}"


def test_metrics_of_ones_own_are_left_out_of_a_loaded_model_which_says_so(rows_for, tmp_path, capsys):
    rows, target = rows_for("regression")

    def rmse(y_true, y_pred):
        return 1000 + abs(y_true - y_pred)

    model = modelzoo.build("linear")
    metrics = [rmse, "mae", keras.metrics.MeanSquaredError(name="squared")]
    model.fit(rows, target=target, epochs=1, metrics=metrics, verbose=0, out=tmp_path / "run")
    loaded = modelzoo.load(tmp_path / "run")

    measured = model.evaluate(rows)
    assert list(measured) == ["rmse", "mae", "squared"]
    assert measured["rmse"] > 1000
    assert loaded.evaluate(rows) == {"mae": measured["mae"]}
    assert capsys.readouterr().err == (
        "evaluate leaves out what was measured by code of your own, which a run does not store: 'rmse', 'squared'\n"
    )
    assert loaded.fitted.history == model.fitted.history
    assert tomllib.loads((tmp_path / "run" / "train.toml").read_text())["metrics"] == ["mae"]


def test_a_loaded_model_without_its_own_metrics_measures_those_of_the_task(rows_for, tmp_path, capsys):
    rows, target = rows_for("regression")
    model = modelzoo.build("linear")
    model.fit(rows, target=target, epochs=1, metrics=[lambda y_true, y_pred: y_true - y_pred], verbose=0)

    loaded = modelzoo.load(modelzoo.load(model.save(tmp_path / "run")).save(tmp_path / "again"))

    assert list(loaded.evaluate(rows)) == ["rmse", "mae"]
    assert capsys.readouterr().err.count("'<lambda>'") == 1


def test_a_folder_without_a_run_says_so(tmp_path):
    with pytest.raises(ArtifactNotFoundError) as caught:
        modelzoo.load(tmp_path)

    assert str(caught.value) == f"there is no run in {tmp_path}: run.json is not there"


NUMBERS = st.floats(-1e6, 1e6) | st.none()
WORDS = st.text(max_size=4) | st.none()


@settings(max_examples=5, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    rows=st.lists(st.tuples(NUMBERS, WORDS, st.integers(0, 3)), min_size=8, max_size=30),
    task=st.sampled_from(["regression", "binary", "multiclass"]),
    model=st.sampled_from(["linear", "wide_deep"]),
)
def test_save_and_load_predict_the_same_bits(rows, task, model, tmp_path_factory):
    number, word, whole = (list(column) for column in zip(*rows, strict=True))
    data = {"number": number, "word": word, "whole": whole, "place": list(range(len(rows)))}
    labels = {"regression": 100, "binary": 2, "multiclass": 3}[task]
    fitted = modelzoo.build(model)
    fitted.fit({**data, "y": [row % labels for row in range(len(rows))]}, target="y", task=task, epochs=1, verbose=0)

    loaded = modelzoo.load(fitted.save(tmp_path_factory.mktemp("runs") / "run"))

    np.testing.assert_array_equal(loaded.predict(data), fitted.predict(data))


STATEFUL = """
from typing import Any
from modelzoo_registry import RegularizerPlugin, RegularizerSpec

class Counting(RegularizerPlugin):
    '''Count epochs.'''
    class Spec(RegularizerSpec): ...
    seen = []
    def __init__(self, spec):
        super().__init__(spec)
        self._epochs = 0
    def callbacks(self):
        import keras
        return (keras.callbacks.LambdaCallback(on_epoch_end=self._count),)
    def _count(self, epoch, logs):
        self._epochs += 1
    def state(self):
        return {"epochs": self._epochs}
    def restore(self, state):
        self.seen.append(dict(state))
"""

RESTORED = """
import json, modelzoo, acme
rows = {"a": list(range(40)), "y": [2.0 * i for i in range(40)]}
model = modelzoo.build("linear", regularizers=["counting"])
model.fit(rows, target="y", epochs=3, verbose=0, out="run")
modelzoo.load("run").save("again")
modelzoo.load("again")
print(json.dumps(acme.Counting.seen))
"""


def test_the_state_of_regularizers_outlives_a_run(outside):
    outside.install("acme-count", "[modelzoo.regularizers]\ncounting = acme:Counting", acme=STATEFUL)

    assert outside.answer(RESTORED) == [{"epochs": 3}, {"epochs": 3}]
