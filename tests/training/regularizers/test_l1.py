"""``l1`` minimises the loss plus strength · ‖w‖₁: weights that do not pay for themselves are exactly zero."""

from types import SimpleNamespace

import keras
import numpy as np
import pyarrow as pa
import pytest
import tensorflow as tf
from modelzoo_plugins.metric import step_sizes
from modelzoo_plugins.proximal import screen, soft_threshold
from modelzoo_plugins.regularizers.l1 import L1
from modelzoo_registry import SpecError, Update, Weight

import modelzoo
from modelzoo.training.engine import Engine
from modelzoo.training.optimizers import rows as by_rows

pytestmark = pytest.mark.xdist_group("regularizers")

COLUMNS = tuple(f"c{number}" for number in range(30))
SCHEMA = {"columns": [{"name": name, "kind": "numeric"} for name in COLUMNS]}
STRENGTH = 0.1


@pytest.fixture(scope="module")
def noisy_rows():
    """500 rows of 30 columns, of which 3 add up to the target, with noise."""
    random = np.random.default_rng(0)
    columns = random.normal(size=(500, 30))
    target = columns[:, :3].sum(axis=1) + random.normal(size=500)
    return {**{name: columns[:, place] for place, name in enumerate(COLUMNS)}, "y": target}


def lasso(inputs, target, strength):
    """Minimise mean((target - inputs w)²) + strength ‖w‖₁ by coordinate descent (Friedman et al. 2010)."""
    inputs, target = inputs - inputs.mean(axis=0), target - target.mean()
    squares, products = 2 * inputs.T @ inputs / len(target), 2 * inputs.T @ target / len(target)
    weights = np.zeros(inputs.shape[1])
    for _ in range(200):
        for place in range(weights.size):
            rest = products[place] - squares[place] @ weights + squares[place, place] * weights[place]
            weights[place] = np.sign(rest) * max(abs(rest) - strength, 0) / squares[place, place]
    return weights


def kernel_of(model):
    return model.keras.get_layer("logits").kernel.numpy()[:, 0]


@pytest.mark.parametrize(
    ("optimizer", "rate"),
    [
        ("adam", 0.01), ("adamw", 0.01), ("nadam", 0.01), ("adamax", 0.01), ("rmsprop", 0.01), ("adagrad", 0.05),
        ("sgd", 0.01),
    ],
)  # fmt: skip
def test_a_linear_model_reaches_the_lasso_with_every_optimizer(noisy_rows, optimizer, rate):
    model = modelzoo.build("linear", regularizers=[{"name": "l1", "strength": STRENGTH}], schema=SCHEMA)

    model.fit(noisy_rows, target="y", optimizer=optimizer, learning_rate=rate, epochs=120, batch_size=250, verbose=0)

    inputs = model.fitted.encoder.encode(pa.table(noisy_rows))["dense"].astype(float)
    scaled = (noisy_rows["y"] - model.fitted.target.center) / model.fitted.target.spread
    expected, found = lasso(inputs, scaled, STRENGTH), kernel_of(model)
    assert 20 < np.sum(expected == 0) < 28
    assert np.sum((found == 0) != (expected == 0)) <= 2
    np.testing.assert_allclose(found, expected, atol=0.02)
    assert model.fitted.facts.notes[-1] == f"l1: {np.sum(found == 0)} of 30 weights are exactly zero"


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "adagrad"])
def test_rows_of_a_large_table_reach_the_lasso_though_most_wait_in_each_step(monkeypatch, optimizer):
    """Forty values, of which a batch of ten rows holds few; every fourth is worth something."""
    monkeypatch.setattr(by_rows, "LARGE_TABLE", 1)
    random = np.random.default_rng(4)
    values = random.integers(0, 40, 1000)
    rows = {"c": values, "y": np.where(values % 4 == 0, 1.0, 0.0) * (1 + values / 40) + random.normal(0, 0.3, 1000)}
    schema = {"columns": [{"name": "c", "kind": "categorical", "deep": False}]}
    model = modelzoo.build("linear", regularizers=[{"name": "l1", "strength": 0.02}], schema=schema)

    rate = 0.1 if optimizer == "adagrad" else 0.003
    model.fit(rows, target="y", optimizer=optimizer, learning_rate=rate, epochs=60, batch_size=10, verbose=0)

    ids = model.fitted.encoder.encode(pa.table(rows))["ids"][:, 0]
    found = model.keras.get_layer("wide").table.numpy()[:, 0]
    scaled = (rows["y"] - model.fitted.target.center) / model.fitted.target.spread
    expected = lasso(np.eye(len(found))[ids][:, 1:], scaled, 0.02)
    assert 20 < np.sum(expected == 0) < 32
    assert np.sum((found[1:] == 0) != (expected == 0)) <= 2
    np.testing.assert_allclose(found[1:], expected, atol=0.25)  # steps of noisy batches


