"""Define how a model is trained: one spec for every model, given to ``fit`` as keywords."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
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

from .sizes import parse_bytes
from .specs import Spec

OptimizerName = Literal[
    "adadelta", "adafactor", "adagrad", "adam", "adamax", "adamw", "ftrl", "lion", "nadam", "rmsprop", "sgd"
]  # fmt: skip
ScheduleName = Literal["constant", "cosine", "linear"]
Precision = Literal["float32", "mixed_bfloat16"]

_WITH_MOMENTUM = ("sgd", "rmsprop")


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


@dataclass(frozen=True)
class TimeSplit:
    """Name the column whose last part in time is held back, and how large that part is."""

    column: str
    share: float


_IN_TIME = "time:"
_SHARE_IN_TIME = 0.1


def time_split(validation: Any) -> TimeSplit | None:
    """Return what ``time:column`` or ``time:column=0.2`` says, or None for any other validation.

    Raises:
        ValueError: when no column is named, or the share is not above 0 and below 1.
    """
    if not isinstance(validation, str) or not validation.startswith(_IN_TIME):
        return None
    named = validation.removeprefix(_IN_TIME)
    column, equals, text = named.rpartition("=")
    share = _number(text) if equals else None
    if share is None:  # an equals sign in the column's name
        column, share = named, _SHARE_IN_TIME
    if not column or not 0 < share < 1:
        raise ValueError("must be time:column or time:column=share, 0 < share < 1, where it begins with time:")
    return TimeSplit(column, share)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _fraction_or_file(value: Any) -> Any:
    if isinstance(value, PathLike):
        path = fspath(value)
        return f"./{path}" if isinstance(path, str) and path.startswith(_IN_TIME) else path
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if value is None or (is_number and 0 <= value < 1):
        return value
    if isinstance(value, str):
        time_split(value)
        return value
    raise ValueError("must be a fraction, 0 <= validation < 1, the path of a file of rows, time:column, or None")


def _balanced_or_weights(value: Any) -> Any:
    """Check weights of classes, and turn their labels into text: TOML knows no other keys."""
    if value is None or value == "balanced":
        return value
    if not isinstance(value, Mapping) or not value:
        raise ValueError('must be "balanced", or weights by label: {"yes": 3, "no": 1}, --class-weight yes=3,no=1')

    bad = [f"{label}: {weight!r}" for label, weight in value.items() if not _is_weight(weight)]
    if bad:
        raise ValueError(f"weights must be finite numbers from 0 on, unlike {', '.join(bad)}")
    weights = {str(label): float(weight) for label, weight in value.items()}
    if len(weights) < len(value):
        raise ValueError("labels must differ as text")
    return weights


def _is_weight(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and 0 <= float(value) < math.inf


def _size(value: Any) -> Any:
    parse_bytes(value)
    return str(value)


class TrainingSpec(Spec):
    """Say how to train. Model specs may use none of these names."""

    optimizer: OptimizerName = Field("adam", description="the optimizer that turns gradients into updates")
    learning_rate: float = Field(
        1e-3, gt=0, le=1e3, description="step size of the optimizer; under a schedule its peak"
    )
    schedule: ScheduleName = Field(
        "constant",
        description="how the learning rate goes on from its peak: stays there, or falls to decay_to by the last "
        "update, along half a cosine or a line",
    )
    warmup: float = Field(
        0,
        ge=0,
        lt=1,
        description="share of all updates, the first ones, over which the learning rate rises to its peak",
    )
    decay_to: float = Field(0, ge=0, lt=1, description="share of the peak that a cosine or linear schedule falls to")
    clip_norm: float | None = Field(
        None,
        gt=0,
        description="longest norm of all gradients of an update together; longer ones are scaled down to it",
    )
    clip_value: float | None = Field(
        None, gt=0, description="largest size of each entry of the gradients; larger ones are cut down to it"
    )
    momentum: float | None = Field(
        None, ge=0, lt=1, description="share of the last step that sgd and rmsprop repeat; None: nothing of it"
    )
    wide_optimizer: OptimizerName | None = Field(
        None, description="another optimizer for the wide part of the model, such as ftrl; None: the same for all"
    )
    wide_learning_rate: float | None = Field(
        None,
        gt=0,
        le=1e3,
        description="step size of wide_optimizer; None: 1 / √columns of the wide part, at most 0.2",
    )
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
    memory: Annotated[str, BeforeValidator(_size)] = Field(
        "1GB",
        description="bytes that encoded rows may take, such as 500MB or 2GB; more are streamed: read, encoded and "
        "shuffled in a window anew in each epoch",
    )
    checkpoint_every: float = Field(
        30.0,
        ge=0,
        le=1e6,
        description="seconds between two checkpoints of a training that writes a run; 0 writes one after every call "
        "of the step. Those that take long are written less often",
    )
    precision: Precision = Field(
        "float32",
        description="what hidden layers compute in; with mixed_bfloat16 weights, logits, loss and prediction stay "
        "float32. It is for machines with bfloat16 units, elsewhere mostly slower",
    )
    seed: int = Field(0, ge=0, lt=2**32, description="decides the split, the shuffling, the weights and all noise")
    validation: Annotated[Annotated[float, Field(ge=0, lt=1)] | str | None, BeforeValidator(_fraction_or_file)] = Field(
        None,
        description="fraction of the rows held back, of each class alike; a file of rows; time:column for the last "
        "tenth in time, by timestamps, dates, numbers or ISO 8601 text, time:column=0.2 for another share (of a file "
        "with such a name, write ./time:...); or None for no validation; 0 is none too",
    )
    class_weight: Annotated[Literal["balanced"] | dict[str, float] | None, BeforeValidator(_balanced_or_weights)] = (
        Field(
            None,
            description="what a row of each class weighs in the training loss: balanced, so that all classes weigh "
            "the same in all, or a number by label, 1 for labels left out; None weighs them alike",
        )
    )
    weight_column: str | None = Field(
        None,
        min_length=1,
        description="a column of numbers from 0 on, no feature: what each row weighs in the loss, in training and in "
        "validation, divided by the mean over the training rows, of which those of weight 0 are left out; metrics "
        "count every row alike",
    )

    @field_validator("momentum")
    @classmethod
    def _of_an_optimizer_that_takes_it(cls, momentum: float | None, info: ValidationInfo) -> float | None:
        optimizer = info.data.get("optimizer")
        if momentum and optimizer and optimizer not in _WITH_MOMENTUM:
            raise ValueError(f"of {' and '.join(_WITH_MOMENTUM)} alone: {optimizer} takes no momentum, leave it out")
        return momentum

    @field_validator("wide_learning_rate")
    @classmethod
    def _of_a_wide_optimizer(cls, rate: float | None, info: ValidationInfo) -> float | None:
        if rate is not None and info.data.get("wide_optimizer", "") is None:
            raise ValueError("is the step size of wide_optimizer, which is not given; learning_rate is that of all")
        return rate

    @field_validator("schedule", "warmup")
    @classmethod
    def _of_an_optimizer_whose_rate_may_change(cls, value: Any, info: ValidationInfo) -> Any:
        if value not in ("constant", 0) and info.data.get("optimizer") == "ftrl":
            raise ValueError(
                "ftrl's weights are proportional to its learning rate: it stays what it is, leave this out"
            )
        return value

    @field_validator("decay_to")
    @classmethod
    def _of_a_decay(cls, share: float, info: ValidationInfo) -> float:
        if share and info.data.get("schedule") == "constant":
            raise ValueError(
                'decay_to says where a decay ends, and the schedule is constant: give "cosine" or "linear"'
            )
        return share

    @field_validator("clip_value")
    @classmethod
    def _one_way_to_clip(cls, value: float | None, info: ValidationInfo) -> float | None:
        if value is not None and info.data.get("clip_norm") is not None:
            raise ValueError("clip_value takes the place of clip_norm: give one of them")
        return value

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
        "schema": "Give it to build: build(name, schema=...)",
        "x": "Give the rows first, by no name: fit(x, y)",
        "validation_data": "Give validation=(x, y), or rows that hold the target",
        "validation_split": "Give validation=0.1, a fraction of the rows, drawn at random",
        "validation_batch_size": "Leave it out: validation rows are measured some thousands at a time",
        "validation_freq": "Leave it out, or count in train_examples and evals: each eval measures",
        "sample_weight": "Give weight_column=..., the name of a column of weights",
        "steps_per_epoch": "Give train_examples and evals; of batches that do not end, steps",
        "steps_per_execution": "Leave it out: how many steps one call runs is chosen by the number of rows",
        "jit_compile": "Leave it out: whether steps are compiled is chosen by their number",
        "clipnorm": "Give clip_norm, which bounds the norm of all gradients together",
        "global_clipnorm": "Give clip_norm=1.0",
        "clipvalue": "Give clip_value=0.5",
        "shuffle": "Leave it out: rows are shuffled anew in each pass, as seed decides",
        "initial_epoch": "Leave it out: fit trains from scratch",
    }
)
"""What to give instead of arguments that Keras' ``fit`` and ``compile`` take and ours does not."""

BUILD_FIELDS: frozenset[str] = frozenset({"name", "regularizers", "schema"})
"""Names no model spec may use: they are arguments of ``build``. A regularizer's may not use ``name`` either."""
