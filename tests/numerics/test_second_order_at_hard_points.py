"""Gradients and Hessians at the edge of a domain are the limits that calculus gives, and nothing warns."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import thalweg as tw

INF, NAN = np.inf, np.nan

PAIRS: list[tuple[Any, tuple[float, float], list[float], list[list[float]]]] = [
    (tw.math.xlogy, (0.0, 0.0), [-INF, 0.0], [[0.0, INF], [INF, 0.0]]),
    (tw.math.xlogy, (0.0, 2.0), [np.log(2.0), 0.0], [[0.0, 0.5], [0.5, 0.0]]),
    (tw.math.xlogy, (0.0, INF), [INF, 0.0], [[0.0, 0.0], [0.0, 0.0]]),
    (tw.math.xdivy, (0.0, 0.0), [INF, 0.0], [[0.0, -INF], [-INF, 0.0]]),
    (tw.math.xdivy, (0.0, 2.0), [0.5, 0.0], [[0.0, -0.25], [-0.25, 0.0]]),
    (tw.math.xdivy, (3.0, 2.0), [0.5, -0.75], [[0.0, -0.25], [-0.25, 0.75]]),
    (tw.math.xlog1py, (0.0, -1.0), [-INF, 0.0], [[0.0, INF], [INF, 0.0]]),
    (np.logaddexp, (INF, -INF), [1.0, 0.0], [[0.0, 0.0], [0.0, 0.0]]),
    (np.logaddexp, (-INF, 1.0), [0.0, 1.0], [[0.0, 0.0], [0.0, 0.0]]),
    (np.logaddexp, (INF, INF), [NAN, NAN], [[NAN, NAN], [NAN, NAN]]),
    (np.logaddexp, (-INF, -INF), [NAN, NAN], [[NAN, NAN], [NAN, NAN]]),
]
"""A function, a point, its gradient, its Hessian."""

ALONE: list[tuple[Any, float, float, float]] = [
    (lambda x: tw.nn.gelu(x, approximate=True), INF, 1.0, 0.0),
    (lambda x: tw.nn.gelu(x, approximate=True), -INF, 0.0, 0.0),
    (lambda x: tw.nn.gelu(x, approximate=True), 1e200, 1.0, 0.0),
    (lambda x: tw.nn.gelu(x, approximate=True), -1e200, 0.0, 0.0),
    (tw.nn.gelu, INF, 1.0, 0.0),
    (tw.nn.gelu, -INF, 0.0, 0.0),
    (tw.nn.gelu, 1e200, 1.0, 0.0),
    (lambda x: x**x, -1.0, NAN, NAN),
    (lambda x: x**x, 1.0, 1.0, 2.0),
    (lambda x: tw.math.xlogy(0.0, x), -1.0, 0.0, 0.0),
]
"""A function of one number, a point, the first and the second derivative."""


@pytest.fixture(autouse=True)
def no_warning_leaves_the_package() -> Iterator[None]:
    """Only what `import thalweg` itself silences is silent."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warnings.filterwarnings("ignore", category=RuntimeWarning, module="thalweg")
        yield


@pytest.mark.parametrize(("f", "point", "first", "second"), PAIRS)
def test_of_two(f: Any, point: Any, first: Any, second: Any) -> None:
    def g(v: Any) -> Any:
        return f(v[0], v[1])

    np.testing.assert_allclose(tw.grad(g)(np.array(point)).numpy(), first)
    np.testing.assert_allclose(tw.hessian(g)(np.array(point)).numpy(), second)


@pytest.mark.parametrize(("f", "point", "first", "second"), ALONE)
def test_of_one(f: Any, point: float, first: float, second: float) -> None:
    np.testing.assert_allclose(tw.grad(f)(np.float64(point)).numpy(), first)
    np.testing.assert_allclose(tw.hessian(f)(np.float64(point)).numpy(), second)
