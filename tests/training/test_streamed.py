"""Rows that are streamed are the rows in memory: the same target, split, weights, schema and encoder."""

import gc
from itertools import islice

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from modelzoo_registry import ColumnError, DataError, SpecError, TrainingSpec
from pyarrow import parquet

from modelzoo.columns import Schema
from modelzoo.columns.categorical import CategoricalColumn
from modelzoo.columns.numeric import NumericColumn
from modelzoo.data.files import write
from modelzoo.training.feed import Feed, Place
from modelzoo.training.prepare import prepare
from modelzoo.training.reading import Selection
from modelzoo.training.schedule import Schedule
from modelzoo.training.stream_rows import StreamedRows

ROWS = 80_000
DRAW = np.random.default_rng(5)
ROW = np.arange(ROWS)
TABLE = pa.table(
    {
        "row": ROW / 2,
        "few": DRAW.integers(0, 4, ROWS).astype(float),
        "gaps": pa.array(DRAW.normal(3, 2, ROWS), mask=ROW % 11 == 0),
        "word": pa.array([f"w{number % 13 * (number % 3)}" for number in range(ROWS)]),
        "w": (ROW % 4).astype(float),
        "price": 3 * DRAW.integers(0, 40, ROWS) + DRAW.normal(0, 1, ROWS),
        "label": pa.array(np.array(["no", "yes", "so"])[DRAW.choice(3, ROWS, p=[0.7, 0.2, 0.1])]),
    }
)
TARGETS = ("price", "label")
FAULTY = 70_000
"""A row of the second portion."""


def both(data=TABLE, target="price", validation=None, **settings):
    """Prepare the same rows in memory, and streamed."""
    return [make(data, target, validation, memory=memory, **settings) for memory in ("1GB", "1MB")]


def make(data=TABLE, target="price", validation=None, memory="1MB", class_weight=None, **selection):
    others = [name for name in TARGETS if name != target and name in getattr(data, "column_names", TARGETS)]
    selection = {"drop": others, **selection}
    spec = TrainingSpec(memory=memory, class_weight=class_weight)
    return prepare(data, None, Selection(target, **selection), validation, spec)


def refusal(*args, kind=DataError, **settings):
    with pytest.raises(kind) as caught:
        make(*args, **settings)
    return str(caught.value)


def with_value(name, row, value):
    """Return the rows with another value in one of them, counted from 0."""
    column = TABLE[name].to_pylist()
    column[row] = value
    return TABLE.set_column(TABLE.column_names.index(name), name, pa.array(column))


def encoded(rows, encoder=None):
    """Return all training and validation examples, in order, as (inputs, targets, weights), and the encoder."""
    encoder = encoder or rows.fit_encoder(None)[0]
    examples = [rows.encode(encoder), rows.encode_validation(encoder)]
    return [None if one is None else next(iter(one.blocks(one.count))) for one in examples]


def assert_same(one, other):
    for name, array in one.inputs.items():
        np.testing.assert_allclose(other.inputs[name], array, rtol=1e-5, atol=1e-6, err_msg=name)
    np.testing.assert_allclose(other.targets, one.targets, rtol=1e-5, atol=1e-6)
    assert (one.weights is None) == (other.weights is None)
    if one.weights is not None:
        np.testing.assert_allclose(other.weights, one.weights, rtol=1e-5)


def assert_same_plain(one, other, path=""):
    """Hold two trees of plain data against each other: numbers to rounding, all else equal."""
    if isinstance(one, dict):
        assert one.keys() == other.keys(), path
        for key in one:
            assert_same_plain(one[key], other[key], f"{path}.{key}")
    elif isinstance(one, list | tuple):
        assert len(one) == len(other), path
        for place, pair in enumerate(zip(one, other, strict=True)):
            assert_same_plain(*pair, f"{path}.{place}")
    else:
        assert one == (pytest.approx(other, rel=1e-9) if isinstance(one, float) else other), path


