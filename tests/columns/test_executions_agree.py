"""Any schema, fitted to any rows, encodes hostile rows alike on the host, in TensorFlow, in ONNX, row by row."""

from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from modelzoo_registry import DataError
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidArgument

from modelzoo.columns import Encoder, Schema
from modelzoo.columns.crossed import FittedCrossed
from modelzoo.columns.datetime import DatetimeColumn
from modelzoo.columns.required import is_missing
from modelzoo.columns.table import read_wire
from modelzoo.columns.wire import to_numpy

from .agreeing import assert_agree, assert_one_row_at_a_time_agrees
from .drawn import (
    COMBINATIONS,
    EXPRESSIBLE,
    KINDS,
    STAND_INS,
    TYPES,
    combinations_of,
    fitted_and_rows,
    name_of,
    read_as,
)
from .in_onnx import encoded_in_onnx

pytestmark = pytest.mark.xdist_group("tensorflow")

EVERY = {name_of(combination) for combination in COMBINATIONS}
REJECTING = [one for one in COMBINATIONS if one.get("missing") == "reject" and not one.get("indicator")]


@pytest.fixture(scope="module")
def tf() -> ModuleType:
    import tensorflow

    return tensorflow


def unhurried(examples: int, *, shrink: bool = True) -> settings:
    return settings(
        max_examples=examples,
        phases=[phase for phase in Phase if shrink or phase not in (Phase.shrink, Phase.explain)],
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
    )


def tensors(tf: ModuleType, encoder: Encoder, rows: pa.Table) -> dict:
    wire = read_wire(encoder.raw, rows)
    return {name: tf.constant(to_numpy(values)) for name, values in wire.items()}


def assert_same_bits(host: dict, other: dict) -> None:
    assert {name: array.tobytes() for name, array in host.items()} == {
        name: array.tobytes() for name, array in other.items()
    }


def test_every_kind_policy_type_scale_and_indicator_is_drawn_and_all_meet_missing_values():
    seen = set()

    @unhurried(3, shrink=False)
    @given(drawn=fitted_and_rows(COMBINATIONS))
    def draw(drawn):
        encoder, rows = drawn
        wire = read_wire(encoder.raw, rows)
        lacking = {raw.name for raw in encoder.raw if is_missing(raw, wire[raw.name]).any()}
        assert lacking == {raw.name for raw in encoder.raw if not raw.required}
        seen.update(combinations_of(encoder.source_schema))

    draw()

    assert EVERY - seen == set()
    counted = {kind: sum(one["kind"] == kind for one in COMBINATIONS) for kind in KINDS}
    assert counted == {
        "numeric": 48, "categorical": 8, "hashed": 6, "bucketized": 5, "crossed": 1, "datetime": 18, "array": 6,
    }  # fmt: skip


def assert_everything_agrees(tf: ModuleType, encoder: Encoder, rows: pa.Table) -> None:
    host = encoder.encode(rows)

    made = encoder.tensorflow(tf, tensors(tf, encoder, rows), encoder.tables(tf))

    assert combinations_of(encoder.source_schema) == EVERY
    assert_agree(encoder, host, {name: tensor.numpy() for name, tensor in made.items()})
    assert all(np.isfinite(array).all() for array in host.values())
    for place, layout in enumerate(encoder.id_layout):
        assert host["ids"][:, place].min() >= 0
        assert host["ids"][:, place].max() < layout.size


@unhurried(15, shrink=False)
@given(drawn=fitted_and_rows(COMBINATIONS))
def test_tensorflow_encodes_every_combination_as_the_host_does(tf, drawn):
    assert_everything_agrees(tf, *drawn)


@pytest.mark.full
@unhurried(400, shrink=False)
@given(drawn=fitted_and_rows(COMBINATIONS))
def test_tensorflow_encodes_many_more_draws_of_every_combination_as_the_host_does(tf, drawn):
    assert_everything_agrees(tf, *drawn)


