"""Cut a core that reconstructs its inputs into encoder and decoder."""

from __future__ import annotations

from typing import Any

import keras
from modelzoo_registry import Fault, SpecError

CODE = "code"
"""Name of the layer whose output is the code."""


def encoder_of(core: keras.Model) -> keras.Model:
    """Return the part from the encoded inputs to the code, float32 (batch, k); it shares the core's weights.

    Raises:
        SpecError: when no layer is named ``code``.
    """
    inputs, code, _ = _traced(core)
    exact = code if code.dtype == "float32" else keras.ops.cast(code, "float32")
    return keras.Model(inputs, exact, name="encoder")


def decoder_of(core: keras.Model) -> keras.Model:
    """Return the part from the code, float32 (batch, k), to the reconstruction; it shares the core's weights.

    Raises:
        SpecError: when no layer is named ``code``, or the reconstruction needs more than its output.
    """
    _, code, output = _traced(core)
    try:
        return keras.Model(code, output, name="decoder")
    except ValueError as error:  # Keras' word for a graph that its inputs do not reach
        raise _uncuttable(core, "its reconstruction needs more than the code") from error


def has_code(core: keras.Model) -> bool:
    """Whether a core has a layer named ``code``."""
    return any(layer.name == CODE for layer in core.layers)


def _traced(core: keras.Model) -> tuple[Any, keras.KerasTensor, keras.KerasTensor]:
    """Return inputs, code and output of the core's own graph, gone through once more.

    A layer's ``output`` is that of its first call, before regularizers put other layers between.
    """
    if not has_code(core):
        raise _uncuttable(core, f"no layer of it is named {CODE!r}; use a model that has one, such as autoencoder")
    codes = []

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        output = layer(*args, **kwargs)
        if layer.name == CODE:
            codes.append(output)
        return output

    again = keras.models.clone_model(core, clone_function=lambda layer: layer, call_function=call)
    return again.input, codes[-1], again.output


def _uncuttable(core: keras.Model, why: str) -> SpecError:
    return SpecError("the model cannot be cut into encoder and decoder", [Fault(core.name, why)])
