"""Train the network with plain Keras, on arrays, as its guides do.

python benchmarks/rivals/keras_fit.py FOLDER --batch 32 --epochs 4

Nothing is set but what the work asks for.
"""

from __future__ import annotations

import keras
from epochs import EpochTimes
from sides import CLASSES, FEATURES, HIDDEN, arguments, read_rows, report


def main() -> None:
    """Train, and report."""
    given = arguments("Train with plain Keras.").parse_args()
    x, y = read_rows(given.folder)
    hidden = [keras.layers.Dense(width, activation="relu") for width in HIDDEN]
    model = keras.Sequential([keras.Input((FEATURES,)), *hidden, keras.layers.Dense(CLASSES, activation="softmax")])
    model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
    times = EpochTimes()
    history = model.fit(x, y, batch_size=given.batch, epochs=given.epochs, callbacks=[times]).history
    report(
        seconds=times.seconds,
        loss=history["loss"][-1],
        accuracy=history["accuracy"][-1],
        versions={"keras": keras.version()},
    )


if __name__ == "__main__":
    main()
