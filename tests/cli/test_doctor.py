"""``zoo doctor`` tells what is there and what is broken, in real environments, whatever is broken there."""

import json
import sys
from dataclasses import fields
from importlib.metadata import version
from pathlib import Path

import modelzoo_registry
import pytest
from modelzoo_registry import CONTRACT_VERSION

from modelzoo.doctor import report, trial

from ..conftest import Outside

ZOO = Path(sys.executable).with_name("zoo")
CALL = "import subprocess, sys; sys.exit(subprocess.run([*sys.argv[1:]]).returncode)"

IN_FOLDER = "import subprocess, sys; sys.exit(subprocess.run(sys.argv[2:], cwd=sys.argv[1]).returncode)"

GOOD = '''
from modelzoo_registry import ModelPlugin, ModelSpec, SUPERVISED

class Mine(ModelPlugin):
    """Do well."""
    class Spec(ModelSpec): ...
    tasks = SUPERVISED
    def build(self, spec, inputs): ...
'''
CANNOT = "model 'mine' of acme-zoo 1.0 cannot be imported from 'acme:Mine'"
IMPORT_LATER = "its author, of acme-zoo, should import it inside the methods that compute"
ASKS = "Requires-Dist: modelzoo-registry>=0.1,<0.2"


@pytest.fixture
def place(outside):
    """A folder put before all others, in which TensorFlow, whose start takes seconds, fails at once."""
    outside.folder.joinpath("tensorflow.py").write_text('raise ImportError("none in this test")\n')
    return outside


@pytest.fixture
def offer(place):
    """Return an installer of a model, ``mine``, with a source and further lines of metadata."""

    def install(source, *metadata, module="acme"):
        place.install(f"{module}-zoo", f"[modelzoo.models]\nmine = {module}:Mine", **{module: source})
        with place.folder.joinpath(f"{module}_zoo-1.0.dist-info", "METADATA").open("a") as file:
            file.write("".join(f"{line}\n" for line in metadata))

    return install


@pytest.fixture
def doctor(place):
    """Return a caller of ``zoo doctor`` that sees that folder, and gives the report."""

    def examine(code=1, **variables):
        done = place.run(CALL, ZOO, "doctor", "--json", **variables)
        assert (done.returncode, done.stderr) == (code, "")
        return json.loads(done.stdout)

    return examine


def mine(report):
    """Return what a report says of each plugin called ``mine``."""
    return [plugin for plugin in report["plugins"] if plugin["name"] == "mine"]


def findings(report, about="model mine"):
    """Return what was found about one thing: how grave, what, and what to do."""
    return [(each["severity"], each["text"], each["remedy"]) for each in report["findings"] if each["about"] == about]


def test_a_sound_environment_is_told_in_words(tmp_path):
    done = Outside(tmp_path).run(CALL, ZOO, "doctor")

    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0] == f"Python {'.'.join(map(str, sys.version_info[:3]))}  {sys.executable}"
    assert f"TensorFlow {version('tensorflow')}, Keras {version('keras')}: ok" in lines
    assert "  CPU:0" in lines
    assert f"Plugins (contract {CONTRACT_VERSION})" in lines
    assert lines[-1] == "Nothing to mend."
    packages = {line.split()[0]: line.split()[1:] for line in lines if line.endswith("__init__.py")}
    asked_for = {"modelzoo-keras", "modelzoo-registry", "modelzoo-plugins", "numpy", "pyarrow", "pydantic", "pluggy"}
    assert asked_for < set(packages)
    assert packages["modelzoo-registry"] == [
        version("modelzoo-registry"), "<0.2,>=0.1", "ok", str(Path(modelzoo_registry.__file__)),
    ]  # fmt: skip


def test_a_good_plugin_is_told_with_where_it_is_from(offer, doctor, place):
    offer(GOOD, ASKS)

    report = doctor()

    assert findings(report) == []
    assert mine(report) == [
        {
            "name": "mine",
            "kind": "model",
            "distribution": "acme-zoo",
            "version": "1.0",
            "path": str(place.folder / "acme.py"),
            "status": "ok",
            "cause": "",
            "remedy": "",
            "asks_for": "modelzoo-registry>=0.1,<0.2",
            "heavy_import": "",
        }
    ]


def test_a_tensorflow_that_does_not_start_is_told_with_what_to_do(doctor):
    report = doctor()

    assert report["sound"] is False
    assert (report["tensorflow"]["status"], report["tensorflow"]["version"]) == ("broken", version("tensorflow"))
    assert findings(report, "tensorflow") == [
        (
            "error",
            f"{version('tensorflow')} cannot be used: ImportError: none in this test",
            'pip install --force-reinstall "modelzoo-keras[tensorflow]"',
        )
    ]


