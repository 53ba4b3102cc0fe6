"""Training on rows that are streamed: the same step, repeatable to the bit, and nothing left behind."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from modelzoo_registry import DataError, NonFiniteLossError, SpecError
from pyarrow import parquet

import modelzoo
from modelzoo.data.files import write

pytestmark = pytest.mark.xdist_group("stream_training")

ROWS = 70_000
DRAW = np.random.default_rng(2)
TABLE = pa.table(
    {
        "size": DRAW.normal(size=ROWS),
        "word": pa.array([f"w{number % 7}" for number in range(ROWS)]),
        "again": pa.array([f"a{number % 3}" for number in range(ROWS)]),
    }
)
TABLE = TABLE.append_column("price", pa.array(3 * TABLE["size"].to_numpy() + DRAW.normal(size=ROWS)))
SETTINGS = {"target": "price", "memory": "1MB", "epochs": 1, "batch_size": 512, "seed": 4, "verbose": 0}


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Return the folder that temporary files go to, which every test must leave without rows."""
    folder = tmp_path / "kept"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield folder
    assert [path.name for path in folder.iterdir() if path.name.startswith("modelzoo")] == []


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "rows.csv"
    write(TABLE, path)
    return path


def trained(data=TABLE, **settings):
    model = modelzoo.build("linear")
    model.fit(data, **{**SETTINGS, **settings})
    return model


def weights(model):
    return [np.asarray(variable.value) for variable in model.keras.variables]


def open_files():
    """The temporary files of rows that are open."""
    files = [str(path.resolve()) for path in Path("/proc/self/fd").iterdir()]
    return [file for file in files if "modelzoo-rows" in file]


@pytest.fixture(scope="module")
def model():
    return trained(epochs=3, validation=0.1, learning_rate=0.02)


def test_rows_that_are_streamed_teach_what_rows_in_memory_teach(model):
    held = trained(epochs=3, validation=0.1, learning_rate=0.02, memory="1GB")

    for metrics in (model.fitted.metrics, held.fitted.metrics):
        assert metrics["val_rmse"] == pytest.approx(1.0, abs=0.05)
    assert model.evaluate(TABLE)["rmse"] == pytest.approx(held.evaluate(TABLE)["rmse"], abs=0.02)


def test_the_run_says_that_rows_were_streamed_and_counts_them(model, capsys):
    facts = model.fitted.facts

    line = "70,000 rows, about 2.24 MB encoded, are streamed: memory = 1 MB"
    assert line in facts.notes
    assert facts.rows + facts.validation_rows == ROWS
    assert facts.training.memory == "1MB"
    trained(verbose=1)
    assert line in capsys.readouterr().err.splitlines()


def test_equal_seeds_train_equal_bits_whatever_form_the_rows_have(file, kept):
    expected = weights(trained())

    for data in (iter(TABLE.to_batches(max_chunksize=ROWS)), file):
        assert all(map(np.array_equal, expected, weights(trained(data))))


def test_a_streamed_training_is_saved_exported_and_loaded(model, tmp_path):
    rows = TABLE.slice(0, 100)
    expected = model.predict(rows)

    loaded = modelzoo.load(model.save(tmp_path / "run"))

    assert all(map(np.array_equal, weights(loaded), weights(model)))
    np.testing.assert_allclose(loaded.predict(rows), expected, atol=1e-5)
    assert loaded.fitted.facts.notes == model.fitted.facts.notes
    assert model.export(tmp_path / "exports", formats="onnx").joinpath("core.onnx").is_file()


def test_examples_and_evaluations_are_counted(capsys):
    model = trained(epochs=None, train_examples=100_001, evals=3, verbose=1)

    assert len(model.fitted.history["loss"]) == 3
    assert sum(line.startswith("epoch ") for line in capsys.readouterr().err.splitlines()) == 3


def test_early_stopping_follows_rows_that_are_streamed(kept, file):
    model = modelzoo.build("linear", regularizers=["early_stopping"])

    model.fit(TABLE, **SETTINGS | {"epochs": 2, "validation": str(file)})

    assert model.fitted.facts.validation_rows == ROWS
    assert len(model.fitted.history["val_loss"]) == 2


def test_rows_to_reconstruct_are_streamed():
    model = modelzoo.build("autoencoder", hidden=[2])
    model.fit(TABLE, memory="1MB", epochs=1, batch_size=512, verbose=0, validation=0.1)

    assert model.task == "reconstruction"
    assert model.reconstruction_error(TABLE.slice(0, 5)).shape == (5,)


@pytest.mark.parametrize("use", ["training", "validation"])
def test_a_file_that_changes_while_it_is_trained_on_is_refused_as_such(tmp_path, use):
    from keras.callbacks import Callback

    path = tmp_path / "rows.parquet"
    parquet.write_table(TABLE, path, row_group_size=10_000)

    class Change(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            path.touch()

    rows = {"data": path} if use == "training" else {"validation": str(path)}
    with pytest.raises(DataError) as caught:
        trained(callbacks=[Change()], epochs=9, **rows)

    assert str(caught.value) == f"{path} has changed while it was read: start again"
    assert caught.value.__suppress_context__


def test_files_are_closed_and_temporary_ones_gone_when_a_training_ends(file, kept):
    trained(file)

    assert open_files() == []


def test_temporary_files_are_gone_after_a_value_that_does_not_fit_and_after_a_loss_that_is_not_finite(file, kept):
    with pytest.raises(NonFiniteLossError):
        trained(file, optimizer="sgd", learning_rate=1e3)
    assert list(kept.glob("modelzoo*")) == []
    with pytest.raises(DataError):
        trained(file, target="word", task="regression")
    assert list(kept.glob("modelzoo*")) == []


@pytest.mark.parametrize("memory", ["lots", 0, "1kB"])
def test_memory_is_an_amount(memory):
    with pytest.raises(SpecError) as caught:
        trained(memory=memory)

    assert "memory: an amount of memory is bytes as a whole number" in str(caught.value)
