"""A broken plugin harms itself alone: shown with its cause when listed, raised with it when asked for."""

import traceback

import pytest
from modelzoo_registry import BrokenPluginError

MODELS = "modelzoo.models"
GOOD = '''
class Good(ModelPlugin):
    """Do well."""
    class Spec(ModelSpec): ...
    tasks = SUPERVISED
    def build(self, spec, inputs): ...
'''


@pytest.mark.parametrize(
    ("source", "cause"),
    [
        ("import no_such_module_anywhere", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("raise SystemExit(3)", "SystemExit: 3"),
        ("raise BaseException('all of it')", "BaseException: all of it"),
        ("raise GeneratorExit", "GeneratorExit"),
        ("raise StopIteration", "StopIteration"),
        ("raise RuntimeError", "RuntimeError"),
        ("", "AttributeError: module 'acme' has no attribute 'Mine'"),
        (
            """
            class Unspeakable(Exception):
                def __str__(self): raise ValueError
            raise Unspeakable
            """,
            "Unspeakable: (its message cannot be read)",
        ),
    ],
)
def test_whatever_a_module_raises_is_told_with_distribution_version_and_place(refusal, source, cause):
    assert refusal(source) == f"model 'mine' of acme-zoo 1.0 cannot be imported from 'acme:Mine': {cause}"


def test_a_syntax_error_names_file_and_line(refusal):
    message = refusal("class Mine(:\n")

    assert message == (
        "model 'mine' of acme-zoo 1.0 cannot be imported from 'acme:Mine': SyntaxError: "
        "invalid syntax (acme.py, line 5)"
    )


def test_an_entry_point_that_names_no_object_is_shown_as_written(hand_made, registry_of):
    registry = registry_of(hand_made(offers={MODELS: {"mine": "not a module"}}))

    with pytest.raises(BrokenPluginError, match=r"of acme-zoo 1\.0 cannot be imported from 'not a module': "):
        registry.load("model", "mine")


def test_the_original_exception_is_chained(module, hand_made, registry_of):
    module("acme", "raise OSError('disk on fire')")
    registry = registry_of(hand_made(offers={MODELS: {"mine": "acme:Mine"}}))

    with pytest.raises(BrokenPluginError) as caught:
        registry.load("model", "mine")

    assert isinstance(caught.value.__cause__, OSError)
    assert str(caught.value.__cause__) == "disk on fire"


def test_a_failure_is_kept_and_raised_again_without_growing(module, hand_made, registry_of):
    module("acme", "raise OSError('disk on fire')")
    registry = registry_of(hand_made(offers={MODELS: {"mine": "acme:Mine"}}))

    seen = []
    for _ in range(3):
        with pytest.raises(BrokenPluginError) as caught:
            registry.load("model", "mine")
        seen.append((caught.value, len(traceback.extract_tb(caught.value.__traceback__))))

    assert seen[0][0] is seen[1][0] is seen[2][0]
    assert seen[1][1] == seen[2][1]


def test_code_that_breaks_while_it_is_checked_is_broken(refusal):
    message = refusal(
        """
        class Mine(RegularizerPlugin):
            class Spec(RegularizerSpec): ...
            callbacks = type("Odd", (), {"__get__": lambda *_: 1 / 0})()
        """,
        kind="regularizer",
    )

    assert message == "regularizer 'mine' of acme-zoo 1.0 cannot be checked: ZeroDivisionError: division by zero"


def test_a_plugin_is_loaded_once(module, hand_made, registry_of):
    module("acme", GOOD)
    registry = registry_of(hand_made(offers={MODELS: {"good": "acme:Good"}}))

    assert registry.load("model", "good") is registry.load("model", "acme-zoo:good")


@pytest.fixture
def one_good_one_bad(module, hand_made, registry_of):
    module("good", GOOD)
    module("bad", "raise SystemExit('I quit')")
    return registry_of(hand_made(offers={MODELS: {"bad": "bad:Bad", "good": "good:Good"}}))


def test_listing_shows_the_broken_one_beside_the_others(one_good_one_bad):
    bad, good = one_good_one_bad.status("model")

    assert (bad.entry.name, bad.state, bad.summary) == ("bad", "broken", "")
    assert bad.cause == "model 'bad' of acme-zoo 1.0 cannot be imported from 'bad:Bad': SystemExit: I quit"
    assert (good.entry.name, good.state, good.summary, good.cause) == ("good", "ok", "Do well.", "")


def test_a_cause_is_one_line(module, hand_made, registry_of):
    module("bad", "raise ValueError('first\\n   second')")
    registry = registry_of(hand_made(offers={MODELS: {"bad": "bad:Bad"}}))

    (status,) = registry.status()

    assert status.cause.endswith("ValueError: first second")


def test_strict_mode_raises_at_the_first_broken_one(one_good_one_bad, monkeypatch):
    monkeypatch.setenv("MODELZOO_STRICT_PLUGINS", "1")

    with pytest.raises(BrokenPluginError, match=r"^model 'bad' of acme-zoo 1\.0 cannot be imported"):
        one_good_one_bad.status()


def test_strict_mode_is_off_for_any_other_value(one_good_one_bad, monkeypatch):
    monkeypatch.setenv("MODELZOO_STRICT_PLUGINS", "0")

    assert [status.state for status in one_good_one_bad.status()] == ["broken", "ok"]


def test_the_user_can_still_interrupt(module, hand_made, registry_of):
    module("acme", "raise KeyboardInterrupt")
    registry = registry_of(hand_made(offers={MODELS: {"mine": "acme:Mine"}}))

    with pytest.raises(KeyboardInterrupt):
        registry.status()


@pytest.mark.parametrize("doc", ["", "__doc__ = 5"])
def test_a_plugin_without_words_has_an_empty_summary(module, hand_made, registry_of, doc):
    module("good", GOOD.replace('"""Do well."""', doc))
    registry = registry_of(hand_made(offers={MODELS: {"good": "good:Good"}}))

    (status,) = registry.status()

    assert (status.state, status.summary) == ("ok", "")
