"""``Model.summary``: what is known of a model, in words."""

import re

import pytest

import modelzoo
from modelzoo.artifacts.run import read_record
from modelzoo.columns import Target
from modelzoo.columns.words import describe_shape
from modelzoo.summary import describe_rows, describe_target, print_metrics, print_run
from modelzoo.text import print_fields, print_table

pytestmark = pytest.mark.xdist_group("summary")  # one model is trained

COLUMNS = {
    "columns": [
        {"kind": "numeric", "name": "area"},
        {"kind": "bucketized", "name": "area_cut", "source": "area", "buckets": 4, "deep": True},
        {"kind": "categorical", "name": "town", "wide": False, "deep": False},
        {"kind": "crossed", "name": "both", "sources": ["area_cut", "town"]},
    ]
}


@pytest.fixture(scope="module")
def summary(rows_for):
    """Return a trained model's summary."""
    rows, target = rows_for("regression")
    model = modelzoo.build("wide_deep", schema=COLUMNS, hidden=[4], regularizers=["l2", "dropout"])
    model.fit(rows, target=target, epochs=2, batch_size=32, validation=0.25, verbose=0)
    return model


def test_a_model_that_is_not_trained_tells_its_settings(capsys):
    modelzoo.build("wide_deep", hidden=[8], regularizers=[{"name": "l2", "strength": 0.5}]).summary()

    assert capsys.readouterr().out == (
        "wide_deep, not trained yet\n"
        "\n"
        'model        wide_deep of modelzoo-plugins 0.1.0: hidden = [8], activation = "relu"\n'
        "regularizer  l2 of modelzoo-plugins 0.1.0: strength = 0.5\n"
    )


def test_a_trained_model_tells_how_it_was_trained(summary, capsys):
    summary.summary()
    out = re.sub(r" in \d+\.\d s ", " in 0.5 s ", capsys.readouterr().out)

    assert out.startswith(
        "wide_deep for price\n"
        "\n"
        'model          wide_deep of modelzoo-plugins 0.1.0: hidden = [4], activation = "relu"\n'
        "regularizer 1  l2 of modelzoo-plugins 0.1.0: strength = 0.0001\n"
        "regularizer 2  dropout of modelzoo-plugins 0.1.0: rate = 0.2\n"
        "target         price: regression\n"
        "rows           120, and 40 for validation: 0.25 of all, drawn\n"
        "epochs         2 in 0.5 s (3 fused steps a call, without XLA)\n"
        'training       optimizer = "adam", learning_rate = 0.001, batch_size = 32, seed = 0\n'
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"validation": None, "validation_rows": 0}, "120"),
        ({"validation": None}, "120, and 40 for validation: rows given"),
        ({"validation": "valid.csv"}, "120, and 40 for validation: those of valid.csv"),
        ({"validation": "time:sold=0.25"}, "120, and 40 for validation: the last 0.25 by sold"),
        ({"labels": (0, 1)}, "120, and 40 for validation: 0.25 of each class, drawn"),
        (
            {"labels": (0, 1), "streamed": True},
            "120, and 40 for validation: 0.25 of all, drawn, streamed (memory = 1GB)",
        ),
        ({"validation": None, "validation_rows": 0, "streamed": True}, "120, streamed (memory = 1GB)"),
    ],
)
def test_rows_are_told_with_those_that_validate_and_how_they_were_held(summary, changes, told):
    facts = summary.fitted.facts
    parts = {
        "target": {name: changes.pop(name) for name in ("labels",) if name in changes},
        "training": {name: changes.pop(name) for name in ("validation",) if name in changes},
    }
    whole = {name: getattr(facts, name).model_copy(update=part) for name, part in parts.items()}

    assert describe_rows(facts.model_copy(update={**whole, **changes})) == told


def test_weights_are_told_where_rows_were_weighed(summary, tmp_path, capsys):
    record, history = read_record(summary.save(tmp_path / "run"))
    weighed = record.training.model_copy(update={"class_weight": {"yes": 3.0}, "weight_column": "w"})

    print_run(record.model_copy(update={"training": weighed}), history)

    assert (
        '\ntraining       optimizer = "adam", learning_rate = 0.001, batch_size = 32, class_weight = {"yes": 3.0}, '
        'weight_column = "w", seed = 0\n'
    ) in capsys.readouterr().out


