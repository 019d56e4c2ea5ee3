"""Factors of matrices: what they are, TensorFlow's conventions, NumPy's ways to ask, odd inputs."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import thalweg as tw
from ops.against_differences import check
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.lapack import SingularMatrixError
from thalweg.testing.differences import derivative

WELL = np.array([[4.0, 1.0, 0.5], [0.3, 3.0, -1.0], [0.2, 0.7, 5.0]])
TALL = np.array([[3.0, 0.2], [-0.5, 1.0], [0.7, 0.4]])
RNG = np.random.default_rng(3)
LINALG = tw.linalg


def hermitian(x):
    return (x + x.T) / 2


def lower_only(function):
    """A function of NumPy's that reads the lower triangle, as one of all elements."""
    return lambda x: function(np.tril(x) + np.tril(x, -1).T)


NUMPYS = {
    "det": (np.linalg.det, WELL), "det of a stack": (np.linalg.det, (2, 3, 3)),
    "slogdet": (lambda x: np.linalg.slogdet(x).logabsdet, WELL),
    "qr": (lambda x: np.linalg.qr(x).Q, (3, 2)), "qr, r": (lambda x: np.linalg.qr(x, "r"), (3, 4)),
    "qr, complete": (lambda x: np.linalg.qr(x, mode="complete")[0], (3, 2)),
    "svd, values": (lambda x: np.linalg.svd(x, compute_uv=False), (2, 3)),
    "svd, full": (lambda x: np.linalg.svd(x)[0] @ np.linalg.svd(x)[2][:2], (2, 3)),
    "svd, thin": (lambda x: np.linalg.svd(x, full_matrices=False).Vh, (2, 3)),
    "svdvals": (np.linalg.svdvals, (3, 3)),
    "eigh": (lambda x: np.linalg.eigh(x).eigenvectors, WELL),
    "eigh, upper": (lambda x: np.linalg.eigh(x, "U").eigenvalues, WELL),
    "eigvalsh": (np.linalg.eigvalsh, WELL), "eigvalsh, upper": (lambda x: np.linalg.eigvalsh(x, UPLO="U"), WELL),
    "pinv": (np.linalg.pinv, (2, 3)), "pinv, rcond": (lambda x: np.linalg.pinv(x, 1e-3), WELL),
    "lstsq": (lambda a, b: np.linalg.lstsq(a, b)[0], (4, 2), (4,)),
    "lstsq, what is left": (lambda a, b: np.linalg.lstsq(a, b)[1], (4, 2), (4, 3)),
    "lstsq, wide": (lambda a, b: np.linalg.lstsq(a, b)[0], (2, 4), (2, 3)),
    "cross": (np.cross, (4, 3), (3,)), "cross along the first axis": (lambda a, b: np.cross(a, b, axis=0), (3, 4), (3, 4)),
    "cross, axes": (lambda a, b: np.cross(a, b, axisa=0, axisb=1, axisc=0), (3, 4), (4, 3)),
    "linalg.cross": (np.linalg.cross, (2, 3), (2, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", NUMPYS)
def test_numpy_functions_on_tensors(name):
    function, *shapes = NUMPYS[name]
    check(name, function, function, *shapes)


OURS = {
    "spectral norm": (lambda x: tw.norm(x, 2, (0, 1)), lambda x: np.linalg.norm(x, 2), (3, 4)),
    "least singular value": (lambda x: tw.norm(x, -2, (0, 1)), lambda x: np.linalg.norm(x, -2), (3, 4)),
    "nuclear norm": (lambda x: tw.norm(x, "nuc", (0, 2)), lambda x: np.linalg.norm(x, "nuc", (0, 2)), (3, 2, 3)),
    "spectral norm, axes kept": (
        lambda x: tw.norm(x, 2, (1, 0), keepdims=True),
        lambda x: np.linalg.norm(x, 2, (1, 0), keepdims=True), (3, 4, 2),
    ),
    "cholesky_solve": (
        LINALG.cholesky_solve, lambda c, b: np.linalg.solve(np.tril(c) @ np.tril(c).T, b), WELL, (3, 2),
    ),
    "lstsq": (LINALG.lstsq, lambda a, b: np.linalg.lstsq(a, b)[0], (4, 2), (4, 3)),
    "lstsq, regularized": (
        lambda a, b: LINALG.lstsq(a, b, l2_regularizer=0.3),
        lambda a, b: np.linalg.solve(a.T @ a + 0.3 * np.eye(2), a.T @ b), (4, 2), (4, 3),
    ),
    "lstsq, wide and regularized": (
        lambda a, b: LINALG.lstsq(a, b, 0.3),
        lambda a, b: a.T @ np.linalg.solve(a @ a.T + 0.3 * np.eye(2), b), (2, 4), (2, 3),
    ),
    "eigh": (lambda x: LINALG.eigh(x)[1], lower_only(lambda x: np.linalg.eigh(x)[1]), WELL),
    "lu, L·U": (
        lambda x: tw.matmul(tw.linalg.band_part(LINALG.lu(x).lu, -1, 0) - tw.linalg.diag(
            tw.linalg.diag_part(LINALG.lu(x).lu)) + tw.eye(3, dtype=tw.float64),
            tw.linalg.band_part(LINALG.lu(x).lu, 0, -1)),
        lambda x: x, WELL,
    ),
    "svd, Σs³": (
        lambda x: tw.reduce_sum(LINALG.svd(x, compute_uv=False) ** 3),
        lambda x: np.sum(np.linalg.svd(x, compute_uv=False) ** 3), (3, 2),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OURS)
def test_functions_made_of_ops(name):
    check(name, *OURS[name])


def test_the_gradient_of_cholesky_is_shared_and_that_of_eigh_is_lower():
    """Measured of TensorFlow 2.21: half to each triangle for one, all to the lower for the other."""
    x = tw.Variable(hermitian(WELL))
    with tw.GradientTape(persistent=True) as tape:
        one = tw.reduce_sum(LINALG.cholesky(x) * WELL)
        other = tw.reduce_sum(LINALG.eigh(x)[0] * [1.0, 2.0, 3.0])
    shared, lower = tape.gradient(one, x).numpy(), tape.gradient(other, x).numpy()
    np.testing.assert_array_equal(shared, shared.T)
    np.testing.assert_array_equal(np.triu(lower, 1), np.zeros((3, 3)))
    way = hermitian(RNG.normal(size=(3, 3)))
    for found, function in (
        (shared, lambda a: np.sum(np.linalg.cholesky(a) * WELL)),
        (lower, lambda a: np.linalg.eigvalsh(a) @ [1.0, 2.0, 3.0]),
    ):
        slope, _ = derivative(lambda t, f=function: f(x.numpy() + t * way), 2.0**-6)
        assert np.sum(found * way) == pytest.approx(slope, rel=1e-10)


@pytest.mark.parametrize("name", ["cholesky", "logdet", "eigh", "eigvalsh"])
def test_what_stands_above_the_diagonal_is_not_read(name):
    function = getattr(LINALG, name)
    clean = hermitian(WELL)
    soiled = np.where(np.triu(np.ones((3, 3)), 1) > 0, np.nan, clean)
    found = []
    for matrix in (clean, soiled):
        x = tw.Variable(matrix)
        with tw.GradientTape() as tape:
            y = function(x)
            y = y[0] if isinstance(y, tuple) else y
        found.append((y.numpy(), np.tril(tape.gradient(y, x).numpy())))
    np.testing.assert_array_equal(found[0][0], found[1][0])
    np.testing.assert_allclose(found[0][1], found[1][1], rtol=1e-14)


def test_eigenvalues_of_two_by_two_in_closed_form():
    a, b, c = 1.3, 0.4, -0.6
    x = tw.Variable([[a, 7.0], [b, c]], dtype=tw.float64)
    with tw.GradientTape() as tape:
        y = LINALG.eigvalsh(x)[1]
    root = np.hypot((a - c) / 2, b)
    assert float(y) == pytest.approx((a + c) / 2 + root, rel=1e-15)
    lean = (a - c) / 4 / root
    np.testing.assert_allclose(
        tape.gradient(y, x).numpy(), [[0.5 + lean, 0], [b / root, 0.5 - lean]]
    )


@pytest.mark.parametrize("size", [0.1, 3.0, 30.0])
def test_expm_and_its_gradient_against_many_digits(size):
    matrix = RNG.normal(size=(3, 3)) * size / 3
    weights = RNG.normal(size=(3, 3))
    with mpmath.workdps(50):

        def exponential(m):
            total = term = mpmath.eye(3)
            for k in range(1, 400):
                term = term * m / k
                total = total + term
            return total

        big = mpmath.matrix(matrix.tolist())
        expected = np.array(exponential(big).tolist(), float)
        slopes = np.zeros((3, 3))
        for i in range(3):
            for j in range(3):
                step = mpmath.zeros(3)
                step[i, j] = mpmath.mpf(10) ** -20
                change = (exponential(big + step) - exponential(big - step)) / (
                    2 * mpmath.mpf(10) ** -20
                )
                slopes[i, j] = float(
                    sum(change[p, q] * weights[p, q] for p in range(3) for q in range(3))
                )
    x = tw.Variable(matrix)
    with tw.GradientTape() as tape:
        y = LINALG.expm(x)
        total = tw.reduce_sum(y * weights)
    np.testing.assert_allclose(y.numpy(), expected, atol=1e-13 * size * np.abs(expected).max())
    np.testing.assert_allclose(
        tape.gradient(total, x).numpy(), slopes, atol=1e-13 * size * np.abs(slopes).max()
    )


def test_expm_along_a_complex_step():
    way = RNG.normal(size=(3, 3))
    slope = LINALG.expm(tw.constant(WELL + 1e-30j * way)).numpy().imag * 1e30
    with tw.autodiff.ForwardAccumulator(x := tw.Variable(WELL), tw.constant(way)) as forward:
        y = LINALG.expm(x)
    np.testing.assert_allclose(forward.jvp(y).numpy(), slope, rtol=1e-12)


def test_a_huge_cotangent_costs_no_digits():
    for scale in (1e-150, 1e150):
        x = tw.Variable(WELL / 4)
        with tw.GradientTape() as tape:
            y = tw.reduce_sum(LINALG.expm(x)) * scale
        with tw.GradientTape() as other:
            z = tw.reduce_sum(LINALG.expm(x))
        np.testing.assert_allclose(
            tape.gradient(y, x).numpy() / scale, other.gradient(z, x).numpy(), rtol=1e-13
        )


@pytest.mark.parametrize("shape", [(0, 2, 2), (0, 3, 2), (2, 0, 2, 2)])
def test_no_matrices_at_all_have_no_ranks(shape):
    given = np.zeros(shape)
    for answer in (LINALG.matrix_rank(given), LINALG.matrix_rank(given, 0.5)):
        assert answer.numpy().shape == np.linalg.matrix_rank(given).shape
        assert answer.dtype == np.int32


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0), (2, 0, 0)])
def test_empty_matrices(shape):
    x = tw.zeros(shape, tw.float64)
    s, u, v = LINALG.svd(x)
    q, r = LINALG.qr(x)
    assert (s.shape[-1], v.shape[-1], u.shape) == (0, 0, (*shape[:-1], 0))
    assert (q.shape[-2], r.shape[-1]) == shape[-2:]
    assert LINALG.pinv(x).shape == (*shape[:-2], shape[-1], shape[-2])
    assert np.all(LINALG.matrix_rank(x).numpy() == 0)
    if shape[-1] == shape[-2]:
        np.testing.assert_array_equal(LINALG.det(x).numpy(), np.ones(shape[:-2]))
        np.testing.assert_array_equal(LINALG.slogdet(x)[1].numpy(), np.zeros(shape[:-2]))
        for function in (LINALG.cholesky, LINALG.expm, LINALG.eigvalsh, lambda a: LINALG.lu(a)[0]):
            assert function(x).size == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_one_matrix_that_is_not_finite_spoils_no_other(bad):
    clean = hermitian(WELL)
    stack = np.stack([clean, np.where(np.eye(3) > 0, bad, clean)])
    functions = {
        "cholesky": LINALG.cholesky, "eigh": lambda x: LINALG.eigh(x)[0], "svd": lambda x: LINALG.svd(x)[0],
        "qr": lambda x: LINALG.qr(x)[1], "pinv": LINALG.pinv, "eigvalsh": LINALG.eigvalsh,
    }  # fmt: skip
    for name, function in functions.items():
        both = function(tw.constant(stack)).numpy()
        np.testing.assert_array_equal(both[0], function(tw.constant(clean)).numpy(), err_msg=name)
        lower = np.tril(both[1]) if name == "cholesky" else both[1]
        assert np.isnan(lower[lower != 0]).all(), name


def test_dtypes():
    for function in (LINALG.det, LINALG.cholesky, LINALG.expm, LINALG.pinv, LINALG.logdet):
        assert function(np.eye(2, dtype=np.float32)).dtype == tw.float32
        assert function(np.eye(2, dtype=np.float16)).dtype == tw.float16
        assert function(np.eye(2, dtype=int)).dtype == tw.float64
        with pytest.raises(DTypeError):
            function(np.eye(2, dtype=np.longdouble))
    complexes = np.eye(2, dtype=np.complex64)
    assert LINALG.eigh(complexes)[0].dtype == tw.complex64
    assert np.linalg.eigh(tw.constant(complexes))[0].dtype == tw.float32
    assert LINALG.slogdet(complexes)[1].dtype == tw.complex64
    assert LINALG.svd(complexes)[0].dtype == tw.float32
    assert LINALG.matrix_rank(np.eye(2)).dtype == tw.int32
    assert LINALG.lu(np.eye(2), output_idx_type=tw.int64).p.dtype == tw.int64


def test_ranks_and_tolerances():
    matrix = np.diag([1.0, 1e-3, 1e-18])
    assert int(LINALG.matrix_rank(matrix)) == 2
    assert int(LINALG.matrix_rank(matrix, tol=1e-2)) == 1
    np.testing.assert_allclose(
        LINALG.pinv(matrix, rcond=1e-2).numpy(), np.diag([1.0, 0.0, 0.0]), atol=1e-15
    )
    np.testing.assert_array_equal(LINALG.lstsq(matrix, np.eye(3)).numpy()[2], np.zeros(3))


def test_refusals_name_what_came():
    with pytest.raises(ShapeError, match=r"lstsq .* \(\.\.\., 3, k\); \[3\] came"):
        LINALG.lstsq(TALL, np.ones(3))
    with pytest.raises(ValueError, match="from 0 up, not -1"):
        LINALG.lstsq(TALL, TALL, l2_regularizer=-1)
    x = tw.Variable(np.ones((2, 2)))
    with tw.GradientTape() as tape:
        y = LINALG.lu(x).lu
    with pytest.raises(SingularMatrixError, match=r"lu: .* singular"):
        tape.gradient(y, x)
    with pytest.raises(ValueError, match="UPLO"):
        np.linalg.eigh(tw.constant(WELL), "X")
    with pytest.raises(ValueError, match="nuc"):
        tw.norm(WELL, 3, (0, 1))


@pytest.mark.parametrize("scale", [1e-25, 1e25])
def test_whether_columns_depend_on_each_other_is_no_matter_of_size(scale):
    """qr: Q does not change with the size of the matrix, so its gradient goes with one over it."""
    grads = []
    for size in (1.0, scale):
        x = tw.Variable(WELL * size)
        with tw.GradientTape() as tape:
            y = tw.reduce_sum(LINALG.qr(x)[0] * WELL)
        grads.append(tape.gradient(y, x).numpy() * size)
    np.testing.assert_allclose(grads[1], grads[0], rtol=1e-10, atol=1e-12)
    dependent = tw.Variable(np.array([[1.0, 2.0], [2.0, 4.0]]) * scale)
    with tw.GradientTape() as tape:
        y = tw.reduce_sum(LINALG.qr(dependent)[0])
    with pytest.raises(SingularMatrixError, match="qr: leading columns"):
        tape.gradient(y, dependent)


def complex_slope(function, x, way):
    """The gradient of a real function of a complex matrix along a direction, by a tape."""
    x = tw.Variable(x)
    with tw.GradientTape() as tape:
        y = function(x)
    return np.sum((np.conj(tape.gradient(y, x).numpy()) * way).real)


def of_both_parts(*answers):
    """A real number that depends on every part of complex answers."""
    total = 0.0
    for place, answer in enumerate(answers):
        if answer.dtype.kind == "c":
            total = total + tw.reduce_sum(tw.math.imag(answer) * (place + 0.7))
            answer = tw.math.real(answer)
        total = total + tw.reduce_sum(
            answer * np.arange(1.0, answer.size + 1).reshape(answer.shape)
        )
    return total


COMPLEX = {
    "svd": (lambda x: of_both_parts(*LINALG.svd(x)), (4, 3)),
    "svd, full": (lambda x: of_both_parts(*LINALG.svd(x, True)), (3, 4)),
    "eigh": (lambda x: of_both_parts(*LINALG.eigh(x)), (4, 4)),
    "qr": (lambda x: of_both_parts(*LINALG.qr(x, True)), (4, 3)),
    "qr, wide": (lambda x: of_both_parts(*LINALG.qr(x)), (3, 5)),
    "cholesky": (lambda x: of_both_parts(LINALG.cholesky(tw.matmul(x, x, adjoint_b=True))), (3, 3)),
    "lu": (lambda x: of_both_parts(LINALG.lu(x).lu), (3, 3)),
    "slogdet": (lambda x: of_both_parts(*LINALG.slogdet(x)), (3, 3)),
    "det": (lambda x: of_both_parts(LINALG.det(x)), (3, 3)),
    "expm": (lambda x: of_both_parts(LINALG.expm(x)), (3, 3)),
    "pinv": (lambda x: of_both_parts(LINALG.pinv(x)), (4, 3)),
}  # fmt: skip


@pytest.mark.parametrize("name", COMPLEX)
def test_complex_gradients_to_second_order(name):
    function, shape = COMPLEX[name]
    rng = np.random.default_rng(len(name))
    matrix, way, other = (rng.normal(size=shape) + 1j * rng.normal(size=shape) for _ in range(3))
    slope, _ = derivative(lambda t: float(function(tw.constant(matrix + t * way))), 2.0**-6)
    assert complex_slope(function, matrix, way) == pytest.approx(slope, rel=1e-8)
    curve, _ = derivative(lambda t: complex_slope(function, matrix + t * way, other), 2.0**-6)
    x = tw.Variable(matrix)
    with tw.GradientTape() as outer:
        with tw.GradientTape() as tape:
            y = function(x)
        along = tw.reduce_sum(tw.math.real(tw.math.conj(tape.gradient(y, x)) * other))
    found = np.sum((np.conj(outer.gradient(along, x).numpy()) * way).real)
    assert found == pytest.approx(curve, rel=1e-7)


def test_pivots_of_one_and_minus_one_are_as_good_as_others():
    """The last pivot is a₂₂ - a₂₁·a₁₂/a₁₁, here -1; the first is 1."""
    x = tw.constant(np.array([[1.0, 2.0], [0.5, 0.0]]))
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = LINALG.lu(x).lu[1, 1]
    assert y.numpy() == -1.0
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), [[1.0, -0.5], [-2.0, 1.0]], rtol=1e-15)
