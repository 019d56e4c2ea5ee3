"""Equal eigenvalues and singular values: what has a derivative has the right one, the rest is refused."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.ops.lapack import SingularMatrixError, UndeterminedGradientError
from thalweg.testing.differences import derivative

RNG = np.random.default_rng(7)
TURN = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
OTHER = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
TWICE = TURN @ np.diag([1.0, 1.0, 2.0, 5.0]) @ TURN.T  # equal but for what rounding does
TWICE_SINGULAR = TURN @ np.diag([3.0, 2.0, 2.0, 0.5]) @ OTHER.T
WEIGHTS = RNG.normal(size=(4, 4))
WAY = RNG.normal(size=(4, 4))
REPEATED = {
    "identity": np.eye(4), "zeros": np.zeros((4, 4)), "a pair": TWICE,
    "two pairs": TURN @ np.diag([1.0, 1.0, 3.0, 3.0]) @ TURN.T,
}  # fmt: skip


def gradient(function, x):
    x = tw.Variable(x)
    with tw.GradientTape() as tape:
        y = function(x)
    return tape.gradient(y, x).numpy()


def lower(whole):
    """A gradient by a symmetric matrix, as one by its lower triangle."""
    return np.tril(whole + whole.T, -1) + np.diag(np.diag(whole))


def powers(k):
    """Σλᵏ, whose gradient is k·Aᵏ⁻¹ whatever the eigenvalues."""
    return lambda x: tw.reduce_sum(tw.linalg.eigvalsh(x) ** k)


@pytest.mark.parametrize("name", REPEATED)
@pytest.mark.parametrize("k", [1, 2, 3])
def test_symmetric_functions_of_eigenvalues(name, k):
    matrix = REPEATED[name]
    expected = lower(k * np.linalg.matrix_power(matrix, k - 1))
    np.testing.assert_allclose(gradient(powers(k), matrix), expected, atol=1e-12)
    pair = gradient(lambda x: tw.reduce_sum(tw.linalg.eigh(x)[0] ** k), matrix)
    np.testing.assert_allclose(pair, expected, atol=1e-12)
    with tw.autodiff.ForwardAccumulator(x := tw.Variable(matrix), tw.constant(WAY)) as forward:
        y = powers(k)(x)
    np.testing.assert_allclose(float(forward.jvp(y)), np.sum(expected * WAY), atol=1e-11)


def test_the_largest_of_equal_eigenvalues_is_shared():
    """A kink: of the subgradients the one that does not depend on LAPACK's choice of vectors."""
    largest = gradient(lambda x: tw.reduce_max(tw.linalg.eigvalsh(x)), np.eye(3))
    np.testing.assert_array_equal(largest, np.eye(3) / 3)
    smallest = gradient(lambda x: tw.linalg.eigvalsh(x)[0], TWICE)
    np.testing.assert_allclose(smallest, lower(TURN[:, :2] @ TURN[:, :2].T / 2), atol=1e-13)


def test_the_spectral_and_the_nuclear_norm():
    np.testing.assert_allclose(gradient(lambda x: tw.norm(x, 2, (0, 1)), np.eye(3)), np.eye(3) / 3)
    np.testing.assert_allclose(
        gradient(lambda x: tw.norm(x, "nuc", (0, 1)), 3 * TURN), TURN, atol=1e-13
    )
    np.testing.assert_allclose(
        gradient(lambda x: tw.norm(x, 2, (0, 1)), TWICE_SINGULAR),
        np.outer(TURN[:, 0], OTHER[:, 0]), atol=1e-13,
    )  # fmt: skip
    for shape in ((3, 3), (2, 3), (3, 2)):
        for order in (2, -2, "nuc"):
            zero = gradient(lambda x, order=order: tw.norm(x, order, (0, 1)), np.zeros(shape))
            np.testing.assert_array_equal(zero, np.zeros(shape))
    singular = np.outer([1.0, 2.0, 2.0], [0.6, 0.8])
    expected = np.outer([1.0, 2.0, 2.0], [0.6, 0.8]) / 3
    np.testing.assert_allclose(
        gradient(lambda x: tw.norm(x, "nuc", (0, 1)), singular), expected, atol=1e-14
    )


