"""Price diamonds among a hundred useless columns: ``l1`` finds most of them out, and the export goes without them.

    python examples/useless_columns.py

The exports stay in ``zoo-demo/``.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

import modelzoo

ROWS, TEST_ROWS, USELESS = 10_000, 2_000, 100


def main() -> None:
    """Train a deep network without and with ``l1``, and compare what their exports read."""
    diamonds = shuffled_with_noise()
    train, test = diamonds.slice(0, ROWS), diamonds.slice(ROWS)

    for title, regularizers in {"plain": [], "with l1": [{"name": "l1", "strength": 0.01}]}.items():
        model = modelzoo.build("deep_dnn", regularizers=regularizers)
        model.fit(train, target="price", epochs=20, verbose=0)
        export = modelzoo.load_export(model.export("zoo-demo/useless-columns"))  # after l1, without its zeros
        error = np.sqrt(np.mean((export.predict(test) - test["price"].to_numpy()) ** 2))
        read = [column.name for column in export.manifest.inputs]
        print(f"{title}: RMSE {error:.0f}, {export.manifest.parameters:,} parameters, {len(read)} columns read")

    print(f"read: {', '.join(read)}")


def shuffled_with_noise() -> pa.Table:
    """Return some diamonds with columns of random numbers beside their own."""
    random = np.random.default_rng(0)
    diamonds = modelzoo.datasets.load("diamonds")
    rows = diamonds.take(random.permutation(diamonds.num_rows)[: ROWS + TEST_ROWS])
    for number in range(USELESS):
        rows = rows.append_column(f"noise_{number}", pa.array(random.normal(size=rows.num_rows)))
    return rows


if __name__ == "__main__":
    main()
