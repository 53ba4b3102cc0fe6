"""``TrainingSpec``, written as JSON and as TOML and read again, is the same; so are the Specs of all installed plugins,
which the check "stored settings" of ``modelzoo.testing`` holds to it.
"""

import json
import tomllib

import tomli_w
from hypothesis import HealthCheck, assume, given, settings
from modelzoo_registry import TrainingSpec
from modelzoo_registry.specs import collect

from modelzoo.testing.drawn import settings_of

UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])  # what is tested is not the speed
SETTINGS = settings_of(TrainingSpec, small=False)


@UNHURRIED
@given(SETTINGS)
def test_settings_survive_json(chosen):
    before = accepted(chosen)

    assert TrainingSpec.model_validate_json(before.model_dump_json()) == before
    plain = json.loads(json.dumps(before.model_dump(mode="json"), allow_nan=False))
    assert TrainingSpec.model_validate(plain) == before


@UNHURRIED
@given(SETTINGS)
def test_settings_survive_toml_which_knows_no_null(chosen):
    before = accepted(chosen)

    text = tomli_w.dumps(before.model_dump(mode="json", exclude_none=True))

    assert TrainingSpec.model_validate(tomllib.loads(text)) == before


def accepted(chosen):
    """Return the spec of settings; what it refuses beside the others is left at its default."""
    faults, made = collect(TrainingSpec, chosen)
    if faults:
        at_odds = {fault.path.partition(".")[0] for fault in faults}
        faults, made = collect(TrainingSpec, {name: value for name, value in chosen.items() if name not in at_odds})
    assume(not faults)  # at odds as a whole: no setting is named
    return made
