"""The contract says what everything in it is: each hook, argument and field."""

import ast
import inspect
import re
from dataclasses import fields, is_dataclass
from textwrap import dedent

import modelzoo_registry
import pytest
from modelzoo_registry import ModelPlugin, RegularizerPlugin, TrainingSpec, installed
from modelzoo_registry.checks import HOOKS

PUBLIC = [getattr(modelzoo_registry, name) for name in modelzoo_registry.__all__]
MODULES = {f"modelzoo_registry.{name}" for name in ("entries", "errors", "hookspecs", "plugins", "registry")}
RECORDS = [value for value in PUBLIC if is_dataclass(value) and value.__module__ in MODULES]
SPECS = [entry for entry in installed().entries if entry.kind in ("model", "regularizer")]


def field_docs(owner):
    """Return the docstring below each annotated field of a class, as its source has them; empty where none is."""
    (tree,) = ast.parse(dedent(inspect.getsource(owner))).body
    docs = {}
    for field, after in zip(tree.body, [*tree.body[1:], None], strict=True):
        if isinstance(field, ast.AnnAssign):
            text = isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) and after.value.value
            docs[field.target.id] = text or ""
    return docs


def argument_docs(function):
    """Return what a docstring says of each argument."""
    _, _, section = inspect.getdoc(function).partition("Args:\n")
    section = section.partition("\n\n")[0]
    return dict(re.findall(r"^    (\w+): (.+(?:\n     .+)*)", section, re.MULTILINE))


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_and_each_of_its_arguments_is_documented(name):
    assert inspect.getdoc(HOOKS[name]).splitlines()[0].endswith(".")
    assert list(argument_docs(HOOKS[name])) == list(inspect.signature(HOOKS[name]).parameters)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.__name__)
def test_every_field_of_what_plugins_receive_is_documented(record):
    documented = [name for name, text in field_docs(record).items() if text.endswith(".")]

    assert documented == [field.name for field in fields(record)]


@pytest.mark.parametrize("base", [ModelPlugin, RegularizerPlugin])
def test_everything_a_plugin_may_set_or_write_is_documented(base):
    methods = [method for name, method in inspect.getmembers(base, inspect.isfunction) if not name.startswith("_")]

    assert [name for name, text in field_docs(base).items() if not text.endswith(".")] == []
    assert [method.__name__ for method in methods if not inspect.getdoc(method)] == []


@pytest.mark.parametrize("entry", SPECS, ids=lambda entry: entry.name)
def test_every_setting_of_what_is_installed_is_described(entry):
    assert undescribed(installed().load_entry(entry).Spec) == []


def test_every_setting_of_a_training_is_described():
    assert undescribed(TrainingSpec) == []


def undescribed(spec):
    return [name for name, field in spec.model_fields.items() if not field.description]
