"""Read handwritten digits with three models, and squeeze them through three numbers with a fourth.

    python examples/digits.py

Prints the accuracy of a linear model, a DNN and a deep DNN on digits they have not seen. Then an autoencoder, which
is shown no labels, learns to rebuild each image of 64 points from a code of three numbers: one image is printed
beside what is left of it.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

import modelzoo

SHADES = " .:-=+*#@"


def main() -> None:
    """Train on four fifths of the images, and measure on the others."""
    train, test = split(modelzoo.datasets.load("digits"))
    print(f"{train.num_rows:,} images to train on, {test.num_rows:,} others to measure on")
    for name in ("linear", "dnn", "deep_dnn"):
        model = modelzoo.build(name)
        model.fit(train, target="digit", metrics=["accuracy"], verbose=0)
        print(f"{name:12} accuracy {model.evaluate(test)['accuracy']:.3f}")
    show_reconstruction(train.drop_columns(["digit"]), test.drop_columns(["digit"]))


def split(digits: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return four fifths of the rows, and the others, at random."""
    order = np.random.default_rng(0).permutation(digits.num_rows)
    held_back = digits.num_rows // 5
    return digits.take(order[held_back:]), digits.take(order[:held_back])


def show_reconstruction(train: pa.Table, test: pa.Table) -> None:
    """Print the code of one image, and the image beside what the autoencoder rebuilds from that code."""
    model = modelzoo.build("autoencoder")
    model.fit(train, verbose=0)
    error = model.evaluate(test)["reconstruction_error"]
    print(f"{'autoencoder':12} reconstruction error {error:.3f}, where one gray for all images has 1")
    first = test.slice(0, 1)
    code = ", ".join(f"{number:.2f}" for number in model.encode(first)[0])
    print(f"an image, and what is rebuilt from its code ({code}):")
    image, rebuilt = first["image"].combine_chunks().to_numpy_ndarray()[0], model.predict(first)["image"][0]
    for left, right in zip(image, rebuilt, strict=True):
        print(f"  {drawn(left)}   {drawn(right)}".rstrip())


def drawn(row: np.ndarray) -> str:
    """Return one row of an image, values from 0 to 16, as shades."""
    places = np.clip(row / 16 * len(SHADES), 0, len(SHADES) - 1).astype(int)
    return "".join(SHADES[place] * 2 for place in places)


if __name__ == "__main__":
    main()