@pytest.mark.parametrize("matrix", [TWICE, TWICE @ TWICE])
def test_a_projector_on_equal_eigenvectors(matrix):
    """It does not depend on the choice inside; the oracle is the projector by Riesz, differenced."""

    def projected(x):
        _, v = tw.linalg.eigh(x)
        return tw.reduce_sum(v[:, :2] @ tw.transpose(v[:, :2]) * WEIGHTS)

    def by_numpy(x):
        _, v = np.linalg.eigh((x + x.T) / 2)
        return np.sum(v[:, :2] @ v[:, :2].T * WEIGHTS)

    way = WAY + WAY.T
    expected, _ = derivative(lambda t: by_numpy(matrix + t * way), 2.0**-6)
    np.testing.assert_allclose(np.sum(gradient(projected, matrix) * way), expected, atol=1e-8)


def test_the_orthogonal_factor_at_equal_singular_values():
    """U·Vᴴ, of the polar decomposition, has a derivative wherever no singular value is 0."""

    def polar(x):
        _, u, v = tw.linalg.svd(x)
        return tw.reduce_sum(tw.matmul(u, v, transpose_b=True) * WEIGHTS)

    def by_numpy(x):
        u, _, vh = np.linalg.svd(x)
        return np.sum(u @ vh * WEIGHTS)

    for matrix in (np.eye(4), TWICE_SINGULAR, 2 * TURN):
        expected, _ = derivative(lambda t, m=matrix: by_numpy(m + t * WAY), 2.0**-6)
        np.testing.assert_allclose(np.sum(gradient(polar, matrix) * WAY), expected, atol=1e-8)


def rebuilt(function):
    """V·f(Λ)·Vᵀ, weighted: the derivative of f at equal eigenvalues is in no cotangent."""

    def call(x):
        e, v = tw.linalg.eigh(x)
        return tw.reduce_sum(tw.matmul(v * function(e), v, transpose_b=True) * WEIGHTS)

    return call


def rebuilt_from_triples(x):
    s, u, v = tw.linalg.svd(x)
    return tw.reduce_sum(tw.matmul(u * s * s, v, transpose_b=True) * WEIGHTS)


def test_the_leading_part_of_matrices_of_low_rank():
    """Zeros that are there several times do no harm to what does not ask for their vectors."""
    half, wide = RNG.normal(size=(6, 2)), RNG.normal(size=(2, 4))
    weights = RNG.normal(size=(6, 6))

    def by_pairs(x):
        e, v = tw.linalg.eigh(x)
        part = v[:, 4:]
        return tw.reduce_sum(tw.matmul(part * tw.sqrt(e[4:]), part, transpose_b=True) * weights)

    def pairs_of_numpy(x):
        e, v = np.linalg.eigh(x)
        return np.sum((v[:, 4:] * np.sqrt(e[4:])) @ v[:, 4:].T * weights)

    def by_triples(x):
        s, u, v = tw.linalg.svd(x)
        root = tw.matmul(u[:, :2] * tw.sqrt(s[:2]), v[:, :2], transpose_b=True)
        return tw.reduce_sum(root * weights[:, :4])

    def triples_of_numpy(x):
        u, s, vh = np.linalg.svd(x, full_matrices=False)
        return np.sum((u[:, :2] * np.sqrt(s[:2])) @ vh[:2] * weights[:, :4])

    for ours, numpys, matrix in (
        (by_pairs, pairs_of_numpy, half @ half.T),
        (by_triples, triples_of_numpy, half @ wide),
    ):
        way = RNG.normal(size=matrix.shape)
        way = way + way.T if ours is by_pairs else way
        slope, _ = derivative(lambda t, f=numpys, m=matrix, w=way: f(m + t * w), 2.0**-8)
        assert np.sum(gradient(ours, matrix) * way) == pytest.approx(slope, rel=1e-8)


def polar_factor(x):
    """U·Vᵀ, weighted: it jumps where several singular values are 0."""
    _, u, v = tw.linalg.svd(x)
    return tw.reduce_sum(tw.matmul(u, v, transpose_b=True) * WEIGHTS)


def the_same_matrix(x):
    """U·S·Vᵀ, weighted."""
    s, u, v = tw.linalg.svd(x)
    return tw.reduce_sum(tw.matmul(u * s, v, transpose_b=True) * WEIGHTS[:, : x.shape[1]])


def test_one_singular_value_of_zero_in_a_square_matrix():
    """U·S·Vᵀ is the matrix itself, whatever its singular values, as long as they differ."""
    matrix = TURN @ np.diag([3.0, 2.0, 1.0, 0.0]) @ OTHER.T
    np.testing.assert_allclose(gradient(the_same_matrix, matrix), WEIGHTS, atol=1e-13)


