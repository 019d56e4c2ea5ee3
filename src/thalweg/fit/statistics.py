"""What a least-squares fit says about its parameters: covariance, goodness, and what stays open.

With J = U S Vᵀ (columns scaled to length one, so that units do not matter) the covariance is
V S⁻² Vᵀ times the variance of the residuals. Directions with S below 1e-12 of the largest leave the
prediction as it is: the data do not determine them, and they are left out and counted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thalweg.fit.least_squares import RANK_TOLERANCE, LeastSquares
from thalweg.fit.levenberg_marquardt import Valley
from thalweg.fit.model import Array

__all__ = ["Goodness", "Spread", "goodness", "quantile", "spread"]


@dataclass(frozen=True)
class Spread:
    """How far the data hold the parameters, in units of the residuals' variance.

    Attributes:
        inverse: (JᵀJ)⁺, `(p, p)`; zero rows for parameters held at a bound.
        loose: directions that leave the prediction as it is, `(p, k)`, in parameters.
        held: parameters held at a bound, `(p,)`.
        condition: largest over smallest singular value that counts, of J with scaled columns.
    """

    inverse: Array
    loose: Array
    held: npt.NDArray[np.bool_]
    condition: float

    @property
    def open(self) -> npt.NDArray[np.bool_]:
        """Parameters that take part in an undetermined direction, `(p,)`."""
        if self.loose.shape[1] == 0:
            return np.zeros(self.held.size, dtype=np.bool_)
        norms = np.abs(self.loose).max(axis=0)
        part: npt.NDArray[np.bool_] = np.any(np.abs(self.loose) > 1e-7 * norms, axis=1)
        return part


def spread(problem: LeastSquares, valley: Valley) -> Spread:
    """Decompose the Jacobian at the valley.

    Args:
        problem: the sum of squares and its box.
        valley: the minimum.

    Returns:
        The pseudo-inverse of JᵀJ, the undetermined directions, the parameters held at a bound.
    """
    p = valley.params.size
    free = problem.free(valley.params, valley.jacobian.T @ valley.residual)
    at_bound = (valley.params <= problem.lower) | (valley.params >= problem.upper)
    free = free & ~at_bound
    inverse, loose = np.zeros((p, p)), np.zeros((p, 0))
    if not np.any(free):
        return Spread(inverse, loose, ~free, 1.0)
    jacobian = valley.jacobian[:, free]
    norms = np.linalg.norm(jacobian, axis=0)
    norms = np.where(norms > 0, norms, 1.0)
    # The triangle has J's singular values and right vectors, and is small however many rows there are.
    triangle = np.asarray(np.linalg.qr(jacobian / norms, mode="r"))
    _, singular, right = np.linalg.svd(triangle, full_matrices=True)
    singular = np.concatenate([singular, np.zeros(right.shape[0] - singular.size)])
    counts = singular > RANK_TOLERANCE * max(singular[0], RANK_TOLERANCE)
    scaled = right[counts].T / singular[counts]
    inverse[np.ix_(free, free)] = (scaled @ scaled.T) / np.outer(norms, norms)
    if not np.all(counts):
        loose = np.zeros((p, int(np.count_nonzero(~counts))))
        loose[free] = right[~counts].T / norms[:, None]
    condition = float(singular[0] / singular[counts][-1]) if np.any(counts) else 1.0
    return Spread(inverse, loose, ~free, condition)


@dataclass(frozen=True)
class Goodness:
    """The numbers that stand at the head of a fit's report, in lmfit's words."""

    chisqr: float
    redchi: float
    rsquared: float
    aic: float
    bic: float
    ndata: int
    nvarys: int
    nfree: int


def goodness(problem: LeastSquares, chisqr: float, nvarys: int) -> Goodness:
    """χ², χ² per degree of freedom, R², Akaike's and Bayes' criteria.

    AIC = n ln(χ²/n) + 2p, BIC = n ln(χ²/n) + p ln n (lmfit's definitions, which leave out constants
    of the data), R² = 1 − χ² / Σ((y − ȳ)/σ)² with ȳ the weighted mean.

    Args:
        problem: the sum of squares.
        chisqr: its value at the minimum.
        nvarys: parameters that the data determine.
    """
    n = problem.size
    weight = np.ones(n) if problem.weight is None else problem.weight**2
    mean = float(np.sum(weight * problem.target) / np.sum(weight))
    total = float(np.sum(weight * (problem.target - mean) ** 2))
    # lmfit's floor: the logarithm of a perfect fit stays a number.
    spread_of_data = n * float(np.log(max(chisqr, 1e-250 * n) / n))
    nfree = n - nvarys
    return Goodness(
        chisqr=chisqr,
        redchi=chisqr / nfree if nfree > 0 else float("nan"),
        rsquared=1.0 - chisqr / total if total > 0 else float("nan"),
        aic=spread_of_data + 2.0 * nvarys,
        bic=spread_of_data + float(np.log(n)) * nvarys,
        ndata=n,
        nvarys=nvarys,
        nfree=nfree,
    )


def quantile(level: float, degrees: int, known: bool) -> float:
    """How many standard errors a two-sided interval of this level reaches.

    Student's t with `degrees` of freedom; the normal law's where the data's σ is `known`.

    >>> round(quantile(0.95, 10, False), 4)
    2.2281
    """
    from scipy.special import ndtri, stdtrit

    upper = 0.5 + 0.5 * level
    return float(ndtri(upper)) if known else float(stdtrit(degrees, upper))
