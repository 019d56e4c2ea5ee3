"""Where to begin a fit when nobody says: starts guessed from the data.

Linear parameters need no start: they are solved for (variable projection). The others are tried at
magnitudes on a logarithmic ladder, both signs, and at the data's own landmarks (where x lies, how far
it reaches, and the reciprocals, which are the scales of rates). A start's score is the sum of squares
it leaves. The best few are walked a short way down, since a score tells little about a basin.
"""

from __future__ import annotations

import itertools

import numpy as np

from thalweg.fit.least_squares import LeastSquares, sum_of_squares
from thalweg.fit.levenberg_marquardt import Strategy, levenberg_marquardt
from thalweg.fit.linear_parameters import linear_parameters, solve_linear
from thalweg.fit.model import Array

__all__ = ["guesses", "landmarks"]

_MOST = 3000  # points scored; some 0.2 s for a small formula
_KEPT = 12


def landmarks(columns: list[Array]) -> Array:
    """Scales and places that the data suggest for a parameter, without duplicates or zeros.

    Args:
        columns: predictors, and the target, each `(n,)`.

    Returns:
        Quantiles, spans and their reciprocals, sorted.
    """
    found: list[float] = []
    for column in columns:
        if column.size == 0:
            continue
        places = np.quantile(column, [0.0, 0.25, 0.5, 0.75, 1.0])
        span = float(places[-1] - places[0])
        scales = [span, 0.1 * span, float(np.abs(column).max())]
        found += [*(float(v) for v in places), *scales]
        found += [1.0 / s for s in scales if s > 0]
        if span > 0:
            found += [5.0 / span, 2.0 * np.pi / span]
    values = np.array(found, dtype=np.float64)
    values = values[np.isfinite(values) & (values != 0)]
    return np.unique(np.round(values, 12)) if values.size else np.ones(1)


def _ladder(places: Array, low: float, high: float) -> Array:
    """Values to try for one parameter, those between its bounds."""
    if np.isfinite(low) and np.isfinite(high):
        inside = low + (high - low) * np.linspace(0.02, 0.98, 25)
        return np.unique(np.concatenate([inside, places[(places > low) & (places < high)]]))
    magnitudes = 10.0 ** np.arange(-4.0, 4.1, 0.5)
    values = np.unique(np.concatenate([magnitudes, -magnitudes, places]))
    inside = values[(values > low) & (values < high)]
    return inside if inside.size else np.array([low if np.isfinite(low) else high])


def _points(ladders: list[Array]) -> list[Array]:
    """All combinations where they are few, else as many drawn by a fixed generator."""
    total = 1.0
    for ladder in ladders:
        total *= ladder.size
    if total <= _MOST:
        return [np.array(point) for point in itertools.product(*ladders)]
    generator = np.random.default_rng(20240229)  # fixed: the same data give the same start
    return [np.array([generator.choice(ladder) for ladder in ladders]) for _ in range(_MOST)]


def _score(problem: LeastSquares, params: Array, members: list[int]) -> tuple[float, Array]:
    """The sum of squares with the linear parameters solved for."""
    solved = solve_linear(problem, params, members)
    return sum_of_squares(problem.residual(solved)), solved


def _rank(scored: tuple[float, Array]) -> tuple[float, float]:
    """By score to six digits, then by magnitude: of equals the one nearest to ones comes first."""
    size = np.abs(scored[1])
    far = float(np.sum(np.abs(np.log10(np.where(size > 0, size, 1.0)))))
    return float(f"{scored[0]:.6g}"), far


def _sweep(
    problem: LeastSquares, best: tuple[float, Array], members: list[int], ladders: dict[int, Array]
) -> tuple[float, Array]:
    """Improve one start parameter by parameter along the ladders, once."""
    for j, ladder in ladders.items():
        for value in ladder:
            moved = best[1].copy()
            moved[j] = value
            found = _score(problem, moved, members)
            if found[0] < best[0]:
                best = found
    return best


def guesses(problem: LeastSquares, known: Array, places: Array, count: int = 3) -> list[Array]:
    """Starts for the parameters that nobody gave, best first.

    Args:
        problem: the sum of squares and its box (a thinned copy does for long data).
        known: the parameters given, NaN where one is to be guessed, `(p,)`.
        places: the data's landmarks.
        count: at most so many starts, in different basins.

    Returns:
        Starts `(p,)`, each finite for the model; empty where none was found.
    """
    missing = [int(j) for j in np.flatnonzero(np.isnan(known))]
    base = problem.inside(np.where(np.isnan(known), 1.0, known))
    linear = _linear(problem, base, missing, places)
    wanted = [j for j in missing if j not in linear]
    ladders = {j: _ladder(places, problem.lower[j], problem.upper[j]) for j in wanted}
    scored: list[tuple[float, Array]] = []
    for point in _points(list(ladders.values())):
        params = base.copy()
        params[wanted] = point
        scored.append(_score(problem, params, linear))
    scored = sorted((s for s in scored if np.isfinite(s[0])), key=_rank)[:_KEPT]
    if len(wanted) > 1:
        scored = [_sweep(problem, s, linear, ladders) for s in scored[:4]] + scored[4:]
    walked = []
    for score, params in scored:
        valley = levenberg_marquardt(problem, params, Strategy(max_steps=40, watched=False))
        walked.append((min(valley.chisqr, score), valley.params))
    walked.sort(key=_rank)
    starts: list[Array] = []
    for _, params in walked:
        if not any(np.allclose(params, other, rtol=1e-3) for other in starts):
            starts.append(params)
    return starts[:count]


def _linear(problem: LeastSquares, base: Array, missing: list[int], places: Array) -> list[int]:
    """The linear ones among the missing, found at some point where the model is finite."""
    for value in (1.0, *places, -1.0, 0.01, 100.0):
        point = base.copy()
        point[missing] = value
        point = problem.inside(point)
        if np.all(np.isfinite(problem.residual(point))):
            found = [j for j in linear_parameters(problem, point) if j in missing]
            if found:
                return found
    return []
