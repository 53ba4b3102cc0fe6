"""What is refused in a plugin class when it is loaded: each fault of it, by name."""

import pytest
from modelzoo_registry import TrainingSpec

MINE = "model 'mine' of acme-zoo 1.0 "
TASKS = "binary, multiclass, reconstruction, regression"


@pytest.mark.parametrize(
    ("source", "what"),
    [
        ("Mine = 5", "an instance of int"),
        ("def Mine(): ...", "an instance of function"),
        ("class Mine: ...", "the class Mine"),
        ("Mine = ModelPlugin", "the class ModelPlugin"),
        ("class Mine(RegularizerPlugin): ...", "the class Mine"),
    ],
)
def test_something_else_than_a_plugin_class_is_refused(refusal, source, what):
    assert refusal(source) == MINE + f"is not a subclass of ModelPlugin, but {what}"


def test_all_faults_of_a_class_are_told_at_once(refusal):
    message = refusal("""
        class Mine(ModelPlugin):
            class Spec(ModelSpec):
                width: int
                epochs: int = Field(3, description="how long")
            tasks = {"regression", "clustering"}
            def build(self, spec, input): ...
            def helper(self): ...
    """)

    assert message == MINE + "; ".join([
        "Spec.width has no default",
        "Spec.width has no description",
        "Spec.epochs uses a name reserved for training",
        f"has an unknown task 'clustering': there are {TASKS}",
        "has build(spec, input), but the contract calls build(spec, inputs)",
        "has a method 'helper' that the contract does not know. Start the names of helper methods with an underscore",
    ])  # fmt: skip


@pytest.mark.filterwarnings('ignore:Field name "schema"')  # pydantic's own word on that name
@pytest.mark.parametrize(
    ("name", "owner"),
    [
        *((name, "training") for name in TrainingSpec.model_fields),
        *((name, "build()") for name in ("name", "regularizers", "schema")),
    ],
)
def test_a_model_setting_with_a_name_of_training_or_build_is_refused(refusal, name, owner):
    message = refusal(f"""
        class Mine(ModelPlugin):
            class Spec(ModelSpec):
                {name}: int = Field(1, description="mine")
            tasks = SUPERVISED
            def build(self, spec, inputs): ...
    """)

    assert message == MINE + f"Spec.{name} uses a name reserved for {owner}"


def test_a_regularizer_may_use_names_of_training(accepted):
    plugin = accepted(
        """
        class Mine(RegularizerPlugin):
            class Spec(RegularizerSpec):
                epochs: int = Field(1, ge=1, description="how long to wait")
        """,
        kind="regularizer",
    )

    assert plugin.Spec().epochs == 1


def test_a_regularizer_cannot_have_a_setting_called_name_since_that_is_how_it_is_chosen(refusal):
    message = refusal(
        """
        class Mine(RegularizerPlugin):
            class Spec(RegularizerSpec):
                name: str = Field("x", description="whose")
        """,
        kind="regularizer",
    )

    assert message == "regularizer 'mine' of acme-zoo 1.0 Spec.name uses a name reserved for build()"


@pytest.mark.parametrize(
    ("spec", "fault"),
    [
        ("", "has no Spec derived from ModelSpec"),
        ("Spec = dict", "has no Spec derived from ModelSpec"),
        ("class Spec(RegularizerSpec): ...", "has no Spec derived from ModelSpec"),
        (
            "class Spec(ModelSpec, extra='allow'): ...",
            'Spec changes model_config: it must stay frozen=True, extra="forbid"',
        ),
        (
            "class Spec(ModelSpec, frozen=False): ...",
            'Spec changes model_config: it must stay frozen=True, extra="forbid"',
        ),
    ],
)
def test_a_spec_must_be_a_model_spec_and_stay_one(refusal, spec, fault):
    message = refusal(f"""
        class Mine(ModelPlugin):
            {spec}
            tasks = SUPERVISED
            def build(self, spec, inputs): ...
    """)

    assert message == MINE + fault


def test_a_spec_that_does_not_accept_its_own_defaults_is_refused(refusal):
    message = refusal("""
        class Mine(ModelPlugin):
            class Spec(ModelSpec):
                width: int = Field(0, ge=1, description="units")
            tasks = SUPERVISED
            def build(self, spec, inputs): ...
    """)

    assert message.startswith(MINE + "Spec() does not accept its own defaults: 1 validation error for Spec\nwidth")