@pytest.mark.parametrize(
    ("function", "matrix"),
    [
        (rebuilt(tw.exp), np.eye(4)), (rebuilt(tw.exp), TWICE), (rebuilt(tw.square), TWICE),
        (rebuilt(tw.identity), np.zeros((4, 4))), (rebuilt_from_triples, np.eye(4)),
        (rebuilt_from_triples, TWICE_SINGULAR), (lambda x: tw.linalg.eigh(x)[1][0, 0], TWICE),
        (lambda x: tw.linalg.svd(x)[1][0, 1], TWICE_SINGULAR),
        (lambda x: tw.linalg.svd(x)[2][1, 1], TWICE_SINGULAR),
        (lambda x: tw.linalg.svd(x)[1][0, 1], np.zeros((4, 4))),
        (polar_factor, TURN @ np.diag([3.0, 2.0, 0.0, 0.0]) @ OTHER.T),
        (the_same_matrix, np.outer(TURN[0], [1.0, 2.0])), (the_same_matrix, np.zeros((4, 1))),
        (lambda x: tw.linalg.svd(x)[1][0, 1], np.outer(TURN[0], [1.0, 2.0])),
        (lambda x: tw.linalg.svd(x, full_matrices=True)[1][0, 3], TURN[:, :2] * [1.0, 2.0]),
        (lambda x: tw.linalg.qr(x, full_matrices=True)[0][0, 3], TURN[:, :2]),
    ],
)  # fmt: skip
def test_what_is_not_determined_is_refused(function, matrix):
    with pytest.raises(UndeterminedGradientError, match=r"^(eigh|svd|qr): "):
        gradient(function, matrix)


@pytest.mark.parametrize("function", [tw.exp, tw.square])
def test_a_function_of_the_matrix_where_all_eigenvalues_differ(function):
    matrix = TURN @ np.diag([1.0, 1.4, 2.0, 5.0]) @ TURN.T
    made = {tw.exp: tw.linalg.expm, tw.square: lambda x: x @ x}[function]
    got = gradient(rebuilt(function), matrix)
    whole = gradient(lambda x: tw.reduce_sum(made(x) * WEIGHTS), matrix)
    np.testing.assert_allclose(got, lower((whole + whole.T) / 2), rtol=1e-10)


def test_tangents_of_free_vectors_are_refused_and_those_of_values_are_not():
    for function in (lambda x: tw.linalg.eigh(x)[1], lambda x: tw.linalg.svd(x)[1]):
        x = tw.Variable(np.eye(4))
        with (
            pytest.raises(UndeterminedGradientError, match="no tangent"),
            tw.autodiff.ForwardAccumulator(x, tw.constant(WAY)),
        ):
            function(x)
    with tw.autodiff.ForwardAccumulator(x, tw.constant(WAY)) as forward:
        y = tw.reduce_sum(tw.linalg.svd(x, compute_uv=False))
    np.testing.assert_allclose(float(forward.jvp(y)), np.trace(WAY), rtol=1e-14)


SWAP = np.zeros((4, 4))
SWAP[0, 1] = SWAP[1, 0] = 1.0
"""A way that turns the first two vectors into each other, with no trace."""
ONE_ZERO = TURN @ np.diag([3.0, 2.0, 1.0, 0.0]) @ OTHER.T
TWO_ZEROS = TURN @ np.diag([3.0, 2.0, 0.0, 0.0]) @ OTHER.T
TALL_ONE_ZERO = np.outer(TURN[0], [3.0, 4.0])
LEFT, _, RIGHT = np.linalg.svd(TALL_ONE_ZERO)
"""LAPACK's own choice: a way from its third column to its first leaves all that is free alone."""
TALL_ZERO, WIDE_ZERO = np.outer(TURN[0], [1.0, 2.0]), np.outer([1.0, 2.0], TURN[0])


def turned(way):
    """A way as the eigenvectors see it, the first two of which are of equal values in TWICE."""
    return TURN @ way @ TURN.T


