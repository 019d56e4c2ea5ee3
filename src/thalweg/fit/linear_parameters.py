"""Which parameters enter a model linearly, and their best values for given others.

A parameter is linear where the Jacobian's column does not change with it; a set is linear where no
column of the set changes with any of the set. Given the others, such a set is one linear
least-squares problem: no start for it is needed (variable projection; G. Golub and V. Pereyra,
"Separable nonlinear least squares", Inverse Problems 19 (2003) R1-R26).
"""

from __future__ import annotations

import numpy as np

from thalweg.fit.least_squares import LeastSquares
from thalweg.fit.model import Array

__all__ = ["linear_parameters", "solve_linear"]


def _unchanged(problem: LeastSquares, params: Array, members: list[int]) -> bool:
    """Whether the members' columns stay as they are when all members move."""
    before = problem.jacobian(params)[:, members]
    size = np.abs(before).max(axis=0)  # no sum of squares, which overflows from 1e154 on
    if np.any(size == 0):
        return False  # a column of zeros shows nothing: the data may lie far from the curve
    for factor in (1.7, -0.6):
        moved = params.copy()
        # Unlike shifts, so that changes of two members cannot cancel.
        shift = np.sqrt(2.0 + np.arange(len(members)))
        moved[members] = factor * moved[members] + shift * factor
        after = problem.jacobian(moved)[:, members]
        if not np.all(np.isfinite(after)):
            return False
        with np.errstate(over="ignore", invalid="ignore"):
            change = np.abs(after / size - before / size).max(axis=0)
        if not np.all(change <= 1e-9):
            return False
    return True


def linear_parameters(problem: LeastSquares, params: Array) -> list[int]:
    """A largest set of parameters, in document order, that is linear for fixed others.

    Args:
        problem: the sum of squares.
        params: a point where the Jacobian is finite, `(p,)`.

    Returns:
        Indices into `params`; empty where nothing is linear or the point is outside the domain.
    """
    if not np.all(np.isfinite(problem.jacobian(params))):
        return []
    members: list[int] = []
    for j in range(params.size):
        if _unchanged(problem, params, [*members, j]):
            members.append(j)
    return members


def solve_linear(problem: LeastSquares, params: Array, members: list[int]) -> Array:
    """`params` with its linear members at their least-squares values, moved into the box.

    Where the model is not finite at `params` they come back as they are.
    """
    if not members:
        return params
    residual, jacobian = problem.residual(params), problem.jacobian(params)[:, members]
    if not (np.all(np.isfinite(residual)) and np.all(np.isfinite(jacobian))):
        return params
    norms = np.linalg.norm(jacobian, axis=0)
    norms = np.where(norms > 0, norms, 1.0)
    solved = params.copy()
    solved[members] += np.linalg.lstsq(jacobian / norms, residual, rcond=1e-12)[0] / norms
    return problem.inside(solved)
