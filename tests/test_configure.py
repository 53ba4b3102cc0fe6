"""Names and settings are checked before any data is seen, all faults at once."""

from fractions import Fraction

import pytest
from modelzoo_registry import NotFittedError, SpecError, UnknownPluginError

import modelzoo

BROKEN = """
import json, modelzoo
from modelzoo_registry import BrokenPluginError
try:
    modelzoo.build("linear", regularizers=["l2", "prune"])
except BrokenPluginError as error:
    print(json.dumps([str(error), repr(error.__cause__)]))
"""


def test_an_unknown_model_is_refused_with_the_nearest():
    with pytest.raises(UnknownPluginError) as caught:
        modelzoo.build("wide_dep")

    assert str(caught.value).startswith("no model is called 'wide_dep'. Did you mean 'wide_deep'? Models: ")


def test_all_faults_of_model_and_regularizers_are_told_at_once():
    with pytest.raises(SpecError) as caught:
        modelzoo.build(
            "wide_deep",
            hidden=[0],
            activation="rellu",
            hiden=[3],
            epochs=3,
            regularizers=["droput", {"name": "dropout", "rate": 1}, {"name": "l2", "strengt": 1}, 7, "l2", "l2"],
        )

    faults = {fault.path: fault.message for fault in caught.value.faults}
    assert caught.value.title == "model 'wide_deep' cannot be set up like this"
    assert list(faults) == [
        "hidden.0", "activation", "hiden", "epochs",
        "regularizers.0", "regularizers.1.rate", "regularizers.2.strengt", "regularizers.3", "regularizers.5",
    ]  # fmt: skip
    assert faults["epochs"] == (
        "is about training, not architecture: give it to fit(), or to zoo train as an option of its own"
    )
    assert faults["hiden"].startswith("unknown setting. Did you mean 'hidden'?")
    assert faults["regularizers.0"].startswith("no regularizer is called 'droput'. Did you mean 'dropout'?")
    assert (
        faults["regularizers.3"]
        == 'a name, or a dict such as {"name": "dropout", "rate": 0.2} is expected. Received: 7'
    )
    assert faults["regularizers.5"] == "'l2' is listed twice; once is enough"


@pytest.mark.parametrize(
    ("regularizers", "told"),
    [
        (["dropout", "l1", "l1_l2"], "'l1_l2' cannot be used with 'l1'; thresholding weights behind each step"),
        (["l2", "early_stopping", "early_stopping"], "'early_stopping' is listed twice; ending the training early"),
    ],
    ids=["two names", "one name"],
)
def test_of_regularizers_that_exclude_each_other_the_second_is_refused_with_the_reason(regularizers, told):
    with pytest.raises(SpecError) as caught:
        modelzoo.build("linear", regularizers=regularizers)

    assert [str(fault) for fault in caught.value.faults] == [
        f"regularizers.2: {told} is the work of one regularizer alone"
    ]


def test_faults_of_a_regularizer_that_is_excluded_are_told_too():
    with pytest.raises(SpecError) as caught:
        modelzoo.build("linear", regularizers=["l1", {"name": "l1_l2", "l2": -1}])

    assert [fault.path for fault in caught.value.faults] == ["regularizers.1", "regularizers.1.l2"]


@pytest.mark.parametrize("regularizers", ["l2", {"name": "l2"}, 5])
def test_regularizers_that_are_no_list_are_refused(regularizers):
    with pytest.raises(SpecError) as caught:
        modelzoo.build("linear", regularizers=regularizers)

    assert str(caught.value) == (
        f"the model cannot be set up like this:\n  regularizers: a list is expected: regularizers=[{regularizers!r}]"
    )


def test_a_broken_regularizer_is_no_fault_of_the_settings(outside):
    outside.install("acme-prune", "[modelzoo.regularizers]\nprune = acme:Prune", acme="raise OSError('no disk')")

    assert outside.answer(BROKEN) == [
        "regularizer 'prune' of acme-prune 1.0 cannot be imported from 'acme:Prune': OSError: no disk",
        "OSError('no disk')",
    ]


def test_a_model_shows_its_settings():
    model = modelzoo.build("wide_deep", hidden=[8], regularizers=["l2", {"name": "dropout", "rate": 0.5}])

    assert repr(model) == "<modelzoo.Model wide_deep(hidden=(8,), activation='relu'), untrained>"
    assert model.regularizers == ({"name": "l2", "strength": 0.0001}, {"name": "dropout", "rate": 0.5})


@pytest.mark.parametrize(
    "use",
    [
        lambda model: model.keras,
        lambda model: model.task,
        lambda model: model.classes,
        lambda model: model.schema,
        lambda model: model.fitted,
        lambda model: model.predict({"a": [1]}),
        lambda model: model.evaluate({"a": [1]}),
        lambda model: model.save("nowhere"),
        lambda model: model.export("nowhere"),
    ],
)
def test_what_needs_training_says_so(use):
    with pytest.raises(NotFittedError) as caught:
        use(modelzoo.build("linear"))

    assert str(caught.value) == "linear has not been trained yet: call fit first, or modelzoo.load a run"


def test_all_faults_of_the_training_are_told_at_once():
    with pytest.raises(SpecError) as caught:
        modelzoo.build("linear").fit({"y": [1, 2]}, target="y", epochs=0, optimizer="adm", lerning_rate=1, loss=3)

    assert [fault.path for fault in caught.value.faults] == ["optimizer", "loss", "epochs", "lerning_rate"]
    assert caught.value.faults[-1].message.startswith("unknown setting. Did you mean 'learning_rate'?")


def test_names_of_keras_are_pointed_to_ours():
    with pytest.raises(SpecError) as caught:
        modelzoo.build("linear").fit(x=[[1.0]], y=[1], steps_per_epoch=3, validation_split=0.1, epochs=0)

    assert [str(fault) for fault in caught.value.faults] == [
        "epochs: Input should be greater than or equal to 1. Received: 0",
        "x: is Keras' name. Give the rows first, by no name: fit(x, y)",
        "steps_per_epoch: is Keras' name. Give train_examples and evals; of batches that do not end, steps",
        "validation_split: is Keras' name. Give validation=0.1, a fraction of the rows, drawn at random",
    ]


def test_a_gated_activation_needs_even_widths():
    with pytest.raises(SpecError) as caught:
        modelzoo.build("wide_deep", hidden=[8, 5], activation="glu")

    assert str(caught.value) == (
        "model 'wide_deep' cannot be set up like this:\n"
        "  activation: glu halves the units of each layer, so every width in hidden must be even. Received: 'glu'"
    )


@pytest.mark.parametrize("task", ["regresion", "reconstruction"])
def test_a_task_that_is_not_the_models_is_refused_before_the_data_is_read(task):
    with pytest.raises(SpecError) as caught:
        modelzoo.build("linear").fit("nowhere.csv", target="y", task=task)

    assert str(caught.value) == (
        f"linear cannot be trained like this:\n  task: {task} is not among the model's: binary, multiclass, regression"
    )


def test_a_fraction_of_any_kind_is_recorded():
    model = modelzoo.build("linear")

    model.fit({"a": range(8), "y": range(8)}, target="y", validation=Fraction(1, 4), epochs=1, verbose=0)

    assert model.fitted.facts.training.validation == 0.25


def test_a_model_that_is_no_name_is_refused():
    with pytest.raises(SpecError) as caught:
        modelzoo.build(None)

    assert str(caught.value) == "the model cannot be set up like this:\n  name: text is expected. Received: None"
