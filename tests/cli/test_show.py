"""``zoo show``: what a plugin does and what can be set, in words."""

import json

import pytest
from modelzoo_registry import Registry

from modelzoo.cli.describe import describe_field, describe_type
from modelzoo.text import print_text


@pytest.fixture
def offered(outside, monkeypatch):
    """Return a setter of the plugins that are installed: entry points, and the source of the module ``acme``."""
    monkeypatch.syspath_prepend(outside.folder)

    def offer(entry_points: str, source: str) -> None:
        outside.install("acme-zoo", entry_points, acme=source)
        monkeypatch.setattr("modelzoo.cli.show.installed", lambda: registry)
        registry = Registry()

    yield offer
    __import__("sys").modules.pop("acme", None)


def test_a_model_is_shown_with_its_tasks_and_its_settings(zoo, monkeypatch):
    monkeypatch.setenv("COLUMNS", "100")

    said = zoo("show wide_deep")

    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("wide_deep: a model of modelzoo-plugins 0.1.0\n\nAdd a sparse linear part over crosses ")
    assert "\n\nTasks: binary, multiclass, regression\n\nSettings:\n" in said.out
    assert (
        "\n  hidden = [64, 32]\n"
        "      units of each hidden layer, first to last\n"
        "      a list of 1 to 64, each a whole number, 1 to 65,536\n"
        '\n  activation = "relu"\n'
        "      activation of the hidden layers\n"
        "      one of celu, elu, exponential, "
    ) in said.out
    assert said.out.endswith("\nIn use: zoo train --model wide_deep --set hidden=[64,32] ...\n")


def test_a_regularizer_is_shown_with_the_option_that_takes_it(zoo):
    said = zoo("show dropout").out

    assert (
        "Settings:\n\n  rate = 0.2\n"
        "      share of the units set to zero, 0 <= rate < 1\n"
        "      a number, 0 or more, less than 1\n"
        "\nIn use: zoo train --regularizer dropout:rate=0.2 ...\n"
    ) in said


def test_a_plugin_without_settings_says_so(zoo):
    assert zoo("show linear").out.endswith("\n\nTasks: binary, multiclass, regression\n\nIt has no settings.\n")


def test_a_qualified_name_is_shown_too(zoo):
    said = zoo("show modelzoo_plugins:dropout").out

    assert said.startswith("dropout: a regularizer of modelzoo-plugins 0.1.0\n")
    assert "--regularizer modelzoo_plugins:dropout:rate=0.2" in said


def test_json_schema_is_that_of_the_settings(zoo):
    from modelzoo_plugins.regularizers.dropout import Dropout

    assert json.loads(zoo("show dropout --json-schema").out) == Dropout.Spec.model_json_schema()


def test_an_unknown_name_lists_the_plugins_of_all_kinds_and_suggests_the_nearest(refusal, monkeypatch):
    monkeypatch.setattr(Registry, "names", lambda self, kind: {"model": ["net"], "regularizer": ["l2"]}.get(kind, []))

    assert refusal("show nett") == "no plugin is called 'nett'. Did you mean 'net'? Plugins: net, l2"


def test_a_name_of_another_kind_than_asked_for_is_refused(refusal):
    assert refusal("show linear --kind regularizer").startswith(
        "no regularizer is called 'linear'. ('linear' is a model.) Regularizers: "
    )


TWINS = """
from modelzoo_registry import SUPERVISED, ModelPlugin, ModelSpec, RegularizerPlugin, RegularizerSpec, hookimpl

class Net(ModelPlugin):
    class Spec(ModelSpec): ...
    tasks = SUPERVISED
    def build(self, spec, inputs): ...

class Soften(RegularizerPlugin):
    class Spec(RegularizerSpec):
        "Nothing."

class Follow:
    "Follow every run."
    @hookimpl
    def run_started(self, run): ...
"""


