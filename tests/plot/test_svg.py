"""The picture is XML that any viewer reads, whatever columns are called."""

import xml.etree.ElementTree as ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelzoo.columns import Target
from modelzoo.plot.diagram import draw
from modelzoo.plot.measure import text_width
from modelzoo.plot.svg import to_svg

from .conftest import PRICE, SMALL, SMALL_CORE, cores, encoder, encoders, image, layer, number

SVG = "{http://www.w3.org/2000/svg}"


@st.composite
def pictures(draw_from):
    drawn = draw_from(encoders())
    name = draw_from(st.text(min_size=1, max_size=200))
    return to_svg(draw("a model", drawn, Target(name=name, task="regression"), draw_from(cores(drawn)), 70))


def texts(svg, tag="text"):
    return [element.text for element in ElementTree.fromstring(svg).iter(f"{SVG}{tag}")]


def test_the_picture_has_a_title_and_a_description():
    root = ElementTree.fromstring(to_svg(draw("wide_deep", SMALL, PRICE, SMALL_CORE, 70)))

    assert root.tag == f"{SVG}svg"
    assert root.attrib["role"] == "img"
    assert root[0].text == "wide_deep predicts price"
    assert root[1].text == "From left to right: 2 raw columns; encoder: 4 entries; core: 70 parameters; output."


def test_every_stage_and_every_box_is_written():
    written = texts(to_svg(draw("wide_deep", SMALL, PRICE, SMALL_CORE, 70)))

    assert written[:3] == ["wide_deep predicts price", "numbers", "ids"]
    assert {"2 raw columns", "encoder: 4 entries", "core: 70 parameters", "output"} <= set(written)
    assert {"area", "number + missing", "area_cut", "4 buckets", "both", "2 combinations"} <= set(written)
    assert {"hidden_1", "Dense 4 → 8, relu", "40 parameters", "Dropout, rate 0.1", "+", "prediction"} <= set(written)
    assert {"price", "regression", "× 2 + 3.5"} <= set(written)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ('<b> & "it\'s" ]]> &amp;', '<b> & "it\'s" ]]> &amp;'),
        ("支付方式", "支付方式"),
        ("a\tb\r\nc", "a b c"),
        ("bell\x07 \x00", "bell\ufffd \ufffd"),
        ("\ufffe", "\ufffd"),
    ],
)
def test_odd_names_are_written_as_they_are(name, shown):
    core = (layer("dense", "InputLayer", (1,)), layer("prediction", "Dense", (1,), 0))

    svg = to_svg(draw("linear", encoder(number(name)), PRICE, core, 2))

    assert texts(svg).count(shown) == 2
    assert f"{shown} · number" in texts(svg, "title")


def test_a_name_that_is_too_long_is_whole_in_its_tooltip():
    name = "annual_income_before_taxes_in_euros"

    svg = to_svg(draw("linear", encoder(number(name)), PRICE, SMALL_CORE, 2))

    assert "annual_inco…s_in_euros" in texts(svg)
    assert f"{name} · number" in texts(svg, "title")


@settings(max_examples=40, deadline=None)
@given(pictures())
def test_any_model_makes_well_formed_xml_of_which_no_text_leaves_its_box(svg):
    picture = ElementTree.fromstring(svg)
    for box in picture.iter(f"{SVG}svg"):
        room = float(box.attrib["width"]) - 16
        for text in box.findall(f"{SVG}text") if box is not picture else ():
            bold = text.attrib.get("font-weight") == "bold"
            assert text_width(text.text or "", float(text.attrib["font-size"]), bold=bold) <= room + 0.1


@settings(max_examples=20, deadline=None)
@given(st.data())
def test_the_same_model_makes_the_same_bytes(data):
    drawn = data.draw(encoders())
    layers = data.draw(cores(drawn))

    assert to_svg(draw("m", drawn, PRICE, layers, 70)) == to_svg(draw("m", drawn, PRICE, layers, 70))


def test_an_image_alone_makes_a_picture_without_a_word_of_ids():
    given = layer("array_0", "InputLayer", (8, 8))
    layers = (given, layer("flatten", "Flatten", (64,), 0), layer("prediction", "Dense", (1,), 1))

    svg = to_svg(draw("net", encoder(image("digit", 8, 8)), PRICE, layers, 65))

    assert texts(svg)[:2] == ["net predicts price", "arrays"]
    assert texts(svg).count("8 × 8 numbers") == 3
    assert "ids" not in texts(svg)