@unhurried(50)
@given(drawn=fitted_and_rows())
def test_tensorflow_encodes_a_few_columns_as_the_host_does(tf, drawn):
    encoder, rows = drawn

    made = encoder.tensorflow(tf, tensors(tf, encoder, rows), encoder.tables(tf))

    assert_agree(encoder, encoder.encode(rows), {name: tensor.numpy() for name, tensor in made.items()})


def assert_a_graph_agrees(tf: ModuleType, encoder: Encoder, rows: pa.Table) -> None:
    lookups = encoder.tables(tf)
    given_rows = tensors(tf, encoder, rows)

    graph = tf.function(lambda columns: encoder.tensorflow(tf, columns, lookups))
    signature = {name: tf.TensorSpec((None, *tensor.shape[1:]), tensor.dtype) for name, tensor in given_rows.items()}
    made = graph.get_concrete_function(signature)(given_rows)

    assert_agree(encoder, encoder.encode(rows), {name: tensor.numpy() for name, tensor in made.items()})


@unhurried(2, shrink=False)
@given(drawn=fitted_and_rows(COMBINATIONS))
def test_a_tensorflow_graph_encodes_every_combination_as_the_host_does(tf, drawn):
    assert_a_graph_agrees(tf, *drawn)


@pytest.mark.full
@unhurried(200)
@given(drawn=fitted_and_rows())
def test_two_hundred_tensorflow_graphs_encode_as_the_host_does(tf, drawn):
    assert_a_graph_agrees(tf, *drawn)


def assert_onnx_agrees(encoder: Encoder, rows: pa.Table) -> None:
    assert_agree(encoder, encoder.encode(rows), encoded_in_onnx(encoder, read_wire(encoder.raw, rows)))


@unhurried(3, shrink=False)
@given(drawn=fitted_and_rows(EXPRESSIBLE))
def test_onnx_encodes_every_combination_but_the_hashed_as_the_host_does_and_no_rows_to_none(drawn):
    encoder, rows = drawn
    assert_onnx_agrees(encoder, rows)
    assert_onnx_agrees(encoder, rows.slice(0, 0))


@unhurried(60)
@given(drawn=fitted_and_rows(some_of=EXPRESSIBLE[:-1]))
def test_onnx_encodes_a_few_columns_as_the_host_does(drawn):
    assert_onnx_agrees(*drawn)


@pytest.mark.full
@unhurried(500)
@given(drawn=fitted_and_rows(some_of=EXPRESSIBLE[:-1]))
def test_onnx_encodes_many_more_draws_of_a_few_columns_as_the_host_does(drawn):
    assert_onnx_agrees(*drawn)


@unhurried(15, shrink=False)
@given(drawn=fitted_and_rows([one for one in COMBINATIONS if one["kind"] not in ("array", "datetime")]))
def test_one_row_at_a_time_is_encoded_as_all_rows_are(drawn):
    assert_one_row_at_a_time_agrees(*drawn)


@unhurried(15, shrink=False)
@given(drawn=fitted_and_rows(COMBINATIONS))
def test_each_column_of_a_row_is_encoded_as_all_its_rows_are(drawn):
    encoder, rows = drawn
    for fitted in encoder.columns:
        if not isinstance(fitted, FittedCrossed):
            alone = Encoder(columns=(fitted,))
            assert_one_row_at_a_time_agrees(alone, rows.select([raw.name for raw in alone.raw]))


@unhurried(20, shrink=False)
@given(drawn=fitted_and_rows(COMBINATIONS))
def test_portions_and_an_encoder_read_from_its_json_encode_the_same_bits(drawn):
    encoder, rows = drawn
    host, cut = encoder.encode(rows), rows.num_rows // 2

    again = Encoder.model_validate_json(encoder.model_dump_json())
    parts = [again.encode(part) for part in (rows.slice(0, cut), rows.slice(cut))]

    assert again == encoder
    assert_same_bits(host, again.encode(rows))
    assert_same_bits(host, {name: np.concatenate([part[name] for part in parts]) for name in host})


