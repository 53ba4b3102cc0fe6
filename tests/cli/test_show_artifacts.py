"""``zoo show`` of a folder: what a run or an export records."""

import json
import re
import shutil

import pytest

from modelzoo.artifacts.checksums import write_sums
from modelzoo.artifacts.run import read_record


def test_a_run_is_shown_with_columns_layers_metrics_and_versions(zoo, beside):
    record, _ = read_record(beside / "run")

    said = zoo("show run")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(
        "linear for price\n\nmodel     linear of modelzoo-plugins 0.1.0\ntarget    price: regression\n"
    )
    assert "\nCOLUMN" in said.out
    assert re.search(r"\ncut +text +5 values \(wide, embedding of 4\)\n", said.out)
    assert re.search(r"\nlogits +Dense +1 number +7\n", said.out)
    assert f"\n{record.parameters} parameters in all\n" in said.out
    assert f"\nrmse    {record.metrics['rmse']:.6g} " in said.out
    assert f"\ndata      {record.provenance.data}\ncreated   {record.created}\nversions  python 3." in said.out
    assert ", tensorflow 2." in said.out
    notes = "".join(f"  - {note}\n" for note in record.notes)
    assert said.out.endswith(f"\n\nNotes:\n{notes}")


def test_a_run_from_before_layers_were_kept_is_shown_without_them(zoo, beside):
    record = json.loads((beside / "run/run.json").read_text())
    del record["layers"]
    (beside / "run/run.json").write_text(json.dumps(record))
    write_sums(beside / "run")

    said = zoo("show run")

    assert said.code == 0
    assert "LAYER" not in said.out
    assert f"\n{record['parameters']} parameters in all\n" in said.out


def test_the_record_of_a_run_is_shown_as_json(zoo, beside):
    assert json.loads(zoo("show run --json").out) == json.loads((beside / "run/run.json").read_text())


@pytest.mark.parametrize("path", ["exports", "./exports", "exports/{}"])
def test_an_export_is_shown_with_what_it_takes_and_gives(zoo, beside, path):
    (version,) = (each.name for each in (beside / "exports").iterdir())

    said = zoo(f"show {path.format(version)}")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith(f"linear for price, exported to {path.format(version).removeprefix('./')}")
    assert re.search(r"\ncut +cut +string +\"\"\n", said.out)
    assert re.search(r"\nprediction  float64  price, in its own unit\n", said.out)
    assert "\nMETRIC" in said.out
    assert re.search(r"\nversions +python 3\.", said.out)


def test_the_manifest_of_an_export_is_shown_as_json(zoo, beside):
    (manifest,) = (beside / "exports").glob("*/zoo.json")

    assert json.loads(zoo("show exports --json").out) == json.loads(manifest.read_text())


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("show ./nothing", "there is no folder nothing"),
        ("show run/nothing", "there is no folder run/nothing"),
        ("show train.csv/", "there is no folder train.csv"),
        (
            "show .",
            "there is neither a run in . (run.json is not there) nor an export (zoo.json is not there)",
        ),
        ("show run --json-schema", "--json-schema shows the settings of plugins, and run is a folder: use --json"),
        ("show linear --json", "--json shows runs and exports, and linear is a plugin: use --json-schema"),
    ],
)
def test_what_cannot_be_shown_is_told(refusal, beside, line, message):
    assert refusal(line) == message


def test_a_folder_that_has_the_name_of_a_plugin_hides_it_only_when_it_holds_a_run(zoo, beside):
    (beside / "linear").mkdir()
    assert zoo("show linear").out.startswith("linear: a model of modelzoo-plugins 0.1.0\n")

    (beside / "linear").rmdir()
    shutil.copytree(beside / "run", beside / "linear")
    assert zoo("show linear").out.startswith("linear for price\n")
    assert zoo("show linear --kind model").out.startswith("linear: a model of modelzoo-plugins 0.1.0\n")


def test_a_damaged_run_is_not_shown(zoo, beside):
    (beside / "run/run.json").unlink()

    said = zoo("show run")

    assert (said.code, said.out) == (1, "")
    assert said.err == "Error: run is damaged; restore it or make it anew:\n  run.json: is missing\n"
