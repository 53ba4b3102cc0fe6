"""The rules of discovery, held against packages that are really installed, in fresh processes."""

import pytest

TREE = '''
class Tree(ModelPlugin):
    """Grow one tree."""
    class Spec(ModelSpec): ...
    tasks = SUPERVISED
    def build(self, spec, inputs): ...
'''

STATUS = """
import json
from modelzoo_registry import installed
ours = [s for s in installed().status() if not s.entry.distribution.startswith("modelzoo-")]
print(json.dumps([[s.entry.kind, s.entry.name, s.entry.source, s.state, s.summary, s.cause] for s in ours]))
"""

BUILT_IN = """
import json
from modelzoo_registry import installed
print(json.dumps([[s.entry.name, s.state] for s in installed().status() if s.entry.distribution == "modelzoo-plugins"]))
"""


def loading(name: str, kind: str = "model") -> str:
    return f"""
        import json
        from modelzoo_registry import ZooError, installed
        try:
            found = installed().load({kind!r}, {name!r})
        except ZooError as error:
            cause = error.__cause__
            print(json.dumps([type(error).__name__, str(error), repr(cause) if cause else None]))
        else:
            print(json.dumps([found.__module__, found.__name__, None]))
    """


def test_plugins_of_all_kinds_are_found_where_they_are_installed(site):
    site.install("acme-trees", "1.2", {"modelzoo.models": {"tree": "acme:Tree"}}, acme=TREE)
    site.install(
        "bolt-hooks",
        "0.1",
        {"modelzoo.hooks": {"audit": "bolt_audit"}, "modelzoo.regularizers": {"prune": "bolt_prune:Prune"}},
        bolt_audit='"""Write an audit."""\n@hookimpl\ndef run_started(run): ...',
        bolt_prune='class Prune(RegularizerPlugin):\n    """Cut."""\n    class Spec(RegularizerSpec): ...',
    )

    assert site.answer(STATUS) == [
        ["model", "tree", "acme-trees 1.2", "ok", "Grow one tree.", ""],
        ["regularizer", "prune", "bolt-hooks 0.1", "ok", "Cut.", ""],
        ["hook", "audit", "bolt-hooks 0.1", "ok", "", ""],
    ]


@pytest.mark.parametrize(
    ("source", "failure"),
    [
        ("import nowhere_to_be_found", "cannot be imported from 'acme:Tree': ModuleNotFoundError: No module named"),
        ("import sys; sys.exit('bye')", "cannot be imported from 'acme:Tree': SystemExit: bye"),
        ("class Tree: ...", "is not a subclass of ModelPlugin, but the class Tree"),
        (
            TREE.replace("(ModelSpec): ...", "(ModelSpec):\n        depth: int = Field(description='levels')"),
            "Spec.depth has no default",
        ),
        (TREE.replace("build", "biuld"), "has a method 'biuld' that the contract does not know. Did you mean 'build'?"),
        (TREE.replace("inputs", "input"), "has build(spec, input), but the contract calls build(spec, inputs)"),
    ],
)
def test_a_broken_package_harms_only_itself(site, source, failure):
    site.install("acme-trees", "1.2", {"modelzoo.models": {"tree": "acme:Tree"}}, acme=source)

    (broken,) = site.answer(STATUS)
    built_in = site.answer(BUILT_IN)

    assert broken[:5] == ["model", "tree", "acme-trees 1.2", "broken", ""]
    assert broken[5].startswith(f"model 'tree' of acme-trees 1.2 {failure}")
    assert {state for _, state in built_in} == {"ok"}


def test_asking_for_a_broken_plugin_raises_with_the_cause_chained(site):
    site.install("acme-trees", "1.2", {"modelzoo.models": {"tree": "acme:Tree"}}, acme="raise OSError('no disk')")

    assert site.answer(loading("tree")) == [
        "BrokenPluginError",
        "model 'tree' of acme-trees 1.2 cannot be imported from 'acme:Tree': OSError: no disk",
        "OSError('no disk')",
    ]


def test_strict_mode_ends_the_listing_at_the_broken_one(site):
    site.install("acme-trees", "1.2", {"modelzoo.models": {"tree": "acme:Tree"}}, acme="raise OSError('no disk')")

    done = site.run(STATUS, MODELZOO_STRICT_PLUGINS="1")

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1] == (
        "modelzoo_registry.errors.BrokenPluginError: "
        "model 'tree' of acme-trees 1.2 cannot be imported from 'acme:Tree': OSError: no disk"
    )


def test_an_interrupt_while_a_plugin_is_imported_ends_the_program(site):
    site.install("acme-trees", "1.2", {"modelzoo.models": {"tree": "acme:Tree"}}, acme="raise KeyboardInterrupt")

    done = site.run(STATUS)

    assert done.returncode != 0
    assert done.stderr.splitlines()[-1] == "KeyboardInterrupt"


def test_a_package_cannot_replace_a_built_in_silently(site):
    site.install("acme-trees", "1.2", {"modelzoo.models": {"linear": "acme:Tree"}}, acme=TREE)

    error, message, _ = site.answer(loading("linear"))

    assert error == "AmbiguousPluginError"
    assert message == (
        "model 'linear' is offered by acme-trees 1.2 and modelzoo-plugins 0.1.0. "
        "Use acme-trees:linear or modelzoo-plugins:linear"
    )


@pytest.mark.parametrize(
    ("name", "module"),
    [
        ("Acme_Trees:linear", "acme"),
        ("modelzoo-plugins:linear", "modelzoo_plugins.models.linear"),
        ("modelzoo_plugins:linear", "modelzoo_plugins.models.linear"),
    ],
)
def test_the_qualified_name_settles_whose_is_meant(site, name, module):
    site.install("acme-trees", "1.2", {"modelzoo.models": {"linear": "acme:Tree"}}, acme=TREE)

    assert site.answer(loading(name))[0] == module


def test_a_distribution_that_offers_one_name_twice_is_told_to_rename(site):
    info = site.install("acme-trees", "1.2", {}, acme=TREE)
    info.joinpath("entry_points.txt").write_text("[modelzoo.models]\ntree = acme:Tree\ntree = acme:ModelPlugin\n")

    error, message, _ = site.answer(loading("tree"))

    assert error == "AmbiguousPluginError"
    assert message == "model 'tree' is offered twice by acme-trees 1.2; its author must rename one"


def test_a_name_of_another_kind_is_recognised(site):
    error, message, _ = site.answer(loading("l2"))

    assert error == "UnknownPluginError"
    assert message.startswith("no model is called 'l2'. ('l2' is a regularizer.) Models: ")


def test_metadata_that_is_no_utf_8_is_no_reason_to_stop(site):
    info = site.install("acme-trees", "1.2", {"modelzoo.models": {"tree": "acme:Tree"}}, acme=TREE)
    info.joinpath("METADATA").write_bytes("Name: acme-trees\nVersion: 1.2\nAuthor: André\n".encode("latin-1"))

    assert site.answer(STATUS) == [["model", "tree", "unknown", "ok", "Grow one tree.", ""]]


def test_of_two_versions_on_the_path_the_first_counts(site, tmp_path):
    site.install("acme-trees", "2.0", {"modelzoo.models": {"tree": "acme:Tree"}}, acme=TREE)
    hidden = type(site)(tmp_path / "hidden")
    hidden.folder.mkdir()
    hidden.install("acme-trees", "1.0", {"modelzoo.models": {"tree": "acme:Old"}})

    found = site.answer(STATUS, PYTHONPATH=f"{site.folder}:{hidden.folder}")

    assert [status[2] for status in found] == ["acme-trees 2.0"]
