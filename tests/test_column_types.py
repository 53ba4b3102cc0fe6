"""Whatever types a frame keeps its columns in, it trains the model of the plain frame, and predicts as that does."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import modelzoo

pytestmark = pytest.mark.xdist_group("ways_in")

COUNT = 96
DRAW = np.random.default_rng(5)
NAMES = ["Ulm", "Köln", "東京"]
PLAIN = pd.DataFrame(
    {
        "rooms": [None if row % 9 == 2 else float(value) for row, value in enumerate(DRAW.integers(1, 20, COUNT))],
        "area": DRAW.integers(40, 160, COUNT) / 2,
        "garden": [None if row % 11 == 4 else bool(value) for row, value in enumerate(DRAW.integers(0, 2, COUNT))],
        "town": [None if row % 13 == 6 else NAMES[value] for row, value in enumerate(DRAW.integers(0, 3, COUNT))],
    }
).astype({"garden": object, "town": object})
PLAIN["sold"] = np.where(PLAIN["area"] > PLAIN["area"].median(), "ja", "nein").astype(object)
POLARS = pl.from_pandas(PLAIN)


def arrow(**kinds):
    return PLAIN.astype({name: pd.ArrowDtype(kind) for name, kind in kinds.items()})


FORMS = {
    "nullable": PLAIN.astype({"rooms": "Int64", "area": "Float32", "garden": "boolean", "town": "string"}),
    "convert_dtypes": PLAIN.convert_dtypes(),
    "categories": PLAIN.astype({"rooms": "category", "garden": "category", "town": "category", "sold": "category"}),
    "ordered categories": PLAIN.astype({"town": pd.CategoricalDtype(["東京", "unseen", *NAMES[:2]], ordered=True)}),
    "arrow": arrow(rooms=pa.int8(), area=pa.float32(), garden=pa.bool_(), town=pa.string()),
    "large arrow": arrow(rooms=pa.uint64(), area=pa.float64(), garden=pa.bool_(), town=pa.large_string()),
    "dictionaries": arrow(
        town=pa.dictionary(pa.int32(), pa.large_string()), sold=pa.dictionary(pa.int8(), pa.string())
    ),
    "polars": POLARS,
    "polars Categorical": POLARS.cast({"town": pl.Categorical, "sold": pl.Categorical, "rooms": pl.Int16}),
    "polars Enum": POLARS.cast({"town": pl.Enum([*NAMES, "unseen"]), "sold": pl.Enum(["nein", "ja"])}),
    "polars decimals": POLARS.cast({"rooms": pl.UInt64, "area": pl.Decimal(10, 2)}),
}


def trained(rows):
    model = modelzoo.build("wide_deep", hidden=[4])
    settings = {"epochs": 1, "optimizer": "sgd", "validation": 0.25, "metrics": ["accuracy"], "verbose": 0}
    return model, model.fit(rows, target="sold", **settings).history


@pytest.fixture(scope="module")
def plain():
    return trained(PLAIN)


@pytest.mark.parametrize("form", FORMS)
def test_types_change_neither_the_model_nor_its_predictions(plain, form):
    rows = FORMS[form]
    model, history = trained(rows)

    assert history == plain[1]
    assert model.schema == plain[0].schema
    assert model.classes.tolist() == ["ja", "nein"]
    np.testing.assert_array_equal(model.predict(rows), plain[0].predict(PLAIN))
    np.testing.assert_array_equal(plain[0].predict(rows), plain[0].predict(PLAIN))
    assert model.evaluate(rows) == plain[0].evaluate(PLAIN)
