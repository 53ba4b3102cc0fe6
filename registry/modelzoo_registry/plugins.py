"""Define the two classes a plugin author derives from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Protocol

from .inputs import ModelInputs, Tensor
from .specs import ModelSpec, RegularizerSpec
from .tasks import TASKS, Task

Part = Literal["wide", "deep"]
"""The sparse linear part of a model, or everything else."""


class ModelPlugin:
    """Be the base of every model.

    A subclass sets ``Spec`` and ``tasks`` and writes ``build``. Its module imports this package alone at the
    top; Keras is imported inside ``build``. The first line of its docstring is shown by ``zoo list``.
    """

    Spec: ClassVar[type[ModelSpec]]
    """Its settings."""
    tasks: ClassVar[frozenset[Task]]
    """What it can be trained for."""

    def build(self, spec: Any, inputs: ModelInputs) -> Tensor:
        """Return the prediction as a Keras functional graph over ``inputs``.

        Custom layers need no ``get_config``: loading a run calls ``build`` again, under the seed of the training,
        and gives the variables of its layers their values. No two layers may have one name; ``dense``, ``ids``,
        ``wide``, ``logits`` and ``prediction`` are taken.

        Args:
            spec: an instance of this plugin's ``Spec``.
            inputs: the encoded columns; the result usually is ``inputs.head(...)``.
        """
        raise NotImplementedError


@dataclass(frozen=True)
class Weight:
    """Describe one trainable weight to a regularizer."""

    name: str
    """The variable's own name: kernel, bias, embeddings, table, ..."""
    shape: tuple[int, ...]
    """Its shape."""
    layer: Any
    """The Keras layer that owns it."""
    part: Part
    """``wide`` for the sparse linear part, ``deep`` for everything else."""
    variable: Any
    """The Keras variable itself."""

    @property
    def is_kernel(self) -> bool:
        """Whether it multiplies inputs: kernels and tables do, biases and normalisation gains do not."""
        return len(self.shape) >= 2


@dataclass(frozen=True)
class Update:
    """Describe what one step of the optimizer did to a weight."""

    weight: Weight
    """The weight that was updated."""
    slot: Callable[[str], Any]
    """Returns the variable that the optimizer keeps for this weight, by its name: momentum, velocity, accumulator."""
    rows: Tensor | None
    """Of a table, the rows that the batch has read, int (k,), some of them repeatedly; None for all."""
    optimizer: Any
    """The Keras optimizer that updates this weight: the main one, or that of the wide part."""


class Objective(Protocol):
    """Measure what a training minimises over all its rows at once, as they are: nothing dropped, no noise added."""

    @property
    def updates(self) -> Sequence[Update]:
        """Every trainable weight, with what the optimizer keeps for it; ``rows`` is None."""

    def measure(self) -> tuple[float, Sequence[Tensor]]:
        """Return loss and penalties, and their float32 gradient by each of these weights; goes through all rows."""


@dataclass(frozen=True)
class LayerInfo:
    """Describe one layer of a model to a regularizer."""

    name: str
    """Its name, which no other layer of the model has."""
    layer: Any
    """The Keras layer itself."""
    part: Part
    """``wide`` for the sparse linear part, ``deep`` for everything else."""
    hidden: bool
    """Whether its output is a hidden activation: behind a nonlinearity, or a custom layer with weights."""


class RegularizerPlugin:
    """Be the base of every regularizer: override any of the methods, each says when it acts.

    One object is made for each training, from its validated ``spec``. Several regularizers act in the order
    the user listed them. ``tasks`` are those it makes sense for; for others it is refused. The methods return
    tensors, layers and callables of Keras, imported inside the method.
    """

    Spec: ClassVar[type[RegularizerSpec]]
    """Its settings."""
    tasks: ClassVar[frozenset[Task]] = frozenset(TASKS)  # type: ignore[arg-type]  # the same names, as a set of str
    """What it makes sense for; for all else it is refused."""
    exclusive: ClassVar[str | None] = None
    """What only one regularizer of a model can do, in a few words; a second one that names the same is refused."""
    sparsifies: ClassVar[bool] = False
    """Whether it makes weights exactly zero, so that exports leave them out unless they are told not to."""
    growing: ClassVar[float] = 0.0
    """Share of the epochs, 0 to 1, over which it grows to its full strength; early stopping looks at none before."""

    def __init__(self, spec: Any) -> None:
        self.spec = spec

    def penalty(self, weight: Weight) -> Callable[[Tensor], Tensor] | None:
        """Return a function from the weight to a scalar added to the loss, or None to leave it alone."""
        return None

    def constraint(self, weight: Weight) -> Callable[[Tensor], Tensor] | None:
        """Return a function from the updated weight to the allowed one, or None to leave it alone.

        It is called with the whole weight at each step. With an ``axis``, an int or several, as Keras' constraints have
        it, among which the first axis is not, it may be called with some rows of a large table alone.
        """
        return None

    def layers_before_activation(self, layer: LayerInfo) -> Sequence[Any]:
        """Return Keras layers to insert between a layer's linear output and its activation."""
        return ()

    def layers_after(self, layer: LayerInfo) -> Sequence[Any]:
        """Return Keras layers to insert behind a layer's output, of several the first; not asked for ``prediction``."""
        return ()

    def transform_inputs(
        self, inputs: Mapping[str, Tensor], cells: Mapping[str, Sequence[int]], seed: Any
    ) -> Mapping[str, Tensor]:
        """Return changed encoded inputs, in training only.

        Args:
            inputs: ``dense`` (batch, n) float32, ``ids`` (batch, k) int32, and one tensor for each array
                column; the result has the same names, shapes and dtypes.
            cells: of ``dense`` and ``ids``, the number of the raw column that each position comes from; a cross
                has a number of its own.
            seed: a ``keras.random.SeedGenerator`` for everything drawn.
        """
        return inputs

    def transform_targets(self, targets: Tensor, units: int) -> Tensor:
        """Return changed targets, in training only.

        float32 (batch, 1); for classes (batch, units), one-hot; for reconstruction (batch, units), the fixed inputs.
        """
        return targets

    def follows(self, weight: Weight) -> bool:
        """Return whether ``begin``, ``after_step`` and ``after_training`` are about this weight."""
        return True

    def begin(self, optimizer: Any, weights: Sequence[Weight]) -> None:
        """Make what ``after_step`` needs of its own, before the first step; once for each optimizer.

        Args:
            optimizer: built for the trainable weights that it updates: all of them, or those of a part.
            weights: those of them that this regularizer follows; it is not called when there is none.
        """

    def after_step(self, optimizer: Any, updates: Sequence[Update]) -> None:
        """Act after the update of the weights that it follows, as TensorFlow operations.

        Args:
            optimizer: the main one; the wide part may have another, ``update.optimizer`` is the weight's own.
            updates: one for each of these weights.
        """

    def after_training(self, optimizer: Any, objective: Objective) -> str | None:
        """Act when the last step is done and weights are those that will be kept; return a line for people, if any.

        It is not called after a stop on a loss that is not finite.
        """
        return None

    def watched_metric(self) -> str | None:
        """Return the metric on validation rows that it follows, as in ``loss`` or ``rmse``; None for none.

        A training without validation rows, or without this metric, is refused before it begins.
        """
        return None

    def callbacks(self) -> Sequence[Any]:
        """Return Keras callbacks that follow the training."""
        return ()

    def state(self) -> Mapping[str, Any]:
        """Return what must outlive a saved run, as plain JSON data."""
        return {}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take back what ``state`` returned."""
