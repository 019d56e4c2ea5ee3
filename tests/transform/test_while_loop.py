"""`while_loop`: Python's `while`, with its structure and dtypes held, and gradients to any order."""

from __future__ import annotations

import collections

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DTypeError, ShapeError

Pair = collections.namedtuple("Pair", "j, k")


def newton_root(a, steps=6):
    """The square root of a by Newton's iteration, from 1."""
    return tw.while_loop(
        lambda i, x: i < steps, lambda i, x: (i + 1, (x + a / x) / 2.0), (0, 1.0 + 0.0 * a)
    )[1]


def test_gradients_of_a_newton_iteration_by_the_complex_step():
    def plain(a):
        x = 1.0 + 0.0 * a
        for _ in range(6):
            x = (x + a / x) / 2.0
        return x

    step = 1e-30
    wanted = plain(complex(3.0, step)).imag / step
    a = np.float64(3.0)
    np.testing.assert_allclose(tw.grad(newton_root)(a), wanted, rtol=1e-14)
    np.testing.assert_allclose(tw.grad(newton_root)(a), 0.5 / np.sqrt(3.0), rtol=1e-8)
    np.testing.assert_allclose(tw.jvp(newton_root, (a,), (1.0,))[1], wanted, rtol=1e-14)


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_powers_to_any_order(order):
    def fifth(x):
        return tw.while_loop(lambda i, p: i < 5, lambda i, p: (i + 1, p * x), (0, tw.ones_like(x)))[
            1
        ]

    derived = fifth
    for _ in range(order):
        derived = tw.grad(derived)
    falling = np.prod(np.arange(5, 5 - order, -1))
    np.testing.assert_allclose(derived(np.float64(1.5)), falling * 1.5 ** (5 - order), rtol=1e-14)


def test_a_loop_whose_length_depends_on_a_value():
    def f(x):
        return tw.while_loop(lambda y: y < 100.0, lambda y: (y * y,), [x])[0]

    x = np.float64(3.0)  # 3, 9, 81, 6561: three squarings
    assert float(f(tw.constant(x))) == 6561.0
    np.testing.assert_allclose(tw.grad(f)(x), 8 * 3.0**7, rtol=1e-15)


def test_variables_are_read_and_learn():
    w = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        (y,) = tw.while_loop(lambda y: y < 30.0, lambda y: [y * w], [w])
    assert float(y) == 32.0
    assert float(tape.gradient(y, w)) == 80.0
    (same,) = tw.while_loop(lambda y: False, lambda y: [y], [w])
    assert isinstance(same, tw.Tensor)


def test_the_structure_is_that_of_loop_vars():
    start = (tw.constant(0), Pair(tw.constant(1), tw.constant(2)))
    ended = tw.while_loop(
        lambda i, p: i < 10, lambda i, p: [i + 1, Pair(p.j + p.k, p.j - p.k)], start
    )
    assert isinstance(ended, tuple)
    assert isinstance(ended[1], Pair)
    assert [int(leaf) for leaf in ended[1]] == [32, 64]
    whole = tw.while_loop(lambda j, k: j < 3, lambda j, k: (j + 1, k), Pair(0, {"a": [1.0]}))
    assert isinstance(whole, Pair)
    assert whole.k["a"][0].dtype == tw.float32


@pytest.mark.parametrize("body", [lambda i: i + 1, lambda i: [i + 1], lambda i: (i + 1,)])
def test_one_value_may_come_without_a_list(body):
    assert [int(one) for one in tw.while_loop(lambda i: i < 4, body, [tw.constant(0)])] == [4]


def test_no_iteration_gives_tensors():
    i, x = tw.while_loop(lambda i, x: False, lambda i, x: (i, x), [7, np.ones(2)])
    assert (i.dtype, x.dtype) == (tw.int32, tw.float64)


@pytest.mark.parametrize(
    ("limit", "count"), [(None, 10), (3, 3), (tw.constant(0), 0), (-1, 0), (100, 10)]
)
def test_maximum_iterations(limit, count):
    (i,) = tw.while_loop(
        lambda i: i < 10, lambda i: (i + 1,), (tw.constant(0),), maximum_iterations=limit
    )
    assert int(i) == count


def test_python_numbers_take_the_dtype_of_what_stands_beside_them():
    x = tw.constant(0.1, tw.float64)
    _, total = tw.while_loop(lambda i, s: i < 3, lambda i, s: (i + 1, s + x), (0, 0.1))
    assert total.dtype == tw.float64
    np.testing.assert_allclose(total, 0.4, rtol=1e-15)


