"""Every export is replayed in fresh processes; one that predicts something else is not handed out."""

import dataclasses
import json

import numpy as np
import pytest
from modelzoo_registry import ExportError

import modelzoo
from modelzoo.columns.keep import from_wire, keep_rows
from modelzoo.columns.raw import RawInput
from modelzoo.columns.table import read_wire
from modelzoo.data import to_table
from modelzoo.export.verify.rows import make_trial

pytestmark = pytest.mark.xdist_group("export")

TITLE = "the export is not handed out, since it does not predict what the model does:\n"


@pytest.fixture(scope="module")
def model(tables):
    made = modelzoo.build("wide_deep", hidden=[4])
    made.fit(tables[0], tables[0]["number"], epochs=2, batch_size=16, task="regression", verbose=0)
    return made


def broken(monkeypatch, form, change):
    """Make the writer of a form write something else than the model."""
    from modelzoo.export import savedmodel
    from modelzoo.export.onnx import write as onnx

    module = {"savedmodel": savedmodel, "onnx": onnx}[form]
    whole = module.write
    monkeypatch.setattr(module, "write", lambda folder, model: whole(folder, change(model)))


def with_columns(model, change):
    """The same export with some fitted columns changed."""
    columns = tuple(change(fitted) for fitted in model.left.encoder.columns)
    encoder = model.left.encoder.model_copy(update={"columns": columns})
    return dataclasses.replace(model, left=dataclasses.replace(model.left, encoder=encoder))


def shifted(fitted):
    """A number's mean moved by a thousandth of its spread."""
    if fitted.column.name != "gappy":
        return fitted
    scaling = fitted.scaling.model_copy(update={"center": fitted.scaling.center + fitted.scaling.spread / 1000})
    return fitted.model_copy(update={"scaling": scaling})


def swapped(fitted):
    """Two values that exchanged their ids."""
    if fitted.column.name != "word":
        return fitted
    return type(fitted)(column=fitted.column, vocabulary=fitted.vocabulary[::-1])  # not a copy, with what it cached


def refusal(model, folder, **settings):
    with pytest.raises(ExportError) as caught:
        model.export(folder, **settings)
    assert list(folder.iterdir()) == []
    return str(caught.value)


@pytest.mark.parametrize(
    ("form", "change", "column"),
    [("savedmodel", shifted, "gappy"), ("onnx", shifted, "gappy"), ("onnx", swapped, "word")],
)
def test_a_column_prepared_differently_is_named_with_form_and_row(model, monkeypatch, tmp_path, form, change, column):
    broken(monkeypatch, form, lambda export: with_columns(export, change))

    text = refusal(model, tmp_path, formats=form)

    assert text.startswith(f"{TITLE}  {form}: column {column!r}, row ")
    assert ": prediction is " in text
    assert ", the model predicts " in text
    assert text.endswith(" rows differ)")


def test_weights_that_differ_are_no_columns_fault(model, monkeypatch, tmp_path):
    import keras

    def changed(export):
        core = keras.models.clone_model(export.left.core)
        core.set_weights([weight + 0.01 for weight in export.left.core.get_weights()])
        return dataclasses.replace(export, left=dataclasses.replace(export.left, core=core))

    broken(monkeypatch, "onnx", changed)

    text = refusal(model, tmp_path, formats="onnx")

    lines = text.removeprefix(TITLE).splitlines()
    assert [line.split(": ")[0].strip() for line in lines] == ["predictor", "predictor, row by row", "onnx"]
    assert all(": every column or the core itself, row " in line for line in lines)


def test_a_file_no_runtime_loads_is_told_with_the_runtimes_reason(model, monkeypatch, tmp_path):
    from modelzoo.export.onnx import write as onnx

    whole = onnx.write

    def cut(folder, export):
        record = whole(folder, export)
        (folder / "core.onnx").write_bytes((folder / "core.onnx").read_bytes()[:-100])
        return record

    monkeypatch.setattr(onnx, "write", cut)

    text = refusal(model, tmp_path, formats="onnx")

    assert text.startswith(f"{TITLE}  predictor: the rows cannot be replayed: DamagedArtifactError: ")