@pytest.mark.parametrize("combination", REJECTING, ids=name_of)
def test_a_missing_value_where_one_is_required_is_refused_with_column_and_row(tf, combination):
    column = KINDS[combination["kind"]](
        **combination,
        **{"bucketized": {"name": "b", "source": "c"}, "array": {"name": "c", "shape": (1,)}}.get(
            combination["kind"], {"name": "c"}
        ),
    )
    schema = Schema(columns=(column,))
    (raw,) = schema.raw
    kind = read_as(schema, raw)
    value = [STAND_INS["array"]] if kind == "array" else STAND_INS[kind]
    typed = pa.list_(pa.float32()) if kind == "array" else TYPES[kind]
    encoder = Encoder.fit(schema, pa.table({"c": pa.array([value, value], typed)}))
    lacking = pa.table({"c": pa.array([value, None, value, None, None, None], typed)})
    message = (
        'the data does not fit the model:\n  c: a value belongs here, since the schema says missing = "reject". '
        "Received none: row "
    )

    with pytest.raises(DataError) as on_the_host:
        encoder.encode(lacking, first_row=11)
    with pytest.raises(DataError) as on_one_row:
        encoder.encode_row({"c": None})
    optional = tuple(type(raw)(raw.name, raw.type, raw.shape) for raw in encoder.raw)
    given_rows = {"c": tf.constant(to_numpy(read_wire(optional, lacking)["c"]))}
    with pytest.raises(tf.errors.InvalidArgumentError) as in_tensorflow:
        encoder.tensorflow(tf, given_rows, encoder.tables(tf))
    if combination["kind"] != "hashed":
        with pytest.raises(InvalidArgument) as in_onnx:
            encoded_in_onnx(encoder, read_wire(optional, lacking))
        assert "Name:'column 'c' lacks a value' " in str(in_onnx.value)
        assert "idx=2 must be" in str(in_onnx.value)

    assert str(on_the_host.value) == f"{message}12, row 14, row 15, and more"
    assert str(on_one_row.value) == f"{message}1"
    assert "column 'c' lacks a value in row" in str(in_tensorflow.value)
    assert "b'2'" in str(in_tensorflow.value) or "\n2" in str(in_tensorflow.value)
    assert len(next(iter(encoder.encode(lacking.slice(0, 1)).values()))) == 1


def test_text_that_is_no_date_is_refused_where_a_date_is_required(tf):
    schema = Schema(columns=(DatetimeColumn(name="c", dtype="string", missing="reject"),))
    encoder = Encoder.fit(schema, pa.table({"c": ["2024-02-29", "2024-03-01 12:00"]}))
    message = 'the data does not fit the model:\n  c: a value belongs here, since the schema says missing = "reject". '

    with pytest.raises(DataError) as on_the_host:
        encoder.encode(pa.table({"c": ["2024-02-29", "2024-02-30", None]}))
    with pytest.raises(DataError) as on_one_row:
        encoder.encode_row({"c": "2024-02-30"})
    with pytest.raises(tf.errors.InvalidArgumentError, match="column 'c' lacks a value in row"):
        encoder.tensorflow(tf, {"c": tf.constant(["2024-02-29", "2024-02-30"])}, {})
    with pytest.raises(InvalidArgument, match=r"Name:'column 'c' lacks a value' .* idx=2 must be"):
        encoded_in_onnx(encoder, {"c": np.array(["2024-02-29", "2024-02-30"], object)})

    assert str(on_the_host.value) == f"{message}Received none: row 2: '2024-02-30', row 3"
    assert str(on_one_row.value) == f"{message}Received none: row 1: '2024-02-30'"


def test_no_rows_are_encoded_to_none_everywhere(tf):
    @unhurried(1, shrink=False)
    @given(drawn=fitted_and_rows(COMBINATIONS))
    def draw(drawn):
        encoder, rows = drawn
        none = rows.slice(0, 0)
        made = encoder.tensorflow(tf, tensors(tf, encoder, none), encoder.tables(tf))
        assert_agree(encoder, encoder.encode(none), {name: tensor.numpy() for name, tensor in made.items()})

    draw()
