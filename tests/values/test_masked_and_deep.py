"""Numbers behind a mask do not become numbers again; lists too deep for an array are called so."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

MASKED = np.ma.array([1.0, 99.0], mask=[False, True])


@pytest.mark.parametrize(
    "use",
    [
        tw.constant,
        tw.convert_to_tensor,
        tw.Variable,
        tw.reduce_sum,
        lambda x: tw.constant([1.0, 2.0]) * x,
        lambda x: tw.Variable([1.0, 2.0]).assign(x),
        lambda x: tw.constant(x, tw.float32),
    ],
)
def test_a_masked_array_is_refused(use):
    with pytest.raises(tw.DTypeError, match=r"masked array.*compressed.*filled"):
        use(MASKED)


def test_a_masked_array_with_nothing_masked_is_its_numbers():
    assert tw.constant(np.ma.array([1.0, 2.0])).numpy().tolist() == [1.0, 2.0]
    assert tw.constant(MASKED.filled(0.0)).numpy().tolist() == [1.0, 0.0]


@pytest.mark.parametrize("depth", [65, 100, 5000])
def test_lists_that_are_too_deep(depth):
    nested = 1.0
    for _ in range(depth):
        nested = [nested]
    with pytest.raises(tw.ShapeError, match="that deep; an array has at most 64 axes"):
        tw.constant(nested)