@pytest.mark.parametrize(
    ("target", "settings"),
    [
        ("price", {}),
        ("label", {}),
        ("label", {"class_weight": "balanced"}),
        ("label", {"class_weight": {"so": 0, "no": 3}}),
        ("price", {"weight": "w"}),
        ("label", {"weight": "w", "class_weight": {"so": 0, "no": 3}}),
        (None, {"task": "reconstruction", "drop": TARGETS}),
    ],
)
def test_schema_target_encoder_and_examples_are_those_of_the_rows_in_memory(target, settings):
    held, streamed = both(target=target, **settings)

    assert isinstance(streamed, StreamedRows)
    assert streamed.count == held.count
    assert streamed.infer_schema() == held.infer_schema()
    assert_same_plain(held.target.model_dump(), streamed.target.model_dump())
    assert streamed.notes[:-1] == held.notes
    assert streamed.notes[-1].endswith(" encoded, are streamed: memory = 1 MB")
    encoders = [rows.fit_encoder(None) for rows in (held, streamed)]
    assert encoders[0][1] == encoders[1][1]
    assert_same_plain(*[encoder.model_dump() for encoder, _ in encoders])
    (train, valid), (streamed_train, streamed_valid) = encoded(held), encoded(streamed)
    assert_same(train, streamed_train)
    assert valid is streamed_valid is None


def test_binary_targets_are_streamed_too():
    table = TABLE.set_column(6, "label", pc.equal(TABLE["label"], "no"))
    held, streamed = both(table, "label")

    assert (streamed.target, streamed.target.task) == (held.target, "binary")
    assert_same(encoded(held)[0], encoded(streamed)[0])


@pytest.mark.parametrize(
    "validation",
    ["time:row", "time:w=0.5", TABLE.slice(0, 3000), TABLE, (TABLE.slice(0, 50).drop_columns(["price"]), ROW[:50])],
    ids=["time", "time share", "table", "streamed table", "pair"],
)
def test_rows_to_validate_on_are_those_of_the_rows_in_memory(validation):
    held, streamed = both(validation=validation, weight="w" if not isinstance(validation, tuple) else None)

    assert streamed.notes[:-1] == held.notes
    for one, other in zip(encoded(held), encoded(streamed), strict=True):
        assert_same(one, other)


def test_timeless_rows_and_rows_without_a_target_are_told():
    table = with_value("price", 5, None).set_column(0, "row", pa.array(ROW / 2, mask=ROW % 100 == 7))
    held, streamed = both(table, validation="time:row=0.25")

    assert streamed.notes == (
        "left out 1 rows that have no 'price'",
        "target 'price': numbers with 79,999 values → regression (or give a task)",
        "800 rows have no 'row': they are trained on, none validates",
        "80,000 rows, about 4.48 MB encoded, are streamed: memory = 1 MB",
    )
    assert streamed.notes[:-1] == held.notes
    assert streamed.count == held.count


@pytest.mark.parametrize("form", ["file", "folder", "glob", "csv", "jsonl", "frame", "reader", "generator", "pair"])
def test_every_form_of_the_same_rows_gives_one_encoder_and_the_same_examples(form, tmp_path):
    data, y = TABLE.drop_columns(["label"]), None
    expected = make(data)
    if form in ("file", "csv", "jsonl"):
        name = tmp_path / f"rows.{'parquet' if form == 'file' else form}"
        write(data, name)
        given = name
    elif form in ("folder", "glob"):
        for number in range(4):
            parquet.write_table(data.slice(number * 20_000, 20_000), tmp_path / f"{number}.parquet", row_group_size=999)
        given = tmp_path if form == "folder" else str(tmp_path / "*.parquet")
    elif form == "frame":
        given = data.to_pandas()
    elif form == "pair":
        given, y = data.drop_columns(["price"]), data["price"]
    else:
        batches = data.to_batches(max_chunksize=777)
        given = pa.RecordBatchReader.from_batches(data.schema, batches) if form == "reader" else iter(batches)

    rows = prepare(given, y, Selection("price"), None, TrainingSpec(memory="1MB"))

    assert isinstance(rows, StreamedRows)
    encoder = rows.fit_encoder(None)[0]
    assert_same_plain(encoder.model_dump(), expected.fit_encoder(None)[0].model_dump())
    assert_same(encoded(expected, encoder)[0], encoded(rows, encoder)[0])
    rows.close()


