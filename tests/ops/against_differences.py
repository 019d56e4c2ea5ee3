"""Functions made of ops against NumPy's values and extrapolated differences of NumPy's values."""

from __future__ import annotations

import zlib

import numpy as np

import thalweg as tw
from thalweg.testing.differences import derivative

WIDEST = 2.0**-9  # no sorted order, bound or tie of the drawn inputs lies nearer


def check(name, ours, numpys, *shapes):
    """Values, gradients, tangents and second derivatives of a function of float64 arrays.

    Args:
        name: seeds the inputs.
        ours: a function of Tensors.
        numpys: the same of arrays.
        *shapes: of the inputs; an array stands for itself.
    """
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    inputs = [np.asarray(drawn(rng, shape)) for shape in shapes]
    value = np.asarray(numpys(*inputs))
    weights = np.asarray(rng.uniform(0.5, 1.5, value.shape))
    ways = [np.asarray(rng.uniform(0.5, 1.5, one.shape)) for one in inputs]

    variables = [tw.Variable(one) for one in inputs]
    with tw.GradientTape() as outer:
        with tw.GradientTape() as tape:
            answer = ours(*variables)
            total = tw.reduce_sum(answer * weights)
        grads = tape.gradient(total, variables, unconnected_gradients="zero")
        along = sum(tw.reduce_sum(g * w) for g, w in zip(grads, ways, strict=True))
    bends = outer.gradient(along, variables, unconnected_gradients="zero")

    np.testing.assert_allclose(answer.numpy(), value, rtol=1e-12, atol=1e-13)
    assert answer.shape == value.shape
    for place, (one, way) in enumerate(zip(inputs, ways, strict=True)):
        slope, _ = derivative(lambda t: numpys(*moved(inputs, place, t * way)), WIDEST)
        expected = np.sum(slope * weights)
        np.testing.assert_allclose(
            np.sum(grads[place].numpy() * way), expected, rtol=1e-8, atol=1e-8
        )
        with tw.autodiff.ForwardAccumulator(variables[place], tw.constant(way)) as forward:
            pushed = ours(*variables)
        tangent = forward.jvp(pushed, unconnected_gradients="zero").numpy()
        np.testing.assert_allclose(tangent, slope, rtol=1e-8, atol=1e-8)
        assert grads[place].shape == one.shape
        curve, _ = derivative(
            lambda t: slope_at(ours, moved(inputs, place, t * way), weights, ways),
            WIDEST,
        )
        np.testing.assert_allclose(np.sum(bends[place].numpy() * way), curve, rtol=1e-7, atol=1e-7)


def drawn(rng, shape):
    """Numbers of a shape that keep a distance from each other and from 0; an array as it is."""
    if isinstance(shape, np.ndarray):
        return shape
    count = int(np.prod(shape, dtype=int))
    spaced = (rng.permutation(count) + rng.uniform(0.3, 0.7, count)) / max(count, 1) * 2 + 0.2
    return (spaced * rng.choice([-1.0, 1.0], count)).reshape(shape)


def moved(inputs, place, by):
    """The inputs with one of them moved."""
    return [one + by if at == place else one for at, one in enumerate(inputs)]


def slope_at(ours, inputs, weights, ways):
    """The first derivative along `ways`, by the tape; what is differenced for the second."""
    variables = [tw.Variable(one) for one in inputs]
    with tw.GradientTape() as tape:
        total = tw.reduce_sum(ours(*variables) * weights)
    grads = tape.gradient(total, variables, unconnected_gradients="zero")
    return sum(np.sum(g.numpy() * way) for g, way in zip(grads, ways, strict=True))
