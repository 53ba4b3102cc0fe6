"""Train one small model, and write its run once."""

from __future__ import annotations

import shutil

import pytest

import modelzoo


@pytest.fixture(scope="session")
def trained(rows_for):
    """A trained model, its rows, and the losses of its training."""
    rows, target = rows_for("regression")
    model = modelzoo.build("wide_deep", hidden=[4], regularizers=["l2", "dropout"])
    history = model.fit(rows, target=target, epochs=2, batch_size=32, validation=0.2, verbose=0)
    return model, rows, history.history


@pytest.fixture(scope="session")
def written(trained, tmp_path_factory):
    """The run of that model; tests that change it take a copy."""
    return trained[0].save(tmp_path_factory.mktemp("runs") / "run")


@pytest.fixture
def run(written, tmp_path):
    """A copy of the run, to be changed."""
    return shutil.copytree(written, tmp_path / "run")
