"""Beside elements that are no number, or that nothing asks for, the others keep what calculus gives them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw

INF, NAN = np.inf, np.nan
ROOTS = np.array([0.0, 4.0, 0.0, 1.0])
"""√x and log x have infinite slopes at the first and the third."""


def pulled(f: Any, x: Any, g: Any) -> Any:
    """A cotangent pulled back."""
    x = tw.constant(x)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x, output_gradients=tw.constant(g)).numpy()


def pulled_inside(f: Any, x: Any, g: Any) -> Any:
    """The same while another tape looks on."""
    with tw.GradientTape() as tape:
        tape.watch(tw.constant(0.0))
        return pulled(f, x, g)


def pulled_in_a_graph(f: Any, x: Any, g: Any) -> Any:
    """The same in a graph."""

    @tw.function
    def traced(x: Any, g: Any) -> Any:
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        return tape.gradient(y, x, output_gradients=g)

    return traced(tw.constant(x), tw.constant(g)).numpy()


def pushed(f: Any, x: Any, way: Any) -> Any:
    """A tangent pushed forward."""
    x = tw.constant(x)
    with tw.autodiff.ForwardAccumulator(x, tw.constant(way)) as forward:
        y = f(x)
    return forward.jvp(y).numpy()


def pushed_inside(f: Any, x: Any, way: Any) -> Any:
    """The same while a tape looks on."""
    with tw.GradientTape() as tape:
        tape.watch(tw.constant(0.0))
        return pushed(f, x, way)


def pushed_in_a_graph(f: Any, x: Any, way: Any) -> Any:
    """The same in a graph."""

    @tw.function
    def traced(x: Any, way: Any) -> Any:
        with tw.autodiff.ForwardAccumulator(x, way) as forward:
            y = f(x)
        return forward.jvp(y)

    return traced(tw.constant(x), tw.constant(way)).numpy()


@pytest.mark.parametrize(
    "carried",
    [pulled, pulled_inside, pulled_in_a_graph, pushed, pushed_inside, pushed_in_a_graph],
)
def test_zeros_take_the_place_of_what_nothing_asks_for_alone(carried: Any) -> None:
    asked = np.array([0.0, 2.0, 1.0, 0.0])
    np.testing.assert_array_equal(carried(tw.sqrt, ROOTS, asked), [0.0, 0.5, INF, 0.0])
    np.testing.assert_array_equal(carried(tw.math.log, ROOTS, asked), [0.0, 0.5, INF, 0.0])
    np.testing.assert_array_equal(carried(tw.math.log, 0.0, 0.0), 0.0)


@pytest.mark.parametrize("carried", [pushed, pushed_inside, pushed_in_a_graph])
def test_what_moves_beyond_all_bounds_does_not_move_a_constant(carried: Any) -> None:
    """exp at -inf has the slope 0: infinitely far is not far enough."""
    x, way = np.array([-INF, 0.0, -INF, 0.0]), np.array([INF, 3.0, 1.0, INF])
    np.testing.assert_array_equal(carried(tw.exp, x, way), [0.0, 3.0, 0.0, INF])


def slope_by_the_cotangent(f: Any, x: Any, g: Any, weights: Any) -> Any:
    """The derivative of a pulled cotangent by the cotangent: linear, so the same at every g."""
    x, g = tw.constant(x), tw.constant(g)
    with tw.GradientTape() as outer:
        outer.watch(g)
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = f(x)
        found = tape.gradient(y, x, output_gradients=g)
    return outer.gradient(found, g, output_gradients=tw.constant(weights)).numpy()


def slope_by_the_way(f: Any, x: Any, way: Any, weights: Any) -> Any:
    """The derivative of a tangent by the way."""
    x, way = tw.constant(x), tw.constant(way)
    with tw.GradientTape() as tape:
        tape.watch(way)
        with tw.autodiff.ForwardAccumulator(x, way) as forward:
            y = f(x)
        found = forward.jvp(y)
    return tape.gradient(found, way, output_gradients=tw.constant(weights)).numpy()


@pytest.mark.parametrize("slope", [slope_by_the_cotangent, slope_by_the_way])
def test_a_zero_has_a_slope_beside_an_infinite_element(slope: Any) -> None:
    """At x = 4 the derivative of g/x by g is 1/4, though g is 0 and its neighbour is infinite."""
    asked = np.array([1.0, 0.0, 1.0, 0.0])
    found = slope(tw.math.log, ROOTS, asked, np.array([0.0, 2.0, 0.0, 3.0]))
    np.testing.assert_array_equal(found, [0.0, 0.5, 0.0, 3.0])


@pytest.mark.parametrize("slope", [slope_by_the_cotangent, slope_by_the_way])
def test_a_row_of_zeros_has_a_slope_beside_a_row_of_nan(slope: Any) -> None:
    """Softmax's Jacobian diag(p) - p·pᵀ is symmetric; the second row's is the same whatever g is."""
    weights = np.array([[1.0, 2.0], [3.0, 5.0]])
    asked = np.array([[1.0, 1.0], [0.0, 0.0]])
    found = slope(tw.nn.softmax, np.array([[NAN, 1.0], [1.0, 2.0]]), asked, weights)
    shares = np.exp([1.0, 2.0]) / np.exp([1.0, 2.0]).sum()
    expected = shares * (weights[1] - shares @ weights[1])
    np.testing.assert_allclose(found[1], expected, rtol=1e-14)


def along(f: Any) -> Any:
    return lambda x: f(x, -1)


@pytest.mark.parametrize("carried", [pulled, pushed])
@pytest.mark.parametrize("f", [tw.nn.softmax, tw.nn.log_softmax])
def test_shares_of_a_row_with_a_nan_are_nan_and_so_are_their_slopes(f: Any, carried: Any) -> None:
    found = carried(f, np.array([[NAN, 1.0, 2.0]]), np.array([[0.0, 1.0, 0.0]]))
    assert np.isnan(found).all()


def test_running_sums_and_products_carry_a_nan_on() -> None:
    found = pushed(along(tw.math.cumulative_logsumexp), np.array([NAN, 1.0, 2.0]), np.eye(3)[1])
    assert np.isnan(found[1:]).all()
    found = pushed(along(tw.math.cumprod), np.array([1.0, NAN, 2.0]), np.eye(3)[0])
    assert np.isnan(found[1:]).all()


@pytest.mark.parametrize("f", [tw.reduce_max, tw.reduce_min])
def test_beside_a_nan_no_element_moves_the_extreme(f: Any) -> None:
    """The NaN is the extreme: its slope is NaN, and that of the others is 0, in both directions."""
    x = np.array([[NAN, 1.0, 2.0]])
    np.testing.assert_array_equal(pulled(along(f), x, np.ones(1)), [[NAN, 0.0, 0.0]])
    for place in range(3):
        found = pushed(along(f), x, np.eye(3)[place : place + 1])
        np.testing.assert_array_equal(found, [NAN if place == 0 else 0.0])


def test_a_cross_product_with_an_infinite_vector() -> None:
    """(b × g)₁ is b₂·g₀ - b₀·g₂: infinite where b₀ is, and g₂ alone is asked for."""
    b, g = np.array([INF, 1.0, 1.0]), np.array([0.0, 0.0, 1.0])
    by_first = pulled(lambda a: tw.linalg.cross(a, b), np.ones(3), g)
    by_second = pulled(lambda a: tw.linalg.cross(b, a), np.ones(3), g)
    np.testing.assert_array_equal(by_first[:2], [1.0, -INF])
    np.testing.assert_array_equal(by_second[:2], [-1.0, INF])
