"""Starts, bounds and settings that are no numbers: refused in words, before a step is taken."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DescentError

FORMULA = "(x - 1)**2"


def square(x):
    return tw.reduce_sum((x - 1.0) ** 2)


@pytest.mark.parametrize("value", ["5", None, 1j, [1, 2], 10**400, np.nan, np.inf, object()])
@pytest.mark.parametrize("descend", [tw.minimize, tw.maximize, tw.find_root])
def test_starts_of_formulas(descend, value):
    with pytest.raises(tw.DescentError, match=r"^The start .* (wanted|1\.8e308)\.$"):
        descend(FORMULA, {"x": value})
    with pytest.raises(tw.DescentError, match="start"):
        descend(FORMULA, value)


@pytest.mark.parametrize("value", ["5", None, 1j, 10**400, np.nan, np.inf, [1.0, np.nan]])
@pytest.mark.parametrize("descend", [tw.minimize, tw.maximize])
def test_starts_of_callables(descend, value):
    with pytest.raises(tw.DescentError, match=r"^The start holds"):
        descend(square, value)


@pytest.mark.parametrize(
    "settings",
    [
        {"max_steps": np.nan},
        {"max_steps": np.inf},
        {"max_steps": "5"},
        {"tol": "a"},
        {"target": "a"},
        {"target": [1, 2]},
        {"rate": "a", "method": "gd"},
        {"bounds": {"x": ("a", 1)}},
        {"bounds": {"x": (0, 1j)}},
    ],
)
def test_settings(settings):
    with pytest.raises(tw.DescentError, match=r"number was wanted\.$|number from 0"):
        tw.minimize(FORMULA, {"x": 5.0}, **settings)


def test_numbers_in_other_clothes_are_taken():
    for five in (5, True + 4, np.float32(5), np.array([5.0]), tw.constant(5.0)):
        result = tw.minimize(FORMULA, {"x": five}, max_steps=np.int64(100), tol=np.float64(1e-8))
        assert result.x == {"x": 1.0}


@pytest.mark.parametrize(
    ("setting", "words"),
    [
        ({"callback": "no"}, "callback"),
        ({"restarts": "2"}, "restarts"),
        ({"restarts": 2, "seed": "1"}, "seed"),
        ({"restarts": 2, "seed": -1}, "seed"),
        ({"restarts": 2, "seed": 1.5}, "seed"),
    ],
)
def test_callbacks_restarts_and_seeds_are_of_their_kind(setting, words):
    with pytest.raises(DescentError, match=words):
        tw.minimize(lambda v: (v - 3.0) ** 2, 1.0, **setting)
