"""A model's Jacobian from the tape against central differences of its own prediction."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.expressions import FUNCTIONS, parse
from thalweg.fit.callable_model import CallableModel
from thalweg.fit.formula_model import FormulaModel

X = np.linspace(0.15, 0.85, 9)
PARAMS = np.array([0.9, 0.03])
# Beside their own domain's edge, and away from the kinks of abs, minimum and their like.
SHIFT = {"acosh": 1.0, "minimum": 0.0, "maximum": 0.0}


def differences(model, params):
    columns = []
    for j in range(params.size):
        step = np.zeros_like(params)
        step[j] = 1e-6
        columns.append((model.predict(params + step) - model.predict(params - step)) / 2e-6)
    return np.stack(columns, axis=1)


@pytest.mark.parametrize("row", FUNCTIONS, ids=lambda row: row.name)
def test_every_function_of_the_language(row):
    inner = f"a*x + b + {SHIFT.get(row.name, 0.0)}"
    second = ", 0.4321 + b*x" if len(row.arguments) == 2 else ""
    text = f"{row.name}({inner}{second})"
    model = FormulaModel(parse(text), ("a", "b"), {"x": X}, X.size)
    found = model.jacobian(PARAMS)
    assert found.shape == (9, 2)
    assert found == pytest.approx(differences(model, PARAMS), rel=1e-6, abs=1e-8)


@pytest.mark.parametrize(
    "text",
    [
        "a/b*exp(-0.5*((x - a)/b)**2)",
        "(a + b*x)**(-1/a)",
        "x**a*b**x",
        "a + b*cos(2*pi*x/12)",
        "a",
        "b*x - (-a)**3",
        "2**(a*x)/(1 + b)",
    ],
)
def test_operators(text):
    model = FormulaModel(parse(text), ("a", "b"), {"x": X}, X.size)
    assert model.jacobian(PARAMS) == pytest.approx(differences(model, PARAMS), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    "function",
    [
        lambda x, a, b: np.exp(-a * x) + b,
        lambda x, a, b: np.cumsum(np.sin(a * x)) * b,
        lambda x, a, b: np.where(x > 0.5, a * x, b * x),
        lambda x, a, b: a * b,
        lambda x, a, b: np.sqrt(a) * np.tanh(b * x) / (1 + x**2),
        lambda x, a, b: b * x if a > 0.5 else a * x,
    ],
)
def test_callables(function):
    model = CallableModel(function, ("a", "b"), X, X.size, None)
    assert model.jacobian(PARAMS) == pytest.approx(differences(model, PARAMS), rel=1e-6, abs=1e-6)


def test_a_power_at_zero_has_its_limit():
    """d(x**b)/db at x = 0 is 0 for b > 0, where x**b·log x is 0·(−inf)."""
    model = FormulaModel(parse("a*x**b"), ("a", "b"), {"x": np.array([0.0, 1.0, 2.0])}, 3)
    found = model.jacobian(np.array([2.0, 1.5]))
    wanted = [[0, 0], [1, 0], [2**1.5, 2 * 2**1.5 * np.log(2)]]
    assert found == pytest.approx(np.array(wanted), rel=1e-14)
