"""A good regularizer, and others that each do one thing wrong."""

import numpy as np
from modelzoo_registry import RegularizerPlugin, RegularizerSpec
from pydantic import Field


class Gentle(RegularizerPlugin):
    """Add a little of the squared weights to the loss."""

    class Spec(RegularizerSpec):
        strength: float = Field(1e-4, ge=0, le=1, description="factor of the squared weights")

    tasks = frozenset({"regression", "binary"})

    def penalty(self, weight):
        import keras

        return keras.regularizers.L2(self.spec.strength) if weight.is_kernel else None


class HalvesPrecision(Gentle):
    """Hand back inputs of another dtype."""

    def transform_inputs(self, inputs, cells, seed):
        import keras

        return {**inputs, "dense": keras.ops.cast(inputs["dense"], "float16")}


class LosesInputs(Gentle):
    """Hand back some of the inputs only."""

    def transform_inputs(self, inputs, cells, seed):
        return {"dense": inputs["dense"]}


class DividesByZero(Gentle):
    """Break at a bound of its own."""

    def layers_after(self, layer):
        import keras

        scale = 1 / self.spec.strength
        return (
            (keras.layers.Rescaling(scale * self.spec.strength, name=f"{layer.name}_scaled"),) if layer.hidden else ()
        )


class DividesInputsByZero(Gentle):
    """Break at a bound of its own, in a batch."""

    def transform_inputs(self, inputs, cells, seed):
        return {**inputs, "dense": inputs["dense"] * (1 / self.spec.strength) * self.spec.strength}


class BoundsByZero(Gentle):
    """Break at a bound of its own, behind a step."""

    def constraint(self, weight):
        return lambda values: values * (1 / self.spec.strength) * self.spec.strength


class PenalisesByZero(Gentle):
    """Break at a bound of its own, in the loss."""

    def penalty(self, weight):
        import keras

        return lambda values: keras.ops.sum(values) * self.spec.strength * (1 / self.spec.strength)


class DividesTargetsByZero(Gentle):
    """Break at a bound of its own, in the targets."""

    def transform_targets(self, targets, units):
        return targets * self.spec.strength * (1 / self.spec.strength)


class DrawsFromNumPy(Gentle):
    """Add noise that no seed decides."""

    def transform_inputs(self, inputs, cells, seed):
        noise = np.random.default_rng().normal(size=inputs["dense"].shape[-1]).astype(np.float32)
        return {**inputs, "dense": inputs["dense"] + 0.01 * noise}


class TakesALog(Gentle):
    """Take the logarithm of weights that begin at zero."""

    def penalty(self, weight):
        import keras

        return lambda values: keras.ops.log(keras.ops.sum(keras.ops.square(values)))


class Freezes(Gentle):
    """Set all weights to zero."""

    def constraint(self, weight):
        return lambda values: 0.0 * values


class CountsLayers(Gentle):
    """Depend on how often it was asked."""

    asked = 0

    def layers_after(self, layer):
        import keras

        type(self).asked += 1
        return (keras.layers.Rescaling(1 + self.asked / 10, name=f"{layer.name}_scaled"),) if layer.hidden else ()


class UsesRareOperations(Gentle):
    """Compute what ONNX does not know."""

    def layers_after(self, layer):
        import keras
        import tensorflow as tf

        class Bessel(keras.layers.Layer):
            def call(self, vector):
                return tf.math.bessel_i0e(vector)

        return (Bessel(name=f"{layer.name}_bessel"),) if layer.hidden else ()


class KnowsOneModel(Gentle):
    """Look for a layer that one model has."""

    def layers_after(self, layer):
        import keras

        names = {"hidden_1": "scaled"}
        return (keras.layers.Rescaling(1.0, name=names[layer.name]),) if layer.hidden else ()
