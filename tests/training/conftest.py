"""Train tiny cores with an engine of the test's choice."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def train_with(monkeypatch, rows_for):
    """Return a trainer of a tiny model: the engine, its name, regularizers with names, then fields of TrainingSpec.

    Rows are those of a task, or columns with the name of their target; they may be repeated some times each, and
    weighed.
    """
    import numpy as np
    import pyarrow as pa
    from modelzoo_registry import TrainingSpec, installed

    from modelzoo.columns import Encoder, infer_schema
    from modelzoo.columns.target import Target, fit_target
    from modelzoo.hooks import RunHooks
    from modelzoo.training import train
    from modelzoo.training.assembly import Assembly
    from modelzoo.training.checkpoints import Checkpoints, Identity
    from modelzoo.training.chunks import Encoded

    def run(
        engine=None,
        *,
        model=None,
        regularizers=(),
        task="regression",
        rows=None,
        valid=False,
        callbacks=(),
        weights=None,
        repeat=1,
        store=None,
        **training: Any,
    ):
        if engine is not None:
            monkeypatch.setattr(train, "choose_engine", lambda **_: engine)
        data, name = rows or rows_for(task)
        table = pa.table(data)
        target = fit_target(table, name)[0] if name else Target(name=None, task=task)
        features, labels = target.features(table), target.read(table)
        encoder = Encoder.fit(infer_schema(features, labels[:, 0] if name else None)[0], features)
        encoded = Encoded(encoder.encode(features), labels, weights)
        encoded = encoded.take(np.repeat(np.arange(len(labels)), repeat))
        plugin = installed().load("model", model or ("wide_deep" if name else "autoencoder"))()
        hidden = {"hidden": (4,)} if "hidden" in plugin.Spec.model_fields else {}
        parts = Assembly("tiny", plugin, plugin.Spec(**hidden), list(regularizers))
        checkpoints = Checkpoints(store, Identity.of({}, encoder, encoded.count, encoded))
        followers = train.Followers(list(callbacks), RunHooks(), checkpoints, None, None)
        spec = TrainingSpec(**{"batch_size": 16, "epochs": 2, **training})
        return train.train(parts, encoder, encoded, encoded if valid else None, target, spec, followers)

    return run


@pytest.fixture
def values_of():
    """Return a reader of a core's variables, state of random generators included, as arrays."""
    import numpy as np

    def values(core: Any) -> list[Any]:
        return [np.asarray(variable.value) for layer in core.layers for variable in layer.variables]

    return values
