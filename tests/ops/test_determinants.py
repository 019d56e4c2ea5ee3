"""Determinants of singular and nearly singular matrices, to high order; oracles in exact arithmetic."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import thalweg as tw
from thalweg.ops.lapack import NotPositiveDefiniteError, SingularMatrixError

RNG = np.random.default_rng(11)


def whole(*shape):
    """Small whole numbers, so that determinants are exact."""
    return RNG.integers(-3, 4, shape).astype(float)


def of_rank(size, rank):
    """A matrix of whole numbers of a rank."""
    if rank == 0:
        return np.zeros((size, size))
    while True:
        made = whole(size, rank) @ whole(rank, size)
        if np.linalg.matrix_rank(made) == rank:
            return made


def exact(matrix):
    """The determinant by Leibniz' sum in fractions, or of whatever has + and ·."""
    size = len(matrix)
    total = 0
    for order in itertools.permutations(range(size)):
        swaps = sum(order[i] > order[j] for i in range(size) for j in range(i + 1, size))
        total += (-1) ** swaps * math.prod(
            (matrix[i][order[i]] for i in range(size)), start=Fraction(1)
        )
    return total


def mixed(matrix, ways):
    """The derivative of det along several directions: the coefficient of each once, by exclusion."""
    rows = [[Fraction(value) for value in row] for row in matrix.tolist()]
    moves = [[[Fraction(value) for value in row] for row in way.tolist()] for way in ways]
    count = len(moves)
    # det(A + Σ tₖEₖ) is a polynomial; the coefficient of t₁…tₖ by differences of all subsets at ±1.
    total = Fraction(0)
    for signs in itertools.product((1, -1), repeat=count):
        scale = Fraction(1, 10**9)  # the odd part beyond falls off with its square, exactly small
        point = [
            [
                value + scale * sum(s * m[i][j] for s, m in zip(signs, moves, strict=True))
                for j, value in enumerate(row)
            ]
            for i, row in enumerate(rows)
        ]
        total += math.prod(signs) * exact(point) / (2 * scale) ** count
    return float(total)


def along(function, x, ways):
    """The derivative of a function along several directions, by nested tapes."""
    if not ways:
        return function(x)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = along(function, x, ways[1:])
    found = tape.gradient(y, x)
    return tw.constant(0.0, tw.float64) if found is None else tw.reduce_sum(found * ways[0])


@pytest.mark.parametrize(
    ("size", "rank"), [(2, 0), (2, 1), (3, 0), (3, 1), (3, 2), (4, 1), (4, 2), (4, 3), (4, 4)]
)
@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_derivatives_of_every_order_at_every_rank(size, rank, order):
    # Its own numbers, whichever tests ran before: ill-conditioned ones would need a wider tolerance.
    RNG.bit_generator.state = np.random.default_rng([size, rank, order]).bit_generator.state
    matrix = of_rank(size, rank)
    ways = [whole(size, size) for _ in range(order)]
    expected = mixed(matrix, ways)
    found = float(along(tw.linalg.det, tw.constant(matrix), ways))
    scale = max(1.0, np.abs(matrix).max()) ** max(size - order, 0) * 4**order * 24
    assert abs(found - expected) <= 1e-12 * scale


def test_rank_n_minus_2_has_gradient_zero_and_a_curvature():
    x = tw.Variable(np.diag([2.0, 0.0, 0.0]))
    with tw.GradientTape() as outer:
        with tw.GradientTape() as tape:
            y = tw.linalg.det(x)
        slope = tape.gradient(y, x)
    np.testing.assert_array_equal(slope.numpy(), np.zeros((3, 3)))
    hessian = outer.jacobian(slope, x).numpy()
    assert hessian[1, 1, 2, 2] == pytest.approx(2.0, rel=1e-14)
    assert hessian[1, 2, 2, 1] == pytest.approx(-2.0, rel=1e-14)


@pytest.mark.parametrize("size", [3, 5, 7, 9, 12])
def test_cofactors_of_hilbert_matrices(size):
    """Condition numbers up to 1e16; relative to the largest cofactor the error stays small."""
    with mpmath.workdps(60):
        hilbert = mpmath.matrix(size, size)
        for i, j in itertools.product(range(size), repeat=2):
            hilbert[i, j] = mpmath.mpf(float(1 / (i + j + 1)))
        exactly = mpmath.det(hilbert) * mpmath.inverse(hilbert).T
        expected = np.array([[float(exactly[i, j]) for j in range(size)] for i in range(size)])
    x = tw.Variable(np.array([[float(1 / (i + j + 1)) for j in range(size)] for i in range(size)]))
    with tw.GradientTape() as tape:
        y = tw.linalg.det(x)
    found = tape.gradient(y, x).numpy()
    # The second smallest singular value says how much of the last place survives.
    values = np.linalg.svd(x.numpy(), compute_uv=False)
    allowed = 1e-14 * size * values[0] / values[-2]
    assert np.abs(found - expected).max() <= allowed * np.abs(expected).max()


