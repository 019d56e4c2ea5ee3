"""curve_fit's settings are read before they are used, and models that answer oddly are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DescentError

X = np.linspace(0.0, 5.0, 20)
Y = 3.0 * np.exp(-0.7 * X)


def decay(x: Any, a: Any, b: Any) -> Any:
    return a * tw.exp(-b * x)


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"absolute_sigma": "no"}, "absolute_sigma"),
        ({"jac": "2-point"}, "jac"),
        ({"jac": lambda x, a, b: np.ones((2, x.size))}, r"\(20, 2\)"),
        ({"jac": lambda x, a, b: np.ones((x.size, 2)) * 1j}, "real numbers"),
        ({"callback": "no"}, "callback"),
        ({"max_steps": "many"}, "max_steps"),
        ({"max_steps": float("nan")}, "max_steps"),
        ({"max_steps": 0}, "max_steps"),
        ({"bounds": ([0.0], [1.0])}, "2 parameters"),
    ],
)
def test_settings_of_another_kind_are_refused(setting: dict[str, Any], words: str) -> None:
    with pytest.raises(DescentError, match=words):
        tw.curve_fit(decay, X, Y, [1.0, 1.0], **setting)


@pytest.mark.parametrize(
    ("name", "words"), [("p0", "start="), ("maxfev", "max_steps="), ("sigmas", "help")]
)
def test_scipys_names_are_told_ours(name: str, words: str) -> None:
    with pytest.raises(TypeError, match=f"'{name}'.*{words}"):
        tw.curve_fit(decay, X, Y, **{name: 1})


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (lambda x, a, b: a * tw.exp(1j * b * x), "complex128"),
        (lambda x, a, b: "text", "str"),
        (lambda x, a, b: (a * x, b), "tuple"),
        (lambda x, a, b: {"y": a * x}, "dict"),
    ],
)
def test_models_that_give_no_real_numbers_are_refused(model: Any, words: str) -> None:
    with pytest.raises(DescentError, match=words):
        tw.curve_fit(model, X, Y, [1.0, 1.0])


def test_a_model_cannot_change_the_data_it_is_fitted_to() -> None:
    def writing(x: Any, a: Any, b: Any) -> Any:
        x[:] = 0.0
        return decay(x, a, b)

    with pytest.raises(ValueError, match="read-only"):
        tw.curve_fit(writing, X, Y, [1.0, 1.0])


def test_dates_are_told_how_to_become_numbers() -> None:
    days = np.arange("2020-01-01", "2020-01-21", dtype="datetime64[D]")
    with pytest.raises(DescentError, match="timedelta64"):
        tw.curve_fit(decay, days, Y, [1.0, 1.0])
