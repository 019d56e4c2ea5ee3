"""Arguments that are easily taken for one another are told apart by a compiled function."""

from __future__ import annotations

import math

import numpy as np
import pytest

import thalweg as tw


class Scale(np.float64):
    """A number with one more."""


def scale(k):
    made = Scale(2.0)
    made.k = k
    return made


TOLD = {
    "ranges over the same numbers": (lambda r: r.stop, range(0, 10, 3), range(0, 12, 3)),
    "empty ranges": (lambda r: r.start, range(0), range(5, 5)),
    "dtypes with notes": (
        lambda d: d.metadata["a"],
        np.dtype("f8", metadata={"a": 1}),
        np.dtype("f8", metadata={"a": 2}),
    ),
    "numbers of a class": (lambda s: s.k, scale(1.0), scale(2.0)),
    "signs of NaN": (lambda n: math.copysign(1.0, n), math.nan, -math.nan),
    "signs of complex NaN": (
        lambda n: math.copysign(1.0, n.imag), complex(0.0, math.nan), complex(0.0, -math.nan),
    ),
    "slices": (lambda s: s.step or 0, slice(0, 4, 2), slice(0, 4, None)),
}  # fmt: skip


@pytest.mark.parametrize("name", TOLD)
def test_arguments_are_told_apart(name):
    ask, one, other = TOLD[name]
    function = tw.function(lambda x, thing: x * float(ask(thing)))
    x = tw.constant(1.0)
    for _ in range(3):
        assert float(function(x, one)) == ask(one)
        assert float(function(x, other)) == ask(other)
