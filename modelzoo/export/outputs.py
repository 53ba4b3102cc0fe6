"""Say what an export returns, whatever it is written as."""

from __future__ import annotations

import keras

from ..columns.decoder import rebuilt
from ..columns.encoder import Encoder
from ..columns.raw import TENSOR_DTYPES
from ..columns.target import Target
from ..core.cut import encoder_of, has_code
from .manifest import CODE, ERROR, RECONSTRUCTED, Output
from .names import tensor_names


def describe_outputs(target: Target, encoder: Encoder, core: keras.Model) -> tuple[Output, ...]:
    """Say what the signature returns."""
    if target.task == "reconstruction":
        return _describe_reconstruction(encoder, core)
    if target.task == "regression":
        meaning = f"{target.name}, in its own unit"
        return (Output(name="prediction", dtype="float64", shape=(), meaning=meaning),)
    classes = len(target.labels)
    names = ", ".join(map(str, target.labels))
    return (
        Output(name="label", dtype=target.label_dtype, shape=(), meaning=f"the likeliest {target.name}"),
        Output(name="probabilities", dtype="float32", shape=(classes,), meaning=f"probability of each of: {names}"),
    )


def _describe_reconstruction(encoder: Encoder, core: keras.Model) -> tuple[Output, ...]:
    names = tensor_names([raw.name for raw in encoder.raw])
    raw = {each.name: each for each in encoder.raw}
    outputs = [
        Output(
            name=RECONSTRUCTED + names[piece.name],
            dtype=TENSOR_DTYPES[raw[piece.name].type],
            shape=raw[piece.name].shape,
            meaning=f"{piece.name} as it was rebuilt, in its own unit",
            column=piece.name,
        )
        for piece in rebuilt(encoder)
    ]
    far_off = "mean squared difference of the encoded inputs and their reconstruction"
    outputs.append(Output(name=ERROR, dtype="float32", shape=(), meaning=far_off))
    if has_code(core):
        width = encoder_of(core).output_shape[-1]
        outputs.append(Output(name=CODE, dtype="float32", shape=(width,), meaning="output of the layer named code"))
    return tuple(outputs)
