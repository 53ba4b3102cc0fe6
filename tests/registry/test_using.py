"""A registry in place of that of the environment, for the length of a block."""

import pytest
from modelzoo_registry import BrokenPluginError, ModelPlugin, ModelSpec, Registry, installed
from modelzoo_registry.entries import GivenEntryPoint
from modelzoo_registry.registry import using


class Net(ModelPlugin):
    """Do well."""

    class Spec(ModelSpec): ...

    tasks = frozenset({"regression"})

    def build(self, spec, inputs): ...


def test_a_class_that_no_distribution_offers_is_found_inside_the_block_alone():
    before = installed()

    with using(Registry([GivenEntryPoint("model", "net", Net)])) as given:
        assert installed() is given
        assert installed().load("model", "net") is Net
        assert installed().find("model", "net").qualified_name == "unknown:net"

    assert installed() is before
    assert "net" not in installed().names("model")


def test_blocks_stand_in_each_other():
    outer, inner = Registry([]), Registry([])

    with using(outer):
        with using(inner):
            assert installed() is inner
        assert installed() is outer


def test_a_block_ends_with_what_raises():
    before = installed()

    with pytest.raises(RuntimeError), using(Registry([])):
        raise RuntimeError

    assert installed() is before


def test_such_a_class_is_held_against_the_contract_as_any_other():
    class Bare(ModelPlugin):
        tasks = frozenset({"regression"})

    with pytest.raises(BrokenPluginError) as caught:
        Registry([GivenEntryPoint("model", "bare", Bare)]).load("model", "bare")

    assert str(caught.value) == "model 'bare' of unknown has no Spec derived from ModelSpec"
