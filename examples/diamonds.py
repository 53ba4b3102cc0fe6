"""Predict the price of diamonds: train, measure, export, and price one stone.

    python examples/diamonds.py

Writes a run and an export below ``zoo-demo/``.
"""

from __future__ import annotations

import modelzoo

COLUMNS = {
    "columns": [
        {"kind": "numeric", "name": "carat"},
        {"kind": "numeric", "name": "x"},
        {"kind": "numeric", "name": "y"},
        {"kind": "numeric", "name": "z"},
        {"kind": "categorical", "name": "cut"},
        {"kind": "categorical", "name": "color"},
        {"kind": "categorical", "name": "clarity", "embedding": 6},
        {"kind": "bucketized", "name": "carat_buckets", "source": "carat", "buckets": 32},
        {"kind": "crossed", "name": "carat_x_clarity", "sources": ["carat_buckets", "clarity"]},
    ]
}
"""What each column is; without a schema this is inferred from the data."""


def main() -> None:
    """Train on nine tenths of the rows and price one stone."""
    model = modelzoo.build("wide_deep", schema=COLUMNS, regularizers=["l2"])
    diamonds = modelzoo.datasets.load("diamonds")
    model.fit(diamonds, target="price", validation=0.1, epochs=10, out="zoo-demo/example", overwrite=True)
    export = modelzoo.load_export(model.export("zoo-demo/example-exports"))
    stone = {"carat": 1.0, "cut": "Ideal", "color": "E", "clarity": "VS1", "x": 6.4, "y": 6.4, "z": 4.0}
    print(f"{stone} costs about {export.predict([stone])[0]:,.0f} dollars")


if __name__ == "__main__":
    main()
