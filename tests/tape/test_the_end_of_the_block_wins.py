"""What is over stays over: a pause that is left after its tape's block resumes nothing."""

from __future__ import annotations

import gc

import pytest

import thalweg as tw
from thalweg.core.recording import STATE


def test_a_pause_left_after_the_block() -> None:
    x = tw.Variable(3.0)
    tape = tw.GradientTape(persistent=True)
    with tape:
        y = x * x
        pause = tape.stop_recording()
        pause.__enter__()
    pause.__exit__(None, None, None)
    assert STATE.recorders == ()
    z = y * y
    assert tape.gradient(z, x) is None
    assert tape.gradient(y, x).numpy() == 6.0


def test_a_pause_that_is_dropped() -> None:
    x = tw.Variable(3.0)

    def half() -> tw.GradientTape:
        with tw.GradientTape(persistent=True) as tape:
            tape.stop_recording().__enter__()  # collected at once, and so left inside the block
            pause = tape.stop_recording()
            pause.__enter__()
        return tape

    tape = half()
    gc.collect()
    assert STATE.recorders == ()
    assert tape.gradient(x * x, x) is None


def test_a_pause_left_in_the_next_block_of_the_same_tape() -> None:
    x = tw.Variable(3.0)
    tape = tw.GradientTape(persistent=True)
    with tape:
        pause = tape.stop_recording()
        pause.__enter__()
    with tape:
        y = x * x
        pause.__exit__(None, None, None)
        assert len(STATE.recorders) == 1
        y = y * x
    assert STATE.recorders == ()
    assert tape.gradient(y, x).numpy() == 27.0


def test_a_pause_of_one_block_left_in_the_pause_of_the_next() -> None:
    x = tw.Variable(3.0)
    tape = tw.GradientTape(persistent=True)
    with tape:
        first = tape.stop_recording()
        first.__enter__()
    with tape:
        y = x * x
        with tape.stop_recording():
            first.__exit__(None, None, None)
            z = x * x
        y = y * x
    assert tape.gradient(z, x) is None
    assert tape.gradient(y, x).numpy() == 27.0
    assert STATE.recorders == ()


def test_a_block_inside_a_pause() -> None:
    x = tw.Variable(3.0)
    tape = tw.GradientTape(persistent=True)
    with tape:
        with tape.stop_recording():
            with tape:
                y = x * x
            z = x * x
        y = y * x
    assert tape.gradient(z, x) is None
    assert tape.gradient(y, x).numpy() == 27.0
    assert STATE.recorders == ()


def test_a_block_inside_a_pause_that_is_left_first() -> None:
    x = tw.Variable(3.0)
    tape = tw.GradientTape(persistent=True)
    with tape:
        pause = tape.stop_recording()
        pause.__enter__()
        with tape:
            pause.__exit__(None, None, None)
            assert len(STATE.recorders) == 1
            y = x * x
    assert STATE.recorders == ()
    assert tape.gradient(y, x).numpy() == 6.0


def test_an_exception_in_a_pause_leaves_nothing_behind() -> None:
    x = tw.Variable(3.0)
    with pytest.raises(ZeroDivisionError), tw.GradientTape() as tape, tape.stop_recording():
        _ = 1 / 0
    assert STATE.recorders == ()
    assert tape.gradient(x * x, x) is None


def test_explain_does_not_tell_of_a_resumption() -> None:
    x = tw.Variable(3.0)
    tape = tw.GradientTape(persistent=True)
    with tape:
        pause = tape.stop_recording()
        pause.__enter__()
    pause.__exit__(None, None, None)
    y = x * x
    assert tape.gradient(y, x) is None
    assert "stop_recording" not in str(tape.explain(y, x))
