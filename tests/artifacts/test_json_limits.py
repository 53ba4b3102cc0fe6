"""JSON that is doubtful, too deep, of another format or of another form is refused in words."""

import pytest
from modelzoo_registry import DamagedArtifactError
from pydantic import BaseModel, ConfigDict

from modelzoo.artifacts.json_limits import parse


class Inner(BaseModel):
    size: int


class Kept(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: int
    size: int = 0
    parts: tuple[Inner, ...] = ()
    settings: dict[str, object] = {}


def refusal(text):
    with pytest.raises(DamagedArtifactError) as caught:
        parse(text, Kept, name="kept.json", format=2)
    return str(caught.value)


def test_what_fits_is_returned():
    text = '{"format": 2, "size": 1, "settings": {"word": "Größe NaN"}}'.encode()

    assert parse(text, Kept, name="kept.json", format=2) == Kept(format=2, size=1, settings={"word": "Größe NaN"})


def nested(depth):
    return b'{"format": 2, "settings": {"a": ' + b"[" * depth + b"]" * depth + b"}}"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "kept.json cannot be read as JSON: Expecting value: line 1 column 1 (char 0)"),
        (b"[2]", "kept.json is no JSON object"),
        (b'{"format": 2, "size": 1, "size": 2}', "kept.json cannot be read as JSON: 'size' is there more than once"),
        (b'{"format": 2, "settings": {"a": NaN}}', "kept.json cannot be read as JSON: NaN is no number of JSON"),
        (b'{"format": 2, "settings": [-Infinity]}', "kept.json cannot be read as JSON: -Infinity is no number of JSON"),
        (b'{"format": 2, "settings": "\xff"}', "kept.json is not text in UTF-8: byte 28"),
        (
            b'{"format": 2, "settings": {"a": "\\ud800"}}',
            "kept.json cannot be read as JSON: unexpected end of hex escape at line 1 column 40",
        ),
        (nested(300), "kept.json is nested too deeply"),
        (nested(100_000), "kept.json is nested too deeply"),
        (b'{"format": 3, "new": 1}', "kept.json has format 3; this modelzoo reads up to 2: install a newer modelzoo"),
        (
            b'{"format": 1, "size": "no"}',
            "kept.json has format 1; this modelzoo reads 2: make it anew, or install an older modelzoo",
        ),
        (b'{"size": 1}', "kept.json does not say its format, a whole number. Received: None"),
        (b'{"format": true}', "kept.json does not say its format, a whole number. Received: True"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(text, words):
    assert refusal(text) == words


def test_all_faults_are_told_by_their_paths():
    text = b'{"format": 2, "size": "many", "parts": [{"size": 1}, {"size": null}], "Size": 1}'

    assert refusal(text) == (
        "kept.json does not hold what it should:\n"
        "  size: Input should be a valid integer, unable to parse string as an integer. Received: 'many'\n"
        "  parts.1.size: Input should be a valid integer. Received: None\n"
        "  Size: unknown field. Did you mean 'size'?"
    )


def test_of_many_faults_ten_are_told():
    text = b'{"format": 2, "parts": [' + b"0," * 999 + b"0]}"

    lines = refusal(text).splitlines()

    assert (len(lines), lines[-1]) == (12, "  and 990 more")
