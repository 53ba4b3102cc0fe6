"""An autoencoder: squeeze each row through a few numbers and rebuild it from these.

Source: Hinton & Salakhutdinov, "Reducing the Dimensionality of Data with Neural Networks", 2006 (Science 313).
"""

from __future__ import annotations

from modelzoo_registry import Activation, ModelInputs, ModelPlugin, Tensor
from pydantic import Field

from ..tower import TowerSpec, Width, tower


class Autoencoder(ModelPlugin):
    """Rebuild each row from a code of three numbers: for unusual rows, compact features, pictures of a table.

    Rows that it rebuilds badly are unlike those of its training. Scaled numbers, one-hot categories and
    flattened arrays, (batch, d), go through hidden layers of 16, 10 and 5 units to the layer ``code``,
    (batch, 3), and back through the same widths to the reconstruction, (batch, d).
    """

    class Spec(TowerSpec):
        """The shape of the encoder; the decoder mirrors it."""

        hidden: tuple[Width, ...] = Field(
            (16, 10, 5), min_length=1, max_length=64, description="units of each hidden layer before the code"
        )
        code: Width = Field(3, description="numbers that are left of a row")
        activation: Activation = Field("elu", description="activation of the hidden layers; the code has none")

    tasks = frozenset({"reconstruction"})

    def build(self, spec: Spec, inputs: ModelInputs) -> Tensor:
        """Return the head over encoder, code and decoder."""
        import keras

        encoded = tower(inputs.fixed(), spec.hidden, spec.activation, prefix="encoder")
        code = keras.layers.Dense(spec.code, name="code")(encoded)
        return inputs.head(tower(code, spec.hidden[::-1], spec.activation, prefix="decoder"))
