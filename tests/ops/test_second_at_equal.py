"""Second derivatives at equal eigenvalues and singular values: the matrix's own polynomials are the oracle.

Of a symmetric function of eigenvalues there is one of the matrix, tr A³ of Σλ³ say, that knows of no
eigenvalue; its second derivatives come from differences of a polynomial, exact but for rounding, or by hand.
"""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.ops.lapack import UndeterminedGradientError

RNG = np.random.default_rng(11)
TURN = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
OTHER = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
PHASED = np.linalg.qr(RNG.normal(size=(4, 4)) + 1j * RNG.normal(size=(4, 4)))[0]


def with_values(values, left=TURN, right=TURN):
    return left[:, : len(values)] @ np.diag(values) @ np.conj(right[:, : len(values)].T)


SYMMETRIC = {
    "zeros": np.zeros((4, 4)), "identity": np.eye(4), "turned identity": with_values([1.0] * 4),
    "a pair": with_values([1.0, 1.0, 2.0, 5.0]), "two pairs": with_values([1.0, 1.0, -3.0, -3.0]),
    "three": with_values([2.0, 2.0, 2.0, -1.0]), "low rank": with_values([0.0, 0.0, 0.0, 2.0]),
    "different": with_values([-1.0, 0.5, 2.0, 3.0]), "complex": with_values([1.0, 1.0, 1.0, 4.0], PHASED, PHASED),
    "stack": np.stack([with_values([1.0, 1.0, 2.0, 5.0]), np.zeros((4, 4)), with_values([1.0, 2.0, 3.0, 4.0])]),
}  # fmt: skip
ANY = {
    "zeros": np.zeros((4, 4)), "wide zeros": np.zeros((2, 4)), "tall zeros": np.zeros((4, 1)),
    "identity": np.eye(4), "a pair": with_values([3.0, 2.0, 2.0, 0.5], TURN, OTHER),
    "one zero": with_values([3.0, 2.0, 1.0, 0.0], TURN, OTHER),
    "two zeros": with_values([3.0, 2.0, 0.0, 0.0], TURN, OTHER),
    "a pair and two zeros": with_values([2.0, 2.0, 0.0, 0.0], TURN, OTHER),
    "tall, a pair": with_values([2.0, 2.0], TURN, np.eye(2)),
    "tall, a pair and a zero": with_values([2.0, 2.0, 0.0], TURN, np.eye(3)),
    "wide, a zero": with_values([2.0, 1.0, 0.0], np.eye(3), TURN),
    "different": with_values([3.0, 2.0, 1.0, 0.5], TURN, OTHER),
    "complex": with_values([2.0, 2.0, 0.0, 0.0], PHASED, OTHER), "number": np.array([[0.0]]),
    "stack": np.stack([with_values([2.0, 2.0, 1.0, 0.0], TURN, OTHER), np.eye(4), np.zeros((4, 4))]),
}  # fmt: skip


def ways(matrix):
    """Two directions, in the matrix's own numbers."""
    draw = np.random.default_rng(5).normal(size=(2, 2, *matrix.shape))
    return draw[0] + 1j * draw[1] if matrix.dtype.kind == "c" else draw[0]


def hermitian(way):
    """The change of a Hermitian matrix whose lower triangle changes by this."""
    below = np.tril(way, -1)
    diagonal = np.real(way) * np.eye(way.shape[-1])
    return below + np.conj(np.swapaxes(below, -1, -2)) + diagonal


def bent(function, matrix, one, other):
    """D²f along two ways, by a tape over a tape."""
    x = tw.Variable(matrix)
    with tw.GradientTape() as outer:
        with tw.GradientTape() as tape:
            y = function(x)
        slope = tw.reduce_sum(tw.math.real(tape.gradient(y, x) * np.conj(one)))
    found = outer.gradient(slope, x)
    return 0.0 if found is None else np.sum(np.real(found.numpy() * np.conj(other)))


def second(polynomial, x, one, other):
    """D²f of a polynomial of at most the fourth degree along two ways.

    The error of the difference is a multiple of t², and two of them take it away.
    """

    def across(t):
        both, apart = t * (one + other), t * (one - other)
        signs = ((both, 1), (-both, 1), (apart, -1), (-apart, -1))
        return sum(sign * polynomial(x + step) for step, sign in signs) / (4 * t * t)

    return (4 * across(0.5) - across(1.0)) / 3


