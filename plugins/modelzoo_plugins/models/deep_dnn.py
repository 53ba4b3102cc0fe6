"""A deep neural network: three hidden layers, the same width each.

Source: Goodfellow, Bengio & Courville, "Deep Learning", 2016, chapter 6.
"""

from __future__ import annotations

from modelzoo_registry import SUPERVISED, ModelInputs, ModelPlugin, Tensor
from pydantic import Field

from ..tower import TowerSpec, Width, tower


class DeepDnn(ModelPlugin):
    """Stack three hidden layers of 128 units: for tables with many rows and interactions nobody has named.

    Good where thousands of rows hold relations that one layer cannot draw; on small tables prefer ``dnn``, or
    add dropout. Scaled numbers, embeddings and flattened arrays, (batch, d), go through the hidden layers,
    (batch, 128) each, to the output, (batch, units).
    """

    class Spec(TowerSpec):
        """The network's shape."""

        hidden: tuple[Width, ...] = Field(
            (128, 128, 128), min_length=1, max_length=64, description="units of each hidden layer, first to last"
        )

    tasks = SUPERVISED

    def build(self, spec: Spec, inputs: ModelInputs) -> Tensor:
        """Return the head over the hidden layers."""
        return inputs.head(tower(inputs.deep(), spec.hidden, spec.activation))
