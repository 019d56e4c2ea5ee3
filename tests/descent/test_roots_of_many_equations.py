"""More equations than unknowns, which agree: what is left at their root is rounding, and it is a root."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.parametrize("more", [0, 1, 3])
def test_consistent_equations_have_a_root(more, jit_compile):
    rng = np.random.default_rng(more)
    for _ in range(12):
        n = int(rng.integers(1, 6))
        a, root = rng.normal(size=(n + more, n)), rng.normal(size=n)
        b = a @ (root + 0.1 * root**3)

        def equations(x, a=a, b=b):
            return tw.linalg.matvec(tw.constant(a), x + 0.1 * x**3) - b

        found = tw.find_root(equations, np.zeros(n), jit_compile=jit_compile)
        assert found.success, found.message
        np.testing.assert_allclose(found.x, root, rtol=1e-9, atol=1e-9)


def test_equations_that_do_not_agree_have_none():
    found = tw.find_root(lambda x: tw.stack([x[0] - 1.0, x[0] - 1.0 - 1e-9]), [0.0])
    assert not found.success
