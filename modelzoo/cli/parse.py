"""Read settings written on the command line."""

from __future__ import annotations

from typing import Any

import click

ROWS = "a .csv, .tsv, .parquet or .jsonl file, a folder of such, or a pattern in quotes"
"""What may hold rows, as options and faults tell it."""


def parse_value(text: str, option: str) -> Any:
    """Return a TOML value (``0.2``, ``[64, 32]``, ``true``, ``"text"``), or the text itself when it is none.

    Raises:
        BadParameter: for a list, table or quoted text that is not whole.
    """
    import tomllib

    try:
        # Inside brackets nothing but a value is TOML: no second line, no comment.
        (value,) = tomllib.loads(f"values = [{text}]")["values"]
    except ValueError:
        if text[:1] in ("[", "{", '"', "'"):
            raise click.BadParameter(
                f'not a TOML value, such as [64, 32] or ["a", "b"]. Received: {text}', param_hint=option
            ) from None
        return text
    return value


def parse_setting(text: str, option: str) -> tuple[str, Any]:
    """Return name and value of ``name=value``."""
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise click.BadParameter(f"write name=value, such as hidden=[64,32]. Received: {text!r}", param_hint=option)
    return name.strip(), parse_value(value.strip(), option)


def parse_regularizer(text: str) -> str | dict[str, Any]:
    """Return a regularizer from ``name`` or ``name:setting=value,setting=value``.

    The name may be qualified, ``distribution:name``: settings begin behind the last colon before the first
    equals sign.
    """
    head, equals, tail = text.partition("=")
    name, colon, first = head.rpartition(":")
    is_named = bool(colon and name) if equals else isinstance(parse_value(first, "--regularizer"), str)
    if not is_named:
        raise click.BadParameter(
            f"write name:setting=value, such as dropout:rate=0.2. Received: {text!r}", param_hint="--regularizer"
        )
    if not equals:
        return text
    settings = [parse_setting(part, "--regularizer") for part in _split_at_commas(f"{first}={tail}")]
    names = [setting for setting, _ in settings]
    if twice := sorted({one for one in names if names.count(one) > 1}):
        raise click.BadParameter(
            f"{', '.join(twice)}: given more than once. Received: {text!r}", param_hint="--regularizer"
        )
    return {"name": name, **dict(settings)}


def parse_names(text: str | None) -> list[str] | None:
    """Return the names of a comma-separated list."""
    return None if text is None else [name.strip() for name in text.split(",") if name.strip()]


def parse_class_weight(text: str | None) -> str | dict[str, Any] | None:
    """Return ``balanced``, or weights by label of ``label=weight,label=weight``; a label may hold equals signs."""
    if text is None or "=" not in text:
        return text
    pairs = [part.rpartition("=") for part in _split_at_commas(text)]
    return {_unquoted(label.strip()): parse_value(weight.strip(), "--class-weight") for label, _, weight in pairs}


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'" else text


def parse_validation(text: str | None) -> float | str | None:
    """Return a fraction, or the path of a file or ``time:column``."""
    if text is None:
        return None
    try:
        return float(text)
    except ValueError:
        return text


def _split_at_commas(text: str) -> list[str]:
    """Split at the commas that stand in no brackets and no quotes."""
    parts, depth, quote = [""], 0, ""
    for character in text:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        else:
            depth += (character in "[{") - (character in "]}")
        if character == "," and not quote and depth == 0:
            parts.append("")
        else:
            parts[-1] += character
    return parts
