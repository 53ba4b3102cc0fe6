"""Read handwritten digits with four models, and look at how the last one sees them.

    python examples/digits.py

Prints the accuracy of a linear model, a DNN and a deep DNN on digits they have not seen; then squeezes each image
of 64 points into three numbers with an autoencoder, and prints one digit beside its reconstruction.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

import modelzoo

SHADES = " .:-=+*#@"


def main() -> None:
    """Train on four fifths of the images, measure on the others."""
    digits = modelzoo.datasets.load("digits")
    order = np.random.default_rng(0).permutation(digits.num_rows)
    test, train = digits.take(order[: digits.num_rows // 5]), digits.take(order[digits.num_rows // 5 :])
    for name in ("linear", "dnn", "deep_dnn"):
        model = modelzoo.build(name)
        model.fit(train, target="digit", verbose=0)
        print(f"{name:8}  accuracy {model.evaluate(test)['accuracy']:.3f}")
    show_reconstruction(train.drop_columns(["digit"]), test.drop_columns(["digit"]))


def show_reconstruction(train: pa.Table, test: pa.Table) -> None:
    """Print the code of one image, and the image beside what the autoencoder makes of that code."""
    model = modelzoo.build("autoencoder")
    model.fit(train, verbose=0)
    print(f"autoencoder  reconstruction error {model.evaluate(test)['reconstruction_error']:.3f} (the mean: about 1)")
    first = test.slice(0, 1)
    print("code:", ", ".join(f"{number:.2f}" for number in model.encode(first)[0]))
    image, rebuilt = first["image"].combine_chunks().to_numpy_ndarray()[0], model.predict(first)["image"][0]
    for left, right in zip(image, rebuilt, strict=True):
        print(f"  {drawn(left)}   {drawn(right)}")


def drawn(row: np.ndarray) -> str:
    """Return one row of an image, values 0 to 16, as shades."""
    places = np.clip(row / 16 * len(SHADES), 0, len(SHADES) - 1).astype(int)
    return "".join(SHADES[place] * 2 for place in places)


if __name__ == "__main__":
    main()
