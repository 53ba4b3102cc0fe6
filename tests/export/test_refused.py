"""An export is refused, with the reason, when it is more than its sums say, or says what cannot be."""

import json
import os
import shutil

import onnx
import pytest
from modelzoo_registry import DamagedArtifactError

import modelzoo
from modelzoo.artifacts.checksums import MOST_OF_SUMS, write_sums
from modelzoo.artifacts.json_limits import MOST_OF_A_DESCRIPTION, MOST_OF_AN_ENCODER
from modelzoo.export.folder import open_export

pytestmark = pytest.mark.xdist_group("export")

DIGEST = "0" * 64


@pytest.fixture
def copy(exported, tmp_path):
    folder = exported["regression"][1].folder
    return shutil.copytree(folder, tmp_path / folder.name)


def refusal(folder):
    with pytest.raises(DamagedArtifactError) as caught:
        modelzoo.load_export(folder)
    return str(caught.value)


def damage(folder, *faults):
    return "\n".join([f"{folder} is damaged; restore it or make it anew:", *(f"  {fault}" for fault in faults)])


def rewrite(folder, name, change):
    """Change what a JSON file of an export says, as somebody would who can make the sums fit."""
    fields = json.loads((folder / name).read_text())
    change(fields)
    (folder / name).write_text(json.dumps(fields))
    write_sums(folder)


def test_what_is_not_listed_is_named(copy, tmp_path):
    (copy / ".DS_Store").touch()
    (copy / "variables" / "zoo.json~").touch()
    (copy / "passwords").symlink_to("/etc/passwd")
    (copy / "all").symlink_to(tmp_path)
    os.mkfifo(copy / "pipe")
    (copy / "bell\a").touch()

    remedy = "remove it if it does not belong here"
    assert refusal(copy) == damage(
        copy,
        f".DS_Store: is not listed in SHA256SUMS: {remedy}",
        f"all: is a symbolic link, not a file: {remedy}",
        f"'bell\\x07': is not listed in SHA256SUMS: {remedy}",
        f"passwords: is a symbolic link, not a file: {remedy}",
        f"pipe: is a pipe, not a file: {remedy}",
        f"variables/zoo.json~: is not listed in SHA256SUMS: {remedy}",
    )


def test_what_is_listed_and_no_plain_file_is_named(copy):
    (copy / "core.onnx").rename(copy.with_name("core.onnx"))
    (copy / "core.onnx").symlink_to(copy.with_name("core.onnx"))
    (copy / "encoder.json").unlink()
    os.mkfifo(copy / "encoder.json")
    (copy / "saved_model.pb").unlink()
    (copy / "saved_model.pb").mkdir()
    (copy / "variables").rename(copy.with_name("variables"))
    (copy / "variables").symlink_to(copy.with_name("variables"))

    assert refusal(copy) == damage(
        copy,
        "core.onnx: is a symbolic link, not a file",
        "encoder.json: is a pipe, not a file",
        "saved_model.pb: is a folder, not a file",
        "variables: is a symbolic link, not a file: remove it if it does not belong here",
    )


def test_the_folder_itself_may_be_reached_through_a_link(copy, tmp_path):
    (tmp_path / "latest").symlink_to(copy.name)

    assert modelzoo.load_export(tmp_path / "latest").folder == tmp_path / "latest"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("/etc/passwd", "names '/etc/passwd', which is no plain path below the folder"),
        ("../zoo.json", "names '../zoo.json', which is no plain path below the folder"),
        ("variables/../../x", "names 'variables/../../x', which is no plain path below the folder"),
        ("./zoo.json", "names './zoo.json', which is no plain path below the folder"),
        ("a//b", "names 'a//b', which is no plain path below the folder"),
        ("a\\b", "names 'a\\\\b', which has a backslash or a drive"),
        ("C:zoo.json", "names 'C:zoo.json', which has a backslash or a drive"),
        ("nul\0.json", "names 'nul\\x00.json', which has control characters"),
        ("\x1b[2J", "names '\\x1b[2J', which has control characters"),
        ("zoo.json\r", "names 'zoo.json\\r', which has control characters"),
        ("zoo.json", "names 'zoo.json', which is listed before"),
        ("SHA256SUMS", "names 'SHA256SUMS', which is the list itself"),
        ("x" * 200, f"names '{'x' * 80}...', which is listed before"),
    ],
)
def test_paths_that_lead_elsewhere_are_refused(copy, name, reason):
    (copy / "SHA256SUMS").write_bytes(f"{DIGEST}  zoo.json\n{DIGEST}  {'x' * 200}\n{DIGEST}  {name}\n".encode())

    assert refusal(copy) == damage(copy, f"SHA256SUMS, line 3: {reason}")


