"""Compiled, the special functions keep their bounds against mpmath, and their answers at the hard points."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

import thalweg as tw
from native.runnable import RUNNABLE
from thalweg.core.op import TABLE
from thalweg.graph.graph import Graph
from thalweg.graph.lowering import NotLowered, lower, number
from thalweg.native.compiled import compile_graph


def below(x):
    return mpmath.erfc(-x / mpmath.sqrt(2)) / 2


def bell(x):
    return mpmath.exp(-x * x / 2) / mpmath.sqrt(2 * mpmath.pi)


def log_beta(a, b):
    return mpmath.loggamma(a) + mpmath.loggamma(b) - mpmath.loggamma(a + b)


# The exact function, where it is asked, and the largest error in units of the last place.
EXACT = {
    "erf": (mpmath.erf, (-6, 6), 1.25),
    "erfc": (mpmath.erfc, (-5, 26), 4),
    "gaussian": (lambda x: mpmath.exp(-x * x), (-26, 26), 1.25),
    "normal_pdf": (bell, (-37, 37), 2),
    "normal_cdf": (below, (-36, 8), 4),
    "gelu_exact": (lambda x: x * below(x), (-36, 8), 4),
    "erfinv": (mpmath.erfinv, (-1, 1), 3),
    "erfinv_slope": (
        lambda x: mpmath.sqrt(mpmath.pi) / 2 * mpmath.exp(mpmath.erfinv(x) ** 2),
        (-1, 1),
        5,
    ),
    "lgamma": (mpmath.loggamma, (0, 40), 6),
    "digamma": (mpmath.digamma, (0, 40), 4),
}
IN_SINGLE = {"erf": 1.25}
"""The others are computed in float64 for float32 too, and rounded once."""

POINTS = 300
each_machine = pytest.mark.parametrize("machine", RUNNABLE)


def compiled(name, machine, *inputs):
    """A row's machine code, called."""
    op, graph = TABLE[name], Graph()
    given = [number(graph.input(one.shape, one.dtype)) if hasattr(one, "shape") else one for one in inputs]  # fmt: skip
    with np.errstate(all="ignore"):
        answer = op.kernel(*inputs)
    graph.outputs = [lower(graph, op, given, (), answer)]
    (found,) = compile_graph(graph, machine)([one for one in inputs if hasattr(one, "shape")])
    return found


def units(found, exact):
    """How far each is from the exact number, in units of the last place."""
    with np.errstate(all="ignore"):
        unit = np.spacing(np.abs(np.array([float(one) for one in exact]).astype(found.dtype)))
    return np.array(
        [
            float(abs(mpmath.mpf(float(a)) - b) / mpmath.mpf(float(u)))
            for a, b, u in zip(found, exact, unit, strict=True)
        ]
    )


