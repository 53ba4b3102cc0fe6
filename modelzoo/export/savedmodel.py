"""Write a SavedModel that takes raw columns: the encoder as TensorFlow operations, then the core."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import tensorflow as tf

from ..columns.decoder import decode_tensorflow
from ..columns.encoder import Encoder
from ..columns.raw import TENSOR_DTYPES, RawInput
from ..columns.target import Target
from ..core.cut import encoder_of, has_code
from ..core.fixed import fixed_inputs
from ..prune.prune import Pruned
from .forms import Exported
from .lean import say_little
from .manifest import CODE, ERROR, PRUNED, RECONSTRUCTED, SERVING, FormRecord

FILES = ("saved_model.pb", "variables/")


def write(folder: Path, model: Exported) -> FormRecord:
    """Write ``saved_model.pb``, ``variables/`` and ``assets/`` into a folder.

    The signature ``serving_default`` takes one tensor (batch, *shape) a raw column. Where it passes over some of them,
    a second one, ``pruned``, takes the others alone.
    """
    _write(folder, model.left, model.target, model.tensors)
    return FormRecord(name="savedmodel", files=FILES)


def _write(folder: Path, model: Pruned, target: Target, names: Mapping[str, str]) -> None:
    encoder, core = model.encoder, model.core
    tables = encoder.tables(tf)
    coder = encoder_of(core) if target.task == "reconstruction" and has_code(core) else None

    def serve(tensors: dict[str, Any]) -> dict[str, Any]:
        columns = {raw.name: tensors[names[raw.name]] for raw in encoder.raw}
        inputs = encoder.tensorflow(tf, columns, tables)
        if target.task == "reconstruction":
            return _reconstruction(core, coder, encoder, inputs, names)
        return _outputs(core(inputs, training=False), target)

    read = _signature(encoder.raw, names)
    endpoints = {PRUNED if model.ignored else SERVING: _endpoint(serve, read)}
    if model.ignored:
        pruned = endpoints[PRUNED]
        everything = read | _signature(model.ignored, names)
        endpoints[SERVING] = _endpoint(lambda tensors: pruned({name: tensors[name] for name in read}), everything)
    tf.saved_model.save(_holder(core, tables, endpoints), str(folder), signatures=endpoints)
    if model.ignored:
        say_little(folder, [names[raw.name] for raw in model.ignored])


def _holder(core: keras.Model, tables: Mapping[str, Any], endpoints: Mapping[str, Any]) -> tf.Module:
    """Return what holds all that the endpoints need: TensorFlow's variables, once each, and lookup tables.

    Of Keras' own variables, which Python alone could restore, TensorFlow Serving would find none.
    """
    holder = tf.Module()
    used = [variable for endpoint in endpoints.values() for variable in endpoint.get_concrete_function().variables]
    holder.weights = list({id(variable): variable for variable in used}.values())
    inside = tf.train.TrackableView(core).descendants()
    of_layers = [each for each in inside if isinstance(each, tf.saved_model.experimental.TrackableResource)]
    holder.tables = [*tables.values(), *of_layers]
    return holder


def _endpoint(serve: Any, signature: Mapping[str, Any]) -> Any:
    plain = tf.autograph.experimental.do_not_convert(serve)  # AutoGraph would write files, and has nothing to rewrite
    return tf.function(plain, input_signature=[signature], autograph=False)


def _signature(columns: Sequence[RawInput], names: Mapping[str, str]) -> dict[str, Any]:
    return {
        names[raw.name]: tf.TensorSpec((None, *raw.shape), TENSOR_DTYPES[raw.type], name=names[raw.name])
        for raw in columns
    }


def _reconstruction(
    core: keras.Model, coder: keras.Model | None, encoder: Encoder, inputs: Any, names: Mapping[str, str]
) -> dict[str, Any]:
    truth, vectors = fixed_inputs(inputs, encoder), core(inputs, training=False)
    columns = decode_tensorflow(tf, encoder, vectors)
    outputs = {RECONSTRUCTED + names[column]: values for column, values in columns.items()}
    outputs[ERROR] = tf.reduce_mean(tf.square(truth - vectors), axis=1)
    if coder is not None:
        outputs[CODE] = coder(inputs, training=False)
    return outputs


def _outputs(scores: Any, target: Target) -> dict[str, Any]:
    if target.task == "regression":
        return {"prediction": tf.cast(scores[:, 0], tf.float64) * target.spread + target.center}
    probabilities = tf.concat([1 - scores, scores], axis=1) if target.task == "binary" else scores
    labels = tf.constant(list(target.labels), target.label_dtype)
    return {"label": tf.gather(labels, tf.argmax(probabilities, axis=1)), "probabilities": probabilities}
