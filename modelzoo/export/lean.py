"""Say little in a SavedModel of the inputs that nothing reads."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

from tensorflow.core.protobuf.saved_model_pb2 import SavedModel

from .manifest import SERVING


def say_little(folder: Path, tensors: Collection[str]) -> None:
    """Leave of such inputs what callers and loaders need: the signature, with names, dtypes and shapes.

    TensorFlow notes name and shape of every argument of every function once more, as hints for readers of the file;
    of a thousand columns that are passed over, that is a good part of it.

    Args:
        folder: where the SavedModel is.
        tensors: names of the inputs of ``serving_default`` that nothing reads.
    """
    path = folder / "saved_model.pb"
    saved = SavedModel.FromString(path.read_bytes())
    unread = {name.encode() for name in tensors}
    placeholders = {f"{SERVING}_{name}" for name in tensors}
    for graph in (meta_graph.graph_def for meta_graph in saved.meta_graphs):
        for node in graph.node:
            if node.name in placeholders:
                node.attr.pop("_output_shapes", None)
        for function in graph.library.function:
            _drop_hints(function, unread)
    path.write_bytes(saved.SerializeToString(deterministic=True))
    (folder / "fingerprint.pb").unlink()  # of the file as it was; SHA256SUMS has the sum of the new one


def _drop_hints(function: Any, unread: Collection[bytes]) -> None:
    hinted = [place for place, hints in function.arg_attr.items() if hints.attr["_user_specified_name"].s in unread]
    for place in hinted:
        del function.arg_attr[place]
    if hinted:
        function.attr.pop("_input_shapes", None)  # of all arguments, which the others' hints repeat
