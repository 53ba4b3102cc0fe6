"""The objective over all rows at once is what the training minimises, and what comes of it is kept and told."""

import numpy as np
import pytest
from modelzoo_plugins.regularizers.dropout import Dropout
from modelzoo_plugins.regularizers.l2 import L2
from modelzoo_plugins.regularizers.label_smoothing import LabelSmoothing
from modelzoo_registry import BrokenPluginError, RegularizerPlugin, RegularizerSpec


class Measuring(RegularizerPlugin):
    """Measure the objective behind the last step, there and with one weight moved a little."""

    Spec = RegularizerSpec

    def after_training(self, optimizer, objective):
        self.loss, self.gradients = objective.measure()
        names = [update.weight.name for update in objective.updates]
        place = names.index("kernel")
        weight = objective.updates[place].weight.variable
        start, self.differences = weight.numpy(), []
        for step in (0.01, -0.01):
            moved = start.copy()
            moved[0, 0] += step
            weight.assign(moved)
            self.differences.append(objective.measure()[0])
        weight.assign(start)
        self.gradient = float(self.gradients[place][0, 0])
        self.slots = [update.slot("velocity").shape == update.weight.shape for update in objective.updates]
        return "measured"


@pytest.fixture
def measured(train_with):
    """Train with one that measures, on more rows than are measured at a time, of which the last are few."""

    def run(**settings):
        one = Measuring(None)
        others = [("l2", L2(L2.Spec(strength=0.1))), ("dropout", Dropout(Dropout.Spec(rate=0.5)))]
        trained = train_with(
            regularizers=[*others, ("measuring", one)], valid=True, repeat=7, epochs=1, metrics=[], **settings
        )
        return one, trained

    return run


@pytest.mark.parametrize("task", ["regression", "binary", "multiclass", "reconstruction"])
def test_it_is_the_loss_of_all_rows_as_they_are_with_its_penalties(measured, task):
    one, trained = measured(task=task)

    assert one.loss == pytest.approx(trained.history.history["val_loss"][-1], rel=1e-5)
    assert one.gradient == pytest.approx((one.differences[0] - one.differences[1]) / 0.02, rel=2e-2, abs=1e-3)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_targets_are_softened_as_they_are_in_training(train_with, task):
    one, smoothing = Measuring(None), LabelSmoothing(LabelSmoothing.Spec(amount=0.5))

    trained = train_with(
        regularizers=[("label_smoothing", smoothing), ("measuring", one)],
        task=task,
        valid=True,
        epochs=1,
        learning_rate=1e-9,
    )

    assert one.loss == pytest.approx(trained.history.history["loss"][-1], rel=1e-5)
    assert one.loss != pytest.approx(trained.history.history["val_loss"][-1], rel=1e-2)


def test_rows_count_by_their_weights(measured):
    weights = np.linspace(0, 2, 160).astype(np.float32)

    one, trained = measured(weights=weights)

    assert one.loss == pytest.approx(trained.history.history["val_loss"][-1], rel=1e-5)
    assert one.gradient == pytest.approx((one.differences[0] - one.differences[1]) / 0.02, rel=2e-2, abs=1e-3)


def test_each_weight_comes_with_what_the_optimizer_keeps_for_it(measured):
    one, trained = measured()

    assert len(one.slots) == len(trained.core.trainable_variables)
    assert all(one.slots)


def test_the_line_is_told_under_the_regularizers_name_and_validation_rows_are_measured_again(measured):
    one, trained = measured()

    assert trained.notes[-1] == "measuring: measured"
    assert trained.final == {"val_loss": pytest.approx(one.loss, rel=1e-5)}


def test_one_that_fails_behind_the_last_step_is_told_as_broken(train_with):
    class Failing(RegularizerPlugin):
        Spec = RegularizerSpec

        def after_training(self, optimizer, objective):
            raise RuntimeError("no such thing")

    with pytest.raises(BrokenPluginError) as caught:
        train_with(regularizers=[("failing", Failing(None))], epochs=1, metrics=[])

    assert str(caught.value) == "regularizer 'failing' failed: RuntimeError: no such thing"