class TestHeldBack:
    """A fraction is drawn row by row."""

    def test_rows_held_back_are_the_same_every_time_and_never_trained_on(self):
        rows = make(validation=0.2)
        encoder = rows.fit_encoder(None)[0]
        train, valid = rows.encode(encoder), rows.encode_validation(encoder)
        place = [layout.column.name for layout in encoder.columns if hasattr(layout, "width")].index("row")

        def seen(blocks):
            return np.concatenate([block.inputs["dense"][:, place] for block in blocks])

        first = [np.sort(seen(train.shuffled(seed))) for seed in range(2)]
        held_back = [seen(valid.blocks(999)) for _ in range(2)]

        assert np.array_equal(*first)
        assert np.array_equal(*held_back)
        assert not set(first[0]) & set(held_back[0])
        assert (first[0].size, held_back[0].size) == (train.count, valid.count)
        assert train.count + valid.count == ROWS
        assert valid.count == pytest.approx(0.2 * ROWS, rel=0.05)

    def test_nothing_of_them_reaches_schema_encoder_or_target(self):
        rows = make(validation=0.5)
        held_back = np.concatenate([rows.survey.sort(first, table).valid for first, table in rows.stream.batches()])
        strange = pa.table(
            {
                "row": np.where(held_back, -1e9, TABLE["row"]),
                "few": np.where(held_back, ROW, TABLE["few"]),
                "gaps": pa.array(np.where(held_back, np.nan, TABLE["gaps"].fill_null(0)), mask=ROW % 11 == 0),
                "word": np.where(held_back, "strange", np.array(TABLE["word"].to_pylist(), object)).tolist(),
                "w": np.where(held_back, 77.0, TABLE["w"]),
                "price": np.where(held_back, 1e6, TABLE["price"]),
            }
        )

        other = make(strange, validation=0.5)

        assert other.target == rows.target
        assert other.infer_schema() == rows.infer_schema()
        assert other.fit_encoder(None) == rows.fit_encoder(None)

    def test_the_class_weighs_in_training_alone(self):
        train, valid = encoded(make(target="label", validation=0.2, class_weight="balanced"))

        assert train.weights.sum() == pytest.approx(train.count, rel=1e-5)
        assert valid.weights is None


@pytest.fixture(scope="module")
def examples():
    rows = make(drop=["label", "few", "gaps", "word", "w"])
    schema = Schema(columns=(NumericColumn(name="row", scale="none", clip=1e6),))
    return rows.encode(rows.fit_encoder(schema)[0])


class TestFeed:
    """A feed over streamed rows counts as one over rows in memory."""

    @staticmethod
    def numbers(feed, epoch):
        """The numbers of the rows of an epoch, in the order they are trained on."""
        chunks = islice(feed.epochs(), epoch * feed.calls, (epoch + 1) * feed.calls)
        return np.concatenate([2 * inputs["dense"][:count].reshape(-1) for inputs, _, _, count in chunks]).astype(int)

    def test_every_pass_holds_every_row_once_in_an_order_of_its_own(self, examples):
        feed = Feed(examples, Schedule(ROWS, 256, 2, 2 * ROWS), 5, seed=1)

        first, second = self.numbers(feed, 0), self.numbers(feed, 1)

        assert sorted(first) == sorted(second) == list(range(ROWS))
        assert not np.array_equal(first, second)
        assert not np.array_equal(first, np.sort(first))

    def test_orders_depend_on_the_seed_alone(self, examples):
        def order(seed, chunk):
            return self.numbers(Feed(examples, Schedule(ROWS, 512, 1, ROWS), chunk, seed), 0)

        assert np.array_equal(order(1, 5), order(1, 2))
        assert not np.array_equal(order(1, 5), order(2, 5))

    def test_examples_are_counted_exactly_over_uneven_epochs(self, examples):
        feed = Feed(examples, Schedule(ROWS, 256, 3, ROWS + 1001), 5, seed=1)

        epochs = [self.numbers(feed, epoch) for epoch in range(3)]

        assert [len(epoch) for epoch in epochs] == [27_000, 27_000, 27_001]
        seen = np.concatenate(epochs)
        assert sorted(seen[:ROWS]) == list(range(ROWS))
        assert len(set(seen[ROWS:])) == 1001

    @pytest.mark.parametrize(
        "begin", [Place(0, 0), Place(0, 7), Place(1, 40), Place(1, 54), Place(2, 53), Place(2, 55)]
    )
    def test_it_can_begin_at_any_call(self, examples, begin):
        """Epochs are no whole passes, and the last call of each is a short batch, or of nothing."""
        feed = Feed(examples, Schedule(ROWS, 256, 3, ROWS + 1002), 2, seed=1)

        found = list(feed.epochs(begin))

        expected = list(islice(feed.epochs(), begin.epoch * feed.calls + begin.call, None))
        assert (len(found), feed.calls) == (len(expected), 54)
        for (inputs, *rest), (others, *expected_rest) in zip(found, expected, strict=True):
            assert np.array_equal(inputs["dense"], others["dense"])
            assert all(map(np.array_equal, rest, expected_rest))

    def test_the_last_batch_is_short(self, examples):
        feed = Feed(examples, Schedule(ROWS, 300, 1, ROWS), 200, seed=1)

        assert [targets.shape[:2] for _, targets, _, _ in feed.epochs()] == [(200, 300), (200, 300), (1, 200)]


