"""A list of Python numbers beside float64 is not rounded to float32 on the way into a loss."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw

PRED = np.array([0.25, 0.5])


@pytest.mark.parametrize(
    "loss", [tw.losses.mse, tw.losses.mae, tw.losses.huber, tw.losses.log_cosh, tw.losses.poisson]
)
@pytest.mark.parametrize("made", [tw.constant, tw.Variable, np.asarray])
def test_a_list_is_as_good_as_an_array(loss: Any, made: Any) -> None:
    listed = loss([0.1, 0.7], made(PRED)).numpy()
    assert listed == loss(np.array([0.1, 0.7]), PRED).numpy()
    if loss is not tw.losses.poisson:
        assert loss(made(PRED), [0.1, 0.7]).numpy() == listed


def test_beside_float32_it_stays_float32() -> None:
    assert tw.losses.mse([0.1, 0.7], tw.constant([0.25, 0.5])).dtype == np.float32