@pytest.mark.parametrize("line", [b"", b"zoo.json", DIGEST.encode() + b"  ", b"A" * 64 + b"  zoo.json"])
def test_lines_of_another_form_are_refused(copy, line):
    (copy / "SHA256SUMS").write_bytes(line + b"\n" + DIGEST.encode() + b"  zoo.json\n")

    assert refusal(copy) == damage(copy, "SHA256SUMS, line 1: is not a digest and a file")


def test_of_many_bad_lines_ten_are_told(copy):
    (copy / "SHA256SUMS").write_text("no\n" * 1000)

    told = [f"SHA256SUMS, line {number}: is not a digest and a file" for number in range(1, 11)]
    assert refusal(copy) == damage(copy, *told, "and 990 more")


def make_pipe(path):
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("harm", "reason"),
    [
        (make_pipe, "is a pipe, not a file"),
        (lambda path: os.truncate(path, MOST_OF_SUMS + 1), "has 1,048,577 bytes, more than the 1,048,576 it may have"),
        (lambda path: path.write_bytes(b"\xff"), "is not text in UTF-8"),
    ],
)
def test_a_list_that_is_none_is_refused(copy, harm, reason):
    harm(copy / "SHA256SUMS")

    assert refusal(copy) == damage(copy, f"SHA256SUMS: {reason}")


def test_files_larger_than_they_may_be_are_not_read(copy):
    for name, most in (("zoo.json", MOST_OF_A_DESCRIPTION), ("encoder.json", MOST_OF_AN_ENCODER), ("core.onnx", 2**31)):
        os.truncate(copy / name, most + (name != "core.onnx"))

    assert refusal(copy) == damage(
        copy,
        "core.onnx: has 2,147,483,648 bytes, more than the 2,147,483,647 it may have",
        "encoder.json: has 1,073,741,825 bytes, more than the 1,073,741,824 it may have",
        "zoo.json: has 67,108,865 bytes, more than the 67,108,864 it may have",
    )


def test_a_newer_manifest_is_told_before_what_else_is_new_in_it(copy):
    rewrite(copy, "zoo.json", lambda fields: fields.update(format=3, tensors=[], inputs={}))

    assert refusal(copy) == f"{copy / 'zoo.json'} has format 3; this modelzoo reads up to 2: install a newer modelzoo"


def test_fields_that_are_not_known_are_refused(copy):
    def change(fields):
        fields["code"] = "import os"
        fields["inputs"][0]["units"] = "m"
        fields["target"]["task"] = "ranking"

    rewrite(copy, "zoo.json", change)

    assert refusal(copy) == (
        f"{copy / 'zoo.json'} does not hold what it should:\n"
        "  target.task: Input should be 'regression', 'binary', 'multiclass' or 'reconstruction'. Received: 'ranking'\n"
        "  inputs.0.units: unknown field.\n"
        "  code: unknown field. Did you mean 'model'?"
    )


