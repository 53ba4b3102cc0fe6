"""Type what a model plugin builds on."""

from __future__ import annotations

from typing import Any, Protocol, TypeAlias, runtime_checkable

Tensor: TypeAlias = Any
"""A symbolic Keras tensor; its type lives in Keras, which the contract never imports."""


@runtime_checkable
class ModelInputs(Protocol):
    """Offer the encoded columns of one batch as symbolic tensors, and the output layer.

    The first dimension of every tensor is the batch. The task stays hidden: a model asks for ``units``
    logits, or leaves them to ``head``.
    """

    @property
    def units(self) -> int:
        """Number of logits: 1 for regression and binary, the classes for multiclass, d for reconstruction."""

    @property
    def numeric(self) -> Tensor | None:
        """Scaled numeric columns and missing-value indicators, float32 (batch, n); None when there are none."""

    @property
    def ids(self) -> Tensor | None:
        """Ids of categorical, bucketized and crossed columns, int32 (batch, k), 0 for unseen or missing; or None."""

    @property
    def arrays(self) -> tuple[Tensor, ...]:
        """One float32 (batch, *shape) tensor for each array column, rescaled."""

    def fixed(self) -> Tensor:
        """Return what is known of a row before training as one float32 vector (batch, d).

        Numeric columns, a one-hot vector of each categorical column, arrays flattened; no embeddings. A model
        for reconstruction reads and predicts this vector. Bucketized and crossed columns repeat others, and are
        left out.

        Raises:
            SchemaError: when no column is numeric, categorical or an array.
        """

    def deep(self) -> Tensor:
        """Return one float32 vector (batch, d): numeric, an embedding of each id column, arrays flattened.

        Raises:
            SchemaError: when no column goes to the deep part.
        """

    def wide(self) -> Tensor | None:
        """Return the logits of a sparse linear model over the wide id columns, float32 (batch, units).

        None when no column goes to the wide part. Its variables are named ``wide/...``.
        """

    def head(self, *vectors: Tensor | None, plus: Tensor | None = None, from_zero: bool = False) -> Tensor:
        """Return the output layer, named ``prediction``.

        Flattens and joins the vectors, each (batch, ...), feeds them to one dense layer of ``units`` logits,
        adds the ready logits ``plus``, (batch, units), and applies the task's activation: sigmoid for binary,
        softmax for multiclass, else identity. A None among the vectors is passed over, so a model need not ask
        which columns there are. ``from_zero`` starts the dense layer at zero, not at random: with nothing to
        learn below it, random weights are noise that training has to undo.

        Raises:
            SchemaError: when there is neither a vector nor ``plus``.
        """