def test_back_prop_false_cuts_the_gradient():
    x = tw.constant(2.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        (y,) = tw.while_loop(lambda y: y < 9.0, lambda y: [y * y], [x], back_prop=False)
    assert float(y) == 16.0
    assert tape.gradient(y, x) is None


def grow(shape_invariants, start=None):
    """Double a vector three times."""
    return tw.while_loop(
        lambda i, x: i < 3,
        lambda i, x: (i + 1, tw.concat([x, x], 0)),
        (0, tw.ones([1, 2]) if start is None else start),
        shape_invariants=shape_invariants,
    )[1]


@pytest.mark.parametrize(
    "invariants",
    [
        None,
        (tw.TensorShape([]), tw.TensorShape([None, 2])),
        [tw.TensorShape([]), tw.TensorShape(None)],
        [None, [None, 2]],
        [tw.TensorSpec([]), tw.TensorSpec([None, 2])],
    ],
)
def test_shapes_may_change_where_the_invariant_leaves_them_open(invariants):
    assert grow(invariants).shape == (8, 2)


@pytest.mark.parametrize(
    ("invariants", "words"),
    [
        ((tw.TensorShape([]), tw.TensorShape([1, 2])), "the body's answer has shape \\(2, 2\\)"),
        ((tw.TensorShape([]), tw.TensorShape([None, 3])), "loop_vars has shape \\(1, 2\\)"),
        ((tw.TensorShape([]), tw.TensorShape([None])), "does not allow"),
        ([tw.TensorShape([])], "the structure of loop_vars"),
        (tw.TensorShape([]), "the structure of loop_vars"),
    ],
)
def test_shape_invariants_are_held(invariants, words):
    with pytest.raises(ShapeError, match=words):
        grow(invariants)


@pytest.mark.parametrize(
    ("cond", "body", "start", "error", "words"),
    [
        (lambda i: tw.constant([True, True]), lambda i: i, [0], ShapeError, "what cond returned"),
        (lambda i: "go", lambda i: i, [0], DTypeError, "what cond returned.*a text"),
        (lambda i: None, lambda i: i, [0], DTypeError, "what cond returned.*None"),
        (lambda i: True, lambda i: tw.cast(i, tw.float64), [tw.constant(0.0)], DTypeError,
         "place 0 was float32 before and is float64"),
        (lambda i: True, lambda i: 1.5, [tw.constant(0)], DTypeError, "was int32 before"),
        (lambda i: True, lambda i: None, [0], DTypeError, "forget to return"),
        (lambda i, j: True, lambda i, j: [i], [0, 1], ShapeError, "a list of 1, but loop_vars has a list of 2"),
        (lambda i, j: True, lambda i, j: tw.constant([1, 2]), [0, 1], ShapeError, "is one value"),
        (lambda i: True, lambda i: [[i]], [tw.constant(0)], ShapeError, "at \\[0\\] is a list of 1"),
        (lambda i: True, lambda i: [[i[0]]], [(0,)], DTypeError, "a list of 1, but loop_vars has a tuple"),
        (lambda d: True, lambda d: [{"b": 1}], [{"a": 1}], ShapeError, "has the keys \\['b'\\]"),
        (lambda: True, list, [], ValueError, "'loop_vars' must be provided"),
        (lambda i: True, lambda i: i, tw.constant(0), DTypeError, r"write \[x\]"),
        (lambda i: True, lambda i: i, {"a": 0}, DTypeError, "list or tuple"),
        (lambda i: True, lambda i: i, [None], DTypeError, "None in loop_vars"),
        (3, lambda i: i, [0], DTypeError, "'cond' must be callable"),
        (lambda i: True, 3, [0], DTypeError, "'body' must be callable"),
    ],
)  # fmt: skip
def test_refusals(cond, body, start, error, words):
    with pytest.raises(error, match=words):
        tw.while_loop(cond, body, start)


@pytest.mark.parametrize(
    ("named", "error", "words"),
    [
        ({"parallel_iterations": 0}, TypeError, "positive integer"),
        ({"maximum_iterations": [1, 2]}, ShapeError, "must be a scalar"),
        ({"maximum_iterations": "3"}, DTypeError, "must be a number"),
    ],
)
def test_refused_settings(named, error, words):
    with pytest.raises(error, match=words):
        tw.while_loop(lambda i: i < 3, lambda i: [i + 1], [0], **named)


def test_an_exception_in_the_body_leaves_the_tape_whole():
    x = tw.constant(2.0)

    def body(y):
        raise KeyError("mine")

    with tw.GradientTape() as tape:
        tape.watch(x)
        with pytest.raises(KeyError, match="mine"):
            tw.while_loop(lambda y: True, body, [x])
        y = x * x
    assert float(tape.gradient(y, x)) == 4.0


def test_a_long_loop_needs_no_stack():
    def f(x):
        return tw.while_loop(lambda i, s: i < 5000, lambda i, s: (i + 1, s + x), (0, 0.0 * x))[1]

    assert float(tw.grad(f)(np.float64(1.0))) == 5000.0
