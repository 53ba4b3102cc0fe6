"""Text that looks like numbers, truths or dates stays text in a CSV file, wherever the training had text."""

import numpy as np
import pandas as pd
import pytest

import modelzoo

pytestmark = pytest.mark.xdist_group("ways_in")

ROWS = pd.DataFrame(
    {
        "zip": ["007", "7", "0.7", "1e3"] * 20,
        "flag": ["True", "true"] * 40,
        "day": ["2020-01-31T00:00:00", "2020-01-31"] * 40,
        "count": range(80),
        "label": ["01", "1", "001", "1"] * 20,
    }
)


@pytest.fixture(scope="module")
def trained():
    model = modelzoo.build("linear")
    model.fit(ROWS, target="label", epochs=2, optimizer="sgd", learning_rate=0.5, verbose=0)
    return model


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "rows.csv"
    ROWS.to_csv(path, index=False)
    return path


def test_a_csv_file_predicts_and_measures_as_the_frame_it_was_written_from(trained, path):
    assert [column.kind for column in trained.schema.columns[:3]] == ["categorical", "categorical", "datetime"]
    np.testing.assert_array_equal(trained.predict(path), trained.predict(ROWS))
    assert trained.evaluate(path) == trained.evaluate(ROWS)


def test_so_do_a_loaded_run_and_an_export(trained, path, tmp_path):
    loaded = modelzoo.load(trained.save(tmp_path / "run"))
    export = modelzoo.load_export(trained.export(tmp_path / "exports", formats="onnx"))

    np.testing.assert_array_equal(loaded.predict(path), trained.predict(ROWS))
    np.testing.assert_array_equal(export.predict(path), export.predict(ROWS))


def test_and_so_does_one_without_a_header_line(path, tmp_path):
    names = list(ROWS)
    bare = tmp_path / "bare.csv"
    ROWS.assign(zip=ROWS["zip"].replace("0.7", "A7")).to_csv(bare, index=False, header=False)
    model = modelzoo.build("linear")
    model.fit(bare, columns=names, target="count", drop=["flag", "day", "label"], epochs=1, verbose=0)
    ROWS.to_csv(tmp_path / "next.csv", index=False, header=False)

    np.testing.assert_array_equal(model.predict(tmp_path / "next.csv"), model.predict(ROWS))
