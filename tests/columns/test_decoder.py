"""What is rebuilt from a vector of fixed inputs: raw columns, on the host, in TensorFlow and in ONNX alike."""

from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.array import ArrayColumn, FittedArray
from modelzoo.columns.base import MISSING_INTEGER
from modelzoo.columns.bucketized import BucketizedColumn
from modelzoo.columns.categorical import CategoricalColumn, FittedCategorical
from modelzoo.columns.decoder import decode, decode_onnx, decode_tensorflow, fixed_width, pieces
from modelzoo.columns.decoder import rebuilt as rebuilt_pieces
from modelzoo.columns.numeric import FittedNumeric, NumericColumn
from modelzoo.columns.table import read_wire
from modelzoo.export.onnx.graph import Graph

from .drawn import COMBINATIONS, fitted_and_rows
from .in_onnx import run
from .test_executions_agree import unhurried

pytestmark = pytest.mark.xdist_group("tensorflow")

FLOAT32 = np.finfo(np.float32)

hostile = st.sampled_from([0.0, -0.0, 1.0, float(FLOAT32.max), float(FLOAT32.min), float(FLOAT32.tiny)])
finite = st.floats(width=32, allow_nan=False, allow_infinity=False, allow_subnormal=False)
entries = st.one_of(hostile, finite, st.floats(-9, 9, width=32, allow_subnormal=False))
"""No subnormal numbers, which TensorFlow takes for zero, and never makes."""
STRAIGHT = [one for one in COMBINATIONS if one.get("scale") not in ("log", "quantile") and one["kind"] != "crossed"]
"""What encodes numbers by a straight line, which leads back."""


@st.composite
def fitted_and_vectors(draw) -> tuple[Encoder, np.ndarray]:
    """Draw an encoder and vectors such as a core may predict: any finite numbers, equal ones among them."""
    encoder, _ = draw(fitted_and_rows().filter(lambda drawn: fixed_width(drawn[0]) > 0))
    vectors = draw(arrays.arrays(np.float32, (draw(st.integers(1, 4)), fixed_width(encoder)), elements=entries))
    return encoder, vectors


@pytest.fixture(scope="module")
def tf() -> ModuleType:
    import tensorflow

    return tensorflow


def test_columns_stand_as_they_are_encoded_numbers_then_categories_then_arrays():
    table = pa.table(
        {
            "word": ["a", "b", "a"],
            "gappy": [1.0, None, 2.0],
            "pair": pa.FixedShapeTensorArray.from_numpy_ndarray(np.ones((3, 2), np.float32)),
            "whole": [3, 4, 5],
            "full": [1.0, 2.0, 3.0],
        }
    )
    schema = Schema(
        columns=(
            CategoricalColumn(name="word"),
            NumericColumn(name="gappy"),
            ArrayColumn(name="pair", shape=(2,)),
            BucketizedColumn(name="cut", source="full", buckets=2),
            CategoricalColumn(name="unread", wide=False, deep=False),
            CategoricalColumn(name="whole", dtype="integer"),
            NumericColumn(name="full"),
        )
    )
    encoder = Encoder.fit(schema, table.append_column("unread", pa.array(["x", "y", "z"])))

    assert [(piece.name, piece.start, piece.width) for piece in pieces(encoder)] == [
        ("gappy", 0, 2), ("full", 2, 1), ("word", 3, 3), ("whole", 6, 4), ("pair", 10, 2),
    ]  # fmt: skip
    assert fixed_width(encoder) == 12
    assert list(decode(encoder, np.zeros((1, 12), np.float32))) == ["word", "gappy", "pair", "whole", "full"]


