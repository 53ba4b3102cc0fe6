"""Hand items of Python generators to TensorFlow, and carry out an error from the thread that asks for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

Begin = Callable[[], Iterator[Any]]
"""Begins items anew."""


class Relay:
    """Make datasets of generators, and remember what ended one of these.

    Not by ``Dataset.from_generator``: it copies every item, makes the whole process give memory back to the system
    after each of its uses, which costs a third of the time of large batches, and tells of an error its text alone.
    """

    def __init__(self) -> None:
        self._sources: list[_Source] = []

    def dataset(self, begin: Begin, count: int, signature: Any) -> Any:
        """Return a ``tf.data.Dataset`` that prepares the next item while one is in use.

        Args:
            begin: begins the items anew: for each time the dataset is gone through.
            count: how many there are, at most.
            signature: ``tf.TensorSpec`` of each of their arrays, nested as these are.
        """
        import tensorflow as tf

        source = _Source(begin)
        self._sources.append(source)
        specs = tf.nest.flatten(signature)

        def item(number: Any) -> list[Any]:
            return list(tf.nest.flatten(source.item(int(number))))

        def ask(number: Any) -> Any:
            arrays = tf.numpy_function(item, [number], [spec.dtype for spec in specs])
            known = [tf.ensure_shape(array, spec.shape) for array, spec in zip(arrays, specs, strict=True)]
            return tf.nest.pack_sequence_as(signature, known)

        options = tf.data.Options()
        options.autotune.enabled = False  # the end of the thread that would tune is waited for, up to a minute
        asked = tf.data.Dataset.range(count).map(tf.autograph.experimental.do_not_convert(ask))
        return asked.prefetch(1).with_options(options)

    @contextmanager
    def raising(self) -> Iterator[None]:
        """Raise what was remembered in place of what TensorFlow makes of it."""
        try:
            yield
        except Exception:
            for source in self._sources:
                if source.error is not None:
                    raise source.error from None
            raise

    def close(self) -> None:
        """End all generators: what they hold open is closed."""
        for source in self._sources:
            source.close()


class _Source:
    """Go through a generator in whatever thread asks for the next item."""

    def __init__(self, begin: Begin) -> None:
        self.error: Exception | None = None
        self._begin = begin
        self._items: Iterator[Any] = iter(())
        self._lock = threading.Lock()
        self._closed = False

    def item(self, number: int) -> Any:
        with self._lock:
            if self._closed:
                raise StopIteration
            try:
                if number == 0:
                    self._end()
                    self._items = self._begin()
                return next(self._items)
            except StopIteration:
                raise  # asked for in advance
            except Exception as error:
                self.error = self.error or error  # TensorFlow asks again, of what has ended by then
                raise

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._end()

    def _end(self) -> None:
        if hasattr(self._items, "close"):
            self._items.close()