@pytest.mark.parametrize(
    ("name", "matrix", "way"),
    [
        ("eigh", np.eye(4), SWAP), ("eigh", TWICE, turned(SWAP)), ("eigh", TWICE, turned(np.diag([1.0, -1, 0, 0]))),
        ("eigh", TWICE, turned(np.diag([1.0, 0, 5, 7]))), ("eigh", np.eye(4), WAY),
        ("eigh", np.stack([np.eye(4), TWICE]), np.stack([np.eye(4), turned(SWAP)])),
        ("svd", np.eye(4), SWAP), ("svd", TALL_ZERO, WAY[:, :2]), ("svd", WIDE_ZERO, WAY[:2]),
        ("svd", TWO_ZEROS, WAY), ("svd", np.zeros((4, 4)), np.diag([1.0, 2, 3, 4])),
        ("eigh", np.eye(4), np.diag([1.0, 2, 3, 4])), ("svd", np.eye(4), np.diag([1.0, 2, 3, 4])),
        ("eigh", np.stack([np.eye(4)] * 2), np.stack([np.eye(4), np.diag([1.0, 2, 3, 4])])),
        ("svd", np.stack([ONE_ZERO, TWO_ZEROS]), np.stack([WAY, WAY])),
    ],
)  # fmt: skip
def test_ways_that_choose_among_free_vectors_have_no_tangent(name, matrix, way):
    x = tw.Variable(matrix)
    with (
        pytest.raises(UndeterminedGradientError, match="no tangent"),
        tw.autodiff.ForwardAccumulator(x, tw.constant(way)),
    ):
        getattr(tw.linalg, name)(x)


@pytest.mark.parametrize(
    ("name", "matrix", "way"),
    [
        ("eigh", np.eye(4), 2 * np.eye(4)), ("eigh", TWICE, turned(np.diag([3.0, 3, -1, 7]))),
        ("eigh", TWICE, turned(np.array([[2.0, 0, 1, 4], [0, 2, 3, -1], [1, 3, 5, 2], [4, -1, 2, 8]]))),
        ("eigh", np.stack([np.eye(4), TWICE]), np.stack([np.eye(4), turned(np.diag([3.0, 3, -1, 7]))])),
        ("svd", np.eye(4), 2 * np.eye(4)), ("svd", ONE_ZERO, WAY), ("svd", np.array([[0.0]]), np.array([[2.0]])),
        ("svd", TALL_ONE_ZERO, LEFT[:, 2:3] @ RIGHT[:1]),
        ("svd", TWICE, turned(np.diag([3.0, 3, -1, 7]))), ("svd", np.stack([np.eye(4), ONE_ZERO]), np.stack([np.eye(4), WAY])),
    ],
)  # fmt: skip
def test_ways_that_leave_the_choice_alone_have_the_tangent_of_the_matrix(name, matrix, way):
    """Put together again from values and vectors, the tangent is the way itself."""

    def again(x):
        answers = getattr(tw.linalg, name)(x)
        if name == "eigh":
            return tw.matmul(answers[1] * answers[0][..., None, :], answers[1], adjoint_b=True)
        return tw.matmul(answers[1] * answers[0][..., None, :], answers[2], adjoint_b=True)

    with tw.autodiff.ForwardAccumulator(x := tw.Variable(matrix), tw.constant(way)) as forward:
        y = again(x)
    np.testing.assert_allclose(forward.jvp(y).numpy(), way, atol=1e-12)


def test_columns_that_depend_on_each_other_have_no_qr_gradient():
    with pytest.raises(SingularMatrixError, match="qr: leading columns"):
        gradient(lambda x: tw.reduce_sum(tw.linalg.qr(x)[1]), np.array([[1.0, 2.0], [2.0, 4.0]]))


@pytest.mark.parametrize("rows", [3, 5])
def test_what_fills_up_serves_as_a_projector(rows):
    """1 - Q·Qᴴ is Q₂·Q₂ᴴ: the gradient through the columns that fill Q up is minus the other."""
    matrix, weights = RNG.normal(size=(rows, 2)), RNG.normal(size=(rows, rows))

    def outside(made):
        def call(x):
            q = made(x)[:, 2:]
            return tw.reduce_sum(tw.matmul(q, q, transpose_b=True) * weights)

        return call

    def inside(x):
        q = tw.linalg.qr(x)[0]
        return -tw.reduce_sum(tw.matmul(q, q, transpose_b=True) * weights)

    expected = gradient(inside, matrix)
    for made in (lambda x: tw.linalg.qr(x, True).q, lambda x: tw.linalg.svd(x, True)[1]):
        np.testing.assert_allclose(gradient(outside(made), matrix), expected, atol=1e-13)
