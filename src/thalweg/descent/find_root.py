"""`find_root`: where a function, or every one of several, is zero; or why no such place was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from thalweg.core.numbers_seen import refuse_traces
from thalweg.descent.bracket import between, look_around
from thalweg.descent.gauss_newton import Landfall, gauss_newton
from thalweg.descent.layout import Layout
from thalweg.descent.may_compile import Search
from thalweg.descent.objective import VectorObjective, read_formulas
from thalweg.descent.problem import Vector
from thalweg.descent.real_number import real_number
from thalweg.descent.result import OptimizeResult
from thalweg.descent.run import Run
from thalweg.descent.status import Status
from thalweg.errors import DescentError
from thalweg.expressions import Expression

__all__ = ["find_root"]


def find_root(
    fun: Callable[..., Any] | str | Expression | Sequence[str],
    start: Any = None,
    *,
    bracket: tuple[float, float] | None = None,
    max_steps: int = 200,
    tol: float = 1e-8,
    callback: Callable[[OptimizeResult], Any] | None = None,
    record: bool = False,
    jit_compile: bool | None = None,
) -> OptimizeResult:
    """Find where a function is zero, with its exact derivatives, and say how it ended.

    Newton's method on the exact Jacobian, damped so that |f| falls; Gauss and Newton's where there
    are more or fewer equations than unknowns. For one equation in one unknown, where that comes to
    rest at a lowest |f| that is not zero, a change of sign is looked for around it, and between two
    signs the bracket is narrowed to the last bit.

    Args:
        fun: a function as `minimize` takes it, returning one number, an array, or a list of
            them; a formula in text; or a list of formulas, which are all to be zero.
        start: where to begin, as for `minimize`; may be left out where there is a bracket.
        bracket: for one equation in one unknown, two points where it has different signs.
        max_steps: steps allowed.
        tol: the step that the Jacobian still asks for, relative to x, at which a point counts as
            a root; steps go on beyond it while |f| falls.
        callback: called after each step with a result so far (`x`, `fun`, `nit`); True, or
            StopIteration, ends it.
        record: whether the result has `path`.
        jit_compile: whether f is computed in machine code: True, False, or left out for where that
            pays; as in `minimize`.

    Returns:
        The result: `x` in the start's form, `fun` (what is left of f there), `jac`, `nit`, `nfev`,
        `njev`, `success`, `status`, `message`, `method`. Status "stationary" means that |f| has a
        minimum there that is not zero, or that f changes its sign by a jump.

    Raises:
        DescentError: neither start nor bracket, a bracket without a change of sign, or no root
            found by a function whose value left the tape, so that it has no gradient.
        ExpressionError: a formula cannot be read.

    >>> import thalweg as tw
    >>> tw.find_root("x**2 - 2", {"x": 1}).x
    {'x': 1.4142135623730951}
    >>> tw.find_root("x**2 + 1", {"x": 1}).message
    'No root found: |f| has a minimum of 1 at x = 0.'
    """
    refuse_traces("tw.find_root searches in Python")
    if bracket is not None:
        bracket = _ends(bracket)
    if start is None:
        if bracket is None:
            raise DescentError("find_root needs a start, or a bracket.")
        start = 0.5 * bracket[0] + 0.5 * bracket[1]
        if isinstance(fun, str | Expression):
            start = [start]
    search = Search(jit_compile, _known_by(fun), callback is not None)
    problem, layout, formula = _problem(fun, start, search)
    run = Run(problem, layout.flat, max_steps, tol, path=[] if record else None)  # type: ignore[arg-type]  # only its words and its path are used
    run.names = layout.names if formula else None
    seen = _watcher(layout, callback, run, search)
    with np.errstate(all="ignore"):
        if bracket is not None:
            found, method = _bracketed(problem, bracket, max(400, max_steps)), "bracket"
        else:
            found, method = _newton(problem, layout, max_steps, tol, seen)
        status, message = _verdict(run, found)
    if problem.lost is not None and not status.success:
        raise problem.lost
    result = OptimizeResult(
        message=message,
        success=status.success,
        status=status,
        x=layout.shaped(found.x),
        fun=float(found.residual[0]) if found.residual.size == 1 else found.residual,
        jac=found.jacobian,
        nit=found.nit,
        nfev=problem.nfev,
        njev=problem.njev,
        method=method,
    )
    if run.path is not None:
        points = np.array(run.path).reshape(len(run.path), layout.size)
        shaped = layout.tree is None
        result["path"] = points.reshape(-1, *layout.shapes[0]) if shaped else points
    return result.told(search.why_not_compiled)


def _ends(bracket: Any) -> tuple[float, float]:
    """The ends of a bracket, a pair of numbers that are not too far apart for a float64."""
    try:
        low, high = bracket
    except (TypeError, ValueError):
        raise DescentError(
            f"The bracket is {bracket!r}; a pair of numbers was wanted, for example (0, 1)."
        ) from None
    a, b = real_number("An end of the bracket", low), real_number("An end of the bracket", high)
    if not np.isfinite(b - a):
        raise DescentError(
            f"The bracket from {a:g} to {b:g} is wider than a float64 can tell; two finite numbers "
            "nearer to each other were wanted."
        )
    return a, b


def _known_by(fun: Any) -> Any:
    """The text of one formula or several, or the function itself."""
    if isinstance(fun, str | Expression):
        return str(fun)
    return "; ".join(map(str, fun)) if isinstance(fun, Sequence) else fun


def _problem(fun: Any, start: Any, search: Search) -> tuple[VectorObjective, Layout, bool]:
    if isinstance(fun, str | Expression):
        return (*read_formulas([fun], start, search), True)
    if isinstance(fun, Sequence):
        return (*read_formulas(list(fun), start, search), True)
    if not callable(fun):
        raise DescentError(
            f"fun is a {type(fun).__name__}; a function or a formula in text was wanted."
        )
    layout = Layout(start)
    return VectorObjective(layout.caller(fun), layout, search), layout, isinstance(start, Mapping)


def _watcher(
    layout: Layout, callback: Callable[[OptimizeResult], Any] | None, run: Run, search: Search
) -> Callable[[Vector, Vector, Vector, int], bool]:
    def seen(x: Vector, residual: Vector, jacobian: Vector, step: int) -> bool:
        if run.path is not None:
            run.path.append(x.copy())
        if callback is None or step == 0:
            return False
        left = float(residual[0]) if residual.size == 1 else residual
        search.interrupted()
        try:
            return callback(OptimizeResult(x=layout.shaped(x), fun=left, nit=step)) is True
        except StopIteration:
            return True

    return seen


def _newton(
    problem: VectorObjective, layout: Layout, max_steps: int, tol: float, seen: Any
) -> tuple[Landfall, str]:
    found = gauss_newton(problem, layout.flat, max_steps=max_steps, tol=tol, seen=seen)
    lone = layout.size == 1 and found.residual.size == 1
    if not lone or found.reason in ("root", "callback"):
        return found, "newton" if layout.size == found.residual.size else "gauss-newton"

    def value_at(x: float) -> float:
        return float(problem.residual(np.array([x]))[0])

    size = max(abs(float(found.x[0])), abs(float(layout.flat[0]))) or 1.0
    places = [float(found.x[0]), float(layout.flat[0])]
    for place in places if found.reason != "fading" else places[1:]:
        signs = look_around(value_at, place, size if found.reason != "fading" else 1.0)
        if signs is not None:
            narrowed = _bracketed(problem, signs, max(400, max_steps))
            if narrowed.reason == "root":
                narrowed.nit += found.nit
                return narrowed, "newton, then bracket"
    return found, "newton"


def _bracketed(problem: VectorObjective, bracket: tuple[float, float], max_steps: int) -> Landfall:
    if problem.size != 1:
        raise DescentError("A bracket needs one unknown; give a start for several.")

    def slope_at(x: float) -> tuple[float, float]:
        residual, jacobian = problem.residual_and_jacobian(np.array([x]))
        return float(residual[0]), float(jacobian[0, 0])

    a, b = float(bracket[0]), float(bracket[1])
    fa, fb = slope_at(a)[0], slope_at(b)[0]
    if not (np.isfinite(fa) and np.isfinite(fb)) or fa * fb > 0.0 or a == b:
        raise DescentError(
            f"f({a:g}) = {fa:g} and f({b:g}) = {fb:g}: a bracket needs two points where f has "
            "different signs."
        )
    found = between(slope_at, a, b, max_steps)
    return Landfall(
        np.array([found.x]),
        np.array([found.fun]),
        np.array([[found.slope]]),
        found.nit,
        found.reason,
        0.0,
    )


def _verdict(run: Run, found: Landfall) -> tuple[Status, str]:
    left = float(np.hypot.reduce(np.abs(found.residual)))
    many = found.residual.size > 1
    place = run.point(found.x)
    if found.reason == "root":
        size = "every equation is zero" if many else "f is zero"
        blur = 16.0 * np.finfo(np.float64).eps * np.abs(found.jacobian) @ np.abs(found.x)
        rounding = left <= float(np.linalg.norm(blur)) + 5e-324
        rest = "" if not left else " to its rounding" if rounding else " within the tolerance"
        rest += f" (|f| = {left:.2g})" if left else ""
        return Status.CONVERGED, f"A root: {size}{rest} at {place}."
    if found.reason == "lowest":
        return Status.STATIONARY, f"No root found: |f| has a minimum of {left:.6g} at {place}."
    if found.reason == "fading":
        return (
            Status.STATIONARY,
            f"No root found: |f| goes on shrinking (it is {left:.3g} at {place}) while x runs off, "
            "and is zero at no finite point on this way.",
        )
    if found.reason == "jump":
        return (
            Status.STATIONARY,
            f"No root found: f changes its sign at {place} by a jump or a pole "
            f"(|f| = {left:.3g}), without being zero.",
        )
    if found.reason == "not finite":
        return (
            Status.LEFT_DOMAIN,
            f"f or its derivative is not a number at {place}. Start elsewhere.",
        )
    if found.reason == "callback":
        return Status.STOPPED, f"The callback stopped it after {found.nit} steps."
    return (
        Status.OUT_OF_STEPS,
        f"{found.nit} steps were not enough: |f| = {left:.6g} at {place}. "
        "Allow more (max_steps), or start elsewhere.",
    )
