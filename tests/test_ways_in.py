"""Rows make the same model and the same predictions in whatever form they come: every installed model, every task it
declares, every way in. Every run tries all pairs of these, make test-all all combinations.
"""

from functools import partial
from itertools import combinations, product

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from modelzoo_registry import installed
from pyarrow import parquet

import modelzoo

COUNT, BATCH = 96, 20


def mixed_rows(draw):
    """Numbers with gaps, counts, truths, and text of which some is missing."""
    town = draw.choice(np.array(["Ulm", "Köln", "東京", "", None], object), COUNT)
    area, rooms = draw.normal(100, 30, COUNT), draw.integers(1, 9, COUNT)
    score = area + 5 * rooms + 40 * (town == "Köln")
    area[3::7] = np.nan
    return pd.DataFrame({"größe": area, "rooms": rooms, "garden": draw.random(COUNT) < 0.5, "town": town}), score


def vector_rows(draw):
    """Vectors of four numbers, some of them missing."""
    x = draw.normal(size=(COUNT, 4))
    score = 3 * x[:, 0] - x[:, 1]
    x[::5, 2] = np.nan
    return x, score


def image_rows(draw):
    """Gray images of 8 by 8 points."""
    x = draw.integers(0, 256, (COUNT, 8, 8)).astype(np.uint8)
    return x, x[:, :4].mean(axis=(1, 2)) - x[:, 4:].mean(axis=(1, 2))


ROWS = {make.__name__: make(np.random.default_rng(3)) for make in (mixed_rows, vector_rows, image_rows)}


def target_of(task, score):
    """The same quantity as the target of a task: two classes are text, three are integers."""
    return {
        "regression": score,
        "binary": np.where(score > np.median(score), "groß", "klein").astype(object),
        "multiclass": np.digitize(score, np.quantile(score, [0.33, 0.66])) + 1,
        "reconstruction": None,
    }[task]


def frame(x, y):
    return x if y is None else x.assign(y=y)


def columns(x, y):
    return {"x": x} if y is None else {"x": x, "y": y}


def records(x):
    """A structured array, whose fields have the types of the columns."""
    array = np.empty(COUNT, [(name, x[name].to_numpy().dtype) for name in x])
    for name in x:
        array[name] = x[name]
    return array


def tensors(x):
    """Columns as tensors, which know no null: missing text is empty."""
    return {name: tensor(x[name].fillna("") if name == "town" else x[name]) for name in x}


def tensor(values):
    import tensorflow as tf

    return None if values is None else tf.constant(np.asarray(values))


def dataset(x, y):
    import tensorflow as tf

    return tf.data.Dataset.from_tensor_slices(x if y is None else (x, y)).batch(BATCH)


def batches(x, y):
    for start in range(0, COUNT, BATCH):
        rows = slice(start, start + BATCH)
        yield x[rows] if y is None else (x[rows], y[rows])


def written(path, write):
    write(path)
    return path


def tensor_table(x, y):
    return pa.table(columns(pa.FixedShapeTensorArray.from_numpy_ndarray(x), y))


# Each returns what comes first in fit and evaluate: the rows with their target, or x and y.
OF_MIXED = {
    "pandas frame": lambda x, y, _: (frame(x, y),),
    "polars frame": lambda x, y, _: (pl.from_pandas(frame(x, y)),),
    "dict": lambda x, y, _: (frame(x, y).to_dict("list"),),
    "NumPy": lambda x, y, _: (records(x), y),
    "Dataset": lambda x, y, _: (dataset(tensors(x), y),),
    "generator": lambda x, y, _: (batches(x, y),),
    "CSV": lambda x, y, folder: (written(folder / "d.csv", partial(frame(x, y).to_csv, index=False)),),
    "Parquet": lambda x, y, folder: (written(folder / "d.parquet", frame(x, y).to_parquet),),
    "JSON Lines": lambda x, y, folder: (written(folder / "d.jsonl", pl.from_pandas(frame(x, y)).write_ndjson),),
}
OF_ARRAYS = {
    "pandas frame": lambda x, y, _: (pd.DataFrame(columns(list(x), y)),),
    "polars frame": lambda x, y, _: (pl.DataFrame(columns(x, y)),),
    "dict": lambda x, y, _: ({"x": x}, y),
    "NumPy": lambda x, y, _: (x, y),
    "tensor": lambda x, y, _: (tensor(x), tensor(y)),
    "list of a tensor": lambda x, y, _: ([tensor(x)], y),
    "Dataset": lambda x, y, _: (dataset(x, y),),
    "generator": lambda x, y, _: (batches(x, y),),
    "Parquet of tensors": lambda x, y, folder: (
        written(folder / "t.parquet", partial(parquet.write_table, tensor_table(x, y))),
    ),
    "Parquet of lists": lambda x, y, folder: (
        written(folder / "l.parquet", partial(parquet.write_table, pa.table(columns(x.tolist(), y)))),
    ),
    "JSON Lines": lambda x, y, folder: (
        written(folder / "a.jsonl", pl.DataFrame(columns(x.tolist(), y)).write_ndjson),
    ),
}  # fmt: skip
WAYS = {"mixed_rows": OF_MIXED, "vector_rows": OF_ARRAYS, "image_rows": OF_ARRAYS}
REFERENCE = "pandas frame"
METRICS = {
    "regression": "rmse",
    "reconstruction": "reconstruction_error",
    "binary": "accuracy",
    "multiclass": "accuracy",
}

