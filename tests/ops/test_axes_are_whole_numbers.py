"""An axis is a whole number: True, 1.0 and texts are refused, whatever was asked for before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw

X = tw.constant(np.arange(6.0).reshape(2, 3))

CALLS: dict[str, Any] = {
    "reduce_sum": tw.reduce_sum,
    "reduce_max": tw.reduce_max,
    "reduce_logsumexp": tw.reduce_logsumexp,
    "softmax": tw.nn.softmax,
    "cumsum": tw.cumsum,
    "stack": lambda x, axis: tw.stack([x, x], axis),
    "norm": lambda x, axis: tw.norm(x, axis=axis),
    "expand_dims": tw.expand_dims,
}


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("axis", [True, 1.0, np.float64(1.0), float("nan"), "1", 1j, {1}, {}])
def test_what_is_no_whole_number_is_refused_after_its_equal_was_taken(name: str, axis: Any) -> None:
    CALLS[name](X, 1)
    with pytest.raises(TypeError):
        CALLS[name](X, axis)


@pytest.mark.parametrize("axis", [(0.0, 1.0), (True, 0), [0, None], ["0", "1"]])
def test_no_part_of_several_axes_may_be_anything_else(axis: Any) -> None:
    tw.reduce_sum(X, (0, 1))
    tw.reduce_sum(X, (1, 0))
    with pytest.raises(TypeError, match="whole number"):
        tw.reduce_sum(X, axis)


@pytest.mark.parametrize("axis", [1, np.int64(1), np.array(1), tw.constant(1), -1, (1,), [1], [-1]])
def test_whole_numbers_of_every_kind_are_taken(axis: Any) -> None:
    assert tw.reduce_sum(X, axis).numpy().tolist() == [3.0, 12.0]
