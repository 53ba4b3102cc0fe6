"""Write a SavedModel that takes raw columns: the encoder as TensorFlow operations, then the core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from ..columns.encoder import Encoder
from ..columns.target import Target
from ..columns.wire import TENSOR_DTYPES
from .manifest import Output
from .names import tensor_names


def write_savedmodel(folder: Path, encoder: Encoder, core: keras.Model, target: Target) -> None:
    """Write ``saved_model.pb``, ``variables/`` and ``assets/`` into a folder.

    The signature ``serving_default`` takes one tensor (batch, *shape) a raw column, named by ``tensor_names``.
    """
    tables = encoder.tables(tf)
    names = tensor_names([raw.name for raw in encoder.raw])
    signature = {
        names[raw.name]: tf.TensorSpec((None, *raw.shape), TENSOR_DTYPES[raw.type], name=names[raw.name])
        for raw in encoder.raw
    }

    def serve(tensors: dict[str, Any]) -> dict[str, Any]:
        columns = {raw.name: tensors[names[raw.name]] for raw in encoder.raw}
        return _outputs(core(encoder.tensorflow(tf, columns, tables), training=False), target)

    archive = keras.export.ExportArchive()
    archive.track(core)
    for table in tables.values():
        archive.track(table)
    archive.add_endpoint("serve", serve, input_signature=[signature])
    archive.write_out(str(folder), verbose=False)


def describe_outputs(target: Target) -> tuple[Output, ...]:
    """Say what the signature returns."""
    if target.task == "regression":
        meaning = f"{target.name}, in its own unit"
        return (Output(name="prediction", dtype="float64", shape=(), meaning=meaning),)
    classes = len(target.labels)
    names = ", ".join(map(str, target.labels))
    return (
        Output(name="label", dtype=_label_dtype(target).name, shape=(), meaning=f"the likeliest {target.name}"),
        Output(name="probabilities", dtype="float32", shape=(classes,), meaning=f"probability of each of: {names}"),
    )


def _outputs(scores: Any, target: Target) -> dict[str, Any]:
    if target.task == "regression":
        return {"prediction": tf.cast(scores[:, 0], tf.float64) * target.spread + target.center}
    probabilities = tf.concat([1 - scores, scores], axis=1) if target.task == "binary" else scores
    labels = tf.constant(list(target.labels), _label_dtype(target))
    return {"label": tf.gather(labels, tf.argmax(probabilities, axis=1)), "probabilities": probabilities}


def _label_dtype(target: Target) -> tf.DType:
    return {bool: tf.bool, int: tf.int64, float: tf.float64, str: tf.string}[type(target.labels[0])]
