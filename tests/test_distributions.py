"""The wheels, a third party's too: what is in each, and that it works where only what it asks for is installed."""

import json
import sys
from zipfile import ZipFile

import pytest

from .conftest import must, run

pytestmark = pytest.mark.xdist_group("distributions")  # built once, when run with --dist loadgroup

PACKAGES = {
    "modelzoo-keras": "modelzoo",
    "modelzoo-registry": "modelzoo_registry",
    "modelzoo-plugins": "modelzoo_plugins",
    "zoo-residual": "zoo_residual",
}
DIAMONDS = """\
carat,cut,color,clarity,depth,price
0.23,Ideal,E,SI2,61.5,326
0.21,Premium,E,SI1,59.8,326
0.23,Good,E,VS1,56.9,327
0.29,Premium,I,VS2,62.4,334
0.31,Good,J,SI2,63.3,335
0.24,Very Good,J,VVS2,62.8,336
0.24,Very Good,I,VVS1,62.3,336
0.26,Very Good,H,SI1,61.9,337
0.22,Fair,E,VS2,65.1,337
0.23,Very Good,H,VS1,59.4,338
"""

EXPORT = """
import json, sys, modelzoo
model = modelzoo.build("wide_deep", hidden=[4])
model.fit("diamonds.csv", target="price", epochs=2, batch_size=4, verbose=0)
model.export("exports", formats="onnx")
print(json.dumps(model.predict("diamonds.csv").tolist()))
"""
SCORE = """
import json, sys, modelzoo
from importlib.util import find_spec
predictor = modelzoo.load_export("exports")
row = {"carat": 0.23, "cut": "Ideal", "color": "E", "clarity": "SI2", "depth": 61.5}
print(json.dumps({
    "rows": predictor.predict("diamonds.csv").tolist(),
    "row": predictor.predict(row).tolist(),
    "installed": [name for name in ("tensorflow", "keras", "pandas", "onnx", "tf2onnx") if find_spec(name)],
}))
"""


@pytest.fixture(scope="module")
def export(tmp_path_factory):
    """Return a folder with rows, an export and what its model predicts of the rows."""
    folder = tmp_path_factory.mktemp("exported")
    folder.joinpath("diamonds.csv").write_text(DIAMONDS)
    return folder, json.loads(must(sys.executable, "-c", EXPORT, cwd=folder))


@pytest.fixture(scope="module")
def registry_alone(installed):
    return installed("modelzoo-registry")


@pytest.fixture(scope="module")
def without_tensorflow(installed):
    return installed("modelzoo-keras")


def info_of(wheel):
    """Return the name of the metadata folder inside: name and version."""
    return "-".join(wheel.name.split("-")[:2]) + ".dist-info"


def names_in(wheel):
    with ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.mark.parametrize("name", PACKAGES)
def test_a_wheel_holds_its_package_and_nothing_beside_it(wheels, name):
    tops = {inside.split("/")[0] for inside in names_in(wheels[name])}

    assert tops == {PACKAGES[name], info_of(wheels[name])}


@pytest.mark.parametrize("name", PACKAGES)
def test_a_wheel_holds_the_licence_and_says_that_it_is_typed(wheels, name):
    inside = names_in(wheels[name])

    assert f"{info_of(wheels[name])}/licenses/LICENSE" in inside
    assert f"{PACKAGES[name]}/py.typed" in inside


@pytest.mark.parametrize("name", ["diamonds", "digits"])
def test_the_wheel_of_modelzoo_brings_each_data_set_and_where_it_is_from(wheels, name):
    inside = {f"modelzoo/datasets/{name}.parquet", f"modelzoo/datasets/{name.upper()}.md"}

    assert inside <= set(names_in(wheels["modelzoo-keras"]))


def test_the_registry_works_alone_and_lists_nothing(registry_alone, tmp_path):
    script = "from modelzoo_registry import installed; print(installed().entries, installed().status())"

    assert must(registry_alone / "python", "-c", script, cwd=tmp_path) == "() []\n"


def test_the_registry_asks_for_three_light_packages_alone(registry_alone, tmp_path):
    script = """
import json, re
from importlib.metadata import requires
print(json.dumps(sorted(re.match("[a-z-]+", each)[0] for each in requires("modelzoo-registry"))))
"""

    asked = json.loads(must(registry_alone / "python", "-c", script, cwd=tmp_path))
    assert asked == ["packaging", "pluggy", "pydantic"]


def test_installing_modelzoo_brings_no_tensorflow(without_tensorflow, tmp_path):
    script = "from importlib.util import find_spec; print(find_spec('tensorflow'), find_spec('keras'))"

    assert must(without_tensorflow / "python", "-c", script, cwd=tmp_path) == "None None\n"


def test_zoo_lists_the_models_without_tensorflow(without_tensorflow, tmp_path):
    listed = must(without_tensorflow / "zoo", "list", cwd=tmp_path)

    words = listed.split()
    assert "linear" in words
    assert "wide_deep" in words


def test_training_without_tensorflow_says_which_extra_to_install(without_tensorflow, tmp_path):
    tmp_path.joinpath("x.csv").write_text(DIAMONDS)
    command = ["train", "--model", "linear", "--data", "x.csv", "--target", "price", "--out", "run"]

    done = run(without_tensorflow / "zoo", *command, cwd=tmp_path)

    said = done.stdout + done.stderr
    assert done.returncode == 2, said
    assert 'pip install "modelzoo-keras[tensorflow]"' in said
    assert "Traceback" not in said
    assert not tmp_path.joinpath("run").exists()


def test_without_tensorflow_an_export_is_scored_as_its_model_does(without_tensorflow, export):
    folder, expected = export

    found = json.loads(must(without_tensorflow / "python", "-c", SCORE, cwd=folder))

    assert found["installed"] == []
    assert found["rows"] == pytest.approx(expected, rel=1e-5)
    assert found["row"] == pytest.approx(expected[:1], rel=1e-5)


def test_without_tensorflow_zoo_scores_and_shows_an_export(without_tensorflow, export, tmp_path):
    folder, expected = export
    out = tmp_path / "scored.csv"

    must(without_tensorflow / "zoo", "predict", "exports", "--data", "diamonds.csv", "--out", out, cwd=folder)
    shown = must(without_tensorflow / "zoo", "show", "exports", cwd=folder)

    assert [float(line) for line in out.read_text().splitlines()[1:]] == pytest.approx(expected, rel=1e-5)
    assert "wide_deep for price, exported to " in shown