def test_a_stack_of_regular_and_singular_matrices():
    stack = np.stack([of_rank(3, rank) for rank in range(4)])
    x = tw.Variable(stack)
    with tw.GradientTape() as tape:
        y = tw.linalg.det(x)
    found = tape.gradient(y, x).numpy()
    for place, matrix in enumerate(stack):
        for i, j in itertools.product(range(3), repeat=2):
            minor = np.delete(np.delete(matrix, i, 0), j, 1)
            cofactor = (-1) ** (i + j) * float(exact(minor.tolist()))
            assert found[place, i, j] == pytest.approx(cofactor, abs=1e-12 * 100)


def test_logarithms_of_singular_matrices():
    """Values as NumPy's; a gradient is refused, unless nothing asks for it there."""
    x = tw.Variable(np.stack([np.eye(2), np.ones((2, 2))]))
    with tw.GradientTape(persistent=True) as tape:
        sign, length = tw.linalg.slogdet(x)
        chosen = tw.reduce_sum(tw.where(sign != 0, length, tw.zeros_like(length)))
        every = tw.reduce_sum(length)
    np.testing.assert_array_equal(sign.numpy(), [1.0, 0.0])
    np.testing.assert_array_equal(length.numpy(), [0.0, -np.inf])
    np.testing.assert_array_equal(tape.gradient(chosen, x).numpy(), [np.eye(2), np.zeros((2, 2))])
    with pytest.raises(SingularMatrixError, match=r"^slogdet: .* det has one"):
        tape.gradient(every, x)


def test_tangents_of_logarithms_of_singular_matrices():
    """Refused where a singular matrix moves, either way; where it stands still nothing is asked of it."""
    x = tw.Variable(np.stack([2 * np.eye(2), np.ones((2, 2))]))
    still = np.stack([np.eye(2), np.zeros((2, 2))])
    with tw.autodiff.ForwardAccumulator(x, tw.constant(still)) as forward:
        length = tw.linalg.slogdet(x)[1]
    np.testing.assert_array_equal(forward.jvp(length).numpy(), [1.0, 0.0])
    for way in (np.ones((2, 2)), -np.ones((2, 2))):
        moved = np.stack([np.eye(2), way])
        with (
            pytest.raises(SingularMatrixError, match="slogdet"),
            tw.autodiff.ForwardAccumulator(x, tw.constant(moved)),
        ):
            tw.linalg.slogdet(x)


def test_the_logarithm_reaches_where_the_determinant_does_not():
    x = tw.Variable(np.eye(400) * 1e-3)
    with tw.GradientTape() as tape:
        y = tw.linalg.slogdet(x).log_abs_determinant
    assert float(y) == pytest.approx(400 * math.log(1e-3), rel=1e-14)
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), np.eye(400) * 1e3)


@pytest.mark.parametrize("matrix", [np.diag([1.0, -1.0]), np.ones((2, 2)) - 2, np.zeros((2, 2))])
def test_no_cholesky_factor_is_one_error(matrix):
    for function in (tw.linalg.cholesky, tw.linalg.logdet, np.linalg.cholesky):
        with pytest.raises(NotPositiveDefiniteError, match=r"^cholesky: .* not positive definite"):
            function(tw.constant(matrix))
    with pytest.raises(np.linalg.LinAlgError):
        tw.linalg.cholesky(matrix)


def curvature(matrices):
    """How the gradient of the sum of determinants changes along a fixed way."""
    x = tw.constant(matrices)
    with tw.GradientTape() as outer:
        outer.watch(x)
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = tw.reduce_sum(tw.linalg.det(x))
        slope = tape.gradient(y, x)
        along_a_way = tw.reduce_sum(slope * np.arange(9.0).reshape(3, 3))
    return outer.gradient(along_a_way, x).numpy()


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_second_derivatives_of_a_stack_are_those_of_its_matrices(rank):
    """Of det: also of a stack of one, and beside matrices of another rank."""
    matrix = np.array([[1.0, 2, 0], [2, -1, 1], [0, 1, 3]])[:rank].T @ whole(rank, 3)
    alone = curvature(matrix)
    regular = np.diag([1.0, 2.0, 3.0])
    np.testing.assert_allclose(curvature(matrix[None]), alone[None], atol=1e-11)
    both = np.stack([regular, matrix])
    expected = np.stack([curvature(regular), alone])
    np.testing.assert_allclose(curvature(both), expected, atol=1e-11)


def test_second_derivatives_at_nan_are_nan_and_of_nothing_are_none():
    """Of det: an answer, and no refusal by LAPACK."""
    assert np.isnan(curvature(np.array([[np.nan, 1, 2], [3, 4, 5], [6, 7, 9]]))).all()
    assert curvature(np.zeros((0, 3, 3))).shape == (0, 3, 3)