@pytest.mark.parametrize("schedule", ["cosine", "linear"])
def test_a_learning_rate_that_falls_to_nothing_leaves_no_fewer_zeros(noisy_rows, schedule):
    """In small batches only the steps behind the last one find them, and these are as long as the first ones."""
    model = modelzoo.build("linear", regularizers=[{"name": "l1", "strength": STRENGTH}], schema=SCHEMA)

    settings = {"optimizer": "sgd", "learning_rate": 0.01, "schedule": schedule, "epochs": 20, "batch_size": 10}
    model.fit(noisy_rows, target="y", **settings, verbose=0)

    assert model.fitted.facts.notes[-1] == "l1: 25 of 30 weights are exactly zero"


def test_metrics_on_validation_rows_are_those_of_the_weights_that_are_kept(noisy_rows):
    model = modelzoo.build("linear", regularizers=[{"name": "l1", "strength": STRENGTH}], schema=SCHEMA)

    model.fit(noisy_rows, target="y", validation=noisy_rows, optimizer="sgd", epochs=1, verbose=0)

    measured = model.evaluate(noisy_rows)
    assert model.fitted.metrics["val_rmse"] == pytest.approx(measured["rmse"], rel=1e-6)
    assert model.fitted.metrics["val_rmse"] != model.fitted.history["val_rmse"][-1]


@pytest.mark.parametrize(("where", "deep", "wide"), [("deep", True, False), ("wide", False, True), ("all", True, True)])
def test_where_says_which_part_it_acts_on(rows_for, where, deep, wide):
    rows, target = rows_for("regression")
    model = modelzoo.build("wide_deep", hidden=[4], regularizers=[{"name": "l1", "strength": 0.5, "where": where}])

    model.fit(rows, target=target, epochs=2, batch_size=16, verbose=0)

    kernels = [variable.numpy() for variable in model.keras.trainable_variables if variable.name == "kernel"]
    assert all((kernel == 0).any() == deep for kernel in kernels)
    assert (model.keras.get_layer("wide").table.numpy() == 0).all() == wide


def test_steps_compiled_by_xla_end_where_plain_ones_do(noisy_rows, monkeypatch):
    found = []
    for xla in (False, True):
        monkeypatch.setattr("modelzoo.training.train.choose_engine", lambda xla=xla, **_: Engine(chunk=10, xla=xla))
        model = modelzoo.build("linear", regularizers=[{"name": "l1", "strength": STRENGTH}], schema=SCHEMA)
        model.fit(noisy_rows, target="y", epochs=2, batch_size=50, verbose=0)
        found.append(kernel_of(model))

    np.testing.assert_allclose(*found, atol=2e-3)


def test_biases_are_left_alone():
    kernel, bias = (SimpleNamespace(shape=shape) for shape in [(3, 2), (2,)])
    follows = [L1(L1.Spec()).follows(Weight("any", v.shape, None, "deep", v)) for v in (kernel, bias)]

    assert follows == [True, False]


def test_an_optimizer_whose_metric_is_not_known_is_refused_with_those_that_are(noisy_rows):
    model = modelzoo.build("linear", regularizers=["l1"], schema=SCHEMA)

    with pytest.raises(SpecError) as caught:
        model.fit(noisy_rows, target="y", optimizer="ftrl", verbose=0)

    assert str(caught.value) == (
        "the training cannot be set up like this:\n  optimizer: l1 and l1_l2 step in the optimizer's own metric, which "
        "is known of adagrad, adam, adamax, adamw, nadam, rmsprop, sgd. Received: ftrl"
    )


def test_without_strength_it_does_nothing_and_says_so(noisy_rows):
    model = modelzoo.build("linear", regularizers=[{"name": "l1", "strength": 0}], schema=SCHEMA)

    model.fit(noisy_rows, target="y", epochs=1, verbose=0)

    assert model.fitted.facts.notes[-1] == "l1 changes nothing in linear: it finds nothing to act on"


@pytest.fixture
def table():
    """A table of three rows of two, under plain gradient descent of step size 0.1."""
    variable = keras.Variable(np.full((3, 2), 1.0, np.float32), name="table")
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build([variable])
    l1 = L1(L1.Spec(strength=1.0))
    l1.begin(optimizer, [Weight("table", (3, 2), None, "wide", variable)])
    return l1, optimizer, variable


