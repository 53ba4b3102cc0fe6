"""Many steps in one call do what single steps do."""

import numpy as np
import pytest
from modelzoo_plugins.regularizers.dropout import Dropout
from modelzoo_plugins.regularizers.l2 import L2

from modelzoo.training.engine import Engine
from modelzoo.training.optimizers import rows as by_rows

PLAIN = Engine(chunk=1, xla=False)


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_fused_steps_equal_plain_ones_bit_for_bit(train_with, values_of, optimizer):
    """65 steps; 160 rows by 13 leave a short last batch, and 12 full ones do not fill chunks of 5."""
    settings = {"optimizer": optimizer, "batch_size": 13, "epochs": 5, "learning_rate": 0.01}
    drops = [("dropout", Dropout(Dropout.Spec(rate=0.3))), ("l2", L2(L2.Spec(strength=0.01)))]

    plain = train_with(PLAIN, regularizers=drops, **settings)
    fused = train_with(Engine(chunk=5, xla=False), regularizers=drops, **settings)

    assert fused.history.history == plain.history.history
    for ours, theirs in zip(values_of(fused.core), values_of(plain.core), strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("lazy", [False, True])
def test_ten_compiled_steps_equal_plain_ones_to_four_digits(train_with, values_of, monkeypatch, lazy):
    monkeypatch.setattr(by_rows, "LARGE_TABLE", 1 if lazy else by_rows.LARGE_TABLE)
    settings = {"batch_size": 16, "epochs": 1, "metrics": []}

    plain = train_with(PLAIN, **settings)

    for chunk in (1, 5):
        compiled = train_with(Engine(chunk=chunk, xla=True), **settings)
        assert compiled.engine == {"chunk": chunk, "xla": True}
        for ours, theirs in zip(values_of(compiled.core), values_of(plain.core), strict=True):
            np.testing.assert_allclose(ours, theirs, atol=1e-4)


def test_a_training_smaller_than_a_batch_is_one_step_an_epoch(train_with):
    trained = train_with(batch_size=1000, epochs=3)

    assert trained.engine == {"chunk": 1, "xla": False}
    assert trained.history.epoch == [0, 1, 2]
