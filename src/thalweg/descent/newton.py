"""Newton's method on the exact Hessian, inside a region where its model can be trusted."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, isfinite

import numpy as np

from thalweg.descent.judge import judge
from thalweg.descent.problem import Vector
from thalweg.descent.run import End, Run, StoppedByCallback, Why
from thalweg.descent.spectrum import Spectrum
from thalweg.descent.trust_region import model_step

__all__ = ["newton"]

_EPS = float(np.finfo(np.float64).eps)
_POLISHES = 8  # full steps after the tolerance is met
_ESCAPES = 50  # so many times a saddle or an inflection is left by a walk


@dataclass(slots=True)
class _Spot:
    x: Vector
    fun: float
    jac: Vector

    def finite(self) -> bool:
        return isfinite(self.fun) and bool(np.all(np.isfinite(self.jac)))


def newton(run: Run) -> End:
    """Go down by Newton steps, each the lowest point of the quadratic model in a trust region.

    Negative curvature is followed downhill, so that saddles and maxima are left, not reached. When
    the remaining step is within the tolerance, full steps go on while they shorten the slope: the
    result is right to the last bits. Numbers held by a bound stand out of the model; a step that
    leaves the box is projected into it.

    Source:
        Conn, Gould and Toint, "Trust-Region Methods"; Bertsekas, SIAM J. Control Optim. 20 (1982)
        221-246 (two-metric projection).
    """
    here = _Spot(run.start, *run.begin())
    if not here.finite():
        return End(here.x, here.fun, here.jac, 0, Why.NOT_FINITE, where=here.x)
    sizes = run.sizes(run.start)
    sizes = np.maximum(sizes, 1e-8 * float(np.max(sizes)))
    radius = max(1.0, float(np.sqrt(run.size)))
    escapes = polishes = 0
    spectrum: Spectrum | None = None
    new: _Spot | None
    for step in range(run.max_steps + 1):
        if spectrum is None:
            spectrum = Spectrum(run, here.x, here.jac, run.problem.hessian(here.x))
        finding = judge(run, here.x, here.fun, here.jac, spectrum)
        if finding.kind == "dying":
            return End(here.x, here.fun, here.jac, step, Why.JUDGED, finding)
        if step == run.max_steps:
            break
        if finding.settled and finding.lower is not None and escapes < _ESCAPES:
            escapes += 1
            new = _Spot(finding.lower, *run.problem.value_and_gradient(finding.lower))
        elif finding.settled:
            polishes += 1
            new = _polish(run, here, spectrum) if polishes <= _POLISHES else None
            if new is None:
                return End(here.x, here.fun, here.jac, step, Why.JUDGED, finding)
        else:
            new, radius = _trusted(run, here, spectrum, sizes, radius)
            if new is None and radius > 0.0:
                continue  # rejected: the same model in a smaller region
            if new is None:
                return End(here.x, here.fun, here.jac, step, Why.STALLED)
        here, spectrum = new, None
        if run.fell(here.x, here.fun):
            return End(here.x, here.fun, here.jac, step + 1, Why.FELL)
        if not here.finite():
            return End(here.x, here.fun, here.jac, step + 1, Why.NOT_FINITE, where=here.x)
        if run.watched:
            try:
                run.see(here.x, here.fun, here.jac, step + 1)
            except StoppedByCallback:
                return End(here.x, here.fun, here.jac, step + 1, Why.CALLBACK)
    return End(here.x, here.fun, here.jac, run.max_steps, Why.STEPS)


def _polish(run: Run, here: _Spot, spectrum: Spectrum) -> _Spot | None:
    """Take the full Newton step if it makes the slope ten times smaller, else None."""
    slope = float(np.max(np.abs(run.slope(here.x, here.jac)), initial=0.0))
    if slope == 0.0 or not float(spectrum.curvatures[0]) > spectrum.noise:
        return None
    s = spectrum.axes @ (-spectrum.slopes / spectrum.curvatures)
    x = run.project(here.x + spectrum.spread(s, run.size))
    new = _Spot(x, *run.problem.value_and_gradient(x))
    if not new.finite() or new.fun > here.fun + 8 * _EPS * abs(here.fun):
        return None
    steep = float(np.max(np.abs(run.slope(x, new.jac)), initial=0.0))
    return new if steep <= 0.1 * slope else None


def _trusted(
    run: Run, here: _Spot, spectrum: Spectrum, sizes: Vector, radius: float
) -> tuple[_Spot | None, float]:
    """Try one step in the trust region; give the new point (None: rejected) and the new radius.

    A radius of 0 says that no step, however short, goes down any more.
    """
    free = spectrum.free
    scale = sizes[free]
    # The step is the same for any multiple of f; where f is huge, a small one keeps it finite.
    share = 1e-200 if float(np.max(np.abs(here.jac), initial=0.0)) > 1e200 else 1.0
    if np.all(scale == scale[0]):
        curvatures, axes = spectrum.curvatures * share * scale[0] ** 2, spectrum.axes
    else:
        curvatures, axes = np.linalg.eigh(spectrum.hessian * share * np.outer(scale, scale))
    slopes = axes.T @ (here.jac[free] * share * scale)
    z = axes @ model_step(curvatures, slopes, radius)
    step = spectrum.spread(scale * z, run.size)
    x = run.project(here.x + step)
    if run.lower is not None and not np.array_equal(x, here.x + step):
        x = _inside(run, here, spectrum, x, radius)
    moved = x - here.x
    inner = moved[free]
    fall = float(here.jac @ moved)
    predicted = -(fall + 0.5 * float(inner @ (spectrum.hessian @ inner)))
    length = float(np.linalg.norm(inner / scale))
    if not np.any(moved):
        return None, 0.0
    value, gradient = run.problem.value_and_gradient(x)
    new = _Spot(x, value, gradient)
    if value == -inf:
        return new, radius
    if not new.finite():
        return None, _shrunk(run, here, 0.1 * length)
    rounding = 8 * _EPS * max(abs(here.fun), abs(value))
    gained = here.fun - value
    if predicted <= rounding and abs(gained) <= rounding:
        # f can no longer tell the two points apart; the slope can.
        before = np.max(np.abs(run.slope(here.x, here.jac)))
        after = np.max(np.abs(run.slope(x, gradient)))
        return (new, radius) if after < 0.9 * before else (None, 0.0)
    ratio = gained / predicted if predicted > 0.0 else (1.0 if gained > 0.0 else -1.0)
    if ratio < 1e-4:
        return None, _shrunk(run, here, 0.25 * length)
    if ratio > 0.75 and length > 0.8 * radius:
        radius *= 3.0
    elif ratio < 0.25:
        radius = 0.5 * length
    return new, radius


def _shrunk(run: Run, here: _Spot, radius: float) -> float:
    """Give the smaller radius, or 0 where steps of that length are lost in rounding."""
    return radius if radius > 1e-17 else 0.0


def _inside(run: Run, here: _Spot, spectrum: Spectrum, x: Vector, radius: float) -> Vector:
    """Where the projected step is poor by the model, take the best on the projected slope."""

    def model(point: Vector) -> float:
        moved = point - here.x
        inner = moved[spectrum.free]
        return float(here.jac @ moved) + 0.5 * float(inner @ (spectrum.hessian @ inner))

    slope = run.slope(here.x, here.jac)
    longest = radius / max(float(np.max(np.abs(slope) / run.sizes(here.x))), 1e-300)
    best, lowest = x, model(x)
    for k in range(40):
        point = run.project(here.x - (longest * 0.25**k) * slope)
        height = model(point)
        if height < lowest:
            best, lowest = point, height
        elif best is not x or lowest < 0.0:
            break
    return best
