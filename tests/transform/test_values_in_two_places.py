"""A tape inside a loop's body or a `tw.function` tells arguments apart, also where one value stands in two places.

What the body answers is a function of what it is given and of what it reads outside, so that its derivative by
one of them is the partial one: in Python, written down, and compiled.
"""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

START = np.array([1.0, 2.0, -0.5])
ROWS = np.array([0.1, 0.1, 0.1, 0.1])


def slope(c, x):
    """∂/∂c of Σ c·sin(c·x)."""
    with tw.GradientTape() as tape:
        tape.watch(c)
        total = tw.reduce_sum(tw.sin(c * x) * c)
    return tape.gradient(total, c)


def by_hand(c, x):
    return np.sin(c * x) + c * x * np.cos(c * x)


def moved(c, x, d=slope):
    return c - 0.1 * d(c, x)


def repeated(turn):
    """Four turns of a loop in NumPy."""
    value = START, START
    for _ in range(4):
        value = turn(*value)
    return value


LOOPS = {
    "fori_loop": (
        lambda x, **kept: tw.fori_loop(0, 4, lambda i, c: moved(c, x), x, **kept),
        lambda: repeated(lambda c, x: (moved(c, START, by_hand), x))[0],
    ),
    "while_loop": (
        lambda x, **kept: tw.while_loop(
            lambda i, c: i < 4, lambda i, c: (i + 1, moved(c, x)), (tw.constant(0), x), **kept
        )[1],
        lambda: repeated(lambda c, x: (moved(c, START, by_hand), x))[0],
    ),
    "scan": (
        lambda x, **kept: tw.scan(lambda c, _: moved(c, x), tw.constant(ROWS), x, **kept)[3],
        lambda: repeated(lambda c, x: (moved(c, START, by_hand), x))[0],
    ),
    "foldl": (
        lambda x: tw.foldl(lambda c, _: moved(c, x), tw.constant(ROWS), x),
        lambda: repeated(lambda c, x: (moved(c, START, by_hand), x))[0],
    ),
    "one value at two places": (
        lambda x, **kept: tw.fori_loop(0, 4, lambda i, c: [moved(*c)] * 2, [x, x], **kept)[0],
        lambda: repeated(lambda c, x: (moved(c, x, by_hand),) * 2)[0],
    ),
    "places that change": (
        lambda x, **kept: tw.fori_loop(0, 4, lambda i, c: (c[1], moved(*c)), (x, x), **kept)[0],
        lambda: repeated(lambda c, x: (x, moved(c, x, by_hand)))[0],
    ),
    "a value from outside": (
        lambda x, **kept: tw.fori_loop(0, 4, lambda i, c: (x, moved(c[1], c[0])), (x, x), **kept)[
            1
        ],
        lambda: repeated(lambda x, c: (START, moved(c, x, by_hand)))[1],
    ),
}


@pytest.mark.parametrize("name", LOOPS)
def test_loops(name):
    loop, wanted = LOOPS[name]
    x, wanted = tw.constant(START), wanted()
    np.testing.assert_allclose(loop(x), wanted, rtol=1e-12)
    if name != "foldl":
        np.testing.assert_allclose(loop(x, checkpoint=2), wanted, rtol=1e-12)
    compiled = tw.function(loop)
    for _ in range(3):
        np.testing.assert_allclose(compiled(x), wanted, rtol=1e-12)
    with tw.GradientTape() as tape:
        tape.watch(x)
        answer = compiled(x)
    np.testing.assert_allclose(answer, wanted, rtol=1e-12)
    assert tape.gradient(answer, x) is not None


X = tw.constant(START)


@pytest.mark.parametrize(
    ("plain", "given"),
    [(slope, [X, X]), (lambda c: slope(c, X), [X]), (lambda pair: slope(*pair), [[X, X]])],
)
def test_functions_in_every_way_that_they_run(plain, given):
    wanted = by_hand(START, START)
    f = tw.function(plain)
    in_python = tw.function(lambda *given: plain(*given) * (1.0 if float(X[0]) > 0 else 2.0))
    by_value = tw.function(lambda *given: plain(*given) * float(tw.reduce_sum(given[0]) != 99.0))
    for _ in range(3):
        for one in (f, in_python, by_value):
            np.testing.assert_allclose(one(*given), wanted, rtol=1e-12)
    assert "float() takes a value out" in by_value.why_not_compiled()
    with tw.GradientTape() as tape:
        tape.watch(X)
        answer = f(*given)
    np.testing.assert_allclose(answer, wanted, rtol=1e-12)
    assert tape.gradient(answer, X) is not None


@pytest.mark.parametrize("dtype", ["f8", ">f8", "i4"])
def test_nothing_is_copied_for_it(dtype):
    x = tw.Tensor(np.arange(6, dtype=dtype))
    f = tw.function(lambda x: x)
    with tw.GradientTape():
        answers = [f(x), tw.fori_loop(0, 0, lambda i, c: c, x)]
    for one in answers:
        assert one.array.dtype.str == x.array.dtype.str
        assert np.shares_memory(one.array, x.array)
