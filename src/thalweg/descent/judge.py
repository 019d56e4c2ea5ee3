"""Is this point a minimum? The slope, the Newton step that remains, and the curvature decide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from math import inf
from typing import Literal

import numpy as np

from thalweg.descent.lanczos import extreme_curvatures
from thalweg.descent.plateau import died_out, rises_ahead
from thalweg.descent.probe import walk_out
from thalweg.descent.problem import Vector
from thalweg.descent.run import Run
from thalweg.descent.spectrum import Spectrum

__all__ = ["DENSE", "Finding", "Gate", "judge"]

DENSE = 200
"""Up to this many numbers the whole Hessian is taken; beyond, products with it."""

Kind = Literal["minimum", "flat", "saddle", "maximum", "inflection", "dying", "not yet"]

_DYING = 8  # so many judgements in a row without the remaining step growing shorter
_WEAK = 1e-6  # curvatures below this share of the largest are looked at by walking
_SLACK = 4.0  # times what the remaining step would gain
_ASIDE = 1e-7  # of the sizes of the numbers, where a slope's neighbours are asked
_LINES = 6  # at most so many lines are walked


@dataclass(slots=True)
class Finding:
    """What a point is.

    Attributes:
        kind: "not yet" where the descent has still some way to go.
        remaining: the Newton step from here, relative to the sizes of the numbers.
        lowest: smallest curvature, None where it was not asked for.
        direction: the way of that curvature, `(n,)`.
        lower: a point lower than this one that was met, `(n,)`.
        curvature: largest curvature.
        gain: how much lower f would be after that step, by the quadratic model.
    """

    kind: Kind
    remaining: float = 0.0
    lowest: float | None = None
    direction: Vector | None = None
    lower: Vector | None = None
    curvature: float = 0.0
    gain: float = inf

    @property
    def settled(self) -> bool:
        """Whether there is nowhere further to go from here by slope alone."""
        return self.kind != "not yet"


def judge(
    run: Run, x: Vector, value: float, gradient: Vector, spectrum: Spectrum | None = None
) -> Finding:
    """Say what a point is: a minimum, some other point of rest, or not there yet.

    Args:
        run: the descent.
        x: the point, `(n,)`.
        value: f there.
        gradient: ∇f there, `(n,)`.
        spectrum: the Hessian's, where the caller has it already.

    Returns:
        The finding. A method whose Hessian cannot be had (an op without a second derivative) is
        judged by its slope alone: `lowest` is then None.
    """
    if not np.any(run.free(x, gradient)):
        return Finding("minimum", lowest=None)  # every number held by a bound
    try:
        if run.size > DENSE:
            return _judge_by_products(run, x, value, gradient)
        if spectrum is None:
            spectrum = Spectrum(run, x, gradient, run.problem.hessian(x))
    except (LookupError, NotImplementedError):
        return _judge_by_slope(run, x, gradient)
    return _judge_by_spectrum(run, x, value, spectrum)


def _judge_by_slope(run: Run, x: Vector, gradient: Vector) -> Finding:
    slope = float(np.max(np.abs(run.slope(x, gradient)), initial=0.0))
    small = slope <= run.tol * run.first_slope
    return Finding("minimum" if small else "not yet", remaining=slope / (run.first_slope or 1.0))


def _judge_by_spectrum(run: Run, x: Vector, value: float, spectrum: Spectrum) -> Finding:
    lowest = float(spectrum.curvatures[0])
    largest = float(spectrum.curvatures[-1])
    direction = spectrum.spread(spectrum.axes[:, 0], run.size)
    finding = Finding("not yet", spectrum.remaining, lowest, direction, None, largest)
    finding.gain = spectrum.gain
    if lowest < 0.0 and not _comes_to_rest(run, x, spectrum):
        return finding
    level = max(abs(lowest), abs(largest)) == 0.0
    if not spectrum.remaining <= run.tol:
        if _is_dying(run, value, spectrum.length, spectrum.gain):
            bends = np.maximum(np.abs(spectrum.curvatures), 1e-300)
            step = spectrum.spread(spectrum.axes @ (-spectrum.slopes / bends), run.size)
            if not rises_ahead(run, x, value, step):
                finding.kind = "dying"
        return finding
    weak = max(spectrum.noise, _WEAK * max(abs(lowest), abs(largest)))
    flat = False
    lines = 1 + int(np.count_nonzero(spectrum.curvatures[1:] <= weak))
    for k in range(min(lines, _LINES)):
        along = spectrum.spread(spectrum.axes[:, k], run.size)
        walk = walk_out(run, x, value, along, 100.0 * spectrum.remaining, _SLACK * spectrum.gain)
        flat = flat or walk.level > 0
        if walk.lower is not None:
            finding.lower, finding.direction = walk.lower, along
            break
    finding.kind = _kind(lowest, largest, weak, finding.lower is not None, flat)
    if finding.kind == "flat" and level and died_out(run, x):
        finding.kind = "dying"
    return finding


def _comes_to_rest(run: Run, x: Vector, spectrum: Spectrum) -> bool:
    """Tell whether the Newton step leads to a zero slope, where f curves down.

    A step that is short because the curvature is large and negative proves nothing: √x near 0 has
    such steps, and no zero slope anywhere.
    """
    slope = float(np.max(np.abs(spectrum.slopes), initial=0.0))
    if spectrum.remaining == 0.0:
        steep = abs(float(spectrum.slopes[0])) > 0.0 and spectrum.curvatures[0] < -spectrum.noise
        return not steep or _turns(run, x, spectrum)
    bends = np.where(spectrum.curvatures == 0.0, np.inf, spectrum.curvatures)
    step = spectrum.spread(spectrum.axes @ (-spectrum.slopes / bends), run.size)
    there = run.problem.value_and_gradient(run.project(x + step))[1][spectrum.free]
    return bool(np.max(np.abs(there), initial=0.0) <= 0.1 * slope)


def _turns(run: Run, x: Vector, spectrum: Spectrum) -> bool:
    """Tell whether the slope falls on the way of the lowest curvature, from one side to the other.

    Beside an edge of the domain, as of √(x − 1) at 1 + 1e-15, rounding x changes the slope by as much
    as the slope is, large as that is: it counts as zero there, and only its neighbours tell.
    """
    axis = spectrum.spread(spectrum.axes[:, 0], run.size)
    step = _ASIDE * run.sizes(x) * axis
    ahead, behind = (
        float(run.problem.value_and_gradient(run.project(there))[1] @ axis)
        for there in (x + step, x - step)
    )
    return ahead < behind


def _kind(lowest: float, largest: float, weak: float, lower: bool, flat: bool) -> Kind:
    """Name the point of rest from its curvatures and from what the walks met."""
    if largest < -weak and (lower or lowest < -weak):
        return "maximum"
    if lowest < -weak:
        return "saddle"
    if lower:
        return "inflection"
    return "flat" if flat and not lowest > weak else "minimum"


def _is_dying(run: Run, value: float, length: float, gain: float) -> bool:
    """Note the remaining step; tell whether the slope dies out with no minimum near."""
    run.last_steps.append(length)
    if len(run.last_steps) <= _DYING:
        return False
    fallen = run.first_value - value
    recent = run.last_steps[-1 - _DYING :]
    shrinking = any(after < 0.98 * before for before, after in pairwise(recent))
    return not shrinking and fallen > 0 and gain <= 1e-15 * fallen


def _judge_by_products(run: Run, x: Vector, value: float, gradient: Vector) -> Finding:
    """For many numbers: the Newton step by conjugate gradients, the lowest curvature by Lanczos."""
    free = run.free(x, gradient)
    slope = np.where(free, gradient, 0.0)

    def product(v: Vector) -> Vector:
        return np.where(free, run.problem.hvp(x, np.where(free, v, 0.0)), 0.0)

    step, done = _newton_step(product, -slope, turns=100)
    remaining = float(np.max(np.abs(step) / run.sizes(x)))
    size = float(np.max(np.abs(slope)))
    if not remaining <= run.tol or not (done or size <= run.tol * run.first_slope):
        return Finding("not yet", remaining)
    inner = np.flatnonzero(free)

    def inner_product(v: Vector) -> Vector:
        whole = np.zeros(run.size)
        whole[inner] = v
        return product(whole)[inner]

    lowest, axis, largest, _ = extreme_curvatures(inner_product, inner.size)
    direction = np.zeros(run.size)
    direction[inner] = axis
    finding = Finding("minimum", remaining, lowest, direction, None, largest)
    gain = 0.5 * abs(float(gradient @ step))
    walk = walk_out(run, x, value, direction, 100.0 * remaining, _SLACK * gain)
    finding.lower = walk.lower
    weak = _WEAK * max(abs(lowest), abs(largest))
    finding.kind = _kind(lowest, largest, weak, walk.lower is not None, walk.level > 0)
    return finding


def _newton_step(
    product: Callable[[Vector], Vector], target: Vector, turns: int
) -> tuple[Vector, bool]:
    """Solve H·s = target by conjugate gradients; stop where the curvature is not positive."""
    s = np.zeros_like(target)
    r = target.copy()
    p = r.copy()
    rr = float(r @ r)
    enough = 1e-4 * rr
    if rr == 0.0:
        return s, True
    for _ in range(turns):
        hp = product(p)
        bend = float(p @ hp)
        if not bend > 0.0:
            # No bottom this way; |curvature| still says how far the slope reaches.
            return s + (rr / max(-bend, 1e-300)) * p, True
        a = rr / bend
        s = s + a * p
        r = r - a * hp
        new = float(r @ r)
        if not new > enough:
            return s, True
        p = r + (new / rr) * p
        rr = new
    return s, False


class Gate:
    """Keeps the judge for when it is worth asking: when the slope has become small.

    The slope is first compared with a share of the largest seen; each "not yet" lowers the bar by
    as much as the remaining step is too long. So the cheap test is one comparison a step, and the
    honest one, which needs second derivatives, is made a few times in a descent.
    """

    __slots__ = ("bar",)

    def __init__(self, first_slope: float) -> None:
        self.bar = 1e-4 * first_slope if first_slope < inf else 0.0

    def judge(self, run: Run, x: Vector, value: float, gradient: Vector, slope: float) -> Finding:
        """Ask the judge; lower the bar where it is too early."""
        finding = judge(run, x, value, gradient)
        if not finding.settled:
            short = run.tol / finding.remaining if finding.remaining > 0 else 0.1
            self.bar = slope * min(max(short if short == short else 0.1, 1e-3), 0.3)
        return finding
