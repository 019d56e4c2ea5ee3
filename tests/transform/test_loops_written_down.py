"""Loops and branches in graphs and machine code answer as they do in Python, to second order."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from transform.loops_beside_python import beside, walks

X = np.array([0.3, 0.5])
W = np.array([0.7, 1.1])
ROWS = np.linspace(0.1, 1.0, 7)
MATRIX = np.random.default_rng(1).normal(size=(3, 3)) * 0.4
TALL = np.random.default_rng(2).normal(size=(5, 3))


def dictionary(x, rows):
    def turn(c, r):
        return {"a": c["b"] * r, "b": tw.sin(c["a"]) + r}

    return tw.foldl(turn, rows, {"a": x, "b": x * 2.0})


def descent(x, w):
    def step(i, p):
        with tw.GradientTape() as tape:
            tape.watch(p)
            loss = tw.reduce_sum((p * p - w) ** 2)
        return p - 0.05 * tape.gradient(loss, p)

    return tw.fori_loop(0, 5, step, x)


def in_one_another(x, rows):
    def turn(c, r):
        return tw.cond(
            tw.reduce_sum(c) > 0.9,
            lambda: tw.fori_loop(0, 3, lambda i, d: d * 0.9 + tw.sin(d) * r, c),
            lambda: c * (1 + r),
        )

    return tw.foldl(turn, rows, x)


def halves(x, limit):
    """Steps until the sum is below a limit: how many is a matter of the values."""
    return tw.while_loop(
        lambda c, n: tw.reduce_sum(c) > limit,
        lambda c, n: (tw.sin(c) * 0.8, n + 1),
        (x, tw.constant(0)),
        maximum_iterations=30,
    )


CASES = {
    "scan": (lambda x, rows: tw.scan(lambda c, r: tw.tanh(c * 0.9 + r), rows, x), X, ROWS),
    "scan back": (lambda x, rows: tw.scan(lambda c, r: c * r + tw.cos(c), rows, x, reverse=True), X, ROWS),
    "scan from the first": (lambda rows: tw.scan(lambda c, r: tw.sin(c * r), rows), ROWS),
    "scan back from the last": (lambda rows: tw.scan(lambda c, r: tw.sin(c * r), rows, reverse=True), ROWS),
    "scan of a nesting": (lambda x, rows: tw.scan(lambda c, r: c * r[0] + r[1]["q"], (rows, {"q": rows * 2.0}), x), X, ROWS),
    "scan of rows": (lambda m: tw.scan(lambda c, r: tw.tanh(c + r * c[::-1]), m, tw.ones(3, tw.float64)), TALL),
    "foldl": (lambda x, rows: tw.foldl(lambda c, r: tw.tanh(c * r) + c, rows, x), X, ROWS),
    "foldr": (lambda rows: tw.foldr(lambda c, r: tw.tanh(c) * r, rows), ROWS),
    "foldl from a number": (lambda rows: tw.foldl(lambda c, r: c * 0.5 + r, rows, 0.0), ROWS),
    "dictionary": (dictionary, X, ROWS),
    "map_fn": (lambda m, w: tw.map_fn(lambda r: tw.reduce_sum(tw.exp(r * w[0])) * w, m, fn_output_signature=tw.float64), TALL, W),
    "vectorized_map": (lambda m, w: tw.vectorized_map(lambda r: (r * w[1], tw.reduce_sum(r)), m), TALL, W),
    "fori_loop": (lambda x: tw.fori_loop(2, 6, lambda i, c: tw.sin(c) * tw.cast(i, tw.float64), x), X),
    "rows by number": (lambda x, rows: tw.fori_loop(0, 7, lambda i, c: c * rows[i] + tw.sin(c), x), X, ROWS),
    "a count of Python's": (lambda x: tw.while_loop(lambda i, c: i < 5, lambda i, c: (i + 1, tw.exp(-c) * c), (0, x)), X),
    "a sum from 0.0": (lambda x: tw.while_loop(lambda i, s, c: i < 4, lambda i, s, c: (i + 1, s + tw.reduce_sum(c), c * 1.1), (0, 0.0, x))[1:], X),
    "until small": (lambda x: halves(x * 4.0, 0.6), X),
    "no turn": (lambda x: halves(x, 90.0), X),
    "no turn, or one that forgets": (lambda x: tw.while_loop(lambda c, d: tw.reduce_sum(c) > 0.85, lambda c, d: [tw.sin(c) * 0.1, tw.constant([1.0, 2.0], tw.float64)], [x, x], maximum_iterations=3), X),
    "one turn": (lambda x: tw.fori_loop(0, 1, lambda i, c: tw.sin(c), x), X),
    "none at all": (lambda x: tw.fori_loop(3, 3, lambda i, c: tw.sin(c), x) * x, X),
    "nested folds": (lambda x, rows: tw.fori_loop(0, 3, lambda i, c: tw.foldl(lambda d, r: tw.tanh(d * r) + c * 0.1, rows, c), x), X, ROWS),
    "nested scans": (lambda rows, w: tw.scan(lambda c, r: tw.reduce_sum(tw.scan(lambda d, q: tw.sin(d * q) + c * 0.3, w, r)), rows, tw.constant(0.3, tw.float64)), ROWS, W),
    "a loop in a branch in a loop": (in_one_another, X, ROWS),
    "a loop in a branch": (lambda x: tw.cond(x[0] > 0.0, lambda: halves(x * 4.0, 0.6)[0], lambda: x * x), X),
    "a product with what stays": (lambda m, w: tw.fori_loop(0, 4, lambda i, c: tw.tanh(m @ c), w), MATRIX, TALL.T[:, :2]),
    "a product with what is carried": (lambda m: tw.fori_loop(0, 3, lambda i, c: c @ m + m, m), MATRIX),
    "a gradient in the body": (descent, X, W),
    "what is exchanged": (lambda x, w: tw.fori_loop(0, 4, lambda i, c: (c[1], c[0] * c[2], c[2]), (x, w, w * 2.0))[0], X, W),
    "what only comes in": (lambda x, w: tw.fori_loop(0, 3, lambda i, c: w * tw.sin(w), x) + x, X, W),
    "cond": (lambda x, w: tw.cond(tw.reduce_sum(x) > 0.85, lambda: x * w, lambda: tw.sin(x) * w * w), X, W),
    "case": (lambda x, w: tw.case([(x[0] > 0.35, lambda: x * w), (x[1] > 0.55, lambda: tw.sin(w * x))], default=lambda: tw.cos(x * w)), X, W),
    "switch_case": (lambda x, w: tw.fori_loop(0, 5, lambda i, c: tw.switch_case(i, [lambda: tw.sin(c), lambda: c * w, lambda: tw.exp(-c * w)]), x), X, W),
    "NaN where it is not": (lambda x: tw.cond(x[0] > 0.0, lambda: tw.sqrt(x), lambda: tw.math.log(-x)), X),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_as_in_python(name):
    function, *arrays = CASES[name]
    found = beside(function, *arrays)
    if name not in ("one turn", "none at all"):
        assert walks(found)


@pytest.mark.parametrize("name", ["scan", "foldr", "until small", "nested folds", "switch_case"])
def test_in_single_precision(name):
    function, *arrays = CASES[name]
    beside(function, *[np.float32(one) for one in arrays], order=1, tolerance=2e-5)


@pytest.mark.parametrize("machine", ["avx512", "avx2", "baseline"])
@pytest.mark.parametrize("name", ["scan of rows", "nested scans", "a loop in a branch in a loop"])
def test_on_other_machines(name, machine):
    function, *arrays = CASES[name]
    beside(function, *arrays, order=1, machine=machine)


@pytest.mark.parametrize("kept", range(1, 9))
@pytest.mark.parametrize("name", ["scan", "fori_loop", "while_loop", "rows back"])
def test_a_few_states_do(name, kept):
    function = {
        "scan": lambda x, w: tw.scan(lambda c, r: tw.tanh(c * w + r), ROWS, x, checkpoint=kept),
        "rows back": lambda x, w: tw.scan(
            lambda c, r: tw.sin(c * r + w), TALL[:, :2], x, reverse=True, checkpoint=kept
        ),
        "fori_loop": lambda x, w: tw.fori_loop(
            0, 7, lambda i, c: tw.sin(c * w) + tw.cast(i, x.dtype), x, checkpoint=kept
        ),
        "while_loop": lambda x, w: tw.while_loop(
            lambda i, c: i < 7, lambda i, c: (i + 1, tw.sin(c * w)), (0, x), checkpoint=kept
        )[1],
    }[name]
    assert "rewind" in walks(beside(function, X, W, order=1))
    beside(function, X, W, order=2)


def test_what_the_body_reads_may_be_a_variable():
    v = tw.Variable(W)
    compiled = tw.function(lambda x: tw.fori_loop(0, 3, lambda i, c: tw.sin(c * v), x))
    for value in (W, 2 * W, -W):
        v.assign(value)
        wanted = X
        for _ in range(3):
            wanted = np.sin(wanted * value)
        np.testing.assert_allclose(compiled(tw.constant(X)).numpy(), wanted, rtol=1e-14)
    assert compiled.why_not_compiled() == ""


def test_a_gradient_by_a_closed_form():
    """x -> 3x, n times: the value is 3**n x, and the gradient 3**n."""
    compiled = tw.function(
        lambda x: tw.grad(lambda v: tw.fori_loop(0, 20, lambda i, c: 3 * c, v))(x)
    )
    for _ in range(2):
        assert float(compiled(tw.constant(1.5, tw.float64))) == 3.0**20


def test_a_gradient_by_a_complex_step():
    """The logistic map, 50 times: a step in the imaginary direction finds its slope to the last digits."""
    rate = 3.2

    def steps(x, sin=np.sin):
        for _ in range(50):
            x = rate * x * (1 - x) * 0.9 + 0.05 * sin(x)
        return x

    def written(x):
        return tw.fori_loop(0, 50, lambda i, c: rate * c * (1 - c) * 0.9 + 0.05 * tw.sin(c), x)

    compiled = tw.function(lambda x: tw.grad(written)(x))
    wanted = steps(0.4 + 1e-200j).imag / 1e-200
    for _ in range(2):
        np.testing.assert_allclose(float(compiled(tw.constant(0.4, tw.float64))), wanted, rtol=1e-9)


def test_tangents_through_loops():
    def along(x, t):
        def whole(v):
            return tw.scan(lambda c, r: tw.tanh(c * r + v), ROWS, v * v)

        return tw.jvp(whole, (x,), (t,))[1] + halves_along(x, t)

    def halves_along(x, t):
        return tw.jvp(lambda v: halves(4.0 * v, 0.6)[0], (x,), (t,))[1]

    beside(along, X, W)


def test_a_function_with_a_loop_under_a_tape():
    compiled = tw.function(lambda x: tw.fori_loop(0, 4, lambda i, c: tw.sin(c) * x, x))
    x = tw.constant(X)
    for _ in range(2):
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = tw.reduce_sum(compiled(x))
        found = tape.gradient(y, x).numpy()
        step = 1e-200

        def plain(z):
            c = z
            for _ in range(4):
                c = np.sin(c) * z
            return c

        np.testing.assert_allclose(found, plain(X + step * 1j).imag / step, rtol=1e-12)


def test_two_gradients_of_one_loop():
    """A persistent tape asks twice, for different things; the loop is written once more each time."""

    def both(x, w):
        with tw.GradientTape(persistent=True) as tape:
            tape.watch([x, w])
            y = tw.fori_loop(0, 4, lambda i, c: tw.exp(tw.sin(c) * w), x)
            z = tw.reduce_sum(y * y)
        return [tape.gradient(y, x), tape.gradient(z, w), tape.gradient(z, [x, w])]

    beside(both, X, W, order=1)


def test_a_loop_that_carries_the_same_twice_is_the_same_when_it_is_run_again():
    """Its gradient's gradient asks it for more answers, two of which are alike."""

    def function(x):
        def body(i, carried):
            return carried + sum(
                tw.fori_loop(0, 2, lambda i, both: (tw.tanh(both[0]), tw.tanh(both[0])), (x, x))
            )

        return [tw.fori_loop(0, 2, body, x)]

    beside(function, np.array([0.3, -0.2, 0.7]), order=2)


def test_a_long_loop_of_unknown_length_in_the_first_call():
    """It begins in Python and goes on in machine code; the turns are counted across."""
    compiled = tw.function(
        lambda x: tw.while_loop(lambda c, n: c < 1e6, lambda c, n: (c + 1.5, n + 1), (x, 0))
    )
    for _ in range(2):
        c, n = compiled(tw.constant(0.0, tw.float64))
        assert (float(c), int(n)) == (1_000_000.5, 666_667)


def test_a_long_loop_and_its_gradient_in_the_first_call():
    """Machine code computes the answer of the first call: x/2, 60 000 times, and 1 each time."""
    compiled = tw.function(
        lambda x: tw.value_and_grad(
            lambda v: tw.fori_loop(0, 60_000, lambda i, c: c * 0.5 + v * 1.0, v)
        )(x)
    )
    for _ in range(2):
        value, slope = compiled(tw.constant(3.0, tw.float64))
        assert (float(value), float(slope)) == (6.0, 2.0)
