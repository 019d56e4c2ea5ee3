"""Assertions about shapes, values and kinds: what passes, what is refused, and in which words."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

D = tw.debugging
X, Y, SCALAR = tw.zeros([2, 3]), tw.zeros([2, 4]), tw.zeros([])
DEEP = tw.zeros([2, 7, 8, 3])

HOLD = [
    [(X, ("N", "Q")), (Y, ("N", "D")), (SCALAR, ())],
    [(X, "NQ"), (Y, "ND")],
    {"letters": ("N",)},
    [(X, (2, 3)), (X, ("2", "3")), (X, (2.0, np.int64(3))), (X, tw.TensorShape([2, 3]))],
    [(X, (None, 3)), (X, (".", 3)), (X, ".N"), (X, (None, None))],
    [(X, ("...", 3)), (X, ("*", "N", 3)), (X, ("*", 2, 3)), (X, ("*",)), (DEEP, ("...", 3))],
    [(DEEP, (2, "...", 3)), (DEEP, ("N", "*"))],
    [(X, None), (Y, None)],
    [(SCALAR, ("N",)), (tw.zeros([1]), ()), (5.0, ())],
    [([[1.0, 2.0]], (1, 2)), (np.zeros((2, 3)), ("N", 3)), (tw.Variable([1.0]), ("M",))],
    [(X, ["rows", "columns"]), (tw.zeros([3, 2]), ["columns", "rows"])],
    [],
]

BREAK = [
    ([(X, ("N", "Q")), (Y, ("N", "Q"))], "tensor 1, shape .2, 4.: axis 1 has size 4, and Q is 3 by axis 1 of tensor 0"),
    ([(X, ("N", "N"))], "tensor 0, .*axis 1 has size 3, and N is 2 by axis 0 of tensor 0"),
    ([(Y, None), (X, (2, 4))], "tensor 1, shape .2, 3.: axis 1 has size 3, wanted is 4"),
    ([(X, (-1, 3))], "axis 0 has size 2, wanted is -1"),
    ([(X, ("N",))], "has 2 axes, wanted is 1 axis or none"),
    ([(X, ())], "has 2 axes, wanted is 1 axis or none"),
    ([(SCALAR, ("N", "M"))], "has 0 axes, wanted is 2 axes"),
    ([(X, "...")], "has 2 axes, wanted is 3 axes"),
    ([(SCALAR, ("...", "N", "M"))], "has 0 axes, wanted are at least 2"),
    ([(X, ("...", "A", "B", "C"))], "has 2 axes, wanted are at least 3"),
    ([(DEEP, (2, "...", 8))], "axis 3 has size 3, wanted is 8"),
    ([(X, ("...", "N", "*"))], "can come once"),
    ([(X, 2)], r"a shape is a list of sizes, not 2; write \(2,\)"),
    ([(X, (2.5, 3))], "a size is a whole number, a letter"),
    ([X], "pairs .tensor, shape."),
]  # fmt: skip


@pytest.mark.parametrize("shapes", HOLD)
def test_shapes_that_hold(shapes):
    if isinstance(shapes, dict):
        shapes = [([1.0, 2.0, 3.0], shape) for shape in shapes.values()]
    assert D.assert_shapes(shapes) is None


@pytest.mark.parametrize(("shapes", "words"), BREAK)
def test_shapes_that_do_not(shapes, words):
    with pytest.raises(tw.ShapeError, match=words):
        D.assert_shapes(shapes)


def test_the_message_the_line_and_the_data():
    with pytest.raises(tw.ShapeError) as caught:
        D.assert_shapes([(X, (9, 9))], data=["seen", [1, 2, 3, 4]], summarize=2, message="Inputs")
    said = str(caught.value)
    assert said.startswith("Inputs. tensor 0")
    assert "(D.assert_shapes(" in said
    assert said.endswith("; seen; 1, 2, …")


NAN = float("nan")


@pytest.mark.parametrize(
    ("name", "good", "bad", "words"),
    [
        ("assert_equal", ([1, 2], [1, 2]), ([[1, 2], [1, 3]], [1, 2]), r"x == y did not hold in 1 of 4 places: at \[1, 1\] x = 3, y = 2"),
        ("assert_none_equal", ([1, 2], [2, 1]), ([1, 2], [1, 3]), r"x != y .*at \[0\] x = 1, y = 1"),
        ("assert_less", ([1, 2], 3), ([1, 3], 3), r"x < y .*at \[1\] x = 3, y = 3"),
        ("assert_less_equal", ([1, 3], 3), ([4], 3), "x <= y"),
        ("assert_greater", ([4], 3), ([3.0], 3.0), "x > y"),
        ("assert_greater_equal", ([3], 3), ([NAN], 3.0), r"x >= y .*x = nan"),
        ("assert_positive", ([1.0, 2.0],), ([1.0, 0.0, -1.0],), r"x > 0 did not hold in 2 of 3 places: at \[1\] x = 0.0; at \[2\] x = -1.0"),
        ("assert_negative", ([-1],), ([0],), "x < 0"),
        ("assert_non_negative", ([0, 1],), ([-1],), "x >= 0"),
        ("assert_non_positive", ([0, -1],), ([NAN],), "x <= 0"),
        ("assert_near", ([1.0, 2.0], [1.0, 2.0 + 1e-6]), ([1.0, 2.0], [1.0, 2.1]), r"at \[1\] x = 2.0, y = 2.0999.*off by = 0.09999"),
        ("assert_near", (1.0, 1.0), (NAN, NAN), "x = nan"),
        ("assert_near", (1.0, 1.0), (np.inf, np.inf), "x = inf"),
    ],
)  # fmt: skip
def test_values(name, good, bad, words):
    check = getattr(D, name)
    assert check(*good) is None
    check(*[np.zeros(0)] * len(good))
    with pytest.raises(tw.ConditionError, match=words) as caught:
        check(*bad, message="Told you")
    assert str(caught.value).startswith("Told you. ")
    assert "check(*bad" in str(caught.value)
    assert isinstance(caught.value, AssertionError)


def test_how_many_places_are_shown():
    with pytest.raises(tw.ConditionError, match=r"5 of 5 places: at \[0\].*at \[2\] x = -1, …;"):
        D.assert_positive([-1] * 5)
    with pytest.raises(tw.ConditionError, match=r"at \[4\] x = -1; asserted"):
        D.assert_positive([-1] * 5, summarize=-1)


def test_tolerances():
    D.assert_near(tw.constant([0.1], tw.float64), [0.1], rtol=0.0, atol=0.0)
    D.assert_near([1.0, 10.0], [1.1, 11.0], rtol=0.1, atol=1e-6)
    with pytest.raises(tw.ConditionError):
        D.assert_near([11.0], [10.0], rtol=0.05, atol=0.0)
    # The bound is ten steps of float32 on either tolerance: at 1 it lies at 2.4e-6.
    D.assert_near(np.float32(1.0), np.float32(1.0) + np.float32(2.3e-6))
    with pytest.raises(tw.ConditionError):
        D.assert_near(np.float32(1.0), np.float32(1.0) + np.float32(2.5e-6))


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: D.assert_equal([1, 2], [1, 2, 3]), tw.ShapeError, "assert_equal: shapes .2. and .3. do not broadcast"),
        (lambda: D.assert_near([1], [1]), tw.DTypeError, "assert_equal compares whole numbers"),
        (lambda: D.Assert([True, False], [tw.constant([1, 2, 3, 4]), "abc"]), tw.ConditionError, "1, 2, 3, …; abc"),
        (lambda: D.assert_rank(X, 3, message="M"), tw.ShapeError, "^M. Tensor must have rank 3. Received rank 2, shape .2, 3."),
        (lambda: D.assert_rank(X, 2.5), tw.DTypeError, "a rank is a whole number"),
        (lambda: D.assert_rank_at_least(X, 3), tw.ShapeError, "at least 3"),
        (lambda: D.assert_rank_in(X, [0, 1]), tw.ShapeError, r"rank in \(0, 1\)"),
        (lambda: D.assert_scalar([1.0]), tw.ShapeError, "Expected scalar shape"),
        (lambda: D.assert_type(X, tw.int32, "M"), tw.DTypeError, "^M. tensor must be of type int32; got float32"),
        (lambda: D.assert_integer([1.0]), tw.DTypeError, "integer type. Found: float32"),
        (lambda: D.assert_same_float_dtype([X, np.zeros(2)]), ValueError, "tensor 1 is float64"),
        (lambda: D.assert_same_float_dtype([1]), ValueError, "Expected floating point type, got int32"),
        (lambda: D.assert_proper_iterable(5), TypeError, "to be iterable. Found: int"),
        (lambda: D.assert_proper_iterable(X), TypeError, "proper"),
    ],
)  # fmt: skip
def test_what_is_refused(call, error, words):
    with pytest.raises(error, match=words) as caught:
        call()
    assert "test_assertions.py:" in str(caught.value) or isinstance(caught.value, tw.DTypeError)


def test_what_passes():
    D.Assert(X == 0.0, [X])
    D.assert_rank(X, tw.constant(2))
    D.assert_rank_at_least(X, 1)
    D.assert_rank_in(X, (1, 2))
    D.assert_type([1.0], tw.float32)
    D.assert_integer([1])
    D.assert_proper_iterable([X])
    assert D.assert_scalar(SCALAR) is SCALAR
    assert D.assert_same_float_dtype([X, Y]) == tw.float32
    assert D.assert_same_float_dtype(dtype=tw.float64) == tw.float64
    assert D.assert_same_float_dtype() == tw.float32
    assert D.is_numeric_tensor(tw.Variable(1.0))
    assert not D.is_numeric_tensor(tw.constant(True))
