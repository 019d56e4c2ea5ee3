"""Optimizers refuse settings that no step could use, and pairs that are no gradient and Variable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw
from thalweg.optimizers import SGD, Adagrad, Adam, RMSprop

SHELLS: list[Any] = [SGD, Adagrad, RMSprop, Adam]


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf"), -1e-9])
def test_a_rate_below_zero_or_no_number_is_refused(shell: Any, rate: float) -> None:
    with pytest.raises(ValueError, match="learning_rate"):
        shell(rate)
    kept = shell(0.5)
    with pytest.raises(ValueError, match="learning_rate"):
        kept.learning_rate = rate
    assert kept.learning_rate == 0.5


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("rate", ["0.1", None, [0.1, 0.2], 1j, True])
def test_a_rate_of_another_kind_is_refused(shell: Any, rate: Any) -> None:
    with pytest.raises(TypeError, match="learning_rate"):
        shell(rate)


@pytest.mark.parametrize(
    ("shell", "name", "value"),
    [
        (Adam, "beta_1", 1.0),
        (Adam, "beta_1", -0.1),
        (Adam, "beta_2", 1.5),
        (Adam, "epsilon", -1e-7),
        (RMSprop, "rho", 1.0),
        (RMSprop, "momentum", -0.5),
        (RMSprop, "epsilon", float("nan")),
        (Adagrad, "initial_accumulator_value", -1.0),
        (SGD, "momentum", 2.0),
        (SGD, "weight_decay", -0.1),
        (SGD, "clipnorm", 0.0),
        (SGD, "clipvalue", -1.0),
        (SGD, "global_clipnorm", float("nan")),
    ],
)
def test_settings_outside_their_interval_are_refused_by_name(
    shell: Any, name: str, value: float
) -> None:
    with pytest.raises(ValueError, match=name):
        shell(0.1, **{name: value})


def test_a_schedule_that_gives_no_rate_is_told_with_its_step() -> None:
    v = tw.Variable([1.0])
    falling = SGD(lambda step: 0.5 - step)
    falling.apply_gradients([(np.ones(1), v)])
    with pytest.raises(ValueError, match="step 1"):
        falling.apply_gradients([(np.ones(1), v)])


@pytest.mark.parametrize("shell", SHELLS)
def test_rates_that_are_tensors_or_zero_are_taken(shell: Any) -> None:
    assert shell(tw.constant(0.25)).learning_rate == 0.25
    v = tw.Variable([1.0])
    shell(0.0).apply_gradients([(np.ones(1), v)])
    assert v.numpy() == [1.0]


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([(np.ones(1), 3.0)], "Variables, not a float"),
        ([(np.ones(1), tw.constant([1.0]))], "Variables, not a Tensor"),
        ([3.0], "pairs"),
        ([(np.ones(1),)], "pairs"),
        ([(np.ones(1) * 1j, tw.Variable([1.0]))], "complex128"),
        ([(np.array(["1"]), tw.Variable([1.0]))], "str"),
    ],
)
def test_what_is_no_gradient_and_variable_is_refused(pairs: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        SGD(0.1).apply_gradients(pairs)
