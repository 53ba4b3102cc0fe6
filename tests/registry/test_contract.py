"""The contract has a version: a plugin built for another major one is refused before anything of it is imported."""

import pytest
from modelzoo_registry import (
    CONTRACT_REQUIREMENT,
    CONTRACT_VERSION,
    BrokenPluginError,
    IncompatiblePluginError,
    __version__,
    contract,
)
from packaging.requirements import Requirement

from .conftest import metadata

MODELS = "modelzoo.models"
GOOD = '''
class Mine(ModelPlugin):
    """Do well."""
    class Spec(ModelSpec): ...
    tasks = SUPERVISED
    def build(self, spec, inputs): ...
'''


@pytest.fixture
def asking(module, hand_made, registry_of):
    """Return a maker of registries with one plugin, ``mine``, whose distribution asks for this, and has this source."""

    def make(*requirements, source=GOOD):
        module("acme", source)
        head = metadata("acme-zoo", "1.0", *requirements)
        return registry_of(hand_made(offers={MODELS: {"mine": "acme:Mine"}}, METADATA=head))

    return make


def test_its_version_is_the_release_of_the_registry_up_to_what_breaks():
    wanted = Requirement(CONTRACT_REQUIREMENT)

    assert __version__.startswith(CONTRACT_VERSION)
    assert wanted.name == "modelzoo-registry"
    assert wanted.specifier.contains(__version__, prereleases=True)
    assert wanted.specifier.contains(f"{CONTRACT_VERSION}.99")
    assert not wanted.specifier.contains("99.0")


@pytest.mark.parametrize(
    "requirement",
    [
        CONTRACT_REQUIREMENT,
        "modelzoo-registry<0.2,>=0.1",
        "modelzoo_registry (>=0.1)",
        "modelzoo.registry",
        "Modelzoo-Registry~=0.1.0",
        'modelzoo-registry>=9; python_version < "3"',
        'modelzoo-registry>=9; extra == "test"',
        "modelzoo-registry>=something",
        "modelzoo-registry-extras>=9",
        "numpy>=1",
    ],
)
def test_a_plugin_is_loaded_that_asks_for_this_contract_or_does_not_say(asking, requirement):
    registry = asking(requirement)

    assert registry.load("model", "mine").__name__ == "Mine"
    assert [status.state for status in registry.status()] == ["ok"]


@pytest.mark.parametrize(
    ("requirement", "later"),
    [
        ("modelzoo-registry>=2,<3", "modelzoo-keras"),
        ("modelzoo-registry==2.*", "modelzoo-keras"),
        ("modelzoo-registry<0.1", "acme-zoo"),
        ("modelzoo-registry~=0.0.3", "acme-zoo"),
    ],
)
def test_a_plugin_built_for_another_is_refused_with_what_to_do(asking, requirement, later):
    asked = Requirement(requirement)

    with pytest.raises(IncompatiblePluginError) as caught:
        asking(requirement).load("model", "mine")

    assert str(caught.value) == (
        "model 'mine' of acme-zoo 1.0 was built for another version of the contract: it asks for "
        f"{asked}, and {__version__} is installed. Install a later release of {later}, or uninstall acme-zoo"
    )


def test_nothing_of_a_refused_plugin_is_imported(asking):
    registry = asking("modelzoo-registry>=2", source="raise SystemExit('imported')")

    (status,) = registry.status()

    assert status.state == "incompatible"
    assert "imported" not in status.cause


def test_what_is_refused_is_broken_to_who_asks_no_further():
    assert issubclass(IncompatiblePluginError, BrokenPluginError)


@pytest.mark.parametrize(("release", "fits"), [("1.1.9", False), ("1.2", True), ("1.9.3", True), ("2.0rc1", False)])
def test_releases_fit_from_the_one_asked_for_up_to_the_next_major_version(monkeypatch, release, fits):
    monkeypatch.setattr(contract, "__version__", release)

    told = contract.mismatch("acme", "modelzoo-registry>=1.2,<2")

    assert told == "" if fits else f"asks for modelzoo-registry<2,>=1.2, and {release} is installed" in told


@pytest.mark.parametrize(
    ("version", "versions"),
    [("0.1.0", ">=0.1,<0.2"), ("0.12.3.dev1", ">=0.12,<0.13"), ("1.0rc1", ">=1.0,<2"), ("2.14.1", ">=2.14,<3")],
)
def test_versions_go_on_until_one_may_break(version, versions):
    assert contract.compatible(version) == versions
