"""Hook plugins: what they are called with, what is refused, and that every hook is typed."""

import inspect

import pytest
from modelzoo_registry import hookspecs
from modelzoo_registry.checks import HOOKS

MINE = "hook 'mine' of acme-zoo 1.0 "
ALL = "run_started, epoch_ended, run_finished, run_failed, exported, commands"


def test_the_hooks_are_those_declared():
    assert ", ".join(HOOKS) == ALL


@pytest.mark.parametrize("name", HOOKS)
def test_every_hook_is_typed(name):
    signature = inspect.signature(HOOKS[name])

    assert signature.return_annotation is not inspect.Signature.empty
    assert all(p.annotation is not p.empty for p in signature.parameters.values())


def test_every_function_of_hookspecs_is_a_hook():
    functions = inspect.getmembers(hookspecs, inspect.isfunction)

    assert {name for name, function in functions if function.__module__ == hookspecs.__name__} == set(HOOKS)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("@hookimpl\ndef run_started(run): ...", "acme"),
        ("class Mine:\n    @hookimpl\n    def epoch_ended(self, epoch): ...", "acme:Mine"),
        ("class Follow:\n    @hookimpl\n    def run_failed(self): ...\nMine = Follow()", "acme:Mine"),
        ("@hookimpl(specname='exported')\ndef note(export): ...", "acme"),
        ("@hookimpl\ndef commands(): return ()\n\ndef helper(anything): ...", "acme"),
        ("@hookimpl\ndef run_started(run, mine=1): ...", "acme"),
    ],
)
def test_a_module_a_class_or_an_object_can_follow_runs_with_the_arguments_it_wants(accepted, source, target):
    assert accepted(source, kind="hook", target=target) is not None


def test_an_unknown_hook_is_refused_naming_plugin_and_hook(refusal):
    message = refusal("@hookimpl\ndef run_startd(run): ...", kind="hook", target="acme")

    assert message == MINE + f"has a hook 'run_startd' that does not exist. Did you mean 'run_started'? Hooks: {ALL}"


def test_an_unknown_hook_named_by_the_marker_is_refused(refusal):
    message = refusal("@hookimpl(specname='trained')\ndef run_started(run): ...", kind="hook", target="acme")

    assert message.startswith(MINE + "has a hook 'trained' that does not exist.")


def test_an_unknown_argument_is_refused_naming_plugin_hook_and_argument(refusal):
    message = refusal("@hookimpl\ndef epoch_ended(run, epochs): ...", kind="hook", target="acme")

    assert message == MINE + (
        "has epoch_ended(run, epochs), but that hook has no argument 'epochs'. Did you mean 'epoch'? "
        "Arguments: run, epoch, logs"
    )


def test_all_faults_of_a_hook_plugin_are_told_at_once(refusal):
    message = refusal(
        """
        class Mine:
            @hookimpl
            def commands(self, group): ...
            @hookimpl
            def run_finish(self): ...
        """,
        kind="hook",
    )

    assert message == MINE + (
        "has commands(group), but that hook has no argument 'group'. Arguments: none; "
        f"has a hook 'run_finish' that does not exist. Did you mean 'run_finished'? Hooks: {ALL}"
    )


def test_a_plugin_that_marks_nothing_is_refused(refusal):
    message = refusal("def run_started(run): ...", kind="hook", target="acme")

    assert message == MINE + f"has no hook: mark one of {ALL} with @hookimpl"


def test_a_class_that_needs_arguments_is_refused(refusal):
    message = refusal(
        """
        class Mine:
            def __init__(self, url): ...
            @hookimpl
            def run_started(self, run): ...
        """,
        kind="hook",
    )

    assert message == MINE + (
        "cannot be checked: TypeError: Mine.__init__() missing 1 required positional argument: 'url'"
    )


def test_what_only_pluggy_knows_to_be_wrong_is_refused_too(refusal):
    message = refusal("@hookimpl(wrapper=True)\ndef run_started(run): ...", kind="hook", target="acme")

    assert "wrapper=True" in message
