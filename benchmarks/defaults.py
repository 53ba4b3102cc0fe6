"""Measure what models are worth under their default settings, on data that come along; each in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pyarrow as pa

import modelzoo

MODELS = ("linear", "dnn", "deep_dnn", "wide_deep")
TEST_FRACTION = 0.2
SEED = 0

Figures = dict[str, float]


def digits() -> dict[str, Figures]:
    """Return the accuracy of each model on digits held back, with the seconds its training took."""
    return _each(partial(_train_and_measure, "digits", "digit", "accuracy"), MODELS)


def diamonds() -> dict[str, Figures]:
    """Return the RMSE of each model on diamonds held back, with the seconds its training took."""
    return _each(partial(_train_and_measure, "diamonds", "price", "rmse"), MODELS)


def autoencoder() -> Figures:
    """Return the autoencoder's reconstruction error on digits held back, and what simpler guesses have.

    ``of_the_mean`` is the error of one gray for all points of all images, ``of_each_pixels_mean`` that of the mean
    image, both of the training images.
    """
    return _each(_reconstruct_digits, ("autoencoder",))["autoencoder"]


def _each(measure: Callable[[str], Figures], names: Iterable[str]) -> dict[str, Figures]:
    """Measure one after the other, each in a fresh process: what the first has warmed up favours no other."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as processes:
        return {name: processes.submit(measure, name).result() for name in names}


def _train_and_measure(data: str, target: str, metric: str, name: str) -> Figures:
    train, test = _split(modelzoo.datasets.load(data))
    model = modelzoo.build(name)
    model.fit(train, target=target, verbose=0)
    measured = model.evaluate(test)[metric]
    return {f"test_{metric}": round(measured, 4), "train_seconds": round(model.fitted.facts.seconds, 1)}


def _reconstruct_digits(name: str) -> Figures:
    train, test = (part.drop_columns(["digit"]) for part in _split(modelzoo.datasets.load("digits")))
    model = modelzoo.build(name)
    model.fit(train, verbose=0)
    (seen,), (unseen,) = (model.fitted.encoder.encode(part).values() for part in (train, test))
    return {
        "test_error": round(model.evaluate(test)["reconstruction_error"], 4),
        "of_the_mean": round(float(np.mean(unseen**2)), 4),
        "of_each_pixels_mean": round(float(np.mean((unseen - seen.mean(axis=0)) ** 2)), 4),
        "train_seconds": round(model.fitted.facts.seconds, 1),
    }


def _split(rows: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Return the rows to train on, and those held back at random."""
    order = np.random.default_rng(SEED).permutation(rows.num_rows)
    held_back = round(rows.num_rows * TEST_FRACTION)
    return rows.take(order[held_back:]), rows.take(order[:held_back])