@pytest.mark.parametrize("tasks", ["", "tasks = ['regression']", "tasks = 'regression'", "tasks = set()"])
def test_a_model_without_a_set_of_tasks_is_refused(refusal, tasks):
    message = refusal(f"""
        class Mine(ModelPlugin):
            class Spec(ModelSpec): ...
            {tasks}
            def build(self, spec, inputs): ...
    """)

    assert message == MINE + f"has no tasks: a set of {TASKS}"


def test_a_model_without_build_is_refused(refusal):
    message = refusal("""
        class Mine(ModelPlugin):
            class Spec(ModelSpec): ...
            tasks = SUPERVISED
    """)

    assert message == MINE + "has no build method"


def test_a_misspelt_method_is_refused_with_the_one_that_was_meant(refusal):
    message = refusal(
        """
        class Mine(RegularizerPlugin):
            class Spec(RegularizerSpec): ...
            def layers_afer(self, layer): ...
        """,
        kind="regularizer",
    )

    assert message == (
        "regularizer 'mine' of acme-zoo 1.0 has a method 'layers_afer' that the contract does not know. "
        "Did you mean 'layers_after'? Start the names of helper methods with an underscore"
    )


@pytest.mark.parametrize(
    ("method", "have", "want"),
    [
        ("def penalty(self, wieght): ...", "penalty(wieght)", "penalty(weight)"),
        ("def penalty(self): ...", "penalty()", "penalty(weight)"),
        ("def penalty(self, weight, layer): ...", "penalty(weight, layer)", "penalty(weight)"),
        ("def penalty(self, weight, *, layer): ...", "penalty(weight, *, layer)", "penalty(weight)"),
        ("def penalty(self, weight, /): ...", "penalty(weight, /)", "penalty(weight)"),
        ("def penalty(self, *, weight): ...", "penalty(*, weight)", "penalty(weight)"),
        ("def penalty(self, *anything): ...", "penalty(*anything)", "penalty(weight)"),
        ("@staticmethod\n            def penalty(self, weight): ...", "penalty(self, weight)", "penalty(weight)"),
        (
            "def after_step(self, updates, optimizer): ...",
            "after_step(updates, optimizer)",
            "after_step(optimizer, updates)",
        ),
        ("penalty = None", "penalty as a NoneType", "penalty(weight)"),
        ("callbacks = ()", "callbacks as a tuple", "callbacks()"),
        ("@property\n            def callbacks(self): ...", "callbacks as a property", "callbacks()"),
        ("def __init__(self, spec, more): ...", "Mine(spec, more)", "Mine(spec)"),
        ("def __init__(self): ...", "Mine()", "Mine(spec)"),
    ],
)
def test_a_method_with_other_arguments_is_refused(refusal, method, have, want):
    message = refusal(
        f"""
        class Mine(RegularizerPlugin):
            class Spec(RegularizerSpec): ...
            {method}
        """,
        kind="regularizer",
    )

    assert message == f"regularizer 'mine' of acme-zoo 1.0 has {have}, but the contract calls {want}"


@pytest.mark.parametrize(
    "method",
    [
        "def penalty(self, weight): ...",
        "def penalty(self, weight=None): ...",
        "def penalty(self, weight, scale=1.0, *more, **named): ...",
        "@staticmethod\n            def penalty(weight): ...",
        "@classmethod\n            def penalty(cls, weight): ...",
        "def _helper(self, whatever): ...",
        "class Inner: ...",
        "def __init__(self, spec, more=()): ...",
    ],
)
def test_what_the_contract_can_call_is_accepted(accepted, method):
    plugin = accepted(
        f"""
        class Mine(RegularizerPlugin):
            class Spec(RegularizerSpec): ...
            {method}
        """,
        kind="regularizer",
    )

    assert plugin.__name__ == "Mine"


def test_methods_from_a_mixin_are_checked_as_well(refusal):
    message = refusal("""
        class Mixin:
            def build(self, specs, inputs): ...

        class Mine(Mixin, ModelPlugin):
            class Spec(ModelSpec): ...
            tasks = SUPERVISED
    """)

    assert message == MINE + "has build(specs, inputs), but the contract calls build(spec, inputs)"


def test_a_model_must_be_made_without_arguments(refusal):
    message = refusal("""
        class Mine(ModelPlugin):
            class Spec(ModelSpec): ...
            tasks = SUPERVISED
            def __init__(self, width): ...
            def build(self, spec, inputs): ...
    """)

    assert message == MINE + "has Mine(width), but the contract calls Mine()"
