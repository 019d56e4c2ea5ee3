"""`foldl`, `foldr`, `scan`: against the loops that they stand for, written out, and closed forms."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DTypeError, ShapeError

X = np.array([0.3, -1.2, 0.7, 2.0])


def step(carried, x):
    """A step in which the order of the rows tells."""
    return carried * carried * 0.5 + tw.sin(x)


def written_out(rows, carried):
    met = []
    for x in rows:
        carried = carried * carried * 0.5 + np.sin(x)
        met.append(carried)
    return np.array(met)


@pytest.mark.parametrize("start", [None, np.float64(0.4)], ids=["first row", "initializer"])
def test_values(start):
    forth, back = X, X[::-1]
    left = written_out(
        forth if start is not None else forth[1:], forth[0] if start is None else start
    )
    right = written_out(
        back if start is not None else back[1:], back[0] if start is None else start
    )
    x = tw.constant(X)
    np.testing.assert_allclose(tw.foldl(step, x, start), left[-1], rtol=1e-15)
    np.testing.assert_allclose(tw.foldr(step, x, start), right[-1], rtol=1e-15)
    scanned = left if start is not None else np.append(forth[:1], left)
    np.testing.assert_allclose(tw.scan(step, x, start), scanned, rtol=1e-15)
    scanned = right if start is not None else np.append(back[:1], right)
    np.testing.assert_allclose(tw.scan(step, x, start, reverse=True), scanned[::-1], rtol=1e-15)


@pytest.mark.parametrize("fold", [tw.foldl, tw.foldr], ids=["foldl", "foldr"])
def test_gradients_by_the_complex_step(fold):
    rows = X if fold is tw.foldl else X[::-1]
    wanted = np.empty(4)
    for place in range(4):
        shifted = rows.astype(complex)
        shifted[place] += 1e-30j
        wanted[place] = written_out(shifted[1:], shifted[0])[-1].imag / 1e-30
    if fold is tw.foldr:
        wanted = wanted[::-1]

    def f(x):
        return fold(step, x)

    np.testing.assert_allclose(tw.grad(f)(X), wanted, rtol=1e-14)
    np.testing.assert_allclose(tw.jacobian(f, mode="forward")(X), wanted, rtol=1e-14)


def test_the_jacobian_of_a_running_sum_is_a_triangle():
    def f(x):
        return tw.scan(lambda carried, row: carried + row, x)

    np.testing.assert_array_equal(tw.jacobian(f)(X), np.tril(np.ones((4, 4))))


def test_the_jacobian_of_a_reverse_running_sum_is_the_other():
    def f(x):
        return tw.scan(lambda carried, row: carried + row, x, reverse=True)

    np.testing.assert_array_equal(tw.jacobian(f)(X), np.triu(np.ones((4, 4))))


def test_the_hessian_of_a_product_by_fold():
    def f(x):
        return tw.foldl(lambda carried, row: carried * row, x)

    whole = np.prod(X)
    wanted = whole / np.outer(X, X)
    np.fill_diagonal(wanted, 0.0)
    np.testing.assert_allclose(tw.hessian(f)(X), wanted, rtol=1e-13)


def test_an_initializer_receives_a_gradient():
    def f(start):
        return tw.foldl(lambda carried, row: carried * row, tw.constant(X), start)

    np.testing.assert_allclose(tw.grad(f)(np.float64(3.0)), np.prod(X), rtol=1e-15)


def test_nested_rows_and_carried_nestings():
    elems = (np.array([1, 2, 3]), {"v": np.array([1.0, 2.0, 3.0])})
    total = tw.foldl(lambda carried, row: carried + row[1]["v"], elems, np.float64(0.0))
    assert float(total) == 6.0
    fibonacci = tw.scan(
        lambda carried, _: (carried[1], carried[0] + carried[1]),
        np.array([1, 0, 0, 0, 0, 0]),
        (np.array(0), np.array(1)),
    )
    assert fibonacci[0].numpy().tolist() == [1, 1, 2, 3, 5, 8]
    assert fibonacci[1].numpy().tolist() == [1, 2, 3, 5, 8, 13]
    both = tw.scan(lambda c, row: {"a": c["a"] + row["a"], "b": c["b"]}, {"a": X, "b": X})
    np.testing.assert_allclose(both["a"], np.cumsum(X), rtol=1e-15)
    np.testing.assert_array_equal(both["b"], np.full(4, X[0]))


def test_no_rows():
    empty = tw.zeros([0])
    assert float(tw.foldl(step, empty, 2.0)) == 2.0
    assert tw.scan(step, empty, tw.zeros([3])).shape == (0, 3)
    for fold in (tw.foldl, tw.foldr, tw.scan):
        with pytest.raises(ShapeError, match="has no rows; give an initializer"):
            fold(step, empty)


def test_a_fold_may_grow_what_it_carries():
    joined = tw.foldl(
        lambda carried, x: tw.concat([carried, [x]], 0), np.array([1, 2, 3]), np.zeros(0, int)
    )
    assert joined.numpy().tolist() == [1, 2, 3]


def test_back_prop_false_cuts_the_gradient():
    x = tw.constant(X)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        folded = tw.foldl(step, x, back_prop=False)
        scanned = tw.scan(step, x, back_prop=False)
    assert tape.gradient(folded, x) is None
    assert tape.gradient(scanned, x) is None


@pytest.mark.parametrize("fold", [tw.foldl, tw.foldr, tw.scan], ids=["foldl", "foldr", "scan"])
@pytest.mark.parametrize(
    ("fn", "elems", "start", "error", "words"),
    [
        (3, X, None, DTypeError, "fn must be callable"),
        (step, [1.0, 2.0], None, ShapeError, r"1\+ dimensional Tensors, not scalars"),
        (step, tw.constant(1.0), None, ShapeError, r"1\+ dimensional"),
        (step, [], None, ValueError, "does not contain any Tensors"),
        (step, (X, X[:2]), None, ShapeError, r"one size, but they have \[4, 2\]"),
        (lambda c, x: (c, c), X, None, ShapeError, "a tuple of 2"),
        (lambda c, x: [c[0], x], X, (0.0, 0.0), DTypeError, "a list of 2, but initializer has a tuple"),
        (lambda c, x: tw.cast(c, tw.float32), X, None, DTypeError, "was float64 before and is float32"),
        (lambda c, x: None, X, None, DTypeError, "None"),
        (step, X, (None,), DTypeError, "None"),
    ],
)  # fmt: skip
def test_refusals(fold, fn, elems, start, error, words):
    with pytest.raises(error, match=words):
        fold(fn, elems, start)


def test_scan_keeps_the_shape():
    with pytest.raises(ShapeError, match="has shape \\(1,\\)"):
        tw.scan(lambda c, x: tw.concat([c, [x]], 0), np.array([1.0, 2.0]), np.zeros(0))
