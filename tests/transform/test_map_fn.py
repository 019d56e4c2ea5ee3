"""`map_fn` and `vectorized_map`: against the same written with NumPy, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DTypeError, ShapeError

ROWS = np.array([[1.0, 2.0, -1.0], [0.5, -3.0, 2.0]])
MAPS = pytest.mark.parametrize("over", [tw.map_fn, tw.vectorized_map], ids=["map_fn", "vectorized"])


@MAPS
def test_values(over):
    np.testing.assert_allclose(over(lambda row: tw.reduce_sum(row**2), ROWS), (ROWS**2).sum(1))
    np.testing.assert_array_equal(
        over(lambda row: tw.tensordot(row, row, 0), ROWS), ROWS[:, :, None] * ROWS[:, None, :]
    )


@MAPS
def test_the_hessian_is_block_diagonal(over):
    def f(x):
        return tw.reduce_sum(over(lambda row: row[0] * row[1] * row[2], x))

    wanted = np.zeros((2, 3, 2, 3))
    for r, (a, b, c) in enumerate(ROWS):
        wanted[r, :, r, :] = [[0, c, b], [c, 0, a], [b, a, 0]]
    np.testing.assert_allclose(tw.hessian(f)(ROWS), wanted, rtol=1e-14)
    by_row = tw.grad(f)(ROWS).numpy()
    np.testing.assert_allclose(by_row, [[b * c, a * c, a * b] for a, b, c in ROWS], rtol=1e-14)
    forward = tw.jvp(f, (ROWS,), (np.ones((2, 3)),))[1]
    np.testing.assert_allclose(forward, by_row.sum(), rtol=1e-14)


@MAPS
def test_variables_read_inside_learn(over):
    w = tw.Variable(np.array([1.0, 2.0, 3.0]))
    with tw.GradientTape() as tape:
        y = tw.reduce_sum(over(lambda row: tw.reduce_sum(w * row), ROWS))
    np.testing.assert_allclose(tape.gradient(y, w), ROWS.sum(0), rtol=1e-15)
    np.testing.assert_array_equal(over(lambda one: 2.0 * one, w), [2.0, 4.0, 6.0])


def test_gradients_of_a_gradient_for_each_row():
    w = tw.Variable([[1.0], [2.0]])

    def model(arg):
        x, label = arg
        with tw.GradientTape() as tape:
            loss = tw.reduce_sum((tw.expand_dims(x, 0) @ w - label) ** 2)
        return tape.gradient(loss, w)

    x, labels = np.array([[1.0, 2.0], [3.0, -1.0]]), np.array([1.0, 2.0])
    grads = tw.vectorized_map(model, (x, labels))
    errors = x @ np.array([1.0, 2.0]) - labels
    np.testing.assert_allclose(grads[:, :, 0], 2 * errors[:, None] * x, rtol=1e-6)


def test_nestings_and_signatures():
    elems = (np.array([1, 2, 3]), np.array([-1, 1, -1]))
    one = tw.map_fn(lambda row: row[0] * row[1], elems, fn_output_signature=tw.int64)
    assert one.numpy().tolist() == [-1, 2, -3]
    two = tw.map_fn(lambda x: (x, -x), elems[0], dtype=(tw.int64, tw.int64))
    assert [part.numpy().tolist() for part in two] == [[1, 2, 3], [-1, -2, -3]]
    named = tw.map_fn(
        lambda row: {"s": tw.reduce_sum(row), "positive": row > 0},
        tw.constant(ROWS),
        fn_output_signature={"s": tw.float64, "positive": tw.TensorSpec([None], tw.bool)},
    )
    assert named["positive"].shape == (2, 3)
    np.testing.assert_allclose(named["s"], ROWS.sum(1))
    same = tw.map_fn(lambda d: {"b": d["b"], "a": d["a"] + 1}, {"a": ROWS, "b": elems[0][:2]})
    np.testing.assert_array_equal(same["a"], ROWS + 1)


def test_python_numbers_take_the_signatures_dtype():
    answer = tw.map_fn(lambda x: 1, tw.constant([1.0, 2.0]))
    assert answer.dtype == tw.float32
    assert tw.vectorized_map(lambda x: 1.5, tw.constant([1, 2])).numpy().tolist() == [1.5, 1.5]


def test_no_rows():
    assert tw.map_fn(lambda x: x, tw.zeros([0, 3])).shape == (0,)
    first, second = tw.map_fn(
        lambda x: (x, x),
        tw.zeros([0, 3]),
        fn_output_signature=(tw.float32, tw.TensorSpec([2], tw.int32)),
    )
    assert (first.shape, second.shape, second.dtype) == ((0,), (0, 2), tw.int32)
    assert tw.vectorized_map(lambda x: {"a": x * 2}, tw.zeros([0, 2]))["a"].shape == (0, 2)


@MAPS
@pytest.mark.parametrize(
    ("fn", "elems", "error", "words"),
    [
        (3, ROWS, DTypeError, "fn must be callable"),
        (lambda x: x, tw.constant(1.0), ShapeError, r"1\+ dimensional Tensors, not scalars"),
        (lambda x: x, [1.0, 2.0], ShapeError, r"1\+ dimensional Tensors, not scalars"),
        (lambda x: x, [], ValueError, "does not contain any Tensors"),
        (lambda x: x, (ROWS, np.ones(3)), ShapeError, r"one size, .*\[2, 3\]"),
        (lambda n: tw.range(n), np.array([1, 2], np.int32), ShapeError, "row 1 has \\(2,\\)"),
    ],
)
def test_refusals(over, fn, elems, error, words):
    with pytest.raises(error, match=words):
        over(fn, elems)


@pytest.mark.parametrize(
    ("fn", "signature", "error", "words"),
    [
        (lambda x: x > 1, None, DTypeError, "row 0 is bool, but it must be float64"),
        (lambda x: x, tw.float32, DTypeError, "must be float32"),
        (lambda x: (x, x), None, ShapeError, "a tuple of 2, but elems"),
        (lambda x: [x, x], (tw.float64, tw.float64), DTypeError, "a list of 2, but fn_output_signature"),
        (lambda x: x, tw.TensorSpec([4], tw.float64), ShapeError, r"fn_output_signature says \(4,\)"),
        (lambda x: None, None, DTypeError, "returned None for row 0"),
        (lambda x: x, "nonsense", DTypeError, "no dtype"),
    ],
)  # fmt: skip
def test_signatures_are_held(fn, signature, error, words):
    with pytest.raises(error, match=words):
        tw.map_fn(fn, ROWS, fn_output_signature=signature)


def test_vectorized_map_repeats_a_first_axis_of_one():
    x, y = np.array([1.0, 2.0]), np.array([3.0])

    def f(y):
        return tw.reduce_sum(tw.vectorized_map(lambda row: row[0] * row[1], (tw.constant(x), y)))

    assert float(f(tw.constant(y))) == 9.0
    np.testing.assert_array_equal(tw.grad(f)(y), [3.0])


def test_vectorized_map_refuses_rows_that_differ():
    toggle = iter([1.0, tw.constant(2), (1.0,)])
    with pytest.raises(DTypeError, match="row 1 is int32, but it must be float32"):
        tw.vectorized_map(lambda row: next(toggle), ROWS)
    toggle = iter([1.0, (1.0,)])
    with pytest.raises(ShapeError, match="that of the first row"):
        tw.vectorized_map(lambda row: next(toggle), ROWS)