@pytest.mark.parametrize(
    ("source", "cause", "remedy"),
    [
        (
            "import nowhere.at_all",
            f"{CANNOT}: ModuleNotFoundError: No module named 'nowhere'",
            "install what holds 'nowhere', and ask its author to require it",
        ),
        (
            """raise ModuleNotFoundError("No module named 'keras'")""",
            f"{CANNOT}: ModuleNotFoundError: No module named 'keras'",
            IMPORT_LATER,
        ),
        (
            "import os; os.write(2, b'\\xff\\n'); os._exit(8)",
            "it ended the process with exit code 8: \N{REPLACEMENT CHARACTER}",
            "tell the author of acme-zoo 1.0; until it is mended, install another release or pip uninstall acme-zoo",
        ),
        (
            "import os, subprocess, sys; subprocess.Popen([sys.executable, '-c', 'input()']); os._exit(9)",
            "it ended the process with exit code 9",
            "tell the author of acme-zoo 1.0; until it is mended, install another release or pip uninstall acme-zoo",
        ),
        (
            "import os; os._exit(7)",
            "it ended the process with exit code 7",
            "tell the author of acme-zoo 1.0; until it is mended, install another release or pip uninstall acme-zoo",
        ),
        (
            "import os, signal, sys; print('dying', file=sys.stderr); os.kill(os.getpid(), signal.SIGKILL)",
            "it ended the process by signal 9: dying",
            "tell the author of acme-zoo 1.0; until it is mended, install another release or pip uninstall acme-zoo",
        ),
    ],
    ids=["raises", "lacks Keras", "writes no text", "leaves a process behind", "exits", "crashes"],
)
def test_a_broken_plugin_is_told_with_why_and_how_to_mend_it_and_the_others_are_tried(
    offer, doctor, source, cause, remedy
):
    offer(source, ASKS)

    report = doctor(MODELZOO_STRICT_PLUGINS="1")

    assert [plugin["status"] for plugin in mine(report)] == ["broken"]
    assert findings(report) == [("error", cause, remedy)]
    assert {plugin["status"] for plugin in report["plugins"] if plugin["name"] != "mine"} == {"ok"}


def test_a_plugin_built_for_another_contract_is_told(offer, doctor):
    offer(GOOD, "Requires-Dist: modelzoo-registry>=2")

    (found,) = mine(doctor())

    assert found["status"] == "incompatible"
    assert found["asks_for"] == "modelzoo-registry>=2"
    assert found["remedy"] == "pip install --upgrade acme-zoo modelzoo-keras, or pip uninstall acme-zoo"


def test_a_conflict_is_told_for_both(offer, doctor):
    offer(GOOD, ASKS)
    offer(GOOD, ASKS, module="other")

    told = findings(doctor())

    text = "model 'mine' is offered by acme-zoo 1.0 and other-zoo 1.0. Use acme-zoo:mine or other-zoo:mine"
    assert told == [
        ("error", text, f"name it in full, {name}:mine, or uninstall one: pip uninstall {name}")
        for name in ("acme-zoo", "other-zoo")
    ]


def test_a_plugin_that_imports_tensorflow_or_does_not_name_its_contract_is_pointed_out(offer, doctor, place):
    place.folder.joinpath("tensorflow.py").write_text("__version__ = 'none'\n")
    offer("import tensorflow\n" + GOOD)

    report = doctor()

    assert [plugin["heavy_import"] for plugin in mine(report)] == ["tensorflow"]
    assert findings(report) == [
        (
            "warning",
            "imports tensorflow when it is loaded, which every listing waits for",
            IMPORT_LATER,
        ),
        (
            "warning",
            "does not say which version of the contract acme-zoo was built for",
            "its author should have modelzoo-registry among the dependencies, with a range",
        ),
    ]


@pytest.mark.parametrize("package", ["click", "pydantic", "pluggy"])
def test_it_works_where_what_the_zoo_rests_on_is_broken(doctor, place, package):
    place.folder.joinpath(f"{package}.py").write_text("raise RuntimeError('gone bad')\n")

    report = doctor()

    (told,) = findings(report, package)
    assert told[:2] == ("error", f"{version(package)} cannot be imported: RuntimeError: gone bad")
    assert told[2].startswith(f'pip install --force-reinstall "{package}')
    assert len(report["plugins"]) >= 16


