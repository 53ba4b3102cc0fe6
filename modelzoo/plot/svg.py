"""Write a diagram as SVG text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .boxes import STAGES, Box, Diagram, Part, Stage, Values
from .layout import Layout, Place, Wire, lay_out
from .markup import arrow, element, line, to_attributes, to_number, write_text
from .measure import shorten, text_width
from .sizes import DETAIL, DETAIL_LINE, GAP, MARGIN, PAD, TITLE, TITLE_LINE, WIDEST_DETAIL, is_row

_FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"
_INK, _SOFT_INK, _GREY = "#1a1a1a", "#45484d", "#6b7280"
_COLOURS: dict[Values | Stage, tuple[str, str]] = {
    "numbers": ("#e6f0fa", "#0060a0"),
    "ids": ("#fdeedd", "#b35900"),
    "arrays": ("#e2f4ec", "#00754f"),
    "raw": ("#f3f4f6", _GREY),
    "core": ("#f4f0fa", "#6a4c9c"),
    "output": ("#fdf6d3", "#7a6500"),
}
"""Fill and line. Blue, orange and green are told apart by the colour-blind too."""
_HEADING = 12.0
_NAME = 17.0
_LEAST_NAME_ROOM = 400.0
_EDGE = 28.0
"""Pixels around everything."""
_BAND = 14.0
"""Pixels around the boxes of a stage."""
_TOP = 104.0
"""Pixels above the boxes, for the names of the model and of the stages."""


def to_svg(diagram: Diagram) -> str:
    """Return the diagram as an SVG image. Names that are too long are shortened, and whole as tooltips."""
    layout = lay_out(diagram)
    right = max(end for _, end in layout.stages.values())
    name = shorten(diagram.title, _NAME, max(right, _LEAST_NAME_ROOM), bold=True)
    width = max(right, text_width(name, _NAME, bold=True)) + 2 * _EDGE
    size = {"width": width, "height": layout.height + _TOP + _EDGE + _BAND}
    view = f"0 0 {to_number(size['width'])} {to_number(size['height'])}"
    about = to_attributes(
        **size, viewBox=view, style="max-width:100%;height:auto", role="img", font_family=_FONT, fill=_INK
    )
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg"{about}>',
        element("title", diagram.title),
        element("desc", f"From left to right: {'; '.join(diagram.headings[stage] for stage in STAGES)}."),
        element("rect", width="100%", height="100%", fill="#ffffff"),
        write_text(name, _EDGE, 34, _NAME, font_weight="bold"),
        *_legend({wire.carries for wire in layout.wires}),
        f'<g transform="translate({to_number(_EDGE)} {to_number(_TOP)})">',
        *_bands(diagram, layout),
        *map(_wire, layout.wires),
        *(part for key, place in layout.places.items() for part in _box(diagram.boxes[key], place)),
        *(arrow(layout.places[key].entrance, _GREY) for key in layout.places if _is_pointed_at(diagram, key)),
        "</g>",
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _legend(carried: Iterable[Values | None]) -> Iterator[str]:
    """Say what the colours of the wires mean."""
    x = _EDGE
    kinds: tuple[Values, ...] = ("numbers", "ids", "arrays")
    for values in kinds:
        if values in carried:
            yield line((x, 56), (x + 22, 56), _COLOURS[values][1])
            yield write_text(values, x + 28, 60, DETAIL, fill=_SOFT_INK)
            x += 28 + text_width(values, DETAIL) + 20


def _bands(diagram: Diagram, layout: Layout) -> Iterator[str]:
    """Draw a ground below each stage, with its name above."""
    for stage, (left, right) in layout.stages.items():
        size = {"width": right - left + 2 * _BAND, "height": layout.height + 2 * _BAND}
        yield element("rect", x=left - _BAND, y=-_BAND, **size, rx=8, fill="#fafafa", stroke="#e4e4e7")
        look = {"text_anchor": "middle", "fill": _SOFT_INK, "font_weight": "bold"}
        yield write_text(diagram.headings[stage], (left + right) / 2, -_BAND - 8, _HEADING, **look)


def _wire(wire: Wire) -> str:
    return line(wire.start, wire.end, _COLOURS[wire.carries or "raw"][1], 0.45 if wire.is_one_of_many else 0.9)


def _is_pointed_at(diagram: Diagram, key: str) -> bool:
    return diagram.boxes[key].stage in ("core", "output") and bool(diagram.graph.sources[key])


def _box(box: Box, place: Place) -> Iterator[str]:
    """Draw the parts of a box, top to bottom, each of which feeds the next."""
    top, middle = place.y, place.x + place.width / 2
    for number, (part, height) in enumerate(zip(box.parts, place.parts, strict=True)):
        if number:
            yield line((middle, top - GAP), (middle, top), _GREY)
            yield arrow((middle, top), _GREY, down=True)
        yield from _part(box, part, Place(place.x, top, place.width, (height,)))
        top += height + GAP


def _part(box: Box, part: Part, place: Place) -> Iterator[str]:
    fill, border = _COLOURS[box.makes or box.stage]
    size = {"x": place.x, "y": place.y, "width": place.width, "height": place.height}
    yield "<g>"
    yield element("title", " · ".join((part.title, *part.details)))
    yield element("rect", **size, rx=4, fill=fill, stroke=border)
    yield f"<svg{to_attributes(**size)}>"  # which cuts off what a font draws wider than was expected
    yield from _row(part, place) if is_row(box) else _block(part, place)
    yield "</svg>"
    yield "</g>"


def _row(part: Part, place: Place) -> Iterator[str]:
    """Write the title at the left and the detail at the right."""
    room, base = place.width - 2 * PAD, place.height / 2 + TITLE * 0.35
    for detail in part.details:
        text = shorten(detail, DETAIL, WIDEST_DETAIL)
        room -= text_width(text, DETAIL) + GAP
        yield write_text(text, place.width - PAD, base, DETAIL, text_anchor="end", fill=_SOFT_INK)
    yield write_text(shorten(part.title, TITLE, room), PAD, base, TITLE)


def _block(part: Part, place: Place) -> Iterator[str]:
    """Write the title above the details, all in the middle."""
    room, middle = place.width - 2 * PAD, place.width / 2
    bold = bool(part.details)
    title = shorten(part.title, TITLE, room, bold=bold)
    base = MARGIN + TITLE_LINE * 0.75
    yield write_text(title, middle, base, TITLE, text_anchor="middle", font_weight="bold" if bold else "normal")
    for number, detail in enumerate(part.details, start=1):
        text = shorten(detail, DETAIL, room)
        yield write_text(text, middle, base + DETAIL_LINE * number, DETAIL, text_anchor="middle", fill=_SOFT_INK)
