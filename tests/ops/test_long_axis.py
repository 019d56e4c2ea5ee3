"""Second derivatives of a length keep their digits where one component is nearly all of it."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import thalweg as tw

VECTORS = (
    [1e6, 1.0],
    [1.0, -1e8],
    [1e-3, 2.0, -1e6],
    [3.0, 4.0],
    [1e-150, 1e-156, 0.0],
    [1e6, 0.0],
    [2.0, 2.0, 1.0],
)
LENGTHS = {
    "norm": tw.norm, "euclidean": tw.math.reduce_euclidean_norm, "numpy": np.linalg.norm,
    "of rows": lambda x: tw.reduce_sum(tw.norm(tw.stack([x, 2 * x]), axis=1)) / 3,
}  # fmt: skip


def exact(vector):
    """δᵢⱼ·Σ_{k≠i} xₖ²/r³ - xᵢ·xⱼ/r³ off the diagonal, in 60 digits."""
    with mpmath.workdps(60):
        x = [mpmath.mpf(one) for one in vector]
        cube = mpmath.sqrt(sum(one * one for one in x)) ** 3
        places = range(len(x))
        own = [sum(x[k] ** 2 for k in places if k != i) for i in places]
        whole = [[own[i] if i == j else -x[i] * x[j] for j in places] for i in places]
        return np.array([[float(one / cube) for one in line] for line in whole])


@pytest.mark.parametrize("name", LENGTHS)
@pytest.mark.parametrize("vector", VECTORS)
def test_hessian(vector, name):
    came = tw.hessian(LENGTHS[name])(np.array(vector)).numpy()
    np.testing.assert_allclose(came, exact(vector), rtol=1e-13, atol=0)


@pytest.mark.parametrize("vector", VECTORS)
def test_products_with_the_hessian(vector):
    units = np.eye(len(vector))
    came = [tw.hvp(tw.norm, np.array(vector), unit).numpy() for unit in units]
    np.testing.assert_allclose(came, exact(vector), rtol=1e-13, atol=0)


@pytest.mark.parametrize("vector", [[1e6, 1.0], [1.0, 2e5, -3.0], [3.0, 4.0]])
def test_third_derivatives(vector):
    """∂³r/∂xᵢ∂xⱼ∂xₖ, by mpmath's differences in 60 digits."""
    count = len(vector)
    third = tw.jacobian(tw.hessian(tw.norm))(np.array(vector)).numpy()

    def length(*x):
        return mpmath.sqrt(sum(one * one for one in x))

    with mpmath.workdps(60):
        for place in np.ndindex(count, count, count):
            times = tuple(place.count(axis) for axis in range(count))
            wanted = float(mpmath.diff(length, tuple(map(mpmath.mpf, vector)), times))
            assert third[place] == pytest.approx(wanted, rel=1e-10)


def test_complex_numbers_are_pairs_of_real_ones():
    z = np.array([1e6 + 2.0j, 1.0 - 3.0j])
    parts = np.stack([z.real, z.imag], -1)
    hessian = exact(parts.reshape(-1)).reshape(2, 2, 2, 2)
    for place in np.ndindex(2, 2):
        x = tw.Variable(parts)
        with tw.GradientTape() as outer:
            with tw.GradientTape() as tape:
                y = tw.norm(tw.complex(x[:, 0], x[:, 1]))
            slope = tape.gradient(y, x)[place]
        np.testing.assert_allclose(outer.gradient(slope, x).numpy(), hessian[place], rtol=1e-12)


@pytest.mark.parametrize("z", [1e6 + 1.0j, 1.0 - 1e8j, 3.0 + 4.0j])
def test_the_size_of_a_complex_number(z):
    def size(parts):
        return tw.abs(tw.complex(parts[0], parts[1]))

    came = tw.hessian(size)(np.array([z.real, z.imag])).numpy()
    np.testing.assert_allclose(came, exact([z.real, z.imag]), rtol=1e-13, atol=0)


def test_compiled():
    came = tw.function(tw.hessian(tw.norm))
    for vector in ([1e6, 1.0], [1.0, 1e8]):
        np.testing.assert_allclose(
            came(tw.constant(np.array(vector))).numpy(), exact(vector), rtol=1e-13
        )
    assert came.why_not_compiled() == ""
