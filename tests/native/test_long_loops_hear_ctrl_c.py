"""A loop without end in machine code ends when Ctrl-C is pressed, and the next call is as good as ever."""

from __future__ import annotations

import signal
import threading
import time

import numpy as np
import pytest

import thalweg as tw
from thalweg.native import compiled, planned_loops
from thalweg.native.compiled import compile_loop, program_text
from thalweg.native.interrupts import ASKED
from thalweg.native.machine import machine
from thalweg.transform.tracing import trace

HAS_A_CLOCK = pytest.mark.skipif(
    not hasattr(signal, "setitimer"), reason="this system has no such clock"
)


@pytest.fixture(params=[1, 2, 3], ids=["one thread", "two threads", "three threads"])
def threads(request, share_all):
    """So many threads share whatever can be shared, however small."""
    return share_all(request.param)


def pressed(function, *given):
    """Call a function, with what Ctrl-C does coming from a clock meanwhile."""
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.3)
    try:
        with pytest.raises(KeyboardInterrupt):
            function(*given)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def forever(x):
    return tw.while_loop(lambda c: c < 2.0, lambda c: [tw.sin(c)], [x])[0]


def forever_inside(x, m):
    def turn(i, c):
        ended = tw.while_loop(lambda d: d < 2.0, lambda d: [tw.sin(d)], [c])[0]
        return c + ended + tw.reduce_sum(m)

    return tw.cond(x < 2.0, lambda: tw.fori_loop(0, 10**6, turn, x), lambda: x)


@HAS_A_CLOCK
@pytest.mark.parametrize("size", [1, 100_000], ids=["small", "large"])
def test_a_loop_without_end(size):
    m = tw.constant(np.zeros(size))
    for function, given in ((forever, ()), (forever_inside, (m,))):
        compiled = tw.function(function)
        for _ in range(3):
            assert float(compiled(tw.constant(3.0, tw.float64), *given)) == 3.0
        assert compiled.why_not_compiled() == ""
        pressed(compiled, tw.constant(1.0, tw.float64), *given)
        assert float(compiled(tw.constant(4.0, tw.float64), *given)) == 4.0


def test_other_threads_of_python_run_beside_a_loop_of_any_length():
    @tw.function
    def turned(count, x):
        return tw.fori_loop(0, count, lambda i, c: tw.sin(c), x)

    x = tw.constant(1.0, tw.float64)
    for _ in range(3):
        turned(tw.constant(3), x)
    assert turned.why_not_compiled() == ""
    counted, done = 0, threading.Event()

    def work():
        turned(tw.constant(20_000_000), x)
        done.set()

    worker = threading.Thread(target=work)
    worker.start()
    while not done.is_set():  # the loop takes tenths of a second; this goes round meanwhile
        counted += 1
        time.sleep(0.001)
    worker.join()
    assert counted > 10


def between_shared_work(x, m):
    """Two loops that may have no end, and work for several threads before, between and after them."""
    before = tw.reduce_sum(tw.sin(m * x)) * 0.0
    one = forever(x + before)
    shared = tw.reduce_sum(tw.cos(m * one), axis=1)
    other = forever(tw.reduce_max(shared) * 0.0 + x)
    return tw.reduce_sum(m * other) + one, shared


@HAS_A_CLOCK
def test_threads_end_together(threads):
    m = tw.constant(np.random.default_rng(3).normal(size=(64, 256)))
    function = tw.function(between_shared_work)
    good, bad = tw.constant(3.0, tw.float64), tw.constant(1.0, tw.float64)
    wanted = [one.numpy() for one in between_shared_work(good, m)]
    for _ in range(3):
        for _ in range(2):
            for one, right in zip(function(good, m), wanted, strict=True):
                np.testing.assert_allclose(one.numpy(), right, rtol=1e-12)
        assert function.why_not_compiled() == ""
        pressed(function, bad, m)


