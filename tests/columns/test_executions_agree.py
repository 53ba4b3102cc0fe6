"""Any schema, fitted to any rows, encodes hostile rows alike on the host, in TensorFlow and after JSON."""

from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.array import ArrayColumn
from modelzoo.columns.bucketized import BucketizedColumn
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.crossed import CrossedColumn
from modelzoo.columns.encoder import read_wire
from modelzoo.columns.numeric import NumericColumn
from modelzoo.columns.wire import to_numpy

pytestmark = pytest.mark.xdist_group("tensorflow")

HOSTILE_NUMBERS = [
    *(0.0, -0.0, 1.0, 0.1, 1e308, -1e308, np.finfo(np.float64).max, float("inf"), float("-inf"), float("nan")),
    *(5e-324, -5e-324, 2.2e-308, 1e-310, 1e-40, 1e-30, 3.4028236e38, 2.0**53 + 2, 1e-300, 1e300),
]
HOSTILE_TEXTS = ["", " ", "a", "b", "A", "\0", "a\0", "a\0b", "é", "e\u0301", "日本", "😀", "NaN", "\n", "a" * 300]
HOSTILE_INTEGERS = [0, 1, -1, 2**53 + 1, 2**63 - 1, -(2**63) + 1, -(2**63), 7]

numbers = st.one_of(st.sampled_from(HOSTILE_NUMBERS), st.floats(), st.floats(-10, 10))
texts = st.one_of(st.sampled_from(HOSTILE_TEXTS), st.text(max_size=3))
integers = st.one_of(st.sampled_from(HOSTILE_INTEGERS), st.integers(-(2**63), 2**63 - 1), st.integers(-3, 3))
shapes = st.one_of(st.tuples(st.integers(1, 3)), st.tuples(st.integers(1, 3), st.integers(1, 3)))
scales = st.sampled_from(["standard", "none"])
clips = st.one_of(st.sampled_from([1e-3, 10.0, 1e6]), st.floats(0.5, 20))
edges = st.none() | st.lists(
    st.one_of(st.sampled_from([0.0, 1.0, 5e-324, 1e-310, 1e308]), st.floats(allow_nan=False, allow_infinity=False)),
    min_size=1,
    max_size=5,
).map(lambda drawn: tuple(sorted(set(drawn))))
limits = st.fixed_dictionaries({"min_count": st.integers(1, 2), "max_size": st.sampled_from([1, 2, 10_000])})


@st.composite
def schemas(draw) -> Schema:
    """Draw a schema over some raw columns, each read in one or two ways, with crosses and crosses of crosses."""
    columns = []
    for name in draw(st.lists(st.sampled_from(["n", "m"]), unique=True, max_size=2)):
        columns.append(NumericColumn(name=name, scale=draw(scales), clip=draw(clips)))
    for name in draw(st.lists(st.sampled_from(["n", "o"]), unique=True, max_size=2)):
        columns.append(
            BucketizedColumn(name=f"{name}_cut", source=name, edges=draw(edges), buckets=draw(st.integers(2, 6)))
        )
    if draw(st.booleans()):
        columns.append(CategoricalColumn(name="text", **draw(limits)))
    if draw(st.booleans()):
        columns.append(CategoricalColumn(name="integer", dtype="integer", **draw(limits)))
    for _ in range(draw(st.integers(0, 3))):
        ids = [column.name for column in columns if column.kind not in ("numeric", "array")]
        if len(ids) > 1:
            sources = draw(st.lists(st.sampled_from(ids), min_size=2, max_size=3))
            columns.append(CrossedColumn(name=f"cross_{len(columns)}", sources=tuple(sources), **draw(limits)))
    if draw(st.booleans()) or not columns:
        columns.append(ArrayColumn(name="array", shape=draw(shapes), scale=draw(scales), clip=draw(clips)))
    return Schema(columns=tuple(columns))


