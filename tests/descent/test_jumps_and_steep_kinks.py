"""Beside a jump, or a slope without end, no point is called a minimum from which f still falls."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw


def beside_a_jump(v: Any) -> Any:
    """A bowl around (3, 3) that stands 10 higher beyond v₀ = 2: the least is 1, at (2, 3)."""
    return tw.reduce_sum((v - 3.0) ** 2) + 10.0 * tw.cast(v[0] > 2.0, tw.float64)


def teeth(v: Any) -> Any:
    """v² and teeth that jump at whole numbers."""
    return tw.reduce_sum(v * v + 0.5 * (v % 1.0))


def falls_along_an_axis(f: Any, x: Any) -> bool:
    """Whether f falls by more than rounding over a way of 1e-6 and 1e-4 along some axis."""
    value = float(f(tw.constant(x)))
    for axis in np.vstack([np.eye(x.size), -np.eye(x.size)]):
        steps = [float(f(tw.constant(x + far * axis))) for far in (1e-6, 1e-4)]
        if steps[1] < steps[0] < value - 1e-12:
            return True
    return False


@pytest.mark.parametrize("method", ["auto", "newton", "lbfgs", "bb"])
@pytest.mark.parametrize(
    ("f", "start"),
    [
        (beside_a_jump, [1.0, 2.0]),
        (teeth, [2.3, 3.4]),
        (lambda v: tw.reduce_sum(tw.sqrt(tw.abs(v))), [1.0, 2.0]),
        (lambda v: tw.reduce_sum(tw.abs(v) ** 0.3), [1.0, 2.0]),
    ],
    ids=["jump", "teeth", "root of |x|", "|x|**0.3"],
)
def test_converged_only_where_f_falls_no_further(f: Any, start: Any, method: str) -> None:
    found = tw.minimize(f, start, method=method)
    assert not (found.success and falls_along_an_axis(f, found.x)), found.message


def test_a_jump_pressed_against_is_no_rounding() -> None:
    found = tw.minimize(beside_a_jump, [1.0, 2.0], method="newton")
    assert str(found.status) == "stationary"
    assert "rounding" not in found.message
