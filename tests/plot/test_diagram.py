"""A whole model as boxes and edges."""

import pytest

from modelzoo.columns import Target
from modelzoo.plot.boxes import Box, Part
from modelzoo.plot.diagram import draw

from .conftest import PRICE, SMALL, SMALL_CORE


def output(target):
    return draw("linear", SMALL, target, SMALL_CORE, 70).boxes["output"].parts[0]


def test_a_model_leads_from_raw_columns_to_its_target():
    diagram = draw("wide_deep", SMALL, PRICE, SMALL_CORE, 70)

    assert diagram.title == "wide_deep predicts price"
    assert diagram.headings == {
        "raw": "2 raw columns",
        "encoder": "encoder: 4 entries",
        "core": "core: 70 parameters",
        "output": "output",
    }
    assert diagram.graph.targets["core:end"] == ["output"]
    assert diagram.graph.sources["core:dense"] == ["entry:area"]
    assert diagram.graph.sources["core:ids"] == ["entry:area_cut", "entry:town", "entry:both"]
    assert set(diagram.graph.nodes) == set(diagram.boxes)


@pytest.mark.parametrize(
    ("target", "details"),
    [
        (PRICE, ("regression", "× 2 + 3.5")),
        (
            Target(name="price", task="regression", center=-1234567.0, spread=0.00123),
            ("regression", "× 0.00123 − 1.235e+06"),
        ),
        (Target(name="sold", task="binary", labels=("no", "yes")), ("binary", "no, yes")),
        (Target(name="sold", task="binary", labels=(False, True)), ("binary", "False, True")),
        (Target(name="cut", task="multiclass", labels=("a", "b", "c")), ("multiclass of 3 classes", "a, b, c")),
        (
            Target(name="cut", task="multiclass", labels=("Fair", "Good", "Ideal", "Premium", "Splendid")),
            ("multiclass of 5 classes", "Fair, Good, Ideal, …"),
        ),
        (
            Target(name="cut", task="multiclass", labels=("a" * 30, "b", "c")),
            ("multiclass of 3 classes", "…"),
        ),
    ],
)
def test_the_output_says_the_task_and_what_comes_of_the_prediction(target, details):
    assert output(target) == Part(target.name, details)


def test_a_model_without_a_target_reconstructs():
    target = Target.model_construct(name=None, task="reconstruction", labels=(), center=0.0, spread=1.0)

    diagram = draw("autoencoder", SMALL, target, SMALL_CORE, 70)

    assert diagram.title == "autoencoder reconstructs its columns"
    assert diagram.boxes["output"] == Box("output", (Part("reconstruction"),))
