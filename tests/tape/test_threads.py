"""Each thread has tapes of its own: what one computes, another's tape does not see."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

import thalweg as tw
from thalweg.core.recording import STATE


def in_another_thread(work):
    """Return what the work returns, run in a new thread."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result(timeout=60)


def test_two_threads_record_at_once_without_touching_each_other():
    shared = tw.Variable(2.0)
    together = threading.Barrier(2, timeout=60)

    def work(factor):
        slopes = set()
        for _ in range(300):
            with tw.GradientTape() as tape:
                together.wait()
                y = shared * factor
                together.wait()
                for _ in range(5):
                    y = y * shared
                together.wait()
            slopes.add(float(tape.gradient(y, shared)))
        return slopes

    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(work, [1.0, 3.0]))
    assert found == [{6 * 2.0**5}, {3 * 6 * 2.0**5}]


def test_threads_record_without_being_kept_in_step():
    shared = tw.Variable(1.5)

    def work(order):
        slopes = set()
        for _ in range(500):
            with tw.GradientTape() as tape:
                y = shared * 1.0
                for _ in range(order):
                    y = y * shared
            slopes.add(float(tape.gradient(y, shared)))
            assert [one is shared for one in tape.watched_variables()] == [True]
        return slopes

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(work, [1, 2, 3, 4]))
    assert found == [{(order + 1) * 1.5**order} for order in (1, 2, 3, 4)]


def test_an_operation_in_another_thread_is_not_recorded():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = in_another_thread(lambda: x * x)
        z = y + x
    assert float(y) == 9.0
    assert float(tape.gradient(z, x)) == 1.0


def test_a_finished_tape_answers_in_another_thread():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
    assert float(in_another_thread(lambda: tape.gradient(y, x))) == 6.0


def test_another_threads_tape_is_on_while_this_one_has_none():
    inside, done = threading.Event(), threading.Event()
    x = tw.Variable(3.0)

    def recording():
        with tw.GradientTape() as tape:
            inside.set()
            assert done.wait(60)
            y = x * x
        return float(tape.gradient(y, x)), len(tape.watched_variables())

    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(recording)
        assert inside.wait(60)
        other = tw.Variable(1.0) * 2.0
        done.set()
        assert future.result(timeout=60) == (6.0, 1)
    assert float(other) == 2.0


def test_a_tape_cannot_be_entered_from_two_threads():
    with tw.GradientTape() as tape, pytest.raises(ValueError, match="still recording"):
        in_another_thread(tape.__enter__)


def test_an_exception_in_a_thread_leaves_other_threads_tapes_alone():
    x = tw.Variable(3.0)

    def fails():
        with tw.GradientTape():
            raise KeyError

    with tw.GradientTape() as tape:
        with pytest.raises(KeyError):
            in_another_thread(fails)
        y = x * x
    assert float(tape.gradient(y, x)) == 6.0


def test_accumulators_are_the_threads_own():
    def work(direction):
        x = tw.constant(3.0)
        with tw.autodiff.ForwardAccumulator(x, direction) as acc:
            y = x
            for _ in range(200):
                y = y + x
        return float(acc.jvp(y))

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(work, [1.0, 5.0])) == [201.0, 1005.0]


@pytest.mark.parametrize("how", ["gradient", "exit"])
def test_a_recording_that_another_thread_ended_ends_here_with_the_block(how):
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
        if how == "exit":
            in_another_thread(lambda: tape.__exit__(None, None, None))
        else:
            assert float(in_another_thread(lambda: tape.gradient(y, x))) == 6.0
    assert STATE.recorders == ()
    with tw.GradientTape() as tape:
        y = x * x * x
    assert float(tape.gradient(y, x)) == 27.0
