"""NIST's 27 certified nonlinear problems, from both starts, by curve_fit with default settings."""

from __future__ import annotations

import numpy as np
import pytest

from nist.problems import all_problems, example_problems
from thalweg.fit.curve_fit import curve_fit

CASES = [
    pytest.param(problem, start, id=f"{problem.name}-start{place + 1}")
    for problem in all_problems()
    for place, start in enumerate(problem.starts)
]
PARAMETER_DIGITS = 8.0
STDERR_DIGITS = 6.0


def digits(found: float, certified: float) -> float:
    """NIST's log relative error: how many leading digits agree, at most 11, as certified."""
    if found == certified:
        return 11.0
    return min(11.0, -float(np.log10(abs(found - certified) / abs(certified))))


def sound_stderr_digits(problem) -> float:
    """What the platform's widest float leaves of the residuals: Lanczos1's are 3e-14 of the data."""
    if problem.name != "Lanczos1" or np.finfo(np.longdouble).eps < np.finfo(np.float64).eps:
        return STDERR_DIGITS
    return 2.0


@pytest.mark.parametrize(("problem", "start"), CASES)
def test_parameters_and_errors_have_the_certified_digits(problem, start):
    fit = curve_fit(problem.formula, dict(problem.table.columns), start=start)
    assert fit.success, fit.message
    parameters = {name: digits(fit.params[name], problem.certified[name]) for name in start}
    errors = {name: digits(fit.stderr[name], problem.stderr[name]) for name in start}
    assert min(parameters.values()) >= PARAMETER_DIGITS, parameters
    assert min(errors.values()) >= sound_stderr_digits(problem), errors
    assert digits(fit.chisqr, problem.rss) >= sound_stderr_digits(problem)
    assert fit.nfree == problem.dof
    assert fit.undetermined == ()
    # The wanted digits came from the start as given: no detour was needed.
    assert "as good; this was reached" not in fit.message


@pytest.mark.parametrize("problem", example_problems(), ids=lambda problem: problem.name)
def test_the_shipped_tables_fit_without_any_start(problem):
    fit = curve_fit(problem.formula, dict(problem.table.columns))
    assert fit.success, fit.message
    assert set(fit.guessed) == set(problem.certified)
    # Peaks that are alike may change places; their sum of squares is the same.
    assert digits(fit.chisqr, problem.rss) >= STDERR_DIGITS