@unhurried(100)
@given(drawn=fitted_and_rows(some_of=STRAIGHT))
def test_encoded_rows_are_decoded_to_the_rows_they_were(tf, drawn):
    from modelzoo.core.fixed import fixed_inputs

    encoder, rows = drawn
    wire, encoded = read_wire(encoder.raw, rows), encoder.encode(rows)
    if not fixed_width(encoder):
        return

    vectors = np.asarray(fixed_inputs({name: tf.constant(array) for name, array in encoded.items()}, encoder))
    rebuilt = decode(encoder, vectors)

    assert vectors.shape == (rows.num_rows, fixed_width(encoder))
    assert list(rebuilt) == [fitted.column.name for fitted in encoder.columns if fitted.column.name in rebuilt]
    assert len(rebuilt) == len(rebuilt_pieces(encoder))
    for piece in rebuilt_pieces(encoder):
        assert_is_the_same(piece.fitted, wire[piece.name], rebuilt[piece.name])


def assert_is_the_same(fitted, raw, rebuilt) -> None:
    """Hold a column against its raw values in wire form."""
    if isinstance(fitted, FittedCategorical):
        known = set(fitted.vocabulary)
        assert rebuilt.dtype == object
        filled = [fitted.column.fill if value in (None, MISSING_INTEGER) else value for value in raw.tolist()]
        assert rebuilt.tolist() == [value if value in known else None for value in filled]
    elif isinstance(fitted, FittedNumeric):
        assert rebuilt.dtype == np.float64
        assert_number_is_the_same(fitted, raw, rebuilt)
    else:
        assert (rebuilt.dtype, rebuilt.shape) == (np.float32, raw.shape)
        assert_array_is_the_same(fitted, raw, rebuilt)


def assert_number_is_the_same(fitted: FittedNumeric, raw: np.ndarray, rebuilt: np.ndarray) -> None:
    """Numbers inside the clip come back as float32 holds them, others as the clip, missing ones as the mean."""
    scaling = fitted.scaling
    with np.errstate(over="ignore", invalid="ignore"):
        scaled = (raw - scaling.center) / scaling.spread
        inside = np.abs(scaled) <= scaling.limit
        cut_off = np.clip(scaled, -scaling.limit, scaling.limit) * scaling.spread + scaling.center
    filled = scaling.center + fitted.fill * scaling.spread
    expected = np.where(np.isnan(raw), filled, np.where(inside, raw, cut_off))
    rounding = np.abs(expected - scaling.center) * 2.0**-23 + scaling.spread * 2.0**-149
    rounding += abs(scaling.center) * 2.0**-50
    assert (np.abs(rebuilt - expected) <= rounding).all()


def assert_array_is_the_same(fitted: FittedArray, raw: np.ndarray, rebuilt: np.ndarray) -> None:
    """Numbers inside the clip come back within a few roundings of float32, missing ones as the mean or the fill."""
    center, spread, exact = np.asarray(fitted.center), np.asarray(fitted.spread), raw.astype(np.float64)
    stand_in = center if fitted.column.fill is None else fitted.column.fill
    expected = np.where(np.isnan(exact), stand_in, exact)
    far = np.abs(expected - center)
    inside = far < np.minimum(fitted.limit * 0.999 * spread, 1e38)
    rounding = (far + np.abs(expected) + np.abs(center)) * 2.0**-22 + spread * 2.0**-149
    gaps = np.subtract(rebuilt, expected, where=inside, out=np.zeros(raw.shape))
    assert (np.abs(gaps) <= rounding).all()


def test_numbers_beyond_the_clip_are_decoded_to_the_clip():
    fitted = NumericColumn(name="n", clip=2.0).fit(np.array([8.0, 12.0]))

    assert fitted.decode(fitted.encode(np.array([-np.inf, 5.0, 9.0, 15.0, np.inf]))).tolist() == [6, 6, 9, 14, 14]


def test_a_missing_number_is_decoded_to_the_mean():
    fitted = NumericColumn(name="n").fit(np.array([8.0, np.nan, 12.0]))

    assert fitted.decode(fitted.encode(np.array([np.nan, 12.0]))).tolist() == [10, 12]


def test_the_likeliest_category_is_taken_and_the_first_of_equals():
    fitted = CategoricalColumn(name="c").fit(pa.array(["b", "a", "b"]))
    vectors = np.array([[0.9, 0, 0], [0.1, 0.2, 0.3], [-3, -1, -2], [0.5, 0.5, 0.5], [0, 0.5, 0.5]], np.float32)

    assert fitted.decode(vectors).tolist() == [None, "a", "b", None, "b"]