def trace(x):
    return np.real(np.trace(x, axis1=-2, axis2=-1))


EIGEN = {
    "sum": (lambda e: tw.reduce_sum(e), lambda x: trace(x).sum()),
    "squares": (lambda e: tw.reduce_sum(e**2), lambda x: trace(x @ x).sum()),
    "cubes": (lambda e: tw.reduce_sum(e**3), lambda x: trace(x @ x @ x).sum()),
    "fourth powers": (lambda e: tw.reduce_sum(e**4), lambda x: trace(x @ x @ x @ x).sum()),
    "pairs": (
        lambda e: tw.reduce_sum(tw.reduce_sum(e * e, -1) * tw.reduce_sum(e, -1)),
        lambda x: np.sum(trace(x @ x) * trace(x)),
    ),
    "product": (lambda e: tw.reduce_sum(tw.reduce_prod(e, -1)), lambda x: np.real(np.linalg.det(x)).sum()),
}  # fmt: skip
"""Functions of eigenvalues, and the polynomials of the matrix that they are."""


def square_of(x):
    return np.conj(np.swapaxes(x, -1, -2)) @ x


SINGULAR = {
    "squares": (lambda s: tw.reduce_sum(s**2), lambda x: trace(square_of(x)).sum()),
    "fourth powers": (
        lambda s: tw.reduce_sum(s**4), lambda x: trace(square_of(x) @ square_of(x)).sum(),
    ),
    "square of squares": (
        lambda s: tw.reduce_sum(tw.reduce_sum(s * s, -1) ** 2), lambda x: np.sum(trace(square_of(x)) ** 2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("values", [tw.linalg.eigvalsh, lambda x: tw.linalg.eigh(x)[0]])
@pytest.mark.parametrize("which", EIGEN)
@pytest.mark.parametrize("name", SYMMETRIC)
def test_symmetric_functions_of_eigenvalues(name, which, values):
    matrix = SYMMETRIC[name]
    f, polynomial = EIGEN[which]
    if (name, which) == ("low rank", "product"):
        # Its cotangents are products of roundings, of which none can be said to be equal.
        with pytest.raises(UndeterminedGradientError):
            bent(lambda x: f(values(x)), matrix, *ways(matrix))
        return
    one, other = ways(matrix)
    for way in (other, one):
        came = bent(lambda x: f(tw.math.real(values(x))), matrix, one, way)
        wanted = second(polynomial, matrix, hermitian(one), hermitian(way))
        assert came == pytest.approx(wanted, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("which", SINGULAR)
@pytest.mark.parametrize("values", [False, True])
@pytest.mark.parametrize("name", ANY)
def test_even_functions_of_singular_values(name, values, which):
    matrix = ANY[name]
    f, polynomial = SINGULAR[which]
    one, other = ways(matrix)
    for way in (other, one):

        def function(x):
            return f(tw.linalg.svd(x)[0] if values else tw.linalg.svd(x, compute_uv=False))

        came = bent(function, matrix, one, way)
        wanted = second(polynomial, matrix, one, way)
        assert came == pytest.approx(wanted, rel=1e-11, abs=1e-11)


@pytest.mark.parametrize("name", ["zeros", "identity", "three", "low rank"])
def test_the_whole_hessian_of_what_is_no_polynomial(name):
    """tr (A + 3)⁻¹: its second derivative is tr RHRH′R + tr RH′RHR with R = (A + 3)⁻¹."""
    matrix = SYMMETRIC[name]
    hessian = tw.hessian(lambda x: tw.reduce_sum(1 / (tw.linalg.eigvalsh(x) + 3)))(matrix).numpy()
    inverse = np.linalg.inv(matrix + 3 * np.eye(4))
    units = [hermitian(unit.reshape(4, 4)) for unit in np.eye(16)]
    wanted = [
        [np.trace(inverse @ a @ inverse @ b @ inverse) * 2 for b in units] for a in units
    ]  # fmt: skip
    np.testing.assert_allclose(hessian.reshape(16, 16), wanted, atol=1e-13)


def test_the_hessian_of_the_squares_is_two():
    for shape in ((2, 2), (2, 3), (3, 1)):
        size = shape[0] * shape[1]
        hessian = (
            tw.hessian(SMOOTH["singular values"][0])(np.zeros(shape)).numpy().reshape(size, size)
        )
        np.testing.assert_allclose(hessian, 2 * np.eye(size), atol=1e-14)
    hessian = tw.hessian(lambda x: tw.reduce_sum(tw.linalg.eigvalsh(x) ** 2))(np.zeros((2, 2)))
    # λ₁² + λ₂² = a² + d² + 2c², read from the lower triangle.
    np.testing.assert_allclose(hessian.numpy().reshape(4, 4), np.diag([2.0, 0, 4, 2]), atol=1e-14)


@pytest.mark.parametrize("name", ["identity", "a pair", "tall, a pair", "wide pair"])
def test_the_nuclear_norm_where_no_value_is_zero(name):
    """Smooth there; the oracle is NumPy's sum of singular values, differenced twice."""
    matrix = with_values([2.0, 2.0], np.eye(2), TURN) if name == "wide pair" else ANY[name]
    one, other = ways(matrix)
    step = 2.0**-8

    def nuclear(x):
        return np.linalg.svd(x, compute_uv=False).sum()

    wanted = second(nuclear, matrix, step * one, step * other) / step**2
    came = bent(lambda x: tw.norm(x, "nuc", (0, 1)), matrix, one, other)
    assert came == pytest.approx(wanted, rel=1e-6, abs=1e-6)
    if name == "identity":
        # The largest of equal values counts as their mean, in its second derivative as in its first.
        came = bent(lambda x: tw.norm(x, 2, (0, 1)), matrix, one, other)
        assert came == pytest.approx(wanted / 4, rel=1e-6)


def test_the_same_function_twice_and_another_along_the_same_way():
    """Gradients of two functions that are added up go along one way; then they are told apart."""
    x, way = tw.Variable(np.eye(3)), ways(np.eye(3))[0]
    with tw.GradientTape() as outer:
        with tw.GradientTape(persistent=True) as tape:
            e = tw.linalg.eigvalsh(x)
            squares, cubes = tw.reduce_sum(e**2), tw.reduce_sum(e**3)
        slope = tape.gradient(squares, x) + 2 * tape.gradient(cubes, x)
        total = tw.reduce_sum(slope * way)
    found = outer.gradient(total, x).numpy()
    whole = 14 * hermitian(way)  # 2 + 2·6
    np.testing.assert_allclose(found, np.tril(whole) + np.tril(whole, -1), atol=1e-12)


def test_two_functions_along_two_ways_are_refused():
    x, (one, other) = tw.Variable(np.eye(3)), ways(np.eye(3))
    with tw.GradientTape() as outer:
        with tw.GradientTape(persistent=True) as tape:
            e = tw.linalg.eigvalsh(x)
            squares, cubes = tw.reduce_sum(e**2), tw.reduce_sum(e**3)
        first = tw.reduce_sum(tape.gradient(squares, x) * one)
        total = first + tw.reduce_sum(tape.gradient(cubes, x) * other)
    with pytest.raises(UndeterminedGradientError, match=r"^eigh: .*second derivative"):
        outer.gradient(total, x)


def squares_of_the_matrix(x):
    """V·Λ²·Vᵀ, weighted: at 0 every cotangent is 0, and the second derivative is not."""
    e, v = tw.linalg.eigh(x)
    return tw.reduce_sum(tw.matmul(v * e**2, v, transpose_b=True) * np.arange(9.0).reshape(3, 3))


def gram(x):
    s, u, _ = tw.linalg.svd(x)
    return tw.reduce_sum(tw.matmul(u * s**2, u, transpose_b=True) * np.arange(9.0).reshape(3, 3))


REFUSED = {
    "the least, squared": (lambda x: tw.linalg.eigvalsh(x)[0] ** 2, np.zeros((3, 3))),
    "the last": (lambda x: tw.linalg.eigvalsh(x)[2], np.eye(3)),
    "the first of a pair": (lambda x: tw.linalg.eigvalsh(x)[0], np.diag([1.0, 1.0, 3.0])),
    "weighted": (lambda x: tw.reduce_sum(tw.linalg.eigvalsh(x) ** 2 * [1.0, 2.0, 3.0]), np.zeros((3, 3))),
    "with vectors": (squares_of_the_matrix, np.zeros((3, 3))),
    "gram": (gram, np.zeros((3, 3))),
    "nuclear norm at 0": (lambda x: tw.norm(x, "nuc", (0, 1)), np.zeros((3, 3))),
    "nuclear norm of rank 1": (lambda x: tw.norm(x, "nuc", (0, 1)), np.diag([1.0, 0.0, 0.0])),
    "one of three": (lambda x: tw.linalg.svd(x, compute_uv=False)[1] ** 2, np.zeros((3, 4))),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_second_derivative_is_refused(name):
    function, matrix = REFUSED[name]
    swap = np.zeros(matrix.shape)
    swap[0, 1] = swap[1, 0] = 1.0
    for way in (ways(matrix)[0], swap):
        with pytest.raises(UndeterminedGradientError, match=r"^(eigh|svd): "):
            bent(function, matrix, way, way)


SMOOTH = {
    "eigenvalues": (lambda x: tw.reduce_sum(tw.linalg.eigvalsh(x) ** 2), np.zeros((3, 3))),
    "of the identity": (lambda x: tw.reduce_sum(tw.linalg.eigvalsh(x) ** 2), np.eye(3)),
    "singular values": (lambda x: tw.reduce_sum(tw.linalg.svd(x, compute_uv=False) ** 2), np.zeros((3, 2))),
    "one zero": (
        lambda x: tw.reduce_sum(tw.linalg.svd(x, compute_uv=False) ** 2), np.diag([3.0, 2.0, 0.0]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SMOOTH)
def test_third_derivatives_are_refused(name):
    function, matrix = SMOOTH[name]
    way = ways(matrix)[0]
    x = tw.Variable(matrix)
    with tw.GradientTape() as last:
        with tw.GradientTape() as outer:
            with tw.GradientTape() as tape:
                y = function(x)
            slope = tape.gradient(y, x)
            size = tw.reduce_sum(slope * slope)
        bend = tw.reduce_sum(outer.gradient(size, x) * way)
    with pytest.raises(UndeterminedGradientError, match=r"^(eigh|svd): "):
        last.gradient(bend, x)


@pytest.mark.parametrize("name", SMOOTH)
def test_with_an_accumulator_second_derivatives_are_refused(name):
    """Tangents of equal values are shared, as cotangents are; what that hides is refused, not lost."""
    function, matrix = SMOOTH[name]
    way = ways(matrix)[0]

    def over_reverse():
        x = tw.Variable(matrix)
        with tw.ForwardAccumulator(x, tw.constant(way)) as forward:
            with tw.GradientTape() as tape:
                y = function(x)
            slope = tape.gradient(y, x)
        return forward.jvp(slope)

    def over_forward():
        x = tw.Variable(matrix)
        with tw.GradientTape() as tape:
            with tw.ForwardAccumulator(x, tw.constant(way)) as forward:
                y = function(x)
            slope = forward.jvp(y)
        return tape.gradient(slope, x)

    def forward_twice():
        x = tw.constant(matrix)
        with tw.ForwardAccumulator(x, tw.constant(way)) as outer:
            with tw.ForwardAccumulator(x, tw.constant(way)) as inner:
                y = function(x)
            slope = inner.jvp(y)
        return outer.jvp(slope)

    for call in (over_reverse, over_forward, forward_twice):
        with pytest.raises(UndeterminedGradientError, match=r"^(eigh|svd): "):
            call()


def test_an_even_direction_needs_nothing_told_apart():
    """Along the matrix itself all values move alike, and every order of tapes finds the second derivative."""
    found = tw.hvp(lambda x: tw.reduce_sum(tw.linalg.eigvalsh(x) ** 3), np.eye(3), np.eye(3))
    np.testing.assert_allclose(found.numpy(), 6 * np.eye(3), atol=1e-13)


def test_inside_of_a_function():
    hessian = tw.function(tw.hessian(lambda x: tw.reduce_sum(tw.linalg.eigvalsh(x) ** 2)))
    came = hessian(tw.constant(np.eye(2))).numpy().reshape(4, 4)
    np.testing.assert_allclose(came, np.diag([2.0, 0, 4, 2]), atol=1e-14)


def test_float32():
    matrix = with_values([1.0, 1.0, 1.0, 4.0]).astype(np.float32)
    one, other = ways(matrix)
    for f, low in ((EIGEN["cubes"], True), (SINGULAR["fourth powers"], False)):
        values = tw.linalg.eigvalsh if low else lambda x: tw.linalg.svd(x, compute_uv=False)
        came = bent(lambda x, f=f, v=values: f[0](v(x)), matrix, one.astype("f"), other.astype("f"))
        both = (hermitian(one), hermitian(other)) if low else (one, other)
        wanted = second(f[1], matrix.astype(np.float64), *both)
        assert came == pytest.approx(wanted, rel=1e-4)
