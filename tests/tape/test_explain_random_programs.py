"""Random small programs with one planted cause: `tape.explain` finds the one that was planted."""

from __future__ import annotations

import threading

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

import thalweg as tw
from tape.marked_lines import line_of

INNOCENT = {
    "twice": lambda h: h * 2.0,
    "from one": lambda h: 1.0 - h,
    "squared": lambda h: h**2,
    "with itself": lambda h: h * h + h,
    "indexed": lambda h: tw.stack([h, h])[1],
    "through float64": lambda h: tw.cast(tw.cast(h, tw.float64), tw.float32),
    "by NumPy's function": lambda h: np.add(h, np.float32(0.5)),
    "taken where": lambda h: tw.where(h > 1e9, h, h * 0.5),
    "summed": lambda h: tw.reduce_sum(h * tw.constant([0.25, 0.25])),
    "beside one stopped": lambda h: h + 0.1 * tw.stop_gradient(h),
}


def decoy_printed(h):
    str(h.numpy())


def decoy_compared(h):
    tw.cast(h > 0.0, tw.int32)


def decoy_stored(h):
    tw.Variable(0.0).assign(h)


def decoy_stopped(h):
    tw.stop_gradient(h) * 2.0


def decoy_threaded(h):
    on_a_thread(lambda: h * 3.0)


DECOYS = [decoy_printed, decoy_compared, decoy_stored, decoy_stopped, decoy_threaded]


def on_a_thread(work):
    answer = []
    thread = threading.Thread(target=lambda: answer.append(work()))
    thread.start()
    thread.join()
    return answer[0]


def plant_nothing(tape, h):
    return h


def plant_pause(tape, h):
    with tape.stop_recording():
        return h * 2.0  # <- here


def plant_escape(tape, h):
    return tw.constant(np.tanh(h.numpy()))  # <- here


def plant_integers(tape, h):
    whole = tw.cast(h * 100.0, tw.int32)  # <- here
    return tw.cast(whole, tw.float32)


def plant_state(tape, h):
    cell = tw.Variable(0.0)
    cell.assign(h)  # <- here
    return cell * 1.0


def plant_stop(tape, h):
    return tw.stop_gradient(h)  # <- here


def plant_unused(tape, h):
    return tw.Variable(2.0) * 1.0


def plant_thread(tape, h):
    return on_a_thread(lambda: h * 2.0)  # <- here


def plant_reset(tape, h):
    h = h * 2.0  # <- here
    tape.reset()
    return h


def plant_end(tape, h):
    tape.__exit__(None, None, None)
    return h * 2.0  # <- here


PLANTS = {
    plant_nothing: 0,
    plant_pause: 6,
    plant_reset: 6,
    plant_end: 6,
    plant_escape: 7,
    plant_integers: 8,
    plant_state: 9,
    plant_stop: 10,
    plant_unused: 11,
    plant_thread: 12,
}
STEPS = st.lists(st.sampled_from([*INNOCENT.values(), *DECOYS]), max_size=5)


def walk(h, steps):
    for step in steps:
        h = step(h) if step not in DECOYS else (step(h), h)[1]
    return h


def assert_planted(tape, y, x, plant):
    gradient_is_none = tape.gradient(y, x) is None
    told = tape.explain(y, x)
    assert gradient_is_none == (plant is not plant_nothing)
    assert told.cause == PLANTS[plant], told.text
    if plant not in (plant_nothing, plant_unused, plant_reset):
        assert told.places[0].line == line_of(plant), told.text


@settings(max_examples=80, deadline=None)
@given(STEPS, st.sampled_from(list(PLANTS)), STEPS, st.booleans())
def test_the_planted_cause_is_told(before, plant, after, persistent):
    x = tw.Variable(0.7)
    with tw.GradientTape(persistent=persistent) as tape:
        h = walk(x * 1.0, before)
        h = plant(tape, h)
        y = walk(h, after)
    assert_planted(tape, y, x, plant)


@settings(max_examples=30, deadline=None)
@given(STEPS, st.sampled_from([plant_pause, plant_integers, plant_state, plant_stop]), STEPS)
def test_a_second_way_that_is_whole_makes_it_connected(before, plant, after):
    x = tw.Variable(0.7)
    with tw.GradientTape() as tape:
        h = walk(x * 1.0, before)
        y = walk(plant(tape, h), after) + walk(h, after)
    assert tape.gradient(y, x) is not None
    assert tape.explain(y, x).cause == 0


@settings(max_examples=30, deadline=None)
@given(STEPS, STEPS, st.sampled_from([2, 3, 4]))
def test_causes_that_lie_in_the_source(before, after, cause):
    x = tw.Variable(0.7, trainable=cause != 3)
    if cause == 4:
        x = x + 1.0
    elif cause == 2:
        x = tw.constant(0.7)
    with tw.GradientTape() as tape:
        h = walk(x * 1.0, before)
        if cause == 3:
            tape.watch(x)
        y = walk(h, after)
    assert tape.gradient(y, x) is None
    assert tape.explain(y, x).cause == cause
