"""Hook plugins, really installed, follow runs and exports; none can harm them."""

TRAIN = """
import json, sys
import modelzoo
rows = {"a": list(range(40)), "y": [2.0 * i for i in range(40)]}
model = modelzoo.build("linear")
model.fit(rows, target="y", epochs=2, verbose=int(sys.argv[1]))
if sys.argv[2] == "export":
    model.export("exports")
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


def test_a_hook_class_is_made_once_and_follows_from_start_to_export(outside):
    outside.install("acme-audit", "[modelzoo.hooks]\naudit = acme:Audit", acme=AUDIT)

    assert outside.answer(TRAIN, 0, "export") == [
        "made",
        ["started", "linear", "regression", 2],
        ["epoch", 1, ["loss", "mae", "rmse"]],
        ["epoch", 2, ["loss", "mae", "rmse"]],
        ["finished", ["loss", "mae", "rmse"]],
        ["exported", "exports", "linear"],
    ]


def test_the_run_is_in_place_when_it_is_told_to_be_finished(outside):
    outside.install("acme-audit", "[modelzoo.hooks]\naudit = acme", acme=LISTING)

    assert outside.answer(TRAIN.replace("verbose=", 'out="run", verbose='), 0, "-") == [
        "SHA256SUMS", "history.json", "logs", "run.json", "train.toml", "weights.npz",
    ]  # fmt: skip


def test_those_that_raise_are_told_once_and_left_out(outside):
    outside.install(
        "acme-audit",
        "[modelzoo.hooks]\naudit = acme\nleaver = leaver",
        acme=FAILING.format(error="ValueError('oops')"),
        leaver=FAILING.format(error="SystemExit('bye')"),
    )

    done = outside.run(TRAIN, 1, "-")

    told = [line for line in done.stderr.splitlines() if line.startswith("hook ")]
    assert done.stdout.splitlines()[-1] == '["started"]'
    assert told == [TOLD + "ValueError: oops", TOLD.replace("audit'", "leaver'") + "SystemExit: bye"]


def test_strict_mode_ends_the_training_at_the_one_that_raises(outside):
    outside.install("acme-audit", "[modelzoo.hooks]\naudit = acme", acme=FAILING.format(error="ValueError('oops')"))

    done = outside.run(TRAIN, 0, "-", MODELZOO_STRICT_PLUGINS="1")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (f"modelzoo_registry.errors.BrokenPluginError: {TOLD}ValueError: oops")


def test_an_interrupt_in_a_hook_ends_the_training(outside):
    outside.install("acme-audit", "[modelzoo.hooks]\naudit = acme", acme=FAILING.format(error="KeyboardInterrupt"))

    assert outside.run(TRAIN, 0, "-").stderr.splitlines()[-1] == "KeyboardInterrupt"


def test_a_broken_hook_is_passed_over_and_told(outside):
    outside.install("acme-audit", "[modelzoo.hooks]\naudit = acme", acme="SEEN = []\ndef run_started(run): ...")

    done = outside.run(TRAIN, 1, "-")

    assert done.returncode == 0
    assert "hook 'audit' is passed over: hook 'audit' of acme-audit 1.0 has no hook: mark one of " in done.stderr
