"""A loop without end in machine code ends when Ctrl-C is pressed, and the next call is as good as ever."""

from __future__ import annotations

import signal

import numpy as np
import pytest

import thalweg as tw
from thalweg.native.compiled import program_text
from thalweg.native.interrupts import ASKED
from thalweg.native.machine import machine
from thalweg.transform.tracing import trace


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


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such clock")
@pytest.mark.parametrize("size", [1, 100_000], ids=["quick", "without the lock"])
def test_a_loop_without_end(size):
    m = tw.constant(np.zeros(size))
    for function, given in ((forever, ()), (forever_inside, (m,))):
        compiled = tw.function(function)
        for _ in range(3):
            assert float(compiled(tw.constant(3.0, tw.float64), *given)) == 3.0
        assert compiled.why_not_compiled() == ""
        pressed(compiled, tw.constant(1.0, tw.float64), *given)
        assert float(compiled(tw.constant(4.0, tw.float64), *given)) == 4.0


@pytest.mark.parametrize(("turns", "asks"), [(100, False), (10**8, True)])
def test_short_loops_do_not_ask(turns, asks):
    def counted(x):
        return tw.while_loop(lambda c: c < 2.0, lambda c: [c + 1.0], [x], maximum_iterations=turns)[
            0
        ]

    x = tw.constant(0.0)
    _, found = trace(counted, (x,), {}, (x,))
    assert (ASKED in program_text(found.graph, machine("host"))) is asks
