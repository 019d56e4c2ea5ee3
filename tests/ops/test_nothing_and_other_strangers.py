"""What a kernel cannot take comes back as one of three kinds of errors, with the op's name in it."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

ROWS = {
    "reduce_sum": tw.reduce_sum,
    "sin": tw.sin,
    "reshape": lambda x: tw.reshape(x, (2,)),
    "cumsum": tw.cumsum,
    "atan2": lambda x: tw.atan2(x, 2.0),
    "gelu": tw.nn.gelu,
    "norm": tw.norm,
    "reduce_std": tw.math.reduce_std,
    "moments": lambda x: tw.nn.moments(x, 0),
    "tensordot": lambda x: tw.tensordot(x, np.ones(2), 1),
    "l2_normalize": lambda x: tw.linalg.l2_normalize(x=x),
}


@pytest.mark.parametrize("name", ROWS)
def test_none_as_a_value(name):
    with pytest.raises(tw.DTypeError, match=r"cannot take None.*forget its return"):
        ROWS[name](None)


@pytest.mark.parametrize("op", [tw.multiply, tw.add, tw.maximum])
@pytest.mark.parametrize("number", [10**400, -(10**400)])
def test_a_whole_number_beyond_every_dtype(op, number):
    with pytest.raises(tw.DTypeError, match=op.__name__):
        op(tw.constant([1.0, 2.0]), number)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: tw.gather_nd(np.ones((2, 3)), [1.0, 2.0]), tw.DTypeError, "whole numbers"),
        (lambda: tw.searchsorted(3.0, [1.0]), tw.ShapeError, "more axes"),
        (lambda: tw.einsum(5, np.ones(2)), tw.DTypeError, "einsum takes an equation"),
        (lambda: tw.einsum(None), tw.DTypeError, "einsum takes an equation"),
    ],
)
def test_ranks_and_indices_that_do_not_fit(call, error, words):
    with pytest.raises(error, match=words):
        call()


def test_the_tape_records_on_after_a_refusal():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
        with pytest.raises(tw.DTypeError):
            tw.reduce_sum(None)
        with pytest.raises(tw.DTypeError):
            x * 10**400
        y = y * x
    assert float(tape.gradient(y, x)) == 27.0