def as_wire(fitted, values: np.ndarray) -> list:
    """Return decoded categories as on the wire."""
    if fitted.column.dtype == "integer":
        return [MISSING_INTEGER if value is None else value for value in values]
    return ["" if value is None else value for value in values]


def assert_decoded_alike(encoder: Encoder, vectors: np.ndarray, other: dict[str, np.ndarray]) -> None:
    """Hold categories equal, and numbers within one rounding, where TensorFlow takes subnormal ones for zero."""
    host = decode(encoder, vectors)
    assert list(other) == list(host)
    for piece in rebuilt_pieces(encoder):
        ours, theirs = host[piece.name], other[piece.name]
        if isinstance(piece.fitted, FittedCategorical):
            plain = [value.decode() if isinstance(value, bytes) else value for value in theirs.tolist()]
            assert plain == as_wire(piece.fitted, ours)
        else:
            assert (theirs.dtype, theirs.shape) == (ours.dtype, ours.shape)
            assert_close(piece.fitted, ours, theirs)


def assert_close(fitted: FittedNumeric | FittedArray, ours: np.ndarray, theirs: np.ndarray) -> None:
    is_finite = np.isfinite(ours)
    assert theirs[~is_finite].tolist() == ours[~is_finite].tolist()
    digits = {"log": 2.0**-40, "quantile": 2.0**-45}.get(fitted.column.scale, 2.0**-50)
    digits = digits if isinstance(fitted, FittedNumeric) else 2.0**-22
    scaled = fitted.scaling if isinstance(fitted, FittedNumeric) else fitted
    center, spread = np.abs(np.asarray(scaled.center)), np.asarray(scaled.spread)
    if isinstance(fitted, FittedNumeric) and fitted.scaling.ranks is not None:
        center = max(map(abs, fitted.scaling.ranks.knots))  # between two knots, as far as these are apart
    near = np.abs(ours.astype(np.float64)) * digits + center * digits + (spread + 1) * float(FLOAT32.tiny)
    gaps = np.subtract(ours, theirs, where=is_finite, out=np.zeros(ours.shape), dtype=np.float64)
    assert (np.abs(gaps) <= near).all()


@unhurried(100)
@given(drawn=fitted_and_vectors())
def test_tensorflow_decodes_as_the_host_does(tf, drawn):
    encoder, vectors = drawn

    tensors = decode_tensorflow(tf, encoder, tf.constant(vectors))

    assert_decoded_alike(encoder, vectors, {name: tensor.numpy() for name, tensor in tensors.items()})


@unhurried(25)
@given(drawn=fitted_and_vectors())
def test_a_tensorflow_graph_decodes_as_the_host_does(tf, drawn):
    encoder, vectors = drawn

    graph = tf.function(lambda given: decode_tensorflow(tf, encoder, given))
    made = graph.get_concrete_function(tf.TensorSpec((None, vectors.shape[1]), tf.float32))(tf.constant(vectors))

    assert_decoded_alike(encoder, vectors, {name: made[name].numpy() for name in decode(encoder, vectors)})


@unhurried(50)
@given(drawn=fitted_and_vectors())
def test_onnx_decodes_as_the_host_does(drawn):
    encoder, vectors = drawn
    shapes = {piece.name: getattr(piece.fitted.column, "shape", ()) for piece in pieces(encoder)}
    graph = Graph(["vectors", *(f"rebuilt {name}" for name in shapes)])
    for name, tensor in decode_onnx(graph, encoder, graph.input("vectors", "float32", vectors.shape[1:])).items():
        graph.output(f"rebuilt {name}", tensor, shapes[name])

    # Of vectors that hold no columns to be handed out, only dates, nothing is made.
    made = run(graph.model(), {"vectors": vectors}) if rebuilt_pieces(encoder) else {}

    assert_decoded_alike(encoder, vectors, {name.removeprefix("rebuilt "): values for name, values in made.items()})
