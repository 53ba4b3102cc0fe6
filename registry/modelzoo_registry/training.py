"""Define how a model is trained: one spec for every model, given to ``fit`` as keywords."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike, fspath
from types import MappingProxyType
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    SkipValidation,
    ValidationInfo,
    field_validator,
)

from .specs import Spec

OptimizerName = Literal[
    "adadelta", "adafactor", "adagrad", "adam", "adamax", "adamw", "ftrl", "lion", "nadam", "rmsprop", "sgd"
]  # fmt: skip


def _as_name(value: Any) -> Any:
    """Record an object by its name: a spec is read again as text, and code is never stored."""
    if value is None or isinstance(value, str):
        return value
    return getattr(value, "name", None) or getattr(value, "__name__", type(value).__name__)


def _text_or_callable(value: Any) -> Any:
    if not isinstance(value, str) and not callable(value):
        raise ValueError(  # noqa: TRY004  (pydantic reports a ValueError as a fault, a TypeError as a crash)
            "must be a name Keras knows, a function, or a Keras object"
        )
    return value


Named = Annotated[
    SkipValidation[str | Callable[..., Any]],
    AfterValidator(_text_or_callable),
    PlainSerializer(_as_name, return_type=str),
]
"""A Keras name, or the user's own function or object; stored as a name."""


def _fraction_or_file(value: Any) -> Any:
    if isinstance(value, PathLike):
        return fspath(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or isinstance(value, str) or (is_number and 0 <= value < 1):
        return value
    raise ValueError("must be a fraction, 0 <= validation < 1, the path of a file of rows, or None")


class TrainingSpec(Spec):
    """Say how to train. Model specs may use none of these names."""

    optimizer: OptimizerName = Field("adam", description="the optimizer that turns gradients into updates")
    learning_rate: float = Field(1e-3, gt=0, le=1e3, description="step size of the optimizer")
    loss: Named | None = Field(
        None,
        description="a Keras loss by name, a function of (y_true, y_pred), or None for the task's own: "
        "mean squared error for numbers (in scaled units), cross-entropy for classes",
    )
    metrics: tuple[Named, ...] | None = Field(
        None,
        max_length=32,
        description="Keras metrics by name, functions of (y_true, y_pred), whose mean over the batches is taken, or "
        "None for the task's own: rmse and mae for numbers; accuracy, auc and log_loss for classes",
    )
    epochs: int | None = Field(
        None, ge=1, le=1_000_000, description="how often every training row is seen; None decides by their number"
    )
    batch_size: int | None = Field(
        None, ge=1, le=1_000_000, description="rows in one update of the weights; None decides by their number"
    )
    train_examples: int | None = Field(
        None,
        ge=1,
        le=10**12,
        description="instead of epochs: examples to train on in all, passing over the rows again and again",
    )
    evals: int | None = Field(
        None, ge=1, le=1_000_000, description="how often to evaluate within train_examples; None: once a pass"
    )
    seed: int = Field(0, ge=0, lt=2**32, description="decides the split, the shuffling, the weights and all noise")
    validation: Annotated[Annotated[float, Field(ge=0, lt=1)] | str | None, BeforeValidator(_fraction_or_file)] = Field(
        None,
        description="fraction of the rows held back, a file of rows, or None for no validation; 0 is none too",
    )

    @field_validator("train_examples")
    @classmethod
    def _instead_of_epochs(cls, count: int | None, info: ValidationInfo) -> int | None:
        if count is not None and info.data.get("epochs") is not None:
            raise ValueError("train_examples takes the place of epochs: give one of them")
        return count

    @field_validator("evals")
    @classmethod
    def _within_train_examples(cls, count: int | None, info: ValidationInfo) -> int | None:
        if count is None or "train_examples" not in info.data:  # its own fault is told
            return count
        examples = info.data["train_examples"]
        if examples is None:
            raise ValueError("evals divides train_examples, which is not given; of epochs, each ends with one")
        if count > examples:
            raise ValueError(f"there cannot be more evals than train_examples, {examples:,}")
        return count


TRAINING_FIELDS: frozenset[str] = frozenset(TrainingSpec.model_fields)
"""Names no model spec may use: they are given to ``fit``."""

KERAS_ARGUMENTS: Mapping[str, str] = MappingProxyType(
    {
        "x": "Give the rows first, by no name: fit(x, y)",
        "validation_data": "Give validation=(x, y), or rows that hold the target",
        "validation_split": "Give validation=0.1, a fraction of the rows, drawn at random",
        "validation_batch_size": "Leave it out: validation rows are measured some thousands at a time",
        "validation_freq": "Leave it out, or count in train_examples and evals: each eval measures",
        "sample_weight": "Give weight_column=..., the name of a column of weights",
        "steps_per_epoch": "Give train_examples and evals; of batches that do not end, steps",
        "steps_per_execution": "Leave it out: how many steps one call runs is chosen by the number of rows",
        "jit_compile": "Leave it out: whether steps are compiled is chosen by their number",
        "shuffle": "Leave it out: rows are shuffled anew in each pass, as seed decides",
        "initial_epoch": "Leave it out: fit trains from scratch",
    }
)
"""What to give instead of arguments that Keras' ``fit`` and ``compile`` take and ours does not."""

BUILD_FIELDS: frozenset[str] = frozenset({"name", "regularizers", "schema"})
"""Names no model spec may use: they are arguments of ``build``. A regularizer's may not use ``name`` either."""
