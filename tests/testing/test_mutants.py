"""Each check finds the plugin that fails it, says so to its author, and lets all others pass that come before it."""

import re

import mutant_hooks
import mutant_models
import mutant_regularizers
import pytest

from modelzoo.testing.checks import CHECKS
from modelzoo.testing.checks.written import light_import
from modelzoo.testing.subject import subject_of

pytestmark = pytest.mark.xdist_group("kit")

KINDS = {"mutant_models": "model", "mutant_regularizers": "regularizer", "mutant_hooks": "hook"}

BOUND = "Bound it as in Field(..., ge=1, le=8192), by the values with which the plugin still makes sense."
AS_GIVEN = "Refuse it: leave values as they are given, and bounds to Field."
HEAD = "Return inputs.head(...): it is named 'prediction', has inputs.units numbers, and activates them by the task."
SPEC = "Let the Spec refuse what cannot be built: bound the field, or raise ValueError in a field_validator."
READ_ON = "Mend that first; the exception it started from stands above, with the line it came from."
NO_NULL = "TOML has no null, and what is left out is at its default: let that be None, or name the case by a word."
DIVIDED = (
    "The Spec takes strength=0.0, and the regularizer broke, for binary: ZeroDivisionError: float division by zero",
    SPEC,
)
FINITE = (
    (
        "For … the loss leaves the finite numbers: epoch 1: the loss is not finite at step 1; the weights are those of "
        "the step before. Try a smaller learning_rate, and look for extreme values in the target"
    ),
    (
        "Look for a division by what can be 0, a log or square root of what can be negative, an exponential; "
        "normalise, or start from smaller weights."
    ),
)
FLAT = (
    "For … the loss was … in the first epoch and is … in the last of 12.",
    "See that gradients reach the weights: no stop_gradient, no rounding, no frozen layers, defaults not too strong.",
)
OTHER = (
    "Trained for …, saved and loaded, it predicts other numbers.",
    (
        "Loading calls build again, with the same settings and seed, and gives the variables of its layers their "
        "values: let build depend on nothing else, and keep what is learnt in variables."
    ),
)
NOT_ONNX = (
    "exporting as onnx raised ExportError: the model cannot be written as ONNX, which has no BesselI0e. …",
    "Compute with Keras' layers and keras.ops alone: what is TensorFlow's own, ONNX may not have.",
)
NO_LIST = "In zoo the commands of hook {!r} are passed over: a list of click commands is expected. Received: {}."
COMMANDS = "Return a list of click commands, each with a name of its own: @click.command() makes one of a function."
TOGETHER = (
    "A regularizer may stand between any two layers and change any weight: build of Keras' layers, and let a "
    "regularizer look at weight.is_kernel, weight.shape and layer.hidden before it acts."
)

