"""Say by hand what some columns of the diamonds are: infer the schema, change it, show the file, train with it.

    python examples/schema_file.py

Writes ``zoo-demo/schema.toml``, which ``zoo train --schema`` takes too.
"""

from __future__ import annotations

from pathlib import Path

import modelzoo

FILE = Path("zoo-demo/schema.toml")

CHANGED = [
    {"name": "carat", "kind": "numeric", "scale": "log", "missing": "median"},
    {"name": "carat_buckets", "kind": "bucketized", "source": "carat", "buckets": 32},
    {"name": "color", "kind": "hashed", "buckets": 64},
    {"name": "clarity", "kind": "categorical", "embedding": 6, "missing": "reject"},
    {"name": "carat_x_cut", "kind": "crossed", "sources": ["carat_buckets", "cut"], "deep": True},
]
"""Entries that take the place of inferred ones of the same name, and one that comes new."""


def main() -> None:
    """Infer, change, write and use a schema."""
    diamonds = modelzoo.datasets.load("diamonds")
    test, train = diamonds.slice(0, 5_000), diamonds.slice(5_000)

    inferred = modelzoo.infer_schema(train, target="price", drop=["depth", "table"])
    entries = {column.name: column.model_dump() for column in inferred.columns} | {new["name"]: new for new in CHANGED}
    model = modelzoo.build("wide_deep", schema={"columns": list(entries.values())})  # all that is wrong is told at once

    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(model.schema.to_toml(["What each column of the diamonds is, partly by hand."]), encoding="utf-8")
    print(FILE.read_text(encoding="utf-8"))

    model = modelzoo.build("wide_deep", schema=FILE)
    model.fit(train, target="price", epochs=3)
    print(f"test: {model.evaluate(test)}")


if __name__ == "__main__":
    main()
