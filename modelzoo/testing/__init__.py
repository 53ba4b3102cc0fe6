"""Test a plugin against all the zoo asks of one: the conformance kit.

``pytest --modelzoo-plugins`` tests every installed plugin. In the tests of a plugin's own package::

    from modelzoo.testing import assert_model_plugin


    def test_the_zoo_can_rely_on_it():
        assert_model_plugin(Gated)

Importing this package imports neither TensorFlow nor what the ``testing`` extra brings.
"""

from __future__ import annotations

from typing import Any

__all__ = ["assert_hook_plugin", "assert_model_plugin", "assert_regularizer_plugin"]


def assert_model_plugin(plugin: Any, *, thorough: bool | None = None) -> None:
    """Check a model plugin's class, installed or not.

    Args:
        plugin: the class, derived from ``ModelPlugin``.
        thorough: whether to draw more settings and to meet every regularizer alone, for every task, which takes
            minutes; None: if pytest was given ``--modelzoo-thorough``.

    Raises:
        AssertionError: saying what was found and what to do about it, for each check that fails.
    """
    from .conformance import assert_plugin

    __tracebackhide__ = True
    assert_plugin("model", plugin, thorough=thorough)


def assert_regularizer_plugin(plugin: Any, *, thorough: bool | None = None) -> None:
    """Check a regularizer plugin's class, installed or not.

    Args:
        plugin: the class, derived from ``RegularizerPlugin``.
        thorough: whether to draw more settings and to meet every model for every task, which takes minutes; None: if
            pytest was given ``--modelzoo-thorough``.

    Raises:
        AssertionError: saying what was found and what to do about it, for each check that fails.
    """
    from .conformance import assert_plugin

    __tracebackhide__ = True
    assert_plugin("regularizer", plugin, thorough=thorough)


def assert_hook_plugin(plugin: Any) -> None:
    """Check a hook plugin, a class or a module, installed or not: it follows a training and an export of its own.

    Raises:
        AssertionError: saying what was found and what to do about it, for each check that fails.
    """
    from .conformance import assert_plugin

    __tracebackhide__ = True
    assert_plugin("hook", plugin)
