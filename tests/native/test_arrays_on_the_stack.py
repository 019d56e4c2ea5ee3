"""Vectors that are written to parts of a short array, in any order, and read as a whole."""

from __future__ import annotations

import itertools
import threading

import numpy as np
import pytest

import thalweg as tw

PARTS = [pair for pair in itertools.product(range(5), repeat=2) if any(pair)]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
@pytest.mark.parametrize("count", [1, 2, 4, 8])
def test_sums_of_padded_arrays(count, dtype):
    x = tw.constant(np.arange(1, count + 1, dtype=dtype))

    @tw.function
    def sums(x):
        return [tw.reduce_sum(tw.pad(x, (pair,))) for pair in PARTS]

    for _ in range(3):
        found = sums(x)
    assert sums.why_not_compiled() == ""
    assert [float(one) for one in found] == [count * (count + 1) / 2] * len(PARTS)


@pytest.mark.parametrize("pair", PARTS)
def test_each_by_itself(pair):
    for shape in ((2,), (4,), (1, 4), (2, 2)):
        x = np.arange(1.0, np.prod(shape) + 1).reshape(shape)
        pads = (*[(0, 0)] * (len(shape) - 1), pair)
        f = tw.function(lambda x, pads=pads: tw.reduce_sum(tw.pad(x, pads) ** 2))
        for _ in range(3):
            assert float(f(tw.constant(x))) == (x**2).sum()


@pytest.mark.parametrize("shape", [(3, 2), (2, 4), (5, 2), (3, 8)])
def test_rows_behind_the_first(shape):
    x = np.arange(1.0, np.prod(shape) + 1).reshape(shape)

    def f(x):
        z = tw.pad(x * x, ((1, 0), (0, 2)))
        return tw.reduce_sum(z, axis=1), tw.reduce_sum(
            tw.pad(tw.sin(x), ((0, 1), (0, shape[1]))), 1
        )

    function = tw.function(f)
    for _ in range(3):
        one, two = function(tw.constant(x))
    assert function.why_not_compiled() == ""
    np.testing.assert_allclose(one.numpy(), [0.0, *(x * x).sum(1)], rtol=1e-14)
    np.testing.assert_allclose(two.numpy(), [*np.sin(x).sum(1), 0.0], rtol=1e-13)


def test_gradients_of_slices():
    def f(x):
        z = x[:, ::2]
        return tw.reduce_sum(tw.pad(z, ((1, 0), (0, 2))) ** 2)

    slope = tw.function(tw.grad(f))
    x = np.arange(1.0, 5.0).reshape(1, 4)
    for _ in range(3):
        np.testing.assert_array_equal(slope(tw.constant(x)).numpy(), [[2.0, 0.0, 6.0, 0.0]])


def test_functions_that_go_while_others_are_made():
    """What a call needs lives as long as the call, whoever lets go of the rest first."""
    for size in range(1, 25):
        function = tw.function(lambda x: tw.reduce_sum(tw.exp(-x) * x))
        x = tw.constant(np.full(size, 0.5))
        together, found = threading.Barrier(4), list[float]()

        def work(function=function, x=x, together=together, found=found):
            together.wait()
            found.extend([float(function(x)) for _ in range(60)])

        threads = [threading.Thread(target=work) for _ in range(4)]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        np.testing.assert_allclose(found, 0.5 * size * np.exp(-0.5), rtol=1e-14)
        assert len(found) == 240