@HAS_A_CLOCK
def test_rounds_of_threads_end_together(threads):
    """A loop around the loop that has no end: its state is as it was, and it can be run again."""
    v = tw.Variable(np.full((64, 64), 3.0))
    x = tw.Variable(np.float64(3.0))

    def step():
        ended = forever(x + 0.0)
        v.assign(v * 0.5 + tw.cos(v) * ended)
        x.assign(x - 0.001)

    _, found = trace(step, (), {}, ())
    loop = compile_loop(found.graph, found.states())
    given = [cell.array.copy() for cell in found.cells]
    ends, _ = loop(given, 100)
    (x_at,) = [at for at, one in enumerate(given) if one.ndim == 0]
    right_x, right_v = given[x_at], given[1 - x_at]
    for _ in range(100):
        right_v = right_v * 0.5 + np.cos(right_v) * right_x
        right_x = right_x - 0.001
    np.testing.assert_allclose(ends[1 - x_at], right_v, rtol=1e-11)
    before = [one.copy() for one in given]
    pressed(loop, given, 10**6)  # from round 999 on x is below 2, and the loop inside has no end
    for one, other in zip(given, before, strict=True):
        np.testing.assert_array_equal(one, other)
    again, _ = loop(given, 100)
    for place in ends:
        np.testing.assert_array_equal(again[place], ends[place])


def slope_by_rewinding(x, m, turns=40, kept=4):
    """Of c ← c·(0.9 + 0·ended), turn by turn; some turn has no end where c comes below 2."""

    def turn(i, c):
        return c * (0.9 + 0.0 * tw.stop_gradient(forever(c)))

    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.fori_loop(0, turns, turn, x, checkpoint=kept)
    return tape.gradient(y, x) + tw.reduce_sum(tw.sin(m))


@HAS_A_CLOCK
@pytest.mark.parametrize("turns", [1, 40], ids=["on the way back", "on the way there"])
def test_the_way_back_of_a_loop(threads, turns):
    m = tw.constant(np.random.default_rng(3).normal(size=(64, 64)))
    function = tw.function(lambda x: slope_by_rewinding(x, m, turns))
    right = 0.9**turns + np.sum(np.sin(m.numpy()))
    for _ in range(2):
        for _ in range(2):
            found = float(function(tw.constant(1000.0, tw.float64)))
            np.testing.assert_allclose(found, right, rtol=1e-10)
        assert function.why_not_compiled() == ""
        pressed(function, tw.constant(1.0, tw.float64))


def test_the_way_back_asks_by_itself(monkeypatch):
    """Asked after each turn, and never told to end, it answers what it answers."""

    def slope(x):
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = tw.fori_loop(0, 23, lambda i, c: tw.sin(c) + c * 0.5, x, checkpoint=3)
        return tape.gradient(y, x)

    x = tw.constant(np.linspace(-2.0, 2.0, 5))
    _, found = trace(slope, (x,), {}, (x,))
    assert ASKED not in program_text(found.graph, machine("host"))
    monkeypatch.setattr(planned_loops, "BETWEEN", 1)
    compiled._programs.clear()
    assert ASKED in program_text(found.graph, machine("host"))
    function = tw.function(slope)
    function(x)
    c, right = x.numpy(), np.ones(5)
    for _ in range(23):
        right, c = right * (np.cos(c) + 0.5), np.sin(c) + c * 0.5
    np.testing.assert_allclose(function(x).numpy(), right, rtol=1e-12)
    assert function.why_not_compiled() == ""


@pytest.mark.parametrize(("turns", "asks"), [(100, False), (10**8, True)])
def test_short_loops_do_not_ask(turns, asks):
    def counted(x):
        return tw.while_loop(lambda c: c < 2.0, lambda c: [c + 1.0], [x], maximum_iterations=turns)[
            0
        ]

    x = tw.constant(0.0)
    _, found = trace(counted, (x,), {}, (x,))
    assert (ASKED in program_text(found.graph, machine("host"))) is asks
