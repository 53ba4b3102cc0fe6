"""One seed decides a training, digit for digit, and touches nothing of the caller's."""

import random

import numpy as np
import pytest

import modelzoo

SCRIPT = """
import json, sys
import modelzoo
rows = json.loads(sys.argv[1])
model = modelzoo.build("wide_deep", hidden=[4], regularizers=["dropout"])
history = model.fit(rows, target="price", epochs=2, batch_size=16, validation=0.25, seed=5, verbose=0).history
print(json.dumps([history, model.predict(rows).tolist()]))
"""


@pytest.fixture(scope="module")
def fit(rows_for):
    rows, target = rows_for("regression")

    def run(seed):
        model = modelzoo.build("wide_deep", hidden=[4], regularizers=["dropout"])
        settings = {"epochs": 2, "batch_size": 16, "validation": 0.25, "verbose": 0}
        return model.fit(rows, target=target, seed=seed, **settings).history, model.predict(rows).tolist()

    return run


@pytest.fixture(scope="module")
def first(fit):
    return fit(5)


def test_the_same_seed_gives_the_same_losses_and_predictions(fit, first):
    assert fit(5) == first


def test_another_seed_gives_others(fit, first):
    history, predictions = fit(6)

    assert history["loss"] != first[0]["loss"]
    assert predictions != first[1]


def test_a_fresh_process_gives_the_same_losses_and_predictions(outside, rows_for, first):
    import json

    assert outside.answer(SCRIPT, json.dumps(rows_for("regression")[0])) == list(first)


def test_the_callers_random_numbers_go_on_as_if_nothing_had_happened(fit):
    random.seed(1)
    np.random.seed(1)
    expected = random.random(), np.random.random()

    random.seed(1)
    np.random.seed(1)
    fit(5)

    assert (random.random(), np.random.random()) == expected
