"""A neural network with one hidden layer: the smallest one that can bend.

Source: Rumelhart, Hinton & Williams, "Learning representations by back-propagating errors", 1986 (Nature 323).
"""

from __future__ import annotations

from modelzoo_registry import SUPERVISED, ModelInputs, ModelPlugin, Tensor
from pydantic import Field

from ..tower import TowerSpec, Width, tower


class Dnn(ModelPlugin):
    """Put one hidden layer of 128 units between inputs and output: a quick non-linear baseline.

    Good for small tables and small images, where a linear model falls short and a deep one over-fits. Scaled
    numbers, embeddings and flattened arrays, (batch, d), go through the hidden layer, (batch, 128), to the
    output, (batch, units). ``hidden`` takes more layers, such as (32, 8).
    """

    class Spec(TowerSpec):
        """The network's shape."""

        hidden: tuple[Width, ...] = Field(
            (128,), min_length=1, max_length=64, description="units of each hidden layer, first to last"
        )

    tasks = SUPERVISED

    def build(self, spec: Spec, inputs: ModelInputs) -> Tensor:
        """Return the head over the hidden layers."""
        return inputs.head(tower(inputs.deep(), spec.hidden, spec.activation))
