"""What follows from a plugin's name, and which names are refused."""

import ast

import pytest

from modelzoo.scaffold.names import LONGEST, RESERVED_CLASSES, derive, name_faults
from modelzoo.scaffold.render import render

FORM = "a name is lower-case letters and digits, with single - or _ between its words, and begins with a letter"
KINDS = ("model", "regularizer", "hook")


@pytest.mark.parametrize("typed", ["my-2nd_model", "my_2nd_model", "my-2nd-model"])
def test_every_name_follows_from_the_one_that_is_typed(typed):
    names = derive(typed)

    assert (names.plugin, names.distribution, names.module, names.cls, names.command) == (
        "my_2nd_model", "zoo-my-2nd-model", "zoo_my_2nd_model", "My2ndModel", "my-2nd-model-epochs",
    )  # fmt: skip


@pytest.mark.parametrize("name", ["x", "gated", "group-lasso", "n" * LONGEST])
def test_such_names_are_taken(name):
    assert [name_faults(name, kind) for kind in KINDS] == [[], [], []]


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MyModel", " Did you mean 'my_model'?"),
        ("my model", " Did you mean 'my_model'?"),
        ("a__b", " Did you mean 'a_b'?"),
        ("gated_", " Did you mean 'gated'?"),
        ("../up", " Did you mean 'up'?"),
        ("2nd", ""),
        ("größe", " Did you mean 'gr_e'?"),
        ("gated\n", " Did you mean 'gated'?"),
        ("", ""),
    ],
)
def test_what_is_no_name_is_refused_with_the_rule_and_the_nearest_one(name, meant):
    assert name_faults(name, "model") == [f"{FORM}. Received: {name!r}.{meant}"]


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("class", "'class' is a keyword of Python, and no module can be called so. {another}"),
        ("json", "'json' is a module already, and json.py would hide it from scripts beside it. {another}"),
        ("keras", "'keras' is a module already, and keras.py would hide it from scripts beside it. {another}"),
        ("none", "the class would be called None, which is Python's own. {another}"),
        ("value-error", "the class would be called ValueError, which is Python's own. {another}"),
        ("run-info", "the class would be called RunInfo, as something that plugins import. {another}"),
        ("tester", "pytest would take the class Tester for tests. Choose another that begins otherwise"),
        ("zoo-keeper", "the package would be called zoo-zoo-keeper. Leave the zoo out: keeper"),
        ("n" * 31, "a name has at most 30 letters, and this has 31. Choose a shorter one"),
    ],
)
def test_a_name_that_would_stand_in_the_way_is_refused_with_another(name, fault):
    another = f"Choose another, such as {name.replace('-', '_')}_hook"

    assert name_faults(name, "hook") == [fault.format(another=another)]


def test_all_that_is_wrong_with_a_name_is_told():
    assert len(name_faults("test-" + "n" * 30, "model")) == 2


@pytest.mark.parametrize("kind", KINDS)
def test_no_class_hides_what_its_module_imports(kind):
    modules = [ast.parse(text) for path, text in render(derive("gated"), kind).items() if path.endswith(".py")]
    imported = {
        alias.asname or alias.name
        for module in modules
        for node in ast.walk(module)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }

    # Names of classes begin with a capital; that of the plugin's own class is what its tests import.
    assert {name for name in imported if name[0].isupper() and not name.isupper()} - {"Gated"} <= RESERVED_CLASSES