def step(l1, optimizer, variable, rows):
    """Take a step with a gradient of zero for a batch that reads some rows."""
    optimizer.apply([tf.zeros((3, 2))], [variable])
    l1.after_step(optimizer, [Update(Weight("table", (3, 2), None, "wide", variable), dict, rows, optimizer)])


def test_rows_of_a_table_wait_until_they_are_read_and_then_take_all_thresholds(table):
    l1, optimizer, variable = table
    step(l1, optimizer, variable, tf.constant([0, 0]))
    np.testing.assert_allclose(variable.numpy()[:, 0], [0.9, 1, 1], rtol=1e-6)

    step(l1, optimizer, variable, tf.constant([0, 1]))
    np.testing.assert_allclose(variable.numpy()[:, 0], [0.8, 0.8, 1], rtol=1e-6)


def test_at_the_end_of_an_epoch_no_row_waits(table):
    l1, optimizer, variable = table
    step(l1, optimizer, variable, tf.constant([0]))
    (callback,) = l1.callbacks()
    callback.set_model(SimpleNamespace(optimizer=optimizer))

    callback.on_test_begin()
    callback.on_epoch_end(0)  # nothing is taken twice

    np.testing.assert_allclose(variable.numpy(), np.full((3, 2), 0.9), rtol=1e-6)


def test_the_strength_grows_over_the_first_half_of_the_epochs(table):
    l1, optimizer, variable = table
    (callback,) = l1.callbacks()
    callback.set_params({"epochs": 4})
    moved = []
    for epoch in range(4):
        callback.on_epoch_begin(epoch)
        before = variable.numpy()[0, 0]
        step(l1, optimizer, variable, None)
        moved.append(before - variable.numpy()[0, 0])

    np.testing.assert_allclose(moved, [0.0125, 0.1, 0.1, 0.1], rtol=1e-5)


@pytest.mark.parametrize(("regularizers", "first"), [(["early_stopping"], 1), (["l1", "early_stopping"], 3)])
def test_early_stopping_waits_until_the_strength_is_full(noisy_rows, regularizers, first):
    """Uphill steps make every epoch worse than the one before: the first that counts is kept."""
    model = modelzoo.build("linear", regularizers=regularizers, schema=SCHEMA)

    model.fit(
        noisy_rows,
        target="y",
        validation=0.2,
        optimizer="sgd",
        epochs=6,
        verbose=0,
        callbacks=[keras.callbacks.LearningRateScheduler(lambda epoch: -0.001)],
    )

    notes = model.fitted.facts.notes
    held = "early stopping looks at epochs from 3 on, when all regularizers have their full strength"
    assert model.fitted.facts.kept_epoch == first
    assert (held in notes) == (first == 3)


def test_early_stopping_of_the_users_own_waits_in_this_training_alone(train_with):
    stopping = keras.callbacks.EarlyStopping("val_loss", start_from_epoch=1, restore_best_weights=True)
    uphill = keras.callbacks.LearningRateScheduler(lambda epoch: -0.001)

    trained = train_with(
        regularizers=[("l1", L1(L1.Spec()))], valid=True, epochs=6, optimizer="sgd", callbacks=[uphill, stopping]
    )

    assert trained.kept_epoch == 3
    assert stopping.start_from_epoch == 1


@pytest.mark.parametrize("optimizer", ["adam", "nadam", "adamax", "rmsprop", "adagrad", "sgd"])
def test_step_sizes_are_how_far_a_steady_gradient_moves_a_weight(optimizer):
    """Held for long, a gradient moves the weight by step size times gradient in each step."""
    made = keras.optimizers.get({"class_name": optimizer, "config": {"learning_rate": 0.01}})
    variable = keras.Variable(np.zeros(3, np.float32), name="w")
    made.build([variable])
    gradient = tf.constant([0.5, -1.0, 2.0])
    for _ in range(150):
        made.apply([gradient], [variable])
    before = variable.numpy()
    made.apply([gradient], [variable])

    sizes = step_sizes(made, {v.name.removeprefix("w_"): v for v in made.variables}.get)

    moved = before - variable.numpy()
    np.testing.assert_allclose(moved, np.asarray(sizes) * gradient.numpy(), rtol=2e-3)


def test_momentum_lengthens_the_steps():
    made = keras.optimizers.SGD(0.01, momentum=0.9)

    assert float(step_sizes(made, None)) == pytest.approx(0.1)


