"""What is deprecated in the contract is told once, at the plugin's own line, and harms nobody else."""

import warnings

import pytest
from modelzoo_registry import BrokenPluginError, PluginDeprecationWarning, RegularizerPlugin, hookspecs
from typing_extensions import deprecated

TEXT = "since 0.1; write remember instead"
REGULARIZER = '''
class Mine(RegularizerPlugin):
    """Keep something."""
    class Spec(RegularizerSpec): ...
    def state(self):
        return {"kept": 1}
'''
HOOK = """
@hookimpl
def exported(export):
    pass
"""


@pytest.fixture
def deprecate(monkeypatch):
    """Return what deprecates a part of the contract, as its own source would, until the test ends."""

    def mark(owner, name):
        marked = deprecated(TEXT, category=None)(lambda: None)
        monkeypatch.setattr(getattr(owner, name), "__deprecated__", marked.__deprecated__, raising=False)

    return mark


@pytest.fixture
def loading(module, hand_made, registry_of):
    """Return a maker of a registry that knows ``mine`` alone."""

    def make(source, kind, target):
        module("acme", source)
        return registry_of(hand_made(offers={f"modelzoo.{kind}s": {"mine": target}}))

    return make


@pytest.mark.parametrize(
    ("owner", "name", "source", "kind", "target", "line"),
    [
        (RegularizerPlugin, "state", REGULARIZER, "regularizer", "acme:Mine", "    def state(self):"),
        (hookspecs, "exported", HOOK, "hook", "acme", "@hookimpl"),
    ],
)
def test_it_is_told_once_where_the_author_wrote_it(
    deprecate, loading, tmp_path, owner, name, source, kind, target, line
):
    deprecate(owner, name)
    registry = loading(source, kind, target)

    with pytest.warns(PluginDeprecationWarning) as caught:
        registry.load(kind, "mine")
    registry.load(kind, "mine")  # a second time it would be an error, as every warning here

    (told,) = caught
    assert str(told.message) == f"{kind} 'mine' of acme-zoo 1.0 writes {name}, which is deprecated: {TEXT}"
    assert told.filename == str(tmp_path / "acme.py")
    assert (tmp_path / "acme.py").read_text().splitlines()[told.lineno - 1] == line


def test_users_do_not_see_it(deprecate, loading):
    deprecate(RegularizerPlugin, "state")
    registry = loading(REGULARIZER, "regularizer", "acme:Mine")

    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()
        warnings.simplefilter("ignore", DeprecationWarning)  # as Python itself does
        registry.load("regularizer", "mine")

    assert caught == []


def test_a_plugin_that_leaves_it_alone_is_told_nothing(deprecate, loading):
    deprecate(RegularizerPlugin, "restore")

    loading(REGULARIZER, "regularizer", "acme:Mine").load("regularizer", "mine")


def test_where_warnings_are_errors_that_plugin_alone_is_broken(deprecate, loading):
    deprecate(RegularizerPlugin, "state")
    registry = loading(REGULARIZER, "regularizer", "acme:Mine")

    with pytest.raises(BrokenPluginError, match=f"uses what is deprecated: PluginDeprecationWarning: .* {TEXT}$"):
        registry.load("regularizer", "mine")
