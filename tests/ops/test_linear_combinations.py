"""`add_n` and `scalar_mul`: dtypes kept, wrong shapes refused; their rules are held by the table's test."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DTypeError, ShapeError


@pytest.mark.parametrize(
    ("inputs", "wanted", "dtype"),
    [
        ([tw.constant([1.0, 2.0]), tw.constant([3.0, 4.0])], [4.0, 6.0], tw.float32),
        ([tw.constant([1.0, 2.0])], [1.0, 2.0], tw.float32),
        ([[1.0, 2.0], [3.0, 4.0]], [4.0, 6.0], tw.float32),
        ([1.0, 2.0], 3.0, tw.float32),
        ((tw.constant(n) for n in (1, 2, 3)), 6, tw.int32),
        (tw.constant([[1.0, 2.0], [3.0, 4.0]]), [4.0, 6.0], tw.float32),
        ([tw.Variable(1.0), np.float32(2.0)], 3.0, tw.float32),
    ],
)
def test_add_n(inputs, wanted, dtype):
    answer = tw.add_n(inputs)
    assert answer.dtype == dtype
    np.testing.assert_array_equal(answer, wanted)


def test_one_summand_twice():
    x = tw.constant([1.0, 2.0])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.math.add_n([x, x, x * x], name="sum")
    np.testing.assert_array_equal(tape.gradient(y, x), [4.0, 6.0])


@pytest.mark.parametrize(
    ("inputs", "error", "words"),
    [
        ([], ValueError, "at least one Tensor"),
        ([tw.constant(1.0), tw.constant([1.0])], ShapeError, "one shape"),
        ([tw.constant(True)], DTypeError, "numbers, not bool"),
        ([None], DTypeError, "None"),
    ],
)
def test_add_n_refuses(inputs, error, words):
    with pytest.raises(error, match=words):
        tw.add_n(inputs)


@pytest.mark.parametrize(
    "scalar", [2.0, 2, np.float64(2.0), np.array(2), tw.constant(2.0), tw.Variable(2.0)]
)
def test_scalar_mul_keeps_the_dtype(scalar):
    answer = tw.math.scalar_mul(scalar, tw.constant([1.0, 2.0]))
    assert answer.dtype == tw.float32
    np.testing.assert_array_equal(answer, [2.0, 4.0])


def test_scalar_mul_is_exact_in_float64():
    assert float(tw.scalar_mul(0.1, tw.constant(3.0, tw.float64))) == 0.1 * 3.0


def test_scalar_mul_gradients():
    by_scalar, by_x = tw.grad(tw.scalar_mul, (0, 1))(2.0, [3.0, 4.0])
    assert float(by_scalar) == 7.0
    np.testing.assert_array_equal(by_x, [2.0, 2.0])


@pytest.mark.parametrize(
    ("scalar", "x", "error", "words"),
    [
        ([1.0, 2.0], [1.0, 2.0], ShapeError, r"must be a 0-D value. Received shape \(2,\)"),
        (tw.constant([1.0]), [1.0], ShapeError, "0-D"),
        (2.5, [1, 2], DTypeError, "2.5 is no number of dtype int32"),
        ("2", [1.0], DTypeError, "no number"),
        (True, [1.0], DTypeError, "no number"),
    ],
)
def test_scalar_mul_refuses(scalar, x, error, words):
    with pytest.raises(error, match=words):
        tw.math.scalar_mul(scalar, x)
