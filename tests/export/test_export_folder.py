"""What an export holds, where it is, and what happens when it is damaged."""

import json
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from modelzoo_registry import ArtifactNotFoundError, DamagedArtifactError, SpecError

import modelzoo

from ..conftest import cut, flip

pytestmark = pytest.mark.xdist_group("export")

FILES = [
    "README.md", "core.onnx", "encoder.json", "fingerprint.pb", "model.onnx", "saved_model.pb",
    "variables/variables.data-00000-of-00001", "variables/variables.index", "zoo.json",
]  # fmt: skip


@pytest.fixture(scope="session")
def folder(exported):
    return exported["regression"][1].folder


@pytest.fixture
def copy(folder, tmp_path):
    return shutil.copytree(folder, tmp_path / "exports" / folder.name)


def refusal(folder):
    with pytest.raises(DamagedArtifactError) as caught:
        modelzoo.load_export(folder)
    return str(caught.value)


def test_the_folder_is_named_by_the_second(folder):
    named = datetime.strptime(folder.name, "%Y%m%d%H%M%S").replace(tzinfo=UTC)

    assert abs(datetime.now(UTC) - named) < timedelta(hours=1)


def test_it_holds_what_serving_needs(folder):
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())

    assert found == sorted(["SHA256SUMS", *FILES])


def test_sha256sum_agrees(folder):
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines() == [f"{name}: OK" for name in FILES]


def test_the_manifest_says_which_tensor_is_which_column(folder):
    inputs = json.loads((folder / "zoo.json").read_text())["inputs"]

    assert [(each["name"], each["tensor"], each["dtype"], each["missing"]) for each in inputs] == [
        ("with space", "with_space", "float64", "NaN"),
        ("dotted.na/me\\back", "dotted_na_me_back", "float64", "NaN"),
        ("1st", "column_1st", "float64", "NaN"),
        ("Größe 🏠", "Gr__e__", "string", '""'),
        ("class", "column_class", "string", '""'),
        ("With Space", "With_Space_2", "float64", "NaN"),
    ]


@pytest.mark.parametrize(
    ("task", "outputs"),
    [
        ("regression", [("prediction", "float64", [], "y, in its own unit")]),
        (
            "binary",
            [
                ("label", "bool", [], "the likeliest y"),
                ("probabilities", "float32", [2], "probability of each of: False, True"),
            ],
        ),
        (
            "multiclass",
            [
                ("label", "int64", [], "the likeliest y"),
                ("probabilities", "float32", [3], "probability of each of: 0, 1, 2"),
            ],
        ),
    ],
)
def test_the_manifest_says_what_comes_out(exported, task, outputs):
    manifest = json.loads((exported[task][1].folder / "zoo.json").read_text())

    assert [
        tuple(each[key] for key in ("name", "dtype", "shape", "meaning")) for each in manifest["outputs"]
    ] == outputs


def test_no_training_rows_are_in_it(folder, tables):
    """Of a column's 96 numbers, the edges of its 16 buckets are all that is kept."""
    text = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    assert sum(repr(value).encode() in text for value in tables[0]["Number"]) <= 15


def test_two_exports_of_one_second_get_folders_of_their_own(exported, tmp_path):
    model = exported["regression"][0]
    now = datetime.now(UTC)
    taken = [tmp_path / (now + timedelta(seconds=ahead)).strftime("%Y%m%d%H%M%S") for ahead in (0, 1)]
    for each in taken:
        each.mkdir()

    made = model.export(tmp_path, formats="onnx")

    assert made.name > max(each.name for each in taken)
    assert all(not any(each.iterdir()) for each in taken)


def test_of_several_exports_the_newest_is_loaded(copy):
    newer = shutil.copytree(copy, copy.with_name("99990101000000"))
    shutil.copytree(copy, copy.with_name("9"))
    shutil.copytree(copy, copy.with_name("99999999999999-draft"))

    assert modelzoo.load_export(copy.parent).folder == newer
    assert modelzoo.load_export(copy).folder == copy


def test_a_folder_without_exports_says_so(tmp_path):
    with pytest.raises(ArtifactNotFoundError) as caught:
        modelzoo.load_export(tmp_path)

    assert str(caught.value) == f"there is no export in {tmp_path}: zoo.json is not there, nor in a folder in it"


def test_a_run_that_is_loaded_as_an_export_is_told_how_it_becomes_one(tmp_path):
    (tmp_path / "run.json").touch()

    with pytest.raises(ArtifactNotFoundError) as caught:
        modelzoo.load_export(tmp_path)

    assert str(caught.value) == (
        f"there is no export in {tmp_path}: zoo.json is not there, nor in a folder in it; "
        f"it is a run: zoo export {tmp_path} --to DIR"
    )


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("harm", [flip, cut])
def test_a_changed_file_is_named(copy, name, harm):
    harm(copy / name)

    assert refusal(copy) == f"{copy} is damaged; restore it or make it anew:\n  {name}: does not match its checksum"


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(copy, name):
    (copy / name).unlink()

    assert refusal(copy) == f"{copy} is damaged; restore it or make it anew:\n  {name}: is missing"


def test_the_newest_one_damaged_is_not_passed_over_for_an_older_one(copy):
    newer = shutil.copytree(copy, copy.with_name("99990101000000"))
    (newer / "zoo.json").unlink()

    assert "zoo.json: is missing" in refusal(copy.parent)


def test_missing_checksums_are_named(copy):
    (copy / "SHA256SUMS").unlink()

    assert refusal(copy) == f"{copy} is damaged; restore it or make it anew:\n  SHA256SUMS: is missing"


def test_checksums_that_were_cut_off_are_noticed(copy):
    sums = copy / "SHA256SUMS"
    sums.write_text("".join(line for line in sums.read_text().splitlines(keepends=True) if "saved_model" not in line))

    assert refusal(copy) == (
        f"{copy} is damaged; restore it or make it anew:\n"
        "  saved_model.pb: is not listed in SHA256SUMS: remove it if it does not belong here"
    )


def test_an_export_shows_what_it_is(exported):
    shown = repr(exported["binary"][1])

    assert re.fullmatch(r"<modelzoo export of wide_deep for binary, .*/\d{14}>", shown)


@pytest.mark.parametrize("method", ["encode", "reconstruction_error"])
def test_an_export_of_another_model_says_what_it_has(exported, tables, method):
    _, export, names = exported["regression"]

    with pytest.raises(SpecError) as caught:
        getattr(export, method)({names[name]: values for name, values in tables[0].items()})

    lacking = "code" if method == "encode" else method
    assert str(caught.value) == f"the export of wide_deep has no {lacking}:\n  outputs: prediction"
