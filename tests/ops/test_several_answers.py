"""Rows that answer with a tuple though they have one or two inputs and no parameters."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.dispatch import build
from thalweg.core.evidence import sample
from thalweg.core.op import TABLE, Op
from thalweg.testing.check_op import check_op
from thalweg.values.face import VALUES


@pytest.fixture
def polar():
    """A row with two inputs: length and product of a and b."""
    yield made(
        "planted_polar", "a b", lambda a, b: (np.sqrt(a * a + b * b), a * b),
        {"a": lambda g, ans, a, b: g[0] * a / ans[0] + g[1] * b,
         "b": lambda g, ans, a, b: g[0] * b / ans[0] + g[1] * a},
        {"a": lambda g, ans, a, b: (g * a / ans[0], g * b),
         "b": lambda g, ans, a, b: (g * b / ans[0], g * a)},
    )  # fmt: skip
    del TABLE["planted_polar"]


@pytest.fixture
def powers():
    """A row with one input: its square and its cube."""
    yield made(
        "planted_powers", "x", lambda x: (x * x, x * x * x),
        {"x": lambda g, x: g[0] * 2 * x + g[1] * 3 * (x * x)},
        {"x": lambda g, x: (g * 2 * x, g * 3 * (x * x))},
    )  # fmt: skip
    del TABLE["planted_powers"]


def made(name, inputs, kernel, vjp, jvp):
    """A row whose kernel answers with a tuple, with its eager call."""
    shapes = ((3,),) * len(inputs.split())
    samples = (sample(*shapes),)
    domain = ((0.5, 2.0),) * len(shapes)
    op = Op(
        name, inputs, kernel, vjp=vjp, jvp=jvp, several=True, domain=domain, samples=samples,
        formula=name,
    )  # fmt: skip
    build(op, VALUES)
    return op


def test_two_inputs(polar):
    """Both answers are Tensors, and gradients come through either and both."""
    check_op(polar)
    a, b = tw.Variable(3.0), tw.Variable(4.0)
    with tw.GradientTape(persistent=True) as tape:
        length, product = polar.eager(a, b=b)
        both = length + product
    assert (float(length), float(product)) == (5.0, 12.0)
    np.testing.assert_allclose(tape.gradient(length, [a, b]), [0.6, 0.8], rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(product, [a, b]), [4.0, 3.0], rtol=1e-6)
    np.testing.assert_allclose(tape.gradient(both, [a, b]), [4.6, 3.8], rtol=1e-6)


def test_one_input(powers):
    """The same with one input, to second order, and outside of a tape."""
    check_op(powers)
    x = tw.Variable(2.0)
    with tw.GradientTape() as outer:
        with tw.GradientTape() as tape:
            square, cube = powers.eager(x)
        slope = tape.gradient([square, cube], x)
    assert float(slope) == 16.0
    assert float(outer.gradient(slope, x)) == 14.0
    assert [float(part) for part in powers.eager(3.0)] == [9.0, 27.0]