FOUND = {
    (mutant_models.MisspeltMethod, "contract"): [
        (
            "It has a method 'biuld' that the contract does not know. Did you mean 'build'? Start the names of helper "
            "methods with an underscore."
        ),
        "modelzoo_registry.ModelPlugin says what the contract asks for.",
    ],
    (mutant_models.NoDocstring, "docstring"): [
        "It has no docstring, so that zoo list has nothing to show.",
        "Say in its first line what it does, and for what it is good, as in …",
    ],
    (mutant_models.Unbounded, "bounds"): [
        "Spec.units, a number, has no greatest value.",
        BOUND,
        "Spec.scale, a number, has no least and no greatest value.",
        BOUND,
        "Spec.pooling, text, may be anything.",
        'Name what is allowed, as in Literal["mean", "max"], or give Field a pattern or a max_length.',
        "Spec.widths, a list, may be of any length.",
        "Bound it as in Field(..., min_length=1, max_length=64).",
        "Spec.widths.*, a number, has no least and no greatest value.",
        BOUND,
        "Spec.anything has a type that says nothing of what it may be.",
        "Give it a number, text, true or false, a list or a Literal; settings are written in TOML and on commands.",
    ],
    (mutant_models.RaisesTypeError, "bad settings"): [
        "units={'no': 'such thing'} raised TypeError: unsupported operand type(s) for //: 'dict' and 'int'",
        'Let validators raise ValueError, which becomes a SpecError; one with mode="before" sees values of any type.',
    ],
    (mutant_models.Clamps, "bad settings"): ["units=0 is taken.", AS_GIVEN, "units=65 is taken.", AS_GIVEN],
    (mutant_models.NamesNoField, "bad settings"): [
        "units={'no': 'such thing'} is refused without a word of units: a whole number is expected. Received: …",
        "Check a field in a field_validator of its own: what a model_validator raises names no field.",
    ],
    (mutant_models.ReadsPercents, "stored settings"): [
        "share=100.0 makes Spec(share=1.0), and read from JSON: Spec(share=0.01).",
        "Let validators give back what reads as itself: loading a run reads the settings a second time.",
    ],
    (mutant_models.ForgetsNone, "stored settings"): [
        "units=None makes Spec(units=None), and read from TOML: Spec(units=8).",
        NO_NULL,
    ],
    (mutant_models.ForgetsNoneInside, "stored settings"): [
        "hidden=[None] makes Spec(hidden=(None,)), and read from TOML: Spec(hidden=()).",
        NO_NULL,
    ],
    (mutant_models.TakesTextForATable, "bad settings"): ["names='no such thing' is taken.", AS_GIVEN],
    (mutant_models.OwnOutput, "shapes"): ["For regression its graph ends in 'out', not in 'prediction'.", HEAD],
    (mutant_models.NoProbability, "shapes"): ["For binary it predicts …, which is no probability.", HEAD],
    (mutant_models.HidesItsGraph, "shapes"): [
        "Its layer 'block' is a subclassed Model, which can be neither regularized nor pruned.",
        "Make it a keras.layers.Layer, or a functional model.",
    ],
    (mutant_models.WantsNumbers, "columns"): [
        "Over text alone it raises BrokenPluginError: model 'wants_numbers': build failed: ValueError: …",
        (
            "inputs.numeric, inputs.ids and inputs.wide() are None where there are no such columns, and inputs.arrays "
            "is empty; inputs.deep() and inputs.head(...) pass such over. What cannot do without raises SchemaError."
        ),
    ],
    (mutant_models.BuildsNotAll, "drawn settings"): [
        "The Spec takes hidden=[], and build broke, for regression: IndexError: tuple index out of range",
        SPEC,
    ],
    (mutant_models.SetsTheSeed, "another seed"): [
        (
            "Built under seed 1 and under seed 2, it starts from the same weights: embedding_town_0/embeddings, "
            "hidden/kernel, logits/kernel."
        ),
        (
            "Set no seed in build, neither with keras.utils.set_random_seed nor in initializers: a training's seed "
            "decides."
        ),
    ],
    (mutant_models.Explodes, "finite loss"): FINITE,
    (mutant_models.LearnsNothing, "falling loss"): FLAT,
    (mutant_models.CountsBuilds, "save and load"): OTHER,
    (mutant_models.UsesRareOperations, "export"): NOT_ONNX,
    (mutant_models.DrawsFromNumPy, "same seed"): [
        "Trained twice for regression from one seed, it has other weights: …hidden/kernel…",
        (
            "Draw with Keras' initializers and layers, or with the SeedGenerator that is given; NumPy's default_rng(), "
            "clocks, and what is left over of an earlier build are other each time."
        ),
    ],
    (mutant_models.StandsAlone, "regularizers"): [
        (
            "With modelzoo-plugins:augmentation, for regression, it raises BrokenPluginError: regularizer "
            "'augmentation' failed: RuntimeError: called twice."
        ),
        TOGETHER,
        (
            "With modelzoo-plugins:l1_l2, for regression, it raises BrokenPluginError: regularizer 'l1_l2' failed: "
            "RuntimeError: called twice."
        ),
        TOGETHER,
    ],
    (mutant_regularizers.HalvesPrecision, "shapes"): [
        "transform_inputs makes float16 (6, 3) of 'dense' out of float32 (6, 3).",
        "Return tensors of the same shape and dtype.",
    ],
    (mutant_regularizers.LosesInputs, "shapes"): [
        "transform_inputs returns dense for dense, ids.",
        "Return all it was given: {**inputs, ...}.",
    ],
    (mutant_regularizers.DividesByZero, "drawn settings"): DIVIDED,
    (mutant_regularizers.DividesInputsByZero, "drawn settings"): DIVIDED,
    (mutant_regularizers.BoundsByZero, "drawn settings"): DIVIDED,
    (mutant_regularizers.PenalisesByZero, "drawn settings"): DIVIDED,
    (mutant_regularizers.DividesTargetsByZero, "drawn settings"): DIVIDED,
    (mutant_regularizers.DrawsFromNumPy, "same seed"): [
        "Twice from one seed, the inputs 'dense' in training are different.",
        (
            "Draw with the SeedGenerator that is given, or with Keras' layers; NumPy's default_rng() and clocks are "
            "other each time."
        ),
    ],
    (mutant_regularizers.TakesALog, "finite loss"): FINITE,
    (mutant_regularizers.Freezes, "falling loss"): FLAT,
    (mutant_regularizers.CountsLayers, "save and load"): OTHER,
    (mutant_regularizers.UsesRareOperations, "export"): NOT_ONNX,
    (mutant_regularizers.KnowsOneModel, "models"): [
        (
            "With modelzoo-plugins:deep_dnn, for regression, it raises BrokenPluginError: regularizer "
            "'knows_one_model' failed: KeyError: 'hidden_2'."
        ),
        TOGETHER,
        (
            "With modelzoo-plugins:wide_deep, for binary, it raises BrokenPluginError: regularizer 'knows_one_model' "
            "failed: KeyError: 'hidden_2'."
        ),
        TOGETHER,
    ],
    (mutant_hooks.CannotBeMade, "contract"): ["Making it raised OSError: no such server", READ_ON],
    (mutant_hooks.UnknownArgument, "contract"): [
        "It has run_failed(err), but that hook has no argument 'err'. Did you mean 'error'? Arguments: run, error.",
        "modelzoo_registry.hookspecs says what the contract asks for.",
    ],
    (mutant_hooks.Raises, "follows a run"): [
        (
            "It raises. hook 'raises' of unknown failed at run_failed and is left out from here on: OSError: no room "
            "on the disk"
        ),
        "Catch what can go wrong in it: the zoo leaves out a hook that raises, from there on.",
    ],
    (mutant_hooks.NoCommands, "commands"): [NO_LIST.format("no_commands", "['audit']"), COMMANDS],
    (mutant_hooks.OneCommand, "commands"): [NO_LIST.format("one_command", "<Command audit>"), COMMANDS],
    (mutant_hooks.YieldsCommands, "commands"): [NO_LIST.format("yields_commands", "<generator …>"), COMMANDS],
    (mutant_hooks.TakenName, "commands"): [
        "In zoo a command of hook 'taken_name' is passed over: the name 'train' is taken.",
        COMMANDS,
        "In zoo a command of hook 'taken_name' is passed over: it has no name.",
        COMMANDS,
    ],
    (mutant_hooks.NoHelp, "commands"): ["Its command 'audit' has no help.", "Give its function a docstring."],
}
"""What a check says of a mutant, a line each; … stands for any words."""