def test_the_soft_threshold_moves_towards_zero_and_stops_there():
    moved = soft_threshold(tf.constant([3.0, -3.0, 0.5, -0.5, 0.0]), 1.0)

    assert moved.numpy().tolist() == [2, -2, 0, 0, 0]


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float64"])
@pytest.mark.parametrize("rows", [None, [0, 1, 2]])
def test_weights_of_another_precision_take_the_same_steps(dtype, rows):
    variable = keras.Variable(np.full((3, 2), 1.0), dtype=dtype, name="table")
    optimizer = keras.optimizers.Adam(0.1, beta_2=0.875)  # a number that bfloat16 has
    optimizer.build([variable])
    slots = {v.name.removeprefix("table_"): v for v in optimizer.variables}
    update = Update(Weight("table", (3, 2), None, "deep", variable), slots.get, rows, optimizer)
    l1 = L1(L1.Spec(strength=2.0))
    l1.begin(optimizer, [update.weight])

    optimizer.apply([tf.ones((3, 2), dtype)], [variable])
    l1.after_step(optimizer, [update])
    np.testing.assert_allclose(variable.numpy().astype(float), np.full((3, 2), 1 - 0.1 - 0.1 * 2), rtol=1e-2)

    measured = SimpleNamespace(updates=[update], measure=lambda: (0.0, [tf.zeros((3, 2))]))
    l1.after_training(optimizer, measured)
    assert (variable.numpy() == 0).all()


def test_a_constraint_of_the_layers_own_still_holds_behind_the_threshold():
    variable = keras.Variable(np.full((2, 2), 1.0, np.float32), name="kernel")
    variable.constraint = keras.constraints.UnitNorm()
    optimizer = keras.optimizers.SGD(0.1)
    optimizer.build([variable])
    l1 = L1(L1.Spec(strength=1.0))
    weight = Weight("kernel", (2, 2), None, "deep", variable)
    l1.begin(optimizer, [weight])

    optimizer.apply([tf.constant([[0.0, 0.0], [10.0, 10.0]])], [variable])
    update = Update(weight, dict, None, optimizer)
    l1.after_step(optimizer, [update])
    np.testing.assert_allclose(variable.numpy(), [[1, 1], [0, 0]], rtol=1e-6)


@pytest.mark.parametrize("step_size", [1e-3, 1e3])
def test_at_the_end_what_does_not_pay_is_zero_and_all_else_stays(step_size):
    """Of (w - best)² + 0.1 |w|, the minimum is zero where best lies within 0.05 of it."""
    best, start = np.array([1, 0.04, -0.5, -0.02], np.float32), np.array([1.1, 0.08, -0.4, 0.01], np.float32)
    variable = keras.Variable(start, name="w")
    optimizer = keras.optimizers.SGD(step_size)
    optimizer.build([variable])

    def measure():
        with tf.GradientTape() as tape:
            loss = tf.reduce_sum((variable.value - best) ** 2)
        return float(loss), [tape.gradient(loss, variable.value)]

    weight = Weight("w", (4,), None, "deep", variable)
    screen(SimpleNamespace(updates=[Update(weight, dict, None, optimizer)], measure=measure), [0.1], 12)

    assert variable.numpy().tolist() == [start[0], 0, start[2], 0]


def screened(start, loss_of, *, constraint=None):
    """Screen one weight, of strength 0.1, for a loss; return it."""
    variable = keras.Variable(np.array(start, np.float32), name="w")
    variable.constraint = constraint
    optimizer = keras.optimizers.SGD(0.01)
    optimizer.build([variable])

    def measure():
        with tf.GradientTape() as tape:
            loss = loss_of(variable.value)
        return float(loss), [tape.gradient(loss, variable.value)]

    update = Update(Weight("w", variable.shape, None, "deep", variable), dict, None, optimizer)
    screen(SimpleNamespace(updates=[update], measure=measure), [0.1], 12)
    return variable.numpy()


def test_at_the_end_nothing_is_zero_that_would_raise_the_objective():
    """The sum is worth more than the penalty: the second may go only where the first shrinks, and that one stays."""
    start = [1.2, -0.2]

    found = screened(start, lambda w: 10 * (tf.reduce_sum(w) - 1) ** 2)

    assert found.tolist() == np.array(start, np.float32).tolist()


def test_a_constraint_of_the_layers_own_still_holds_at_the_end():
    found = screened(
        [[0.999], [0.0447]], lambda w: (w[0, 0] - 1) ** 2 + w[1, 0] ** 2, constraint=keras.constraints.UnitNorm()
    )

    np.testing.assert_allclose(found, [[1], [0]], atol=1e-6)
