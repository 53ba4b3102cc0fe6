"""Cut a core that reconstructs its inputs into encoder and decoder."""

from __future__ import annotations

import keras
from modelzoo_registry import Fault, SpecError

CODE = "code"
"""Name of the layer whose output is the code."""


def encoder_of(core: keras.Model) -> keras.Model:
    """Return the part from the encoded inputs to the code.

    Raises:
        SpecError: when no layer is named ``code``.
    """
    return keras.Model(core.input, _code(core), name="encoder")


def decoder_of(core: keras.Model) -> keras.Model:
    """Return the part from the code, float32 (batch, k), to the reconstruction.

    Raises:
        SpecError: when no layer is named ``code``.
    """
    return keras.Model(_code(core), core.output, name="decoder")


def has_code(core: keras.Model) -> bool:
    """Whether a core has a layer named ``code``."""
    return any(layer.name == CODE for layer in core.layers)


def _code(core: keras.Model) -> keras.KerasTensor:
    if not has_code(core):
        remedy = f"no layer of it is named {CODE!r}; use a model that has one, such as autoencoder"
        raise SpecError("the model cannot be cut into encoder and decoder", [Fault(core.name, remedy)])
    return core.get_layer(CODE).output