@st.composite
def tables(draw, schema: Schema, *, least: int = 1) -> pa.Table:
    """Draw rows for a schema, with missing ones."""
    size = draw(st.integers(least, 8))
    columns = {}
    for raw in schema.raw:
        if raw.type == "array":
            blocks = draw(st.lists(numbers, min_size=size * int(np.prod(raw.shape)), max_size=size * 9))
            with np.errstate(over="ignore"):
                whole = np.asarray(blocks[: size * int(np.prod(raw.shape))], np.float32).reshape(size, *raw.shape)
            columns[raw.name] = pa.FixedShapeTensorArray.from_numpy_ndarray(whole)
        else:
            values, kind = {
                "number": (numbers, pa.float64()),
                "string": (texts, pa.string()),
                "integer": (integers, pa.int64()),
            }[raw.type]
            columns[raw.name] = pa.array(draw(st.lists(st.none() | values, min_size=size, max_size=size)), kind)
    return pa.table(columns)


@st.composite
def fitted_and_rows(draw) -> tuple[Encoder, pa.Table]:
    """Draw an encoder and rows to encode: those it was fitted to, and others."""
    schema = draw(schemas())
    training = draw(tables(schema))
    return Encoder.fit(schema, training), pa.concat_tables([training, draw(tables(schema))])


@pytest.fixture(scope="module")
def tf() -> ModuleType:
    import tensorflow

    return tensorflow


def unhurried(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
    )


def tensors(tf: ModuleType, encoder: Encoder, rows: pa.Table) -> dict:
    wire = read_wire(encoder.raw, rows)
    return {name: tf.constant(to_numpy(values)) for name, values in wire.items()}


def assert_agree(host: dict, other: dict) -> None:
    """Hold ids equal, and numbers within one rounding, or 1e-25: TensorFlow takes subnormal numbers for zero."""
    assert {name: (array.shape, array.dtype) for name, array in host.items()} == {
        name: (array.shape, array.dtype) for name, array in other.items()
    }
    for name, array in host.items():
        if array.dtype == np.int32:
            assert array.tolist() == other[name].tolist()
        else:
            exact = array.astype(np.float64)
            assert (np.abs(other[name] - exact) <= np.maximum(np.abs(exact) * 2**-23, 1e-25)).all()


@unhurried(100)
@given(drawn=fitted_and_rows())
def test_no_row_becomes_nan_or_infinite_and_ids_stay_below_the_size(drawn):
    encoder, rows = drawn

    encoded = encoder.encode(rows)

    assert all(np.isfinite(array).all() for array in encoded.values())
    for place, layout in enumerate(encoder.id_layout):
        assert encoded["ids"][:, place].min() >= 0
        assert encoded["ids"][:, place].max() < layout.size


@unhurried(100)
@given(drawn=fitted_and_rows())
def test_an_encoder_read_from_its_json_encodes_the_same_bits(drawn):
    encoder, rows = drawn

    again = Encoder.model_validate_json(encoder.model_dump_json())

    assert again == encoder
    before, after = encoder.encode(rows), again.encode(rows)
    assert {name: array.tobytes() for name, array in before.items()} == {
        name: array.tobytes() for name, array in after.items()
    }


def assert_tensorflow_agrees(tf: ModuleType, encoder: Encoder, rows: pa.Table) -> None:
    made = encoder.tensorflow(tf, tensors(tf, encoder, rows), encoder.tables(tf))

    assert_agree(encoder.encode(rows), {name: tensor.numpy() for name, tensor in made.items()})


@unhurried(100)
@given(drawn=fitted_and_rows())
def test_tensorflow_encodes_as_the_host_does(tf, drawn):
    assert_tensorflow_agrees(tf, *drawn)


@pytest.mark.full
@unhurried(2_000)
@given(drawn=fitted_and_rows())
def test_tensorflow_encodes_two_thousand_draws_as_the_host_does(tf, drawn):
    assert_tensorflow_agrees(tf, *drawn)


@unhurried(25)
@given(drawn=fitted_and_rows())
def test_a_tensorflow_graph_encodes_as_the_host_does(tf, drawn):
    encoder, rows = drawn
    lookups = encoder.tables(tf)
    given_rows = tensors(tf, encoder, rows)

    graph = tf.function(lambda columns: encoder.tensorflow(tf, columns, lookups))
    signature = {name: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for name, tensor in given_rows.items()}
    made = graph.get_concrete_function(signature)(given_rows)

    assert_agree(encoder.encode(rows), {name: tensor.numpy() for name, tensor in made.items()})
