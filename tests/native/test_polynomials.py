"""The polynomials are as near to their functions as the file says, and as `python -m minimax` makes them."""

from __future__ import annotations

import re

import mpmath as mp
import pytest

from minimax.remez import evaluate, fit
from minimax.wanted import WANTED
from minimax.writing import FILE, text
from thalweg.native.vector_math import polynomials

EACH = [(wanted, bits) for wanted in WANTED for bits in wanted.bits]
STATED = re.findall(r"# error 2\^(-[\d.]+)", FILE.read_text(encoding="utf-8"))


def test_every_polynomial_states_its_error():
    assert len(STATED) == len(EACH)
    assert {wanted.name for wanted in WANTED} <= set(dir(polynomials))


@pytest.mark.parametrize(("wanted", "bits"), EACH, ids=lambda one: getattr(one, "name", str(one)))
def test_error_on_its_interval(wanted, bits):
    coefficients = [mp.mpf(c) for c in getattr(polynomials, wanted.name)[bits]]
    steps = 101
    places = [wanted.low + (wanted.high - wanted.low) * k / steps for k in range(steps + 1)]
    errors = [
        abs(wanted.weight(x) * (evaluate(coefficients, x) - wanted.function(x))) for x in places
    ]
    stated = float(STATED[EACH.index((wanted, bits))])
    assert stated - 1 < mp.log(max(errors), 2) < stated + 0.1


def test_remez_finds_a_best_polynomial_that_is_known():
    """The best line for x² on [0, 1] is x - 1/8, by Chebyshev's polynomial T₂; the error is 1/8."""
    fitted = fit(lambda x: x * x, lambda x: mp.mpf(1), mp.mpf(0), mp.mpf(1), 1)
    assert mp.almosteq(fitted.error, mp.mpf(1) / 8, 1e-3)
    assert abs(fitted.coefficients[0] + mp.mpf(1) / 8) < 1e-3
    assert abs(fitted.coefficients[1] - 1) < 1e-3


@pytest.mark.sweep
def test_the_file_is_as_it_is_made():
    assert FILE.read_text(encoding="utf-8") == text()
