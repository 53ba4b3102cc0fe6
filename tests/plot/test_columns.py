"""Raw columns and the entries that read them become boxes; of very many, some."""

from hypothesis import given, settings
from hypothesis import strategies as st

from modelzoo.plot.columns import draw_columns
from modelzoo.plot.leave_out import MOST_COLUMNS, MOST_CROSSES, MOST_ENTRIES

from .conftest import SMALL, buckets, cross, encoder, encoders, image, number, words


def rows(boxes, stage):
    """Return title and detail of the boxes of a stage, in their order."""
    return [(part.title, *part.details) for box in boxes.values() if box.stage == stage for part in box.parts]


def test_raw_columns_and_entries_are_told_with_what_they_are():
    boxes, _ = draw_columns(SMALL)

    assert rows(boxes, "raw") == [("area", "number"), ("town", "text")]
    assert rows(boxes, "encoder") == [
        ("area", "number + missing"),
        ("area_cut", "4 buckets"),
        ("town", "3 values"),
        ("both", "2 combinations"),
    ]
    assert [box.makes for box in boxes.values()] == [None, None, "numbers", "ids", "ids", "ids"]


def test_edges_lead_from_raw_columns_over_entries_to_the_inputs_of_the_core():
    _, graph = draw_columns(SMALL)

    assert set(graph.edges) == {
        ("raw:area", "entry:area"),
        ("raw:area", "entry:area_cut"),
        ("raw:town", "entry:town"),
        ("entry:area_cut", "entry:both"),
        ("entry:town", "entry:both"),
        ("entry:area", "core:dense"),
        ("entry:area_cut", "core:ids"),
        ("entry:town", "core:ids"),
        ("entry:both", "core:ids"),
    }


def test_an_entry_that_is_only_crossed_leads_to_no_input():
    idle = words("town", wide=False, deep=False)

    _, graph = draw_columns(encoder(idle, words("kind"), cross("both", "town", "kind")))

    assert graph.targets["entry:town"] == ["entry:both"]


def test_each_array_has_an_input_of_its_own():
    boxes, graph = draw_columns(encoder(image("front", 28, 28), number("age"), image("back", 3)))

    assert rows(boxes, "raw") == [("front", "28 × 28 numbers"), ("age", "number"), ("back", "3 numbers")]
    assert graph.targets["entry:front"] == ["core:array_0"]
    assert graph.targets["entry:back"] == ["core:array_1"]


def test_of_many_columns_the_first_of_each_kind_are_shown():
    many = [number(f"n{place}") for place in range(100)]

    boxes, graph = draw_columns(encoder(*many, words("town"), words("kind")))

    shown = [(f"n{place}", "number") for place in range(MOST_COLUMNS - 3)]
    assert rows(boxes, "raw") == [*shown, ("… 79 more", "columns"), ("town", "text"), ("kind", "text")]
    assert ("… 79 more", "numbers") in rows(boxes, "encoder")
    rest = next(key for key in graph.nodes if key.startswith("rest:raw"))
    assert graph.targets[graph.targets[rest][0]] == ["core:dense"]


def test_what_crosses_a_column_left_out_hangs_on_what_stands_for_it():
    many = [words(f"w{place}") for place in range(60)]

    boxes, graph = draw_columns(encoder(*many, cross("last", "w0", "w59")))

    assert graph.sources["entry:last"] == ["entry:w0", f"rest:entry:w{MOST_COLUMNS - 1}"]
    assert boxes[f"rest:entry:w{MOST_COLUMNS - 1}"].parts[0].title == f"… {60 - MOST_COLUMNS + 1} more"


def test_as_many_columns_as_there_is_room_for_are_all_shown():
    boxes, _ = draw_columns(encoder(*(number(f"n{place}") for place in range(MOST_COLUMNS))))

    assert len(rows(boxes, "raw")) == MOST_COLUMNS
    assert not any(key.startswith("rest") for key in boxes)


def test_entries_have_a_limit_of_their_own():
    both = [(number(f"n{place}"), buckets(f"b{place}", f"n{place}")) for place in range(24)]

    boxes, _ = draw_columns(encoder(*(column for pair in both for column in pair)))

    assert len(rows(boxes, "encoder")) == MOST_ENTRIES
    assert ("… 5 more", "columns") in rows(boxes, "raw")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_schema_takes_more_room_than_there_is(data):
    drawn = data.draw(encoders())

    boxes, graph = draw_columns(drawn)

    depth = {}
    for node in graph.nodes:
        depth[node] = 1 + max((depth[source] for source in graph.sources[node]), default=-1)
    entries = [depth[key] for key, box in boxes.items() if box.stage == "encoder"]
    assert len(rows(boxes, "raw")) <= MOST_COLUMNS
    assert entries.count(1) <= MOST_ENTRIES
    assert all(entries.count(level) <= MOST_CROSSES for level in range(2, 20))
