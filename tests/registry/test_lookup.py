"""Finding a plugin by its name, or by ``distribution:name``."""

import pytest
from modelzoo_registry import AmbiguousPluginError, UnknownPluginError

MODELS = "modelzoo.models"


@pytest.fixture
def rivals(hand_made, registry_of):
    """Two distributions that offer ``tree``; one of them also offers ``forest``."""
    return registry_of(
        hand_made("Acme.Zoo", "1.0", {MODELS: {"tree": "acme_module:Tree", "forest": "acme_module:Forest"}}),
        hand_made("bolt-zoo", "2.0", {MODELS: {"tree": "bolt_module:Tree"}}),
    )


def test_names_are_sorted_and_each_is_there_once(rivals):
    assert rivals.names("model") == ["forest", "tree"]
    assert rivals.names("regularizer") == []


def test_an_unknown_name_lists_what_there_is_and_suggests_the_nearest(rivals):
    with pytest.raises(UnknownPluginError) as caught:
        rivals.find("model", "Forrest")

    assert str(caught.value) == "no model is called 'Forrest'. Did you mean 'forest'? Models: forest, tree"


def test_a_name_near_to_none_gets_no_suggestion(rivals):
    with pytest.raises(UnknownPluginError) as caught:
        rivals.find("model", "transformer")

    assert str(caught.value) == "no model is called 'transformer'. Models: forest, tree"


def test_where_nothing_is_installed_the_error_says_so(registry_of):
    with pytest.raises(UnknownPluginError) as caught:
        registry_of().find("regularizer", "l2")

    assert str(caught.value) == "no regularizer is called 'l2'. Regularizers: none installed"


def test_a_name_of_another_kind_is_recognised(rivals):
    with pytest.raises(UnknownPluginError) as caught:
        rivals.find("regularizer", "forest")

    assert str(caught.value) == (
        "no regularizer is called 'forest'. ('forest' is a model.) Regularizers: none installed"
    )


def test_a_name_two_distributions_offer_is_an_error_that_names_both(rivals):
    with pytest.raises(AmbiguousPluginError) as caught:
        rivals.find("model", "tree")

    assert str(caught.value) == (
        "model 'tree' is offered by Acme.Zoo 1.0 and bolt-zoo 2.0. Use Acme.Zoo:tree or bolt-zoo:tree"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("bolt-zoo:tree", "bolt_module:Tree"),
        ("Bolt_Zoo:tree", "bolt_module:Tree"),
        ("Acme.Zoo:tree", "acme_module:Tree"),
        ("acme-zoo:tree", "acme_module:Tree"),
        ("acme-zoo:forest", "acme_module:Forest"),
    ],
)
def test_the_qualified_name_settles_a_conflict_in_any_spelling_of_the_distribution(rivals, name, value):
    assert rivals.find("model", name).entry_point.value == value


def test_a_qualified_name_of_the_wrong_distribution_is_unknown(rivals):
    with pytest.raises(UnknownPluginError) as caught:
        rivals.find("model", "bolt-zoo:forest")

    assert str(caught.value) == "no model is called 'bolt-zoo:forest'. Models: forest, tree"


def test_one_distribution_that_offers_a_name_twice_is_told_apart_from_two(hand_made, registry_of):
    twice = f"[{MODELS}]\ntree = acme:Tree\ntree = acme:OtherTree\n"
    registry = registry_of(hand_made(**{"entry_points.txt": twice}))

    for name in ["tree", "acme-zoo:tree"]:
        with pytest.raises(AmbiguousPluginError) as caught:
            registry.find("model", name)
        assert str(caught.value) == f"model {name!r} is offered twice by acme-zoo 1.0; its author must rename one"


def test_a_distribution_that_offers_twice_is_named_once_beside_another(hand_made, registry_of):
    twice = f"[{MODELS}]\ntree = acme:Tree\ntree = acme:OtherTree\n"
    registry = registry_of(
        hand_made(**{"entry_points.txt": twice}), hand_made("bolt-zoo", "2.0", {MODELS: {"tree": "bolt:Tree"}})
    )

    with pytest.raises(AmbiguousPluginError) as caught:
        registry.find("model", "tree")

    assert str(caught.value) == (
        "model 'tree' is offered by acme-zoo 1.0 and bolt-zoo 2.0. Use acme-zoo:tree or bolt-zoo:tree"
    )


def test_no_entry_can_pass_itself_off_as_a_qualified_name(hand_made, registry_of):
    """Its author could otherwise replace a built-in for everyone who wrote the longer name to be safe."""
    registry = registry_of(
        hand_made("modelzoo-plugins", "0.1.0", {MODELS: {"linear": "builtin:Linear"}}),
        hand_made("acme-zoo", "1.0", {MODELS: {"modelzoo-plugins:linear": "acme:Linear"}}),
    )

    with pytest.raises(AmbiguousPluginError):
        registry.find("model", "modelzoo-plugins:linear")


def test_a_conflict_is_shown_in_the_status_of_both(module, hand_made, registry_of):
    source = '''
        class Tree(ModelPlugin):
            """Grow."""
            class Spec(ModelSpec): ...
            tasks = SUPERVISED
            def build(self, spec, inputs): ...
    '''
    module("acme_tree", source)
    module("bolt_tree", source)
    registry = registry_of(
        hand_made("acme-zoo", "1.0", {MODELS: {"tree": "acme_tree:Tree"}}),
        hand_made("bolt-zoo", "2.0", {MODELS: {"tree": "bolt_tree:Tree"}}),
    )

    said = [(status.entry.distribution, status.state, status.summary, status.cause) for status in registry.status()]

    cause = "model 'tree' is offered by acme-zoo 1.0 and bolt-zoo 2.0. Use acme-zoo:tree or bolt-zoo:tree"
    assert said == [("acme-zoo", "conflict", "Grow.", cause), ("bolt-zoo", "conflict", "Grow.", cause)]
