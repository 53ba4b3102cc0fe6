"""Write the few SVG elements a diagram is made of."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

_NOT_XML = re.compile("[^ -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

Point = tuple[float, float]


def element(tag: str, text: str = "", /, **attributes: str | float) -> str:
    """Return an element that holds a text, of which what XML cannot hold becomes a replacement character."""
    lines = " ".join(text.split()) if any(space in text for space in "\t\n\r") else text
    return f"<{tag}{to_attributes(**attributes)}>{escape(_NOT_XML.sub(chr(0xFFFD), lines))}</{tag}>"


def to_attributes(**attributes: str | float) -> str:
    """Return attributes as they stand in a tag; underscores in their names become hyphens."""
    return "".join(
        f" {name.replace('_', '-')}={quoteattr(value if isinstance(value, str) else to_number(value))}"
        for name, value in attributes.items()
    )


def to_number(value: float) -> str:
    """Return a length to a hundredth of a pixel."""
    return f"{round(value, 2) + 0.0:g}"


def write_text(text: str, x: float, y: float, size: float, /, **attributes: str) -> str:
    """Return a line of text that stands on y."""
    return element("text", text, x=x, y=y, font_size=size, **attributes)


def line(start: Point, end: Point, colour: str, opacity: float = 1.0) -> str:
    """Return a line that leaves and arrives level."""
    (x, y), (to_x, to_y) = start, end
    half = to_number((x + to_x) / 2)
    bend = "L" if y == to_y or x == to_x else f"C {half} {to_number(y)} {half} {to_number(to_y)}"
    path = f"M {to_number(x)} {to_number(y)} {bend} {to_number(to_x)} {to_number(to_y)}"
    return element("path", d=path, fill="none", stroke=colour, stroke_width=1.3, stroke_opacity=opacity)


def arrow(tip: Point, colour: str, *, down: bool = False) -> str:
    """Return the head of an arrow that points right, or down."""
    x, y = tip
    corners = [(x, y), (x - 4, y - 6), (x + 4, y - 6)] if down else [(x, y), (x - 6, y - 4), (x - 6, y + 4)]
    return element("polygon", points=" ".join(f"{to_number(a)},{to_number(b)}" for a, b in corners), fill=colour)
