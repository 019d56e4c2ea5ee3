"""What is done to a product's elements before they are stored: biases, slopes, steps of a descent."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.native.lanes import Floats, where
from thalweg.native.machine import machine
from thalweg.native.product import Product, dense
from thalweg.native.product_call import compiled_product
from thalweg.native.product_ending import Ending

SHAPES = [(37, 45, 60), (64, 32, 900), (1, 70, 90), (70, 1, 90), (3, 2, 4), (5, 6, 0)]


def _bias_and_ramp(value, place):
    total = value + place.read(place.extras[0], 0, 1)
    return where(total > 0.0, total, 0.0)


@pytest.mark.parametrize("name", ["host", "baseline"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("column_by_column", [False, True])
def test_bias_and_ramp(name, shape, column_by_column):
    m, n, k = shape
    draw = np.random.default_rng(1)
    a, b = draw.standard_normal((m, k)), draw.standard_normal((k, n))
    bias = draw.standard_normal(n)
    c = np.full((m, n), np.nan, order="F" if column_by_column else "C")
    strides = (1, m) if column_by_column else (n, 1)
    product = Product(m, n, k, 64, (k, 1), (n, 1), strides)
    compiled_product(product, machine(name), Ending(_bias_and_ramp, 1))(c, a, b, bias)
    assert np.allclose(c, np.maximum(a @ b + bias, 0), rtol=0, atol=1e-11)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("turned", [False, True])
def test_a_scale_for_each_row_and_a_second_output(shape, turned):
    m, n, k = shape
    draw = np.random.default_rng(2)
    a, b = draw.standard_normal((m, k)), draw.standard_normal((n, k) if turned else (k, n))
    scale, before, second = draw.standard_normal(m), draw.standard_normal((m, n)), np.zeros((n, m))

    def epilogue(value, place):
        place.write(place.extras[1], 1, m, value)
        return value * place.read(place.extras[0], 1, 0)

    c = before.copy()
    product = dense(m, n, k, 64, transpose_b=turned, alpha=0.5, accumulate=True)
    compiled_product(product, machine(), Ending(epilogue, 2))(c, a, b, scale, second)
    total = before + 0.5 * a @ (b.T if turned else b)
    assert np.allclose(second, total.T, rtol=0, atol=1e-11)
    assert np.allclose(c, total * scale[:, None], rtol=0, atol=1e-11)


@pytest.mark.parametrize("shape", SHAPES)
def test_the_place_knows_row_and_column(shape):
    m, n, k = shape

    def number(value, place):
        """1000·row + column of the first lane, the same in all its lanes."""
        lanes, listing = place.lanes, place.lanes.listing
        total = listing.value(f"mul i64 {place.first_row}, 1000")
        total = listing.value(f"add i64 {total}, {place.first_column}")
        scalar = listing.value(f"sitofp i64 {total} to double")
        if lanes.width > 1:
            kind = lanes.float_type
            one = listing.value(f"insertelement {kind} poison, double {scalar}, i64 0")
            order = f"<{lanes.width} x i32> zeroinitializer"
            scalar = listing.value(f"shufflevector {kind} {one}, {kind} poison, {order}")
        return value + Floats(lanes, scalar)

    c = np.full((m, n), np.nan)
    a, b = np.zeros((m, k)), np.zeros((k, n))
    compiled_product(dense(m, n, k, 64), machine(), Ending(number))(c, a, b)
    rows, columns = np.divmod(c, 1000)
    if n == 1:  # computed transposed: the lanes run down the column
        assert (rows <= np.arange(m)[:, None]).all()
        assert (np.arange(m)[:, None] - rows < 64).all()
        return
    assert (rows == np.arange(m)[:, None]).all()
    assert (columns <= np.arange(n)).all()
    assert (np.arange(n) - columns < 64).all()


def test_a_step_of_descent_in_place():
    draw = np.random.default_rng(3)
    x, d = draw.standard_normal((128, 78)), draw.standard_normal((128, 40))
    weights, before = draw.standard_normal((78, 40)), None
    before = weights.copy()
    product = dense(78, 40, 128, 64, transpose_a=True, alpha=-0.01, accumulate=True)
    compiled_product(product, machine())(weights, x, d)
    assert np.allclose(weights, before - 0.01 * x.T @ d, rtol=0, atol=1e-12)


@pytest.mark.parametrize("shape", [*SHAPES, (20, 40, 1500)])
@pytest.mark.parametrize("turned", [False, True])
def test_a_rate_that_is_known_only_when_it_runs(shape, turned):
    m, n, k = shape
    draw = np.random.default_rng(4)
    a, b = draw.standard_normal((m, k)), draw.standard_normal((n, k) if turned else (k, n))
    before, rate = draw.standard_normal((m, n)), np.zeros(1)
    c = before.copy()
    product = dense(m, n, k, 64, transpose_b=turned, alpha=-1.0, accumulate=True)
    step = compiled_product(product, machine(), Ending(_bias_and_ramp, 2, scale=1))
    bias = draw.standard_normal(n)
    for rate[0] in (0.1, 0.03):
        c[...] = before
        step(c, a, b, bias, rate)
        wanted = before - rate * (a @ (b.T if turned else b)) + bias
        assert np.allclose(c, np.maximum(wanted, 0), rtol=0, atol=1e-11)