def test_a_name_of_two_kinds_needs_the_kind(offered, refusal, zoo):
    offered("[modelzoo.models]\ntwin = acme:Net\n[modelzoo.regularizers]\ntwin = acme:Soften", TWINS)

    assert refusal("show twin") == (
        "'twin' is a model and a regularizer: say which with --kind model or --kind regularizer"
    )
    assert zoo("show twin --kind regularizer").out.startswith("twin: a regularizer of acme-zoo 1.0\n")


def test_a_name_two_distributions_offer_must_be_qualified(offered, refusal):
    offered("[modelzoo.models]\nlinear = acme:Net", TWINS)

    assert refusal("show linear") == (
        "model 'linear' is offered by acme-zoo 1.0 and modelzoo-plugins 0.1.0. "
        "Use acme-zoo:linear or modelzoo-plugins:linear"
    )


def test_a_plugin_without_a_docstring_does_not_borrow_that_of_its_base(offered, zoo):
    offered("[modelzoo.models]\nnet = acme:Net", TWINS)

    assert zoo("show net").out.startswith("net: a model of acme-zoo 1.0\n\n(no description)\n\nTasks: ")


def test_a_hook_is_shown_by_its_docstring(offered, zoo):
    offered("[modelzoo.hooks]\nfollow = acme:Follow", TWINS)

    assert zoo("show follow").out == "follow: a hook of acme-zoo 1.0\n\nFollow every run.\n\nIt has no settings.\n"


def test_a_broken_plugin_exits_with_1_and_its_cause(offered, zoo):
    offered("[modelzoo.models]\nnet = acme:Net", "raise ImportError('no GPU')")

    said = zoo("show net")

    assert (said.code, said.out) == (1, "")
    assert said.err == (
        "Error: model 'net' of acme-zoo 1.0 cannot be imported from 'acme:Net': ImportError: no GPU\n"
        "(--debug shows where it happened)\n"
    )


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "number"}, "a number"),
        ({"type": "number", "exclusiveMinimum": 0, "maximum": 1000.0}, "a number, more than 0, at most 1,000"),
        ({"type": "integer", "minimum": 1}, "a whole number, 1 or more"),
        ({"type": "integer", "minimum": 1, "maximum": 65536}, "a whole number, 1 to 65,536"),
        ({"type": "string", "enum": ["a", "b"]}, "one of a, b"),
        ({"const": "auto", "type": "string"}, "auto"),
        ({"type": "boolean"}, "true or false"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "a whole number, or nothing"),
        ({"type": "array"}, "a list"),
        ({"type": "array", "items": {"type": "number"}}, "a list of any length, each a number"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2}, "a list of 2 or more, each text"),
        ({"type": "array", "items": {"type": "string"}, "maxItems": 2}, "a list of 0 to 2, each text"),
        ({"type": "array", "items": {"type": "string"}, "minItems": 2, "maxItems": 2}, "a list of 2, each text"),
        ({"$ref": "#/$defs/Mode"}, "one of hard, soft"),
        ({}, ""),
    ],
)
def test_a_schema_is_told_in_words(schema, words):
    assert describe_type(schema, {"Mode": {"enum": ["hard", "soft"], "description": "how"}}) == words


def test_what_a_field_says_of_itself_comes_before_what_its_type_says():
    modes = {"Mode": {"enum": ["hard", "soft"], "description": "how"}}

    assert describe_field({"$ref": "#/$defs/Mode"}, modes) == ["how", "one of hard, soft"]
    assert describe_field({"$ref": "#/$defs/Mode", "description": "how to cut"}, modes)[0] == "how to cut"


def test_a_paragraph_wider_than_the_terminal_is_laid_out_anew_and_the_others_stay(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")

    print_text("short\nlines stay\n\none that is wider than the\nterminal is laid out", indent=2)

    assert capsys.readouterr().out == (
        "  short\n  lines stay\n\n  one that is wider than the\n  terminal is laid out\n"
    )
