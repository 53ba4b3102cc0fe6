"""The wheels, a third party's too: what is in each, and that it works where only what it asks for is installed."""

import json
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


def test_the_registry_asks_for_pluggy_and_pydantic_alone(registry_alone, tmp_path):
    script = """
import json, re
from importlib.metadata import requires
print(json.dumps(sorted(re.match("[a-z-]+", each)[0] for each in requires("modelzoo-registry"))))
"""

    assert json.loads(must(registry_alone / "python", "-c", script, cwd=tmp_path)) == ["pluggy", "pydantic"]


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