@pytest.mark.parametrize(
    ("mutant", "check"), FOUND, ids=[f"{mutant.__module__}-{check}-{mutant.__name__}" for mutant, check in FOUND]
)
def test_a_mutant_fails_that_check_with_advice_to_its_author(mutant, check):
    subject, checks = subject_and_checks(mutant)

    said = refusal(checks[check], subject).splitlines()

    lines = FOUND[mutant, check]
    assert said[0] == f"{subject}: the check {check!r} found"
    assert len(said) == len(lines) + 1, said
    for line, expected in zip(said[1:], lines, strict=True):
        assert re.fullmatch(re.escape(expected).replace("…", ".*"), line.strip()), line


@pytest.mark.parametrize("mutant", dict.fromkeys(mutant for mutant, _ in FOUND))
def test_of_the_checks_that_train_nothing_no_other_refuses_a_mutant(mutant):
    subject, checks = subject_and_checks(mutant)
    own = {check for other, check in FOUND if other is mutant}

    for name, check in checks.items():
        if name not in own and check.stage in ("contract", "written"):
            check.run(subject)


def test_every_check_has_a_mutant():
    by_name = {kind: {check.name: check.find for check in checks} for kind, checks in CHECKS.items()}
    tried = [by_name[KINDS[mutant.__module__]][check] for mutant, check in FOUND] + [light_import]

    assert [find.__name__ for finds in by_name.values() for find in finds.values() if find not in tried] == []


@pytest.fixture
def shadow(tmp_path, monkeypatch):
    """Let a fresh process find a TensorFlow that takes no seconds to import."""
    import mutant_heavy  # with the real one

    tmp_path.joinpath("tensorflow.py").write_text("")
    monkeypatch.syspath_prepend(tmp_path)
    return mutant_heavy


def test_a_module_that_imports_tensorflow_is_pointed_out(shadow):
    subject, checks = subject_and_checks(shadow.Heavy)

    assert refusal(checks["light import"], subject).splitlines()[1:] == [
        "  Importing mutant_heavy imports tensorflow, for which every zoo command would wait some seconds.",
        "    Move the import of tensorflow into the methods that use it, also in modules that this one imports.",
    ]


def test_a_class_that_no_fresh_process_can_import_is_told_so(monkeypatch):
    class Local(mutant_models.Good):
        """Be defined in a test."""

    monkeypatch.setattr(Local, "__module__", "test_of_theirs")
    subject, checks = subject_and_checks(Local, "mutant_models")

    assert refusal(checks["light import"], subject).splitlines()[1:] == [
        "  It is defined in test_of_theirs, which a fresh process cannot import.",
        "    Give the plugin a module of its own, and import it from there in the test.",
    ]


def test_settings_that_are_tables_pass():
    subject, checks = subject_and_checks(mutant_models.KeepsTables)

    checks["bad settings"].run(subject)
    checks["stored settings"].run(subject)


def test_what_a_module_wrote_in_another_encoding_is_told(monkeypatch, tmp_path):
    class Far(mutant_models.Good):
        """Stand in a module that does not come up."""

    tmp_path.joinpath("mutant_far.py").write_text(r"import os; os.write(2, b'caf\xe9'); os._exit(1)")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(Far, "__module__", "mutant_far")
    subject, checks = subject_and_checks(Far, "mutant_models")

    assert refusal(checks["light import"], subject).splitlines()[1:] == [
        "  Importing mutant_far in a fresh process failed: caf\N{REPLACEMENT CHARACTER}",
        "    A plugin's module may import what its package depends on, and nothing that only a test sets up.",
    ]


def subject_and_checks(mutant, module=None):
    kind = KINDS.get(module or mutant.__module__, "model")
    return subject_of(kind, mutant), {check.name: check for check in CHECKS[kind]}


def refusal(check, subject):
    with pytest.raises(AssertionError) as caught:
        check.run(subject)
    return str(caught.value)
