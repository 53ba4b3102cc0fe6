"""Ctrl-C and SIGTERM wait where they would crash the process, and then are what they were."""

import os
import signal
import threading

import pytest

from modelzoo.interrupts import deferred


def come(number):
    os.kill(os.getpid(), number)


@pytest.fixture
def raising():
    """Let both signals raise until the test ends, as Ctrl-C does."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    for number in before:
        signal.signal(number, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_is_handed_on_behind_the_block(raising, number):
    done = []

    def work():
        with deferred():
            come(number)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()

    assert done == ["all of it"]
    with pytest.raises(KeyboardInterrupt):
        come(number)


def test_one_that_is_ignored_stays_so(raising):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)

    with deferred():
        come(signal.SIGTERM)

    assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN


def test_other_threads_which_get_no_signals_are_let_be():
    entered = []

    def enter():
        with deferred():
            entered.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()

    assert entered == [signal.getsignal(signal.SIGINT)]