def test_a_process_that_ends_is_told_with_its_last_words(model, monkeypatch, tmp_path):
    monkeypatch.setattr("modelzoo.export.verify.replayers.REPLAY", "modelzoo.export.verify.no_such_module")

    text = refusal(model, tmp_path, formats="onnx")

    assert text.startswith("the process that verifies onnx ended with 1 before it was done\n  ")
    assert text.endswith("No module named modelzoo.export.verify.no_such_module")


def test_a_process_that_is_killed_is_told_with_the_signal(model, monkeypatch, tmp_path):
    (tmp_path / "killed.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("modelzoo.export.verify.replayers.REPLAY", "killed")

    text = refusal(model, tmp_path / "exports", formats="onnx")

    assert text == "the process that verifies onnx was killed by signal 9, maybe for lack of memory, before it was done"


def test_the_manifest_says_how_it_went(exported):
    folder = exported["binary"][1].folder
    verified = json.loads((folder / "zoo.json").read_text())["verified"]

    assert [each["form"] for each in verified] == ["savedmodel", "predictor", "predictor, row by row", "onnx"]
    assert {each["kept"] for each in verified} == {96}
    assert all(each["rows"] > 96 and each["difference"] <= each["tolerance"] == 1e-5 for each in verified)


def test_formats_there_are_not_are_named_at_once(model, tmp_path):
    with pytest.raises(modelzoo.ZooError) as caught:
        model.export(tmp_path, formats=["saved_model", "onnx", "pmml"])

    assert str(caught.value) == (
        "the model cannot be exported like this:\n"
        "  formats: there is no 'saved_model'. Did you mean 'savedmodel'? Formats: savedmodel, onnx\n"
        "  formats: there is no 'pmml'. Formats: savedmodel, onnx"
    )


def test_a_run_keeps_rows_of_its_training_and_an_export_none(model, tables, tmp_path):
    folder = model.save(tmp_path / "run")
    again = modelzoo.load(folder)
    export = again.export(tmp_path / "exports", formats="onnx")

    read = read_wire(again.fitted.encoder.raw, again.fitted.kept)
    given = read_wire(again.fitted.encoder.raw, to_table(tables[0]))
    np.testing.assert_array_equal(read["number"], given["number"])
    assert read["word"].equals(given["word"])
    assert not (export / "rows.arrow").exists()
    assert not any(b"L\xc3\xb6we,up" in path.read_bytes() for path in export.rglob("*") if path.is_file())


def test_kept_rows_are_spread_over_the_table_and_read_as_they_were():
    table = to_table({"a": list(range(10_000)), "b": [None, "x"] * 5000})
    inputs = [RawInput("a", "integer"), RawInput("b", "string")]

    kept = keep_rows(inputs, table)

    assert kept.num_rows == 256
    assert kept.column("a").to_pylist()[::255] == [0, 9999]
    assert from_wire(inputs, read_wire(inputs, kept)).equals(kept)


def test_hostile_rows_lack_no_value_that_is_required():
    inputs = [RawInput("a", "number", required=True), RawInput("b", "string", required=True, dates=True)]

    trial = make_trial(inputs, None)

    assert trial.kept == 0
    assert trial.table.column("a").null_count == 0
    assert trial.table.column("b").to_pylist()[-3:] == ["0001-01-01", "9999-12-31T23:59:59.999999-14:00",
                                                        " 2024-02-29 12:30+0530 "]  # fmt: skip
    assert trial.describe(0) == "row 1, made up with a = '1e+300'"


def test_a_form_that_takes_rows_it_should_refuse_is_told(monkeypatch, tmp_path):
    rows = {"a": [1.0, 2.0, 3.0, 4.0] * 8, "b": ["x", "y"] * 16, "y": [1.0, 2.0, 3.0, 5.0] * 8}
    schema = {"columns": [{"name": "a", "kind": "numeric", "missing": "reject"}, {"name": "b", "kind": "categorical"}]}
    strict = modelzoo.build("linear", schema=schema)
    strict.fit(rows, target="y", epochs=1, verbose=0)
    strict.export(tmp_path / "strict", formats="onnx")
    monkeypatch.setattr(
        "modelzoo.columns.encoder.refuse_missing_onnx", lambda graph, *_: graph.constant(np.zeros((), np.int64))
    )

    text = refusal(strict, tmp_path / "lax", formats="onnx")

    assert text == f"{TITLE}  onnx: column 'a': a row without a value is not refused"