@each_machine
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", EXACT)
def test_within_its_bound(name, dtype, machine):
    function, (low, high), bound = EXACT[name]
    rng = np.random.default_rng(5)
    x = rng.uniform(low, high, POINTS)
    small = 10 ** rng.uniform(-30, 0, POINTS // 3)
    x = np.concatenate([x, small, 1 - small] if name.startswith("erfinv") else [x, small])
    x = x.astype(dtype)
    x = x[(np.abs(x) < 1) | (not name.startswith("erfinv"))]
    with mpmath.workdps(50):
        exact = [function(mpmath.mpf(float(one))) for one in x]
        whole = [k for k, one in enumerate(exact) if abs(one) > np.finfo(dtype).tiny]
        errors = units(compiled(name, machine, x)[whole], [exact[k] for k in whole])
    assert errors.max() <= (IN_SINGLE.get(name, 0.52) if dtype == "float32" else bound), float(
        x[whole][errors.argmax()]
    )


@pytest.mark.parametrize(
    "name", ["erf", "erfc", "gaussian", "normal_pdf", "normal_cdf", "gelu_exact", "gelu_slope"]
)
def test_what_the_vector_mathematics_has_is_one_node_in_either_float(name):
    for dtype in ("float32", "float64"):
        graph, x = Graph(), np.array([0.5, -1.5], dtype)
        lower(
            graph, TABLE[name], [number(graph.input(x.shape, x.dtype))], (), TABLE[name].kernel(x)
        )
        assert [node.op for node in graph.nodes] == ["input", name]


def test_gelus_slope_is_within_its_terms():
    x = np.random.default_rng(6).uniform(-36, 8, POINTS)
    found = compiled("gelu_slope", "host", x)
    with mpmath.workdps(50):
        for one, came in zip(map(mpmath.mpf, x.tolist()), found.tolist(), strict=True):
            terms = below(one) + abs(one) * bell(one)
            assert abs(came - (below(one) + one * bell(one))) <= 5 * np.finfo(float).eps * terms


@pytest.mark.parametrize("name", ["lgamma", "digamma"])
def test_left_of_zero_errors_are_of_the_larger_terms(name):
    x = -np.random.default_rng(7).uniform(0.001, 30, POINTS)
    function = mpmath.digamma if name == "digamma" else lambda v: mpmath.log(abs(mpmath.gamma(v)))
    found = compiled(name, "host", x)
    with mpmath.workdps(50):
        exact = np.array([float(function(mpmath.mpf(one))) for one in x.tolist()])
        other = np.array([float(mpmath.loggamma(1 - mpmath.mpf(one))) for one in x.tolist()])
    scale = 1 + np.abs(exact) + np.abs(other)
    assert (np.abs(found - exact) <= 4 * np.finfo(float).eps * scale).all()


@pytest.mark.parametrize("name", ["lbeta_pair", "digamma_gap"])
def test_of_two_numbers_it_is_as_good_as_pythons(name):
    rng = np.random.default_rng(8)
    a, b = rng.uniform(0.01, 40, (2, POINTS))
    a[: POINTS // 3] = 10 ** rng.uniform(-8, 8, POINTS // 3)
    kernel = TABLE[name].kernel(a, b)
    np.testing.assert_allclose(compiled(name, "host", a, b), kernel, rtol=4e-15, atol=1e-15)


@pytest.mark.parametrize("order", range(8))
def test_derivatives_of_digamma(order):
    x = np.random.default_rng(order).uniform(0.01, 30, POINTS)
    found = compiled("polygamma", "host", float(order), x)
    with mpmath.workdps(40):
        exact = np.array([float(mpmath.polygamma(order, mpmath.mpf(one))) for one in x.tolist()])
    near = 1e-15 if order == 0 else 0.0
    np.testing.assert_allclose(found, exact, rtol=(order + 4) * np.finfo(float).eps, atol=near)


def test_left_of_zero_python_answers_for_derivatives_of_digamma():
    x = np.array([0.5, -0.5])
    with pytest.raises(IndexError):
        compiled("polygamma", "host", 1.0, x)
    function = tw.function(lambda x: tw.math.polygamma(tw.constant(1.0, "float64"), x))
    for given in (np.abs(x), x, np.array([0.0, np.nan]), np.array([np.inf, -np.inf])):
        np.testing.assert_allclose(
            function(tw.constant(given)), tw.math.polygamma(1.0, tw.constant(given))
        )
    assert function.why_not_compiled() == ""


def test_orders_that_are_not_known_or_no_whole_numbers_stay_with_numpy():
    x = np.array([0.5, 1.5])
    for order in (x, np.array([1.0, 2.0]), 0.5, -1.0, 21.0):
        with pytest.raises(NotLowered):
            compiled("polygamma", "host", order, x)


def test_hard_points():
    nan, inf = np.nan, np.inf
    stated = {
        "erfinv": ([0.0, -0.0, 1.0, -1.0, 2.0, nan], [0.0, -0.0, inf, -inf, nan, nan]),
        "erfinv_slope": ([1.0, -1.0, 1.5, nan], [inf, inf, nan, nan]),
        "lgamma": ([0.0, -0.0, -3.0, inf, -inf, nan, 1.0, 2.0], [inf, inf, inf, inf, inf, nan, 0, 0]),
        "digamma": ([0.0, -0.0, -3.0, inf, -inf, nan], [-inf, inf, nan, inf, nan, nan]),
        "normal_cdf": ([-inf, inf, nan, 0.0, -50.0], [0.0, 1.0, nan, 0.5, 0.0]),
        "gelu_exact": ([-inf, inf, nan, 0.0, -0.0, 1e30], [0.0, inf, nan, 0.0, -0.0, 1e30]),
        "gelu_slope": ([-inf, inf, nan, 0.0, 1e30], [-0.0, 1.0, nan, 0.5, 1.0]),
    }  # fmt: skip
    for name, (given, wanted) in stated.items():
        for dtype in ("float32", "float64"):
            found = compiled(name, "host", np.array(given, dtype))
            np.testing.assert_array_equal(found, np.array(wanted, dtype), name)
            np.testing.assert_array_equal(np.signbit(found), np.signbit(np.array(wanted)) & (found == found) | np.signbit(found) & (found != found), name)  # fmt: skip
