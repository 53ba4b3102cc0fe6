"""A good model, and others that each do one thing wrong."""

from typing import Annotated, Any

import numpy as np
from modelzoo_registry import ModelPlugin, ModelSpec
from pydantic import Field, field_validator, model_validator


class Good(ModelPlugin):
    """Put one hidden layer between inputs and output."""

    class Spec(ModelSpec):
        units: int = Field(8, ge=1, le=64, description="units of the hidden layer")

    tasks = frozenset({"regression"})

    def build(self, spec, inputs):
        return inputs.head(self._hidden(spec.units, inputs.deep()))

    def _hidden(self, units, vector, **options):
        import keras

        return keras.layers.Dense(units, activation="relu", name="hidden", **options)(vector)


class MisspeltMethod(Good):
    """Have a method that nobody calls."""

    def biuld(self): ...


class NoDocstring(Good):
    pass


class Unbounded(Good):
    """Say nothing of what settings may be."""

    class Spec(ModelSpec):
        units: int = Field(8, ge=1, description="units of the hidden layer")
        scale: float = Field(1.0, description="factor")
        pooling: str = Field("mean", description="how rows are joined")
        widths: tuple[int, ...] = Field((), description="units of more layers")
        anything: Any = Field(None, description="whatever")


class RaisesTypeError(Good):
    """Check a value before pydantic knows that it is a number."""

    class Spec(ModelSpec):
        units: int = Field(8, ge=1, le=64, description="units of the hidden layer")

        @field_validator("units", mode="before")
        @classmethod
        def _is_even(cls, units):
            if units - 2 * (units // 2):
                raise ValueError("an even number is expected")
            return units


class Clamps(Good):
    """Take what is out of bounds for what is at them."""

    class Spec(ModelSpec):
        units: int = Field(8, ge=1, le=64, description="units of the hidden layer")

        @field_validator("units", mode="before")
        @classmethod
        def _within(cls, units):
            return max(1, min(units, 64)) if isinstance(units, int) else units


class WrongTwice(Clamps):
    __doc__ = None


class NamesNoField(Good):
    """Refuse settings as a whole."""

    class Spec(ModelSpec):
        units: int = Field(8, ge=1, le=64, description="units of the hidden layer")

        @model_validator(mode="before")
        @classmethod
        def _fits(cls, settings):
            if settings.get("units", 8) == {"no": "such thing"}:
                raise ValueError("a whole number is expected")
            return settings


class ReadsPercents(Good):
    """Divide a setting each time it is read."""

    class Spec(ModelSpec):
        share: float = Field(50.0, ge=0, le=100, description="share of units with a gate, in percent")

        @field_validator("share")
        @classmethod
        def _as_a_share(cls, share):
            return share / 100

    def build(self, spec, inputs):
        return inputs.head(self._hidden(4, inputs.deep()))


class ForgetsNone(Good):
    """Have a setting that may be None, and is not by default."""

    class Spec(ModelSpec):
        units: Annotated[int, Field(ge=1, le=64)] | None = Field(8, description="units of the hidden layer, if any")


class ForgetsNoneInside(Good):
    """Have a list in which something may be None."""

    class Spec(ModelSpec):
        hidden: tuple[Annotated[int, Field(ge=1, le=64)] | None, ...] = Field(
            (4,), max_length=4, description="units of each hidden layer, if any"
        )


class KeepsTables(Good):
    """Have settings that are tables, or may be: nothing is wrong with them."""

    class Spec(ModelSpec):
        names: dict[str, Annotated[str, Field(max_length=9)]] = Field({}, max_length=4, description="names")
        either: Annotated[str, Field(max_length=19)] | dict[str, bool] | None = Field(
            None, description="a name, or several", json_schema_extra={"maxProperties": 4}
        )
        one: Good.Spec = Field(Good.Spec(), description="settings inside")


class TakesTextForATable(Good):
    """Read text as a table."""

    class Spec(ModelSpec):
        names: dict[str, Annotated[str, Field(max_length=9)]] = Field({}, max_length=4, description="names")

        @field_validator("names", mode="before")
        @classmethod
        def _split(cls, names):
            return {name: name for name in names.split()} if isinstance(names, str) else names


class OwnOutput(Good):
    """End in a layer of its own."""

    def build(self, spec, inputs):
        import keras

        return keras.layers.Dense(inputs.units, name="out")(inputs.deep())


class NoProbability(Good):
    """Call its own layer prediction, and leave out the task's activation."""

    tasks = frozenset({"binary"})

    def build(self, spec, inputs):
        import keras

        return keras.layers.Dense(inputs.units, bias_initializer="ones", name="prediction")(0 * inputs.deep() - 1)


class HidesItsGraph(Good):
    """Compute inside a subclassed Model."""

    def build(self, spec, inputs):
        import keras

        class Block(keras.Model):
            def __init__(self):
                super().__init__(name="block")
                self.dense = keras.layers.Dense(4)

            def call(self, vector):
                return self.dense(vector)

        return inputs.head(Block()(inputs.deep()))


class WantsNumbers(Good):
    """Take it for granted that there are numeric columns."""

    def build(self, spec, inputs):
        return inputs.head(self._hidden(spec.units, inputs.numeric))


class BuildsNotAll(Good):
    """Take the last of a list that may be empty."""

    class Spec(ModelSpec):
        hidden: tuple[Annotated[int, Field(ge=1, le=64)], ...] = Field(
            (4,), max_length=4, description="units of each hidden layer"
        )

    def build(self, spec, inputs):
        return inputs.head(self._hidden(spec.hidden[-1], inputs.deep()))


class SetsTheSeed(Good):
    """Start each training from the same weights."""

    def build(self, spec, inputs):
        import keras

        keras.utils.set_random_seed(7)
        return super().build(spec, inputs)


class Explodes(Good):
    """Predict numbers whose squares are too large."""

    def build(self, spec, inputs):
        return inputs.head(1e25 * self._hidden(spec.units, inputs.deep()))


class LearnsNothing(Good):
    """Multiply all it knows of a row by zero."""

    def build(self, spec, inputs):
        return inputs.head(0.0 * self._hidden(spec.units, inputs.deep()))


class DrawsFromNumPy(Good):
    """Start from weights that no seed decides."""

    def build(self, spec, inputs):
        start = np.random.default_rng().normal(size=(inputs.deep().shape[1], spec.units))
        return inputs.head(self._hidden(spec.units, inputs.deep(), kernel_initializer=lambda *_, **__: start))


class CountsBuilds(Good):
    """Depend on how often it was built."""

    built = 0

    def build(self, spec, inputs):
        type(self).built += 1
        return inputs.head(self.built * self._hidden(spec.units, inputs.deep()))


class UsesRareOperations(Good):
    """Compute what ONNX does not know."""

    def build(self, spec, inputs):
        import keras
        import tensorflow as tf

        class Bessel(keras.layers.Layer):
            def call(self, vector):
                return tf.math.bessel_i0e(vector)

        return inputs.head(Bessel(name="bessel")(self._hidden(spec.units, inputs.deep())))


class StandsAlone(Good):
    """Have a layer that can be called once only."""

    def build(self, spec, inputs):
        import keras

        class Once(keras.layers.Layer):
            called = False

            def __call__(self, vector):
                if isinstance(vector, keras.KerasTensor):
                    if self.called:
                        raise RuntimeError("called twice")
                    self.called = True
                return super().__call__(vector)

            def call(self, vector):
                return vector

        return inputs.head(Once(name="once")(self._hidden(spec.units, inputs.deep())))
