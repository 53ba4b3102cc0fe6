"""Hook plugins, really installed, follow runs and exports; none can harm them."""

import sys

import pytest
from modelzoo_registry import BrokenPluginError
from modelzoo_registry.registry import of_environment

import modelzoo

ROWS = {"a": list(range(40)), "y": [2.0 * i for i in range(40)]}

TRAIN = f"""
import json
import modelzoo
model = modelzoo.build("linear")
model.fit({ROWS}, target="y", epochs=2, verbose=0)
model.export("exports", formats="onnx")
import acme
print(json.dumps(acme.SEEN))
"""

AUDIT = '''
from modelzoo_registry import hookimpl
SEEN = []

class Audit:
    """Write down what happens."""

    def __init__(self):
        SEEN.append("made")

    @hookimpl
    def run_started(self, run):
        SEEN.append(["started", run.model, run.task, run.training["epochs"]])

    @hookimpl
    def epoch_ended(self, epoch, logs):
        SEEN.append(["epoch", epoch, sorted(logs)])

    @hookimpl
    def run_finished(self, metrics):
        SEEN.append(["finished", sorted(metrics)])

    @hookimpl
    def run_failed(self, error):
        SEEN.append(["failed", str(error)])

    @hookimpl
    def exported(self, path, manifest):
        SEEN.append(["exported", path.parent.name, manifest["model"]["name"]])
'''

LISTING = """
from modelzoo_registry import hookimpl
SEEN = []

@hookimpl
def run_finished(run):
    SEEN.extend(sorted(path.name for path in run.folder.iterdir()))
"""

FAILING = """
from modelzoo_registry import hookimpl
SEEN = []

@hookimpl
def run_started(run):
    SEEN.append("started")
    raise {error}

@hookimpl
def run_finished(metrics):
    SEEN.append("finished")
"""

TOLD = "hook 'audit' of acme-audit 1.0 failed at run_started and is left out from here on: "


@pytest.fixture
def offer(outside, monkeypatch):
    """Return an installer of hook plugins that this process sees until the test ends: entry points, and modules."""
    monkeypatch.syspath_prepend(outside.folder)
    modules = []

    def install(entry_points, **sources):
        modules.extend(sources)
        outside.install("acme-audit", f"[modelzoo.hooks]\n{entry_points}", **sources)
        of_environment.cache_clear()

    yield install
    of_environment.cache_clear()
    for name in modules:
        sys.modules.pop(name, None)


def train(**settings):
    """Train for one epoch, and return what the hook of ``acme`` saw."""
    modelzoo.build("linear").fit(ROWS, target="y", epochs=1, metrics=[], **settings)
    return sys.modules["acme"].SEEN


def test_a_hook_class_is_made_once_and_follows_from_start_to_export(outside):
    outside.install("acme-audit", "[modelzoo.hooks]\naudit = acme:Audit", acme=AUDIT)

    assert outside.answer(TRAIN) == [
        "made",
        ["started", "linear", "regression", 2],
        ["epoch", 1, ["loss", "mae", "rmse"]],
        ["epoch", 2, ["loss", "mae", "rmse"]],
        ["finished", ["loss", "mae", "rmse"]],
        ["exported", "exports", "linear"],
    ]


def test_the_run_is_in_place_when_it_is_told_to_be_finished(offer, tmp_path):
    offer("audit = acme", acme=LISTING)

    assert train(out=tmp_path / "run", verbose=0) == [
        "SHA256SUMS", "history.json", "logs", "rows.arrow", "run.json", "train.toml", "weights.npz",
    ]  # fmt: skip


def test_those_that_raise_are_told_once_and_left_out(offer, capsys):
    offer(
        "audit = acme\nleaver = leaver",
        acme=FAILING.format(error="ValueError('oops')"),
        leaver=FAILING.format(error="SystemExit('bye')"),
    )

    assert train() == ["started"]

    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("hook ")]
    assert told == [TOLD + "ValueError: oops", TOLD.replace("audit'", "leaver'") + "SystemExit: bye"]


def test_strict_mode_ends_the_training_at_the_one_that_raises(offer, monkeypatch):
    monkeypatch.setenv("MODELZOO_STRICT_PLUGINS", "1")
    offer("audit = acme", acme=FAILING.format(error="ValueError('oops')"))

    with pytest.raises(BrokenPluginError) as caught:
        train(verbose=0)

    assert str(caught.value) == TOLD + "ValueError: oops"


def test_an_interrupt_in_a_hook_ends_the_training(offer):
    offer("audit = acme", acme=FAILING.format(error="KeyboardInterrupt"))

    with pytest.raises(KeyboardInterrupt):
        train(verbose=0)


def test_a_broken_hook_is_passed_over_and_told(offer, capsys):
    offer("audit = acme", acme="SEEN = []\ndef run_started(run): ...")

    assert train() == []

    told = "hook 'audit' is passed over: hook 'audit' of acme-audit 1.0 has no hook: mark one of "
    assert told in capsys.readouterr().err
