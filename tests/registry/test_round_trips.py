"""Every Spec, written as JSON and as TOML and read again, is the same: those of all installed plugins too."""

import json
import tomllib
from typing import Any

import pytest
import tomli_w
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from modelzoo_registry import TrainingSpec, installed
from modelzoo_registry.specs import collect


def strategy(schema: dict[str, Any], definitions: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return values that a JSON schema of pydantic's allows."""
    if "$ref" in schema:
        return strategy(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "const" in schema or "enum" in schema:
        return st.sampled_from(schema.get("enum") or [schema["const"]])
    if "anyOf" in schema or "oneOf" in schema:
        return st.one_of(strategy(each, definitions) for each in schema.get("anyOf") or schema["oneOf"])
    return BY_TYPE[schema["type"]](schema, definitions)


def numbers(schema, definitions):
    low, high = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    return st.floats(
        min_value=schema.get("minimum", low),
        max_value=schema.get("maximum", high),
        exclude_min=low is not None,
        exclude_max=high is not None,
        allow_nan=False,
        allow_infinity=False,
    )


def integers(schema, definitions):
    low, high = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    return st.integers(
        schema.get("minimum") if low is None else low + 1, schema.get("maximum") if high is None else high - 1
    )


def arrays(schema, definitions):
    if "prefixItems" in schema:
        return st.tuples(*(strategy(each, definitions) for each in schema["prefixItems"])).map(list)
    items = strategy(schema.get("items", {"type": "string"}), definitions)
    return st.lists(items, min_size=schema.get("minItems", 0), max_size=min(schema.get("maxItems", 5), 5))


def objects(schema, definitions):
    fields = {name: strategy(each, definitions) for name, each in schema.get("properties", {}).items()}
    return st.fixed_dictionaries({}, optional=fields)


BY_TYPE = {
    "null": lambda *_: st.none(),
    "boolean": lambda *_: st.booleans(),
    "string": lambda schema, _: st.text(min_size=schema.get("minLength", 0), max_size=20),
    "number": numbers,
    "integer": integers,
    "array": arrays,
    "object": objects,
}

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # what is tested is not the speed

SPECS = {
    f"{entry.kind} {entry.qualified_name}": installed().load_entry(entry).Spec
    for entry in installed().entries
    if entry.kind != "hook"
} | {"training": TrainingSpec}


@pytest.fixture(params=SPECS, scope="module")
def spec(request):
    return SPECS[request.param]


@UNHURRIED
@given(data=st.data())
def test_settings_survive_json(spec, data):
    before = drawn(spec, data)

    assert spec.model_validate_json(before.model_dump_json()) == before
    assert spec.model_validate(json.loads(json.dumps(before.model_dump(mode="json"), allow_nan=False))) == before


@UNHURRIED
@given(data=st.data())
def test_settings_survive_toml_which_knows_no_null(spec, data):
    before = drawn(spec, data)

    text = tomli_w.dumps(before.model_dump(mode="json", exclude_none=True))

    assert spec.model_validate(tomllib.loads(text)) == before


def drawn(spec, data):
    """Draw a spec from its own JSON schema; what it refuses beside the other settings is left at its default."""
    schema = spec.model_json_schema()
    chosen = data.draw(strategy(schema, schema.get("$defs", {})))
    faults, made = collect(spec, chosen)
    if faults:
        at_odds = {fault.path.partition(".")[0] for fault in faults}
        faults, made = collect(spec, {name: value for name, value in chosen.items() if name not in at_odds})
    assume(not faults)  # at odds as a whole: no setting is named
    return made
