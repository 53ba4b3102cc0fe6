"""Train the network with scikit-learn's MLPClassifier, one epoch a call of ``partial_fit``.

    python benchmarks/rivals/sklearn_mlp.py FOLDER --batch 32 --epochs 4

It counts no accuracy while it trains.
"""

from __future__ import annotations

import time

import numpy as np
import sklearn
from sides import BETAS, CLASSES, EPSILON, HIDDEN, LEARNING_RATE, arguments, read_rows, report
from sklearn.neural_network import MLPClassifier


def main() -> None:
    """Train, and report."""
    given = arguments("Train with scikit-learn.").parse_args()
    x, y = read_rows(given.folder)
    model = MLPClassifier(
        HIDDEN,
        solver="adam",
        alpha=0,
        batch_size=given.batch,
        learning_rate_init=LEARNING_RATE,
        beta_1=BETAS[0],
        beta_2=BETAS[1],
        epsilon=EPSILON,
        early_stopping=False,
        random_state=0,
    )
    seconds = []
    for _ in range(given.epochs):
        started = time.perf_counter()
        model.partial_fit(x, y, classes=np.arange(CLASSES))
        seconds.append(time.perf_counter() - started)
        print(f"loss {model.loss_:.4f}")
    report(seconds=seconds, loss=float(model.loss_), versions={"scikit-learn": sklearn.__version__})


if __name__ == "__main__":
    main()
