"""From where a solver stopped to one word and one plain sentence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thalweg.descent.judge import Finding, judge
from thalweg.descent.kink import is_bottom_of_kink
from thalweg.descent.noise import measured_noise
from thalweg.descent.pole import at_pole
from thalweg.descent.problem import SquaredMiss, Vector
from thalweg.descent.run import End, Run, Why
from thalweg.descent.status import Status
from thalweg.descent.taken import fading, taken

__all__ = ["DOWN", "MISS", "UP", "Verdict", "Words", "settle"]

_EPS = float(np.finfo(np.float64).eps)


@dataclass(frozen=True, slots=True)
class Words:
    """How to speak of the way down, and of the way up for `maximize`.

    Attributes:
        sign: what brings the problem's f to the user's.
        best, other: what is looked for, and its opposite.
        curves: how f curves there.
        falls, lower: what f does on a good way.
        f: what the function is called: with a target it is a square, not the user's f.
    """

    sign: float
    best: str
    other: str
    curves: str
    falls: str
    lower: str
    f: str = "f"


DOWN = Words(1.0, "minimum", "maximum", "up", "falls", "lower")
UP = Words(-1.0, "maximum", "minimum", "down", "rises", "higher")
MISS = Words(1.0, "minimum", "maximum", "up", "falls", "lower", "(f - target)**2")


@dataclass(slots=True)
class Verdict:
    """The word, the sentence, and what was found at the last point."""

    status: Status
    message: str
    finding: Finding | None = None


def settle(run: Run, end: End, words: Words = DOWN) -> Verdict:
    """Say how a descent ended.

    Args:
        run: the descent.
        end: what its solver brought back.
        words: of the way down, or up.

    Returns:
        The verdict; `converged` only where the point has been found to be a minimum, and with a
        target only where f takes it there.
    """
    verdict = _settled(run, end, words)
    if isinstance(run.problem, SquaredMiss):
        if verdict.status is Status.CONVERGED:
            verdict.status, verdict.message = taken(run, run.problem, end.x)
        elif verdict.finding is not None and verdict.finding.kind == "dying":
            verdict.message = fading(run, run.problem, end.x)
    return verdict


def _settled(run: Run, end: End, words: Words) -> Verdict:
    if end.why is Why.FELL:
        return Verdict(
            Status.UNBOUNDED,
            f"{words.f} {words.falls} without end: {_f(end, words)} at {run.point(end.x)}. "
            f"It has no {words.best} this way; give bounds, or another start.",
        )
    if end.why is Why.NOT_FINITE:
        return _left_domain(run, end, words)
    if end.why is Why.CALLBACK:
        return Verdict(Status.STOPPED, f"The callback stopped it after {_steps(end.nit)}.")
    if end.why is Why.GREW:
        at = end.where if end.where is not None else end.x
        return Verdict(
            Status.DIVERGED,
            f"Each step led further out: after {_steps(end.nit)} it is at {run.point(at)}.",
        )
    if at_pole(run, end.x, end.fun, end.jac):
        return Verdict(
            Status.UNBOUNDED,
            f"{words.f} {words.falls} without end toward a pole: {_f(end, words)} at "
            f"{run.point(end.x)}. It has no {words.best} this way; give bounds, or another start.",
        )
    finding = end.finding or judge(run, end.x, end.fun, end.jac)
    if finding.settled:
        return _at_rest(run, end, finding, words)
    if end.why is Why.STALLED:
        return _stalled(run, end, finding, words)
    return _out_of_steps(run, end, finding, words)


def _f(end: End, words: Words) -> str:
    return f"{words.f} = {words.sign * end.fun + 0.0:.6g}"


def _steps(count: int) -> str:
    return "1 step" if count == 1 else f"{count} steps"


def _steepness(run: Run, end: End) -> float:
    return float(np.max(np.abs(run.slope(end.x, end.jac)), initial=0.0))


def _left_domain(run: Run, end: End, words: Words) -> Verdict:
    at = end.where if end.where is not None else end.x
    value = run.problem.value(at)
    what = f"the gradient of {words.f} is not finite"
    if not np.isfinite(value):
        what = f"{words.f} is {words.sign * value}"
    if end.nit == 0 and np.array_equal(at, run.start):
        return Verdict(
            Status.LEFT_DOMAIN, f"At the start, {run.point(at)}, {what}. Start elsewhere."
        )
    return Verdict(
        Status.LEFT_DOMAIN,
        f"Step {end.nit + 1} left the domain: at {run.point(at)} {what}. "
        "Use a smaller rate, or bounds that keep it inside.",
    )


def _direction(direction: Vector | None) -> str:
    if direction is None or direction.size > 4:
        return ""
    if direction.size == 1:
        return ""
    return " along (" + ", ".join(f"{number:.3g}" for number in direction) + ")"


def _at_rest(run: Run, end: End, finding: Finding, words: Words) -> Verdict:
    kind, bend = finding.kind, finding.lowest
    if kind == "minimum":
        return Verdict(Status.CONVERGED, _minimum(run, end, finding, words), finding)
    if kind == "flat":
        return Verdict(Status.CONVERGED, _weak(run, end, words), finding)
    if kind == "dying":
        return Verdict(
            Status.STATIONARY,
            f"Not a {words.best}: {words.f} {words.falls} ever more slowly as the slope dies out "
            f"({_f(end, words)}, slope {_steepness(run, end):.3g} at {run.point(end.x)}), and no "
            f"{words.best} was found further on. It may have none at a finite point.",
            finding,
        )
    signed = "" if bend is None else f" (curvature {words.sign * bend:.4g})"
    way = _direction(finding.direction)
    if kind == "saddle":
        named = f"a saddle: {words.f} curves {_opposite(words)}{way}{signed}"
    elif kind == "maximum":
        every = " every way" if run.size > 1 else ""
        named = f"a {words.other}: {words.f} curves {_opposite(words)}{every}{signed}"
    else:
        named = f"no {words.best}: {words.f} {words.falls} further on one side{way}"
    return Verdict(
        Status.STATIONARY,
        f"The slope is zero at {run.point(end.x)}, but this is {named}. "
        "Start a little aside, or use method 'newton', which leaves such points.",
        finding,
    )


def _opposite(words: Words) -> str:
    return "down" if words.curves == "up" else "up"


def _weak(run: Run, end: End, words: Words) -> str:
    """A level place; where it began there, nobody can say what lies further out."""
    along = " in at least one direction" if run.size > 1 else ""
    told = (
        f"A {words.best} in the weak sense, {_f(end, words)}: the slope is zero, and {words.f} "
        f"stays level around {run.point(end.x)}{along}."
    )
    return told + (" It began there; another start may lead elsewhere." if end.nit == 0 else "")


def _minimum(run: Run, end: End, finding: Finding, words: Words) -> str:
    bend, largest = finding.lowest, finding.curvature
    start = f"A {words.best}, {_f(end, words)}: "
    if not np.any(run.free(end.x, end.jac)):
        return start + f"every number rests against a bound that {words.f} {words.falls} toward."
    held = "" if np.all(run.free(end.x, end.jac)) else " on the numbers that no bound holds"
    if bend is None:
        return start + f"the slope is zero{held}; how {words.f} curves could not be found out."
    if bend <= 1e-6 * largest or bend <= 1e-300:
        beside = f" (curvatures from {words.sign * bend:.2g} to {words.sign * largest:.4g})"
        return (
            start + f"the slope is zero{held} and {words.f} {words.falls} nowhere around"
            f"{beside if largest > 0.0 else ''}."
        )
    every = " in every direction" if run.size > 1 else ""
    least = "least curvature" if run.size > 1 else "curvature"
    told = f"{least} {words.sign * bend:.4g}" if bend < 1e299 else f"{least} beyond 1e299"
    return start + f"the slope is zero{held} and {words.f} curves {words.curves}{every} ({told})."


def _stalled(run: Run, end: End, finding: Finding, words: Words) -> Verdict:
    """No step went down: at rest to rounding, at the bottom of a kink, or stuck."""
    curved = finding.lowest is None or finding.lowest > -1e-6 * abs(finding.curvature)
    rounding = 64 * _EPS * abs(end.fun)
    slope = run.slope(end.x, end.jac)
    if not np.all(np.isfinite(slope)) or _edge(run, end, slope):
        return Verdict(
            Status.LEFT_DOMAIN,
            f"The way {'down' if words.sign > 0 else 'up'} ends at the edge of f's domain, at "
            f"{run.point(end.x)}, {_f(end, words)}: just beyond, f or its gradient is not a number. "
            "Give bounds inside the domain.",
            finding,
        )
    if curved and (
        finding.gain <= rounding or finding.gain <= 50.0 * measured_noise(run, end.x, slope)
    ):
        return Verdict(
            Status.CONVERGED,
            f"A {words.best}, {_f(end, words)}, to the rounding of {words.f}: a further step "
            f"would bring {_little(finding.gain)}.",
            finding,
        )
    if is_bottom_of_kink(run, end.x, end.fun, end.jac):
        return Verdict(
            Status.CONVERGED,
            f"A {words.best} at a kink or a jump, {_f(end, words)}: no slope is zero, but around "
            f"{run.point(end.x)} {words.f} is nowhere {words.lower}.",
            finding,
        )
    return Verdict(
        Status.STATIONARY,
        f"Stuck at {run.point(end.x)}, {_f(end, words)}: the slope is {_steepness(run, end):.3g}, "
        f"yet no step that was tried brings {words.f} {words.lower}. It may have a kink or a jump here, "
        "be noisy, or its gradient may not be its own.",
        finding,
    )


def _little(gain: float) -> str:
    return f"{gain:.2g}, which cannot be told from it" if gain > 1e-290 else "nothing"


def _edge(run: Run, end: End, slope: Vector) -> bool:
    """Tell whether f is not a number a short way downhill."""
    longest = float(np.max(np.abs(slope) / run.sizes(end.x), initial=0.0))
    if not 0.0 < longest < np.inf:
        return False
    beyond = run.project(end.x - (1e-6 / longest) * slope)
    return not np.isfinite(run.problem.value(beyond))


def _out_of_steps(run: Run, end: End, finding: Finding, words: Words) -> Verdict:
    left = finding.remaining
    way = ""
    if 0.0 < left < 100.0:
        way = f", about {left:.2g} of x's size away by the curvature here"
    return Verdict(
        Status.OUT_OF_STEPS,
        f"{_steps(end.nit).capitalize()} were not enough: {_f(end, words)}, the slope is "
        f"{_steepness(run, end):.3g} at {run.point(end.x)}{way}. "
        "Allow more steps (max_steps) or use another method.",
        finding,
    )
