"""The tree of errors: as drawn, of the fitting builtins, and whole after pickling."""

import inspect
import pickle
import re
from typing import NamedTuple

import pytest
from modelzoo_registry import Fault, NonFiniteLossError, ZooError, errors

ALL = [
    value
    for name, value in vars(errors).items()
    if inspect.isclass(value) and issubclass(value, ZooError) and not name.startswith("_")
]


class Drawn(NamedTuple):
    """One line of the tree: an error, the one it hangs under, and the builtin in brackets."""

    name: str
    parent: str | None
    builtin: str | None


def drawn_tree() -> list[Drawn]:
    """Read the tree in the docstring of ``errors``: a name's parent is the last one drawn further left."""
    above: list[tuple[int, str]] = []
    tree = []
    for line in (errors.__doc__ or "").splitlines():
        found = re.match(r"^[\s│├└─]*(\w+Error)\b(?:\s+\((\w+)\))?", line)
        if not found:
            continue
        name, builtin = found.groups()
        column = found.start(1)
        above = [(left, parent) for left, parent in above if left < column]
        tree.append(Drawn(name, above[-1][1] if above else None, builtin))
        above.append((column, name))
    return tree


def real_tree() -> list[Drawn]:
    return [Drawn(error.__name__, parent_of(error), builtin_of(error)) for error in ALL]


def parent_of(error):
    return next((base.__name__ for base in error.__mro__[1:] if base in ALL), None)


def builtin_of(error):
    outside = [base.__name__ for base in error.__bases__ if not issubclass(base, ZooError) and base is not Exception]
    return outside[0] if outside else None


def test_the_tree_is_drawn_as_it_is():
    assert drawn_tree() == real_tree()


@pytest.mark.parametrize("error", ALL)
def test_no_error_is_a_key_error_which_would_quote_its_text(error):
    assert not issubclass(error, KeyError)


def test_the_command_line_blames_the_user_for_all_but_these():
    assert {error.__name__ for error in ALL if not error.mendable} == {
        "BrokenPluginError",
        "IncompatiblePluginError",
        "TrainingError",
        "NonFiniteLossError",
        "DamagedArtifactError",
    }


def made(error):
    if error is NonFiniteLossError:
        return error("the loss became NaN", epoch=2, step=17)
    if issubclass(error, errors._FaultsError):
        return error("rows.csv cannot be used", [Fault("price", "is missing"), Fault("", "is empty")])
    return error("what was wrong, and what to do")


@pytest.mark.parametrize("error", ALL)
def test_pickling_keeps_class_message_and_whatever_else_it_holds(error):
    before = made(error)

    after = pickle.loads(pickle.dumps(before))

    assert type(after) is error
    assert str(after) == str(before)
    assert vars(after) == vars(before)


def test_faults_are_told_one_a_line_each_with_its_place():
    assert str(made(errors.DataError)) == "rows.csv cannot be used:\n  price: is missing\n  is empty"


def test_an_error_without_faults_is_its_title_alone():
    error = errors.SpecError("nothing fits")

    assert (str(error), error.faults) == ("nothing fits", ())


def test_a_loss_that_is_not_finite_says_where():
    error = made(NonFiniteLossError)

    assert (error.epoch, error.step) == (2, 17)


@pytest.mark.parametrize("error", [errors.ArtifactNotFoundError, errors.ArtifactExistsError])
def test_errors_about_files_show_their_message_as_it_is(error):
    assert str(error("runs/a: no run there")) == "runs/a: no run there"