def test_where_no_plugin_can_be_loaded_none_is_blamed(doctor, place):
    place.folder.joinpath("pydantic.py").write_text("raise RuntimeError('gone bad')\n")

    report = doctor()

    assert {plugin["status"] for plugin in report["plugins"]} == {"untried"}
    assert findings(report, "plugins") == [
        ("error", "none could be tried: RuntimeError: gone bad", "mend the packages first")
    ]


def test_it_works_where_the_registry_itself_is_broken(doctor, place):
    place.folder.joinpath("modelzoo_registry.py").write_text("raise RuntimeError('gone bad')\n")

    report = doctor()

    assert (report["contract"], report["plugins"]) == ("", [])
    assert [text for _, text, _ in findings(report, "modelzoo-registry")] == [
        f"{version('modelzoo-registry')} cannot be imported: RuntimeError: gone bad"
    ]


def test_where_zoo_cannot_start_debug_may_stand_before_it(place):
    place.folder.joinpath("click.py").write_text("raise RuntimeError('gone bad')\n")

    done = place.run(CALL, ZOO, "--debug", "doctor", "--json")

    assert json.loads(done.stdout)["sound"] is False


def test_other_commands_that_cannot_start_name_it(place):
    place.folder.joinpath("click.py").write_text("raise RuntimeError('gone bad')\n")

    done = place.run(CALL, ZOO, "list")

    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Error: zoo cannot start: RuntimeError: gone bad\nzoo doctor says what to mend\n"


def test_a_package_outside_the_versions_asked_for_is_told(doctor, place):
    place.install("tqdm", "")

    report = doctor()

    assert findings(report, "tqdm") == [("error", "is 1.0, and <5,>=4.66 is asked for", 'pip install "tqdm<5,>=4.66"')]


def test_what_stands_on_tensorflow_is_looked_up_too(doctor, place):
    place.install("tensorboard", "")

    (told,) = findings(doctor(), "tensorboard")

    assert told == ("error", "is 1.0, and >=2.19 is asked for", 'pip install "tensorboard>=2.19"')


def test_what_lies_in_the_working_folder_is_not_examined(place, tmp_path):
    folder = tmp_path / "elsewhere"
    (folder / "ghost.egg-info").mkdir(parents=True)
    (folder / "ghost.egg-info" / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: ghost\nVersion: 1.0\n")
    (folder / "ghost.egg-info" / "entry_points.txt").write_text("[modelzoo.models]\naaa = ghost:Ghost\n")
    (folder / "click.py").write_text("raise RuntimeError('not the one')\n")

    done = place.run(IN_FOLDER, folder, ZOO, "doctor", "--json")

    told = json.loads(done.stdout)
    assert {plugin["status"] for plugin in told["plugins"]} == {"ok"}
    assert {package["status"] for package in told["packages"]} == {"ok"}


def test_a_trial_that_hangs_is_ended_and_the_next_is_made(place, monkeypatch):
    place.folder.joinpath("hanging.py").write_text("import threading; threading.Event().wait()\n")
    monkeypatch.setenv("PYTHONPATH", str(place.folder))
    monkeypatch.setattr(trial, "PATIENCE", 2)

    answers = trial.attempt([{"try": "import", "module": name} for name in ("hanging", "json")])

    assert answers[0] == {"error": "it was not done after 2 s"}
    assert answers[1]["path"].endswith("json/__init__.py")


def test_a_process_that_ends_before_it_begins_is_told_without_waiting_for_more(place, monkeypatch):
    place.folder.joinpath("sitecustomize.py").write_text("import os; os._exit(5)\n")
    monkeypatch.setenv("PYTHONPATH", str(place.folder))

    answers = trial.attempt([{"try": "import", "module": "json"}])

    assert answers == [{"error": "it ended the process with exit code 5"}]


def test_the_page_names_every_field_that_is_printed():
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "examine-an-environment.md").read_text()
    named = {line.split("`")[1]: line.split("`")[3::2] for line in page.splitlines() if line.startswith("| `")}
    printed = {each.name: each.type for each in fields(report.Report)}

    assert list(named) == ["sound", *printed]
    for field, kind in {
        "python": report.Python,
        "tensorflow": report.TensorFlow,
        "packages": report.Package,
        "plugins": report.Plugin,
        "findings": report.Finding,
    }.items():
        assert [name for name in named[field] if name in {each.name for each in fields(kind)}] == [
            each.name for each in fields(kind)
        ]