def test_settings_that_mostly_stay_as_they_are_are_told_where_they_do_not(summary, tmp_path, capsys):
    record, history = read_record(summary.save(tmp_path / "run"))
    chosen = {"schedule": "cosine", "warmup": 0.1, "clip_norm": 1.0, "precision": "mixed_bfloat16"}

    print_run(record.model_copy(update={"training": record.training.model_copy(update=chosen)}), history)

    assert (
        '\ntraining       optimizer = "adam", learning_rate = 0.001, schedule = "cosine", warmup = 0.1, '
        'clip_norm = 1.0, batch_size = 32, precision = "mixed_bfloat16", seed = 0\n'
    ) in capsys.readouterr().out


def test_every_column_is_told_with_what_becomes_of_it(summary, capsys):
    summary.summary()

    assert (
        "COLUMN  TYPE    BECOMES\n"
        "area    number  number + missing; 4 buckets (wide, embedding of 4)\n"
        "town    text    3 values (crossed only)\n"
        "both    cross   15 combinations (wide): area_cut × town\n"
    ) in capsys.readouterr().out


def test_every_layer_is_told_with_its_parameters(summary, capsys):
    summary.summary()

    assert (
        "LAYER                 TYPE                OUTPUT     PARAMETERS\n"
        "dense                 InputLayer          2 numbers           0\n"
        "ids                   InputLayer          2 ids               0\n"
        "embedding_area_cut_0  Embedding           4 numbers          20\n"
        "hidden_1              Dense, relu         4 numbers          28\n"
        "hidden_1_dropout      Dropout, rate 0.2   4 numbers           0\n"
        "logits                Dense               1 number            5\n"
        "wide                  WideLogits          1 number           22\n"
        "logits_sum            Add                 1 number            0\n"
        "prediction            Activation, linear  1 number            0\n"
        "75 parameters in all\n"
    ) in capsys.readouterr().out
    assert summary.keras.count_params() == 75


def test_the_metrics_of_the_last_epoch_are_told(summary, capsys):
    summary.summary()
    last = summary.fitted.metrics

    table = capsys.readouterr().out.partition("\nMETRIC")[2].splitlines()

    assert table[0].split() == ["TRAINING", "VALIDATION"]
    assert [line.split() for line in table[1:]] == [
        [name, f"{last[name]:.6g}", f"{last[f'val_{name}']:.6g}"] for name in ("loss", "mae", "rmse")
    ]


def test_a_training_that_stopped_says_so(capsys):
    model = modelzoo.build("linear")
    with pytest.raises(modelzoo.ZooError):
        model.fit({"a": [1.0, 2.0, 3.0], "y": [1.0, 2.0, 4.0]}, target="y", epochs=3, loss=_infinite, verbose=0)

    model.summary()

    out = capsys.readouterr().out
    assert re.search(
        r"\nepochs    0 of 3 in .* \(plain steps, .*\), stopped where the loss left the finite numbers\n", out
    )


def _infinite(y_true, y_pred):
    return (y_pred - y_true) / 0


def test_metrics_without_validation_are_one_column(capsys):
    print_metrics({"loss": 0.5, "auc": None, "rmse": float("nan")})

    assert capsys.readouterr().out == (
        "\nMETRIC  TRAINING\nloss    0.5\nauc     not finite\nrmse    not finite\n"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target(name="y", task="regression"), "y: regression"),
        (Target(name="y", task="binary", labels=(0, 1)), "y: binary (0, 1)"),
        (Target(name="y", task="multiclass", labels=("a", "b", "c")), "y: multiclass of 3 classes (a, b, c)"),
    ],
)
def test_a_target_is_told_in_words(target, words):
    assert describe_target(target) == words


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        ((), "1 number"),
        ((1,), "1 number"),
        ((1000,), "1,000 numbers"),
        ((None,), "? numbers"),
        ((28, None, 3), "28 × ? × 3 numbers"),
    ],
)
def test_a_shape_is_told_in_words(shape, words):
    assert describe_shape(shape) == words


def test_tables_line_up_whatever_the_characters_and_steer_no_terminal(capsys):
    print_table(("NAME", "SIZE"), [("支付", "1"), ("é", "20"), ("\x1b[2J", "300")], numbers=("SIZE",))

    assert capsys.readouterr().out == "NAME     SIZE\n支付        1\ne\u0301          20\n\\x1b[2J   300\n".replace(
        "e\u0301", "é"
    )


def test_fields_line_up(capsys):
    print_fields({"model": "linear", "to": "a\nb"})

    assert capsys.readouterr().out == "model  linear\nto     a\\nb\n"