class TestFaults:
    """What is wrong is told with the row it is in, counted over all rows."""

    def test_an_infinite_target(self):
        assert refusal(with_value("price", FAULTY, float("inf"))) == (
            "the target does not fit the model:\n"
            f"  price: row {FAULTY + 1}: a finite number belongs here. Received: inf"
        )

    def test_text_among_the_numbers_of_target_and_columns_at_once(self):
        columns = {name: TABLE[name].cast(pa.string()).to_pylist() for name in ("price", "row")}
        columns["price"][FAULTY] = columns["price"][FAULTY + 1] = "n/a"
        columns["row"][7] = "x"
        table = TABLE.set_column(5, "price", pa.array(columns["price"])).set_column(0, "row", pa.array(columns["row"]))

        message = refusal(table)

        assert message == (
            "the data cannot be used:\n"
            "  row: a number belongs here. Received: row 8: 'x'. "
            "Mend or empty these values, or leave out the column (drop=['row'], --drop row)\n"
            f"  price: a number belongs here. Received: row {FAULTY + 1}: 'n/a', and 1 more. "
            "Mend or empty these values, or give the task multiclass"
        )
        assert refusal(table, memory="1GB").splitlines()[1:] == [message.splitlines()[2], message.splitlines()[1]]

    def test_text_in_a_target_for_regression(self):
        prices = TABLE["price"].cast(pa.string()).to_pylist()
        prices[FAULTY] = "n/a"
        table = TABLE.set_column(5, "price", pa.array(prices))

        message = f"price: a number belongs here. Received: row {FAULTY + 1}: 'n/a'"
        assert message in refusal(table, task="regression")
        assert refusal(table, task="regression") == refusal(table, task="regression", memory="1GB")

    @pytest.mark.parametrize(
        ("column", "message"),
        [
            (pa.array([2.5] * ROWS), "the target has one value only: 2.5 in all 80000 rows"),
            (pa.nulls(ROWS, pa.float64()), "the target is missing in all 80000 rows"),
        ],
    )
    def test_a_target_that_says_nothing(self, column, message):
        table = TABLE.set_column(5, "price", column)

        assert refusal(table) == f"there is nothing to learn:\n  price: {message}" == refusal(table, memory="1GB")

    @pytest.mark.parametrize(("value", "shown"), [(-1.0, "-1"), (float("inf"), "inf"), (None, "missing")])
    def test_a_weight_that_is_none(self, value, shown):
        message = refusal(with_value("w", FAULTY, value), weight="w")

        assert message == (
            "the weights cannot be used:\n"
            f"  w: finite numbers from 0 on belong here. Received: row {FAULTY + 1}: {shown}"
        )
        assert message == refusal(with_value("w", FAULTY, value), weight="w", memory="1GB")

    def test_weights_that_are_all_zero_in_training_or_in_validation(self):
        def weighing(mask):
            return TABLE.set_column(4, "w", pa.array(mask.astype(float)))

        assert refusal(weighing(ROW < 0), weight="w").endswith("w: all 80,000 training rows weigh 0")
        late = weighing(ROW < ROWS // 2)
        assert refusal(late, weight="w", validation="time:row").endswith("w: all 8,000 validation rows weigh 0")

    def test_class_weights_that_fit_no_class(self):
        assert "class_weight.maybe: there is no such class. Classes: no, so, yes" in refusal(
            target="label", class_weight={"maybe": 1}, kind=SpecError
        )

    def test_a_time_that_is_none(self):
        words = TABLE.set_column(3, "word", pa.array(["2024-01-01"] * FAULTY + ["soon"] + ["2024-01-02"] * 9_999))

        assert f"row {FAULTY + 1}: 'soon'" in refusal(words, validation="time:word")

    def test_a_value_that_does_not_fit_the_schema(self):
        prices = TABLE["row"].cast(pa.string()).to_pylist()
        prices[FAULTY] = "n/a"
        table = TABLE.set_column(0, "row", pa.array(prices))
        schema = Schema(columns=(NumericColumn(name="row"),))

        with pytest.raises(DataError) as caught:
            make(table, schema=schema).fit_encoder(schema)

        assert str(caught.value) == (
            f"the data does not fit the model:\n  row: a number belongs here. Received: row {FAULTY + 1}: 'n/a'"
        )

    def test_a_schema_that_reads_the_target_or_what_is_not_there(self):
        schema = Schema(columns=(NumericColumn(name="price"), CategoricalColumn(name="wort")))

        message = refusal(schema=schema)

        assert message == refusal(schema=schema, memory="1GB")
        assert "price: is the target, which no entry may read." in message

    def test_rows_to_validate_on_without_a_column_or_a_target(self):
        def reason(validation):
            rows = make(validation=validation)
            with pytest.raises(DataError) as caught:
                rows.encode_validation(rows.fit_encoder(None)[0])
            return str(caught.value)

        assert "validation (the Table): no row has a target" in reason(
            TABLE.set_column(5, "price", pa.nulls(ROWS, pa.float64()))
        )
        assert "few: is not there" in reason(TABLE.drop_columns(["few"]))

    def test_counted_batches_of_validation_that_are_none(self):
        assert refusal(validation_steps=3) == refusal(validation_steps=3, memory="1GB")
        assert "validation_steps" in refusal(validation=0.1, validation_steps=3)

    def test_files_that_do_not_fit_together_and_one_cut_short(self, tmp_path):
        parquet.write_table(TABLE, tmp_path / "0.parquet")
        parquet.write_table(TABLE.drop_columns(["few"]), tmp_path / "1.parquet")
        assert refusal(tmp_path) == (
            f"the files of {tmp_path} do not fit together:\n"
            f"  {tmp_path}/1.parquet: lacks the column 'few' of {tmp_path}/0.parquet"
        )
        whole = (tmp_path / "0.parquet").read_bytes()
        tmp_path.joinpath("1.parquet").write_bytes(whole[: len(whole) // 2])
        assert "1.parquet" in refusal(tmp_path)

    def test_a_ragged_line_in_the_middle_of_a_csv(self, tmp_path):
        file = tmp_path / "rows.csv"
        write(TABLE, file)
        lines = file.read_text().splitlines(keepends=True)
        lines[FAULTY] = "1,2\n"
        file.write_text("".join(lines))

        assert f"{file}, line {FAULTY + 1}" in refusal(file) or f"line {FAULTY + 1}" in refusal(file)


def test_temporary_files_go_when_rows_are_closed_or_refused(tmp_path, monkeypatch):
    kept = tmp_path / "kept"
    kept.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(kept))
    file = tmp_path / "rows.csv"
    write(TABLE, file)
    gc.disable()
    try:
        rows = make(file, validation=str(file))
        rows.encode_validation(rows.fit_encoder(None)[0])
        assert len(list(kept.iterdir())) == 2
        rows.close()
        assert list(kept.iterdir()) == []
        with pytest.raises(ColumnError):
            make(file, target="prize")
        assert list(kept.iterdir()) == []
    finally:
        gc.enable()


def test_an_iterator_given_to_validate_on_is_read_once():
    batches = TABLE.slice(0, 500).to_batches(max_chunksize=100)

    _, valid = encoded(make(validation=iter(batches)))

    assert valid.count == 500
