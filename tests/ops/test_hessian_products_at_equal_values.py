"""`hvp` at equal eigenvalues and singular values: by a tape over a tape where the forward way is not determined."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.ops.lapack import UndeterminedGradientError

TURN = np.linalg.qr(np.random.default_rng(3).standard_normal((4, 4)))[0]
WAY = np.random.default_rng(4).standard_normal((4, 4))
EVEN = WAY + WAY.T


def cubes(x):
    """tr S³ of the symmetric part S, whose Hessian takes V to 3(SV + VS)."""
    return tw.reduce_sum(tw.linalg.eigvalsh((x + tw.transpose(x)) / 2) ** 3)


def fourth_powers(x):
    """tr (XᵀX)²."""
    return tw.reduce_sum(tw.linalg.svd(x, compute_uv=False) ** 4)


@pytest.mark.parametrize("values", [[2.0, 2.0, 2.0, 5.0], [1.0] * 4, [3.0, 3.0, -1.0, -1.0]])
def test_eigenvalues(values):
    x = TURN * values @ TURN.T
    came = tw.hvp(cubes, x, EVEN).numpy()
    np.testing.assert_allclose(came, 3 * (x @ EVEN + EVEN @ x), atol=1e-12)


@pytest.mark.parametrize("values", [[2.0, 2.0, 1.0, 1.0], [1.0] * 4, [3.0, 0.0, 0.0, 0.0]])
def test_singular_values(values):
    x = TURN * values @ TURN[::-1]
    wanted = 4 * (WAY @ x.T @ x + x @ WAY.T @ x + x @ x.T @ WAY)
    np.testing.assert_allclose(tw.hvp(fourth_powers, x, WAY).numpy(), wanted, atol=1e-12)


def test_a_nesting_with_a_part_that_does_not_matter():
    x = np.eye(4) * 2
    point = {"x": x, "y": np.array([1.0, 2.0]), "z": np.array(3.0)}
    ways = {"x": EVEN, "y": np.array([0.5, -1.0]), "z": np.array(1.0)}
    came = tw.hvp(lambda p: cubes(p["x"]) * p["y"][0] + p["y"][1] ** 3, point, ways)
    slope = 3 * x @ x  # cubes' own gradient, at y[0] = 1
    np.testing.assert_allclose(came["x"].numpy(), 12 * EVEN + 0.5 * slope, atol=1e-12)
    np.testing.assert_allclose(came["y"].numpy(), [np.sum(slope * EVEN), -12.0], atol=1e-12)
    assert float(came["z"]) == 0.0


def test_what_is_not_determined_stays_refused():
    weights = np.array([1.0, 2.0, 4.0, 8.0])
    with pytest.raises(UndeterminedGradientError):
        tw.hvp(lambda x: tw.reduce_sum(tw.linalg.eigvalsh(x) ** 2 * weights), np.eye(4), EVEN)
