"""What ``modelzoo_registry`` offers."""

from types import ModuleType

import modelzoo_registry


def test_all_names_the_whole_public_surface():
    public = {
        name
        for name, value in vars(modelzoo_registry).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert set(modelzoo_registry.__all__) == public | {"__version__"}


def test_every_error_is_public():
    errors = {name for name in vars(modelzoo_registry.errors) if name.endswith("Error") and not name.startswith("_")}

    assert errors <= set(modelzoo_registry.__all__)


def test_the_version_is_that_of_the_distribution():
    from importlib.metadata import version

    assert modelzoo_registry.__version__ == version("modelzoo-registry")
