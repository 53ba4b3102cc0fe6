"""A run's event files hold what its history holds."""

import pytest
from tensorboard.backend.event_processing.event_file_loader import EventFileLoader
from tensorboard.util import tensor_util

import modelzoo


def scalars(folder):
    """Read the events of a folder: the values of each tag, by step."""
    (file,) = folder.glob("events.out.tfevents.*")
    values = {}
    for event in EventFileLoader(str(file)).Load():
        for value in event.summary.value:
            values.setdefault(value.tag, []).append((event.step, tensor_util.make_ndarray(value.tensor).item()))
    return values


@pytest.fixture(scope="module")
def run(rows_for, tmp_path_factory):
    rows, target = rows_for("regression")
    folder = tmp_path_factory.mktemp("logs") / "run"
    model = modelzoo.build("linear")
    history = model.fit(rows, target=target, epochs=3, batch_size=16, validation=0.2, out=folder, verbose=0)
    return folder, history.history


@pytest.mark.parametrize("name", ["loss", "rmse", "mae"])
@pytest.mark.parametrize(("part", "prefix"), [("train", ""), ("validation", "val_")])
def test_every_epoch_is_in_the_events(run, name, part, prefix):
    folder, history = run

    steps, values = zip(*scalars(folder / "logs" / part)[f"epoch_{name}"], strict=True)

    assert steps == (0, 1, 2)
    assert values == pytest.approx(history[prefix + name], rel=1e-6)
