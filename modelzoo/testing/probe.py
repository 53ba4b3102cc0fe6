"""A small model of the kit's own, for every task and with every kind of weight: what regularizers are tried on."""

from __future__ import annotations

from typing import Any

from modelzoo_registry import ModelInputs, ModelPlugin, ModelSpec, Tensor
from modelzoo_registry.tasks import TASKS

PROBE = "testing_probe"


class Probe(ModelPlugin):
    """Run what is fixed of a row, embeddings, and the wide part through one hidden layer."""

    class Spec(ModelSpec):
        """There is nothing to set."""

    tasks = frozenset(TASKS)  # type: ignore[arg-type]  # the same names, as a set of str

    def build(self, spec: Any, inputs: ModelInputs) -> Tensor:  # noqa: ARG002  (the contract's arguments)
        """Return the head over the hidden layer, plus the wide logits."""
        import keras

        vector = keras.layers.Concatenate(name="all_inputs")([inputs.fixed(), inputs.deep()])
        return inputs.head(keras.layers.Dense(8, "relu", name="hidden_1")(vector), plus=inputs.wide())
