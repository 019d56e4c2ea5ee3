"""Formulas, data and certified values belong together: NIST's sums come out of plain NumPy."""

from __future__ import annotations

import math

import mpmath
import numpy as np
import pytest

from nist.formulas import FORMULAS
from nist.models import MODELS
from nist.problems import DAT_FOLDER, all_problems
from thalweg.expressions import parse_equation

PROBLEMS = all_problems()
EACH = pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.name)


def response(problem):
    return np.log(problem.y) if problem.name == "Nelson" else problem.y


def test_all_27_are_here():
    assert len(PROBLEMS) == 27
    assert sorted(FORMULAS) == sorted(MODELS) == [problem.name for problem in PROBLEMS]


# Lanczos1's sum is below float64's rounding of its data; the next test takes 50 digits.
@pytest.mark.parametrize(
    "problem", [p for p in PROBLEMS if p.name != "Lanczos1"], ids=lambda problem: problem.name
)
def test_residual_sum_of_squares_is_the_certified_one(problem):
    b = [math.nan, *problem.certified.values()]
    residual = response(problem) - MODELS[problem.name](b, **problem.x)
    assert residual @ residual == pytest.approx(problem.rss, rel=1e-9)


def test_lanczos1_in_fifty_digits():
    # The certified parameters have 11 digits, too few for a sum of 1e-25: Gauss-Newton steps
    # from them, in 50 digits and on the data as printed, reach the least squares themselves.
    problem = next(problem for problem in PROBLEMS if problem.name == "Lanczos1")
    with mpmath.workdps(50):
        x = [mpmath.mpf(repr(float(v))) for v in problem.x["x"]]
        y = [mpmath.mpf(repr(float(v))) for v in problem.y]
        b = mpmath.matrix([mpmath.mpf(repr(v)) for v in problem.certified.values()])
        for _ in range(3):
            parts = [[mpmath.exp(-b[k + 1] * t) for k in (0, 2, 4)] for t in x]
            residual = mpmath.matrix(
                [
                    v - sum(b[2 * k] * e for k, e in enumerate(p))
                    for v, p in zip(y, parts, strict=True)
                ]
            )
            jacobian = mpmath.matrix(
                [
                    [d for k, e in enumerate(p) for d in (e, -b[2 * k] * t * e)]
                    for t, p in zip(x, parts, strict=True)
                ]
            )
            rss = sum(r**2 for r in residual)
            b += mpmath.lu_solve(jacobian.T * jacobian, jacobian.T * residual)
        assert float(rss) == pytest.approx(problem.rss, rel=1e-9)
        assert [float(v) for v in b] == pytest.approx(list(problem.certified.values()), rel=1e-10)


@EACH
def test_residual_standard_deviation_and_degrees_of_freedom(problem):
    text = (DAT_FOLDER / f"{problem.name}.dat").read_text("ascii")
    printed = int(text.partition("Degrees of Freedom:")[2].split()[0])
    # Rat43's file prints 9, though its residual standard deviation is of 15 - 4 = 11.
    assert printed == (9 if problem.name == "Rat43" else problem.dof)
    assert math.sqrt(problem.rss / problem.dof) == pytest.approx(problem.rsd, rel=1e-9)


@EACH
@pytest.mark.parametrize("start", [0, 1])
def test_the_formula_is_the_model(problem, start):
    # At the starts, which lie away from the answer, term by term: a slip in one cannot hide.
    values = problem.starts[start]
    right = parse_equation(problem.formula).right
    ours = right.evaluate({**values, **problem.x})
    theirs = MODELS[problem.name]([math.nan, *values.values()], **problem.x)
    np.testing.assert_allclose(ours, theirs, rtol=1e-12, atol=1e-300)
