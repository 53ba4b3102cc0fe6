"""What is read from the metadata of installed distributions."""

from importlib.metadata import EntryPoint

import pytest
from modelzoo_registry.entries import by_name, read_entries
from modelzoo_registry.heads import normalize


def test_an_entry_carries_kind_name_distribution_and_version(hand_made):
    made = hand_made("Acme.Zoo", "2.5", {"modelzoo.models": {"tiny": "acme.tiny:Tiny"}})

    (entry,) = read_entries(made.entry_points)

    assert (entry.kind, entry.name, entry.distribution, entry.version) == ("model", "tiny", "Acme.Zoo", "2.5")
    assert entry.entry_point.value == "acme.tiny:Tiny"
    assert entry.qualified_name == "Acme.Zoo:tiny"
    assert entry.source == "Acme.Zoo 2.5"


def test_each_group_holds_its_kind(hand_made):
    groups = ["modelzoo.models", "modelzoo.regularizers", "modelzoo.hooks"]

    entries = read_entries(hand_made(offers={group: {"x": "acme:X"} for group in groups}).entry_points)

    assert [entry.kind for entry in entries] == ["model", "regularizer", "hook"]


def test_entry_points_of_other_groups_are_passed_over(hand_made):
    assert read_entries(hand_made(offers={"console_scripts": {"zoo": "acme:main"}}).entry_points) == []


def test_entries_are_sorted_by_kind_name_and_distribution(hand_made):
    points = [
        *hand_made("zebra", offers={"modelzoo.models": {"b": "z:B", "a": "z:A"}}).entry_points,
        *hand_made("Ape", offers={"modelzoo.regularizers": {"a": "a:R"}, "modelzoo.models": {"b": "a:B"}}).entry_points,
    ]

    found = [(entry.kind, entry.name, entry.distribution) for entry in read_entries(points)]

    assert found == [
        ("model", "a", "zebra"),
        ("model", "b", "Ape"),
        ("model", "b", "zebra"),
        ("regularizer", "a", "Ape"),
    ]


def test_names_are_grouped_within_a_kind_only(hand_made):
    offers = {"modelzoo.models": {"a": "m:A"}, "modelzoo.regularizers": {"a": "r:A"}}
    entries = read_entries([*hand_made(offers=offers).entry_points, *hand_made("other", offers=offers).entry_points])

    names = by_name(entries, "regularizer")

    assert {name: [entry.distribution for entry in found] for name, found in names.items()} == {
        "a": ["acme-zoo", "other"]
    }


def test_an_entry_point_of_no_distribution_is_of_an_unknown_one():
    (entry,) = read_entries([EntryPoint("tiny", "acme:Tiny", "modelzoo.models")])

    assert (entry.distribution, entry.version, entry.source) == ("unknown", "", "unknown")


def test_metadata_is_read_from_its_head_and_not_from_the_description(hand_made):
    text = "metadata-version: 2.1\nname: acme\nversion: 1.0\n\nVersion: 9\nName: a line of the description\n"

    (entry,) = read_entries(hand_made(offers={"modelzoo.models": {"x": "a:X"}}, METADATA=text).entry_points)

    assert entry.source == "acme 1.0"


def test_metadata_of_the_old_form_is_read_too(hand_made):
    made = hand_made(offers={"modelzoo.models": {"x": "a:X"}}, METADATA="", **{"PKG-INFO": "Name: old\nVersion: 0.3\n"})

    (entry,) = read_entries(made.entry_points)

    assert entry.source == "old 0.3"


@pytest.mark.parametrize("name", ["Acme.Zoo", "acme_zoo", "ACME-zoo", "acme-._zoo"])
def test_distribution_names_are_compared_as_pep_503_says(name):
    assert normalize(name) == "acme-zoo"
