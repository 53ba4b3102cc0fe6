"""Make encoders, cores and random models as plain data: nothing here needs TensorFlow."""

from __future__ import annotations

from hypothesis import assume
from hypothesis import strategies as st

from modelzoo.artifacts.run import LayerRecord
from modelzoo.columns import Encoder, Target
from modelzoo.columns.array import ArrayColumn, FittedArray
from modelzoo.columns.bucketized import BucketizedColumn, FittedBucketized
from modelzoo.columns.categorical import CategoricalColumn, FittedCategorical
from modelzoo.columns.crossed import CrossedColumn, FittedCrossed
from modelzoo.columns.numeric import FittedNumeric, NumericColumn
from modelzoo.columns.scaling import Scaling

PRICE = Target(name="price", task="regression", center=3.5, spread=2.0)


def number(name: str, *, missing: bool = False, **options) -> FittedNumeric:
    scaling = Scaling(scale="standard", center=0, spread=1, limit=10)
    return FittedNumeric(column=NumericColumn(name=name, **options), scaling=scaling, fill=0, indicator=missing)


def buckets(name: str, source: str, edges: int = 3) -> FittedBucketized:
    return FittedBucketized(column=BucketizedColumn(name=name, source=source), edges=tuple(range(edges)))


def words(name: str, size: int = 3, **options) -> FittedCategorical:
    return FittedCategorical(column=CategoricalColumn(name=name, **options), vocabulary=tuple(map(str, range(size))))


def cross(name: str, *sources: str) -> FittedCrossed:
    return FittedCrossed(column=CrossedColumn(name=name, sources=sources), sizes=(4,) * len(sources), vocabulary=(1, 2))


def image(name: str, *shape: int) -> FittedArray:
    return FittedArray(column=ArrayColumn(name=name, shape=shape), center=(0,), spread=(1,), limit=10)


def encoder(*columns) -> Encoder:
    return Encoder(columns=columns)


def layer(name: str, kind: str, shape: tuple[int, ...], *inputs: int, **more) -> LayerRecord:
    return LayerRecord(name=name, type=kind, shape=shape, inputs=inputs, **more)


SMALL = encoder(
    number("area", missing=True), buckets("area_cut", "area"), words("town"), cross("both", "area_cut", "town")
)
"""Two raw columns, of which the core sees two numbers and three ids."""

SMALL_CORE = (
    layer("dense", "InputLayer", (2,)),
    layer("ids", "InputLayer", (3,)),
    layer("get_item_1", "GetItem", (), 1),
    layer("embedding_town_1", "Embedding", (2,), 2, parameters=8),
    layer("deep_inputs", "Concatenate", (4,), 0, 3),
    layer("hidden_1", "Dense", (8,), 4, parameters=40, detail="relu"),
    layer("hidden_1_dropout", "Dropout", (8,), 5, detail="rate 0.1"),
    layer("logits", "Dense", (1,), 6, parameters=9),
    layer("wide", "WideLogits", (1,), 1, parameters=13),
    layer("logits_sum", "Add", (1,), 7, 8),
    layer("prediction", "Activation", (1,), 9, detail="linear"),
)
"""What wide_deep builds over these, with dropout."""

names = st.text(min_size=1, max_size=30)
types = st.sampled_from(["Dense", "Embedding", "Dropout", "Concatenate", "Add", "GetItem", "Activation"])


@st.composite
def encoders(draw) -> Encoder:
    """Draw an encoder over up to sixty raw columns with any names."""
    drawn = draw(st.lists(names, min_size=1, max_size=60, unique=True))
    columns = []
    for name in drawn:
        kind = draw(st.sampled_from(["number", "both", "words", "image"]))
        if kind in ("number", "both"):
            columns.append(number(name, missing=draw(st.booleans())))
        if kind == "both":
            columns.append(buckets(f"{name}, cut", name))
        if kind == "words":
            parts = {"wide": draw(st.booleans()), "deep": draw(st.booleans())}
            filled = {"missing": "constant", "fill": draw(names)} if draw(st.booleans()) else {}
            columns.append(words(name, draw(st.integers(0, 30)), **parts, **filled))
        if kind == "image":
            columns.append(image(name, *draw(st.lists(st.integers(1, 300), min_size=1, max_size=4))))
    for place in range(draw(st.integers(0, 16))):
        ids = [fitted.column.name for fitted in columns if fitted.kind not in ("numeric", "array")]
        if ids:
            columns.append(cross(f"cross {place}", *draw(st.lists(st.sampled_from(ids), min_size=2, max_size=3))))
    return encoder(*columns)


@st.composite
def cores(draw, encoder: Encoder) -> tuple[LayerRecord, ...]:
    """Draw layers over what an encoder makes, each of which reads some above it; the last one reads a few, too."""
    layers = [layer("dense", "InputLayer", (encoder.dense_width,))] if encoder.dense_width else []
    layers += [layer("ids", "InputLayer", (len(encoder.id_layout),))] if encoder.id_layout else []
    layers += [layer(name, "InputLayer", shape) for name, shape in encoder.array_shapes.items()]
    assume(layers)  # columns that are neither wide nor deep leave a core nothing to read
    for place in range(draw(st.integers(0, 25))):
        inputs = draw(st.lists(st.integers(0, len(layers) - 1), min_size=1, max_size=4, unique=True))
        parameters = draw(st.sampled_from([0, 5, 10**9]))
        layers.append(layer(f"layer {place}", draw(types), (draw(st.integers(1, 4)),), *inputs, parameters=parameters))
    inputs = draw(st.lists(st.integers(0, len(layers) - 1), min_size=1, max_size=4, unique=True))
    return (*layers, layer("prediction", "Activation", (1,), *inputs, detail="softmax"))
