"""What ``modelzoo_registry`` offers."""

import modelzoo_registry
import pytest


def test_every_public_name_is_there():
    missing = [name for name in modelzoo_registry.__all__ if not hasattr(modelzoo_registry, name)]

    assert missing == []


def test_all_lists_what_is_loaded_on_first_use_and_nothing_twice():
    assert modelzoo_registry.__all__ == sorted(set(modelzoo_registry.__all__), key=modelzoo_registry.__all__.index)
    assert dir(modelzoo_registry) == sorted(modelzoo_registry.__all__)


def test_a_name_it_lacks_is_told():
    with pytest.raises(AttributeError, match=r"^module 'modelzoo_registry' has no attribute 'ModelPlugins'$"):
        modelzoo_registry.ModelPlugins  # noqa: B018


def test_every_error_is_public():
    errors = {name for name in vars(modelzoo_registry.errors) if name.endswith("Error") and not name.startswith("_")}

    assert errors <= set(modelzoo_registry.__all__)


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert modelzoo_registry.__version__ == version("modelzoo-registry")