MODELS = [(name, task) for name in installed().names("model") for task in sorted(installed().load("model", name).tasks)]


def products(*kinds):
    """Every model for every task, trained from every way in but that of the reference."""
    return [
        (kind, *model, way) for kind in kinds for model, way in product(MODELS, WAYS[kind]) if way != REFERENCE
    ]  # fmt: skip


def pairs_of(case):
    """The pairs of values that stand together in a case, each value with its place."""
    return set(combinations(enumerate(case), 2))


def covering(cases):
    """Choose cases, greedily, until every pair of values that stands in any of them stands in one that is chosen."""
    missing = set().union(*map(pairs_of, cases))
    chosen = []
    while missing:
        chosen.append(max(cases, key=lambda case: len(pairs_of(case) & missing)))
        missing -= pairs_of(chosen[-1])
    return chosen


DESIGNS = {"mixed rows": products("mixed_rows"), "arrays": products("vector_rows", "image_rows")}


def parameters(cases):
    """Let the cases of one model share a process, and with it the models they are compared with."""
    return [pytest.param(*case, marks=pytest.mark.xdist_group(f"ways_in_{case[1]}")) for case in cases]


@pytest.fixture(scope="module")
def train(tmp_path_factory):
    """Return a trainer: rows, model, task and way in, and settings; those of the reference are trained once."""
    folder = tmp_path_factory.mktemp("ways_in")
    references = {}

    def give(kind, task, way, *, target=True):
        x, score = ROWS[kind]
        return WAYS[kind][way](x, target_of(task, score) if target else None, folder)

    def run(kind, name, task, way, **settings):
        key = (kind, name, task, *settings)
        if way == REFERENCE and key in references:
            return references[key]
        model = modelzoo.build(name)
        target = None if task == "reconstruction" else "y"
        settings = {"task": task, "batch_size": 32, "metrics": [METRICS[task]], "verbose": 0, **settings}
        history = model.fit(*give(kind, task, way), target=target, **settings)
        return references.setdefault(key, (model, history)) if way == REFERENCE else (model, history)

    run.give = give
    return run


def assert_same(one, other):
    """Compare predictions bit by bit: one array, or one a column."""
    if not isinstance(one, dict):
        one, other = {"": one}, {"": other}
    assert one.keys() == other.keys()
    for name, values in one.items():
        np.testing.assert_array_equal(values, other[name], strict=True)


def assert_ways_agree(train, kind, name, task, way, **settings):
    """Train from one way in and from a frame, and predict with both from every way in."""
    reference, expected = train(kind, name, task, REFERENCE, **settings)

    model, history = train(kind, name, task, way, **settings)

    assert history.history == expected.history
    assert model.schema == reference.schema
    assert (model.task, model.fitted.target) == (reference.task, reference.fitted.target)
    predictions = reference.predict(*train.give(kind, task, REFERENCE, target=False))
    for source in WAYS[kind]:
        assert_same(model.predict(train.give(kind, task, source, target=False)[0]), predictions)
    measured = model.evaluate(*train.give(kind, task, way))
    assert measured == reference.evaluate(*train.give(kind, task, REFERENCE))


@pytest.mark.parametrize("cases", DESIGNS.values(), ids=DESIGNS)
def test_the_chosen_cases_hold_every_pair_and_are_few(cases):
    chosen = covering(cases)

    for places in combinations(range(4), 2):
        pairs = [{tuple(case[place] for place in places) for case in some} for some in (chosen, cases)]
        assert pairs[0] == pairs[1]
    assert len(chosen) < len(cases) / 2


@pytest.mark.parametrize(
    ("kind", "name", "task", "way"), parameters([case for cases in DESIGNS.values() for case in covering(cases)])
)
def test_rows_train_and_predict_the_same_in_any_form(train, kind, name, task, way):
    assert_ways_agree(train, kind, name, task, way, optimizer="sgd", epochs=1, metrics=[])


@pytest.mark.full
@pytest.mark.parametrize(
    ("kind", "name", "task", "way"), parameters([case for cases in DESIGNS.values() for case in cases])
)
def test_all_rows_train_validate_and_predict_the_same_in_any_form(train, kind, name, task, way):
    assert_ways_agree(train, kind, name, task, way, epochs=2, validation=0.25)
