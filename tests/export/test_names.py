"""Tensors are named after columns, as far as TensorFlow lets them."""

from hypothesis import given
from hypothesis import strategies as st

from modelzoo.export.names import tensor_names


def test_names_that_can_be_kept_are_kept():
    names = ["carat", "Clarity", "x", "x2", "a_b"]

    assert tensor_names(names) == {name: name for name in names}


def test_others_get_the_nearest():
    assert tensor_names(["with space", "1st", "class", "self", "Größe", "a.b/c", "", "_", "日本"]) == {
        "with space": "with_space",
        "1st": "column_1st",
        "class": "column_class",
        "self": "column_self",
        "Größe": "Gr__e",
        "a.b/c": "a_b_c",
        "": "column",
        "_": "column_2",
        "日本": "column_3",
    }


def test_a_name_that_can_be_kept_goes_before_one_that_must_change():
    assert tensor_names(["a b", "a_b"]) == {"a b": "a_b_2", "a_b": "a_b"}


def test_names_that_differ_in_case_alone_are_told_apart():
    assert tensor_names(["A", "a"]) == {"A": "A", "a": "a_2"}


@given(st.lists(st.text() | st.sampled_from(["a", "A", "a_2", "A 2", "a.2", "column", "class", "self"]), unique=True))
def test_every_column_has_a_name_of_its_own(columns):
    names = tensor_names(columns)

    assert list(names) == columns
    assert len({name.lower() for name in names.values()}) == len(columns)
    assert all(name.isidentifier() and name.isascii() and name[0] != "_" for name in names.values())
    assert "self" not in names.values()
