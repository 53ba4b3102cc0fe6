"""Work on items in several threads, and hand out the results in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")

_WAITING = 2
"""Items a thread that are read before the first result is waited for: one worked on, and one to go on with."""


def ordered(work: Callable[[T], R], items: Iterable[T], *, workers: int) -> Generator[R, None, None]:
    """Yield the result for each item, in their order; only a few items are taken ahead of the results.

    When a piece of work fails, what it raised is raised in its place, behind the results of the items before. Left
    early, this waits for the pieces under way and begins no other.

    Args:
        work: is called in several threads at once.
        items: are asked for in the thread that asks for results.
        workers: number of threads, from 1; of one, that is the thread that asks.
    """
    if workers == 1:
        yield from map(work, items)
        return
    from concurrent.futures import Future, ThreadPoolExecutor

    waiting: deque[Future[R]] = deque()
    pool = ThreadPoolExecutor(workers)
    try:
        for item in items:
            waiting.append(pool.submit(work, item))
            if len(waiting) >= _WAITING * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