def test_a_manifest_that_contradicts_itself_is_refused(copy):
    def change(fields):
        fields["inputs"][1]["tensor"] = fields["inputs"][0]["tensor"]
        fields["inputs"][2]["name"] = fields["inputs"][0]["name"]
        fields["inputs"][3]["dtype"] = "int64"
        fields["target"]["labels"] = [1, "two"]
        fields["outputs"][0]["name"] = "guess"

    rewrite(copy, "zoo.json", change)

    assert refusal(copy) == (
        f"{copy / 'zoo.json'} contradicts itself or another file; make the export anew:\n"
        "  inputs: the column 'with space' is there more than once\n"
        "  inputs: the tensor 'with_space' is there more than once\n"
        "  inputs: 'Größe 🏠' is of type string, whose dtype is not 'int64'\n"
        "  outputs: 'prediction' is not there, which a model for regression has\n"
        "  target.labels: are 2, which a model for regression cannot have\n"
        "  target.labels: are of several types"
    )


def test_a_manifest_that_names_other_files_is_refused(copy):
    (copy / "core.onnx").unlink()
    write_sums(copy)

    assert refusal(copy) == damage(copy, "SHA256SUMS: does not list core.onnx")


def test_a_manifest_of_another_encoder_is_refused(copy):
    def change(fields):
        fields["inputs"][3].update(type="number", dtype="float64", required=True)

    rewrite(copy, "zoo.json", change)

    assert refusal(copy) == (
        f"{copy / 'zoo.json'} contradicts itself or another file; make the export anew:\n"
        "  inputs.3: 'Größe 🏠' is number, required; encoder.json reads string"
    )

    rewrite(copy, "zoo.json", lambda fields: fields["inputs"].pop())

    assert refusal(copy) == (
        f"{copy / 'zoo.json'} contradicts itself or another file; make the export anew:\n"
        "  inputs: are 'with space', 'dotted.na/me\\\\back', '1st', 'Größe 🏠', 'class'; "
        "encoder.json reads 'with space', 'dotted.na/me\\\\back', '1st', 'Größe 🏠', 'class' and 1 more"
    )


def test_an_encoder_that_was_never_learnt_is_refused(copy):
    def change(fields):
        column = next(one for one in fields["columns"] if one["kind"] == "categorical")
        column["vocabulary"][0] = column["vocabulary"][1]

    rewrite(copy, "encoder.json", change)

    place, name = next(
        (place, one["column"]["name"])
        for place, one in enumerate(json.loads((copy / "encoder.json").read_text())["columns"])
        if one["kind"] == "categorical"
    )
    assert refusal(copy) == (
        f"{copy / 'encoder.json'} contradicts itself or another file; make the export anew:\n"
        f"  columns.{place}: {name!r} has a value in its vocabulary twice, or the missing one"
    )


def test_the_core_of_another_model_is_refused(copy, exported):
    shutil.copy(exported["multiclass"][1].folder / "core.onnx", copy)
    write_sums(copy)

    assert refusal(copy) == (
        "core.onnx does not fit the encoder; make the export anew:\n"
        "  output output: is tensor(float) (n, 3), where tensor(float) (n, 1) is needed"
    )


def test_a_core_whose_numbers_are_elsewhere_is_refused(copy, tmp_path, monkeypatch):
    core = onnx.load(copy / "core.onnx")
    tensor = next(each for each in core.graph.initializer if each.data_type == onnx.TensorProto.FLOAT)
    (tmp_path / "beside").write_bytes(tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="beside")
    (copy / "core.onnx").write_bytes(core.SerializeToString())
    write_sums(copy)
    monkeypatch.chdir(tmp_path)  # from where ONNX Runtime would read it

    assert refusal(copy) == f"{copy / 'core.onnx'} has data outside the file, which no export has"


def test_a_file_is_read_once_and_what_was_verified_is_used(copy):
    export = open_export(copy)
    before = (copy / "core.onnx").read_bytes()

    (copy / "core.onnx").write_bytes(b"")
    (copy / "saved_model.pb").write_bytes(b"")

    assert export.core() == before
    with pytest.raises(DamagedArtifactError) as caught:
        export.read("saved_model.pb")
    assert str(caught.value) == damage(copy, "saved_model.pb: does not match its checksum")
    with pytest.raises(DamagedArtifactError) as caught:
        export.read("../other")
    assert str(caught.value) == damage(copy, "SHA256SUMS: does not list ../other")
