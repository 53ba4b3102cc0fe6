"""What ``modelzoo.testing`` offers to tests: all checks of a plugin at once."""

import mutant_hooks
import mutant_models
import pytest

from modelzoo.testing import assert_hook_plugin, assert_model_plugin

pytestmark = pytest.mark.xdist_group("kit")


def test_a_good_hook_passes():
    assert_hook_plugin(mutant_hooks.Audit)


def test_what_is_wrong_with_a_class_as_it_is_written_is_told_together():
    with pytest.raises(AssertionError) as caught:
        assert_model_plugin(mutant_models.WrongTwice)

    assert [line for line in str(caught.value).splitlines() if not line.startswith(" ")] == [
        "model 'wrong_twice' (mutant_models.WrongTwice): the check 'docstring' found",
        "",
        "model 'wrong_twice' (mutant_models.WrongTwice): the check 'bad settings' found",
    ]


def test_what_is_no_plugin_is_told_so():
    with pytest.raises(AssertionError) as caught:
        assert_model_plugin(mutant_models.Good())

    assert str(caught.value).splitlines()[1] == "  It is not a subclass of ModelPlugin, but an instance of Good."
