"""Where does f take a given value? Newton's method on f − target, before the square is touched."""

from __future__ import annotations

import numpy as np

from thalweg.descent.gauss_newton import gauss_newton
from thalweg.descent.problem import SquaredMiss, Vector
from thalweg.descent.run import End, Run, Why
from thalweg.descent.solve import Outcome
from thalweg.descent.status import Status
from thalweg.descent.verdict import Verdict

__all__ = ["reach"]


def reach(run: Run, problem: SquaredMiss) -> Outcome | None:
    """Look for a point where f equals the target exactly.

    The square (f − target)² has lost half of its digits before it is zero, and curves twice as
    unevenly as f; its minimum at a root of f − target is found better by Newton's method on
    f − target itself (Gauss and Newton's on the square).

    Args:
        run: the descent that was asked for.
        problem: its function.

    Returns:
        The outcome, or None where no such point was found inside the box: then the square has to
        be minimised as any other function.
    """
    stopped = False

    def seen(x: Vector, residual: Vector, jacobian: Vector, step: int) -> bool:
        nonlocal stopped
        miss = float(residual[0])
        if run.path is not None:
            run.path.append(x.copy())
        if run.watcher is not None:
            stopped = run.watcher(x, miss * miss, 2.0 * miss * jacobian[0], step)
        return stopped

    found = gauss_newton(
        problem, run.start, max_steps=min(run.max_steps, 200), tol=run.tol, seen=seen
    )
    miss = float(found.residual[0])
    end = End(found.x, miss * miss, 2.0 * miss * found.jacobian[0], found.nit, Why.JUDGED)
    if stopped:
        end.why = Why.CALLBACK
        words = f"The callback stopped it after {found.nit} steps."
        return Outcome(end, Verdict(Status.STOPPED, words), "gauss-newton")
    inside = np.array_equal(run.project(found.x), found.x)
    if found.reason != "root" or not inside:
        if run.path is not None:
            run.path.clear()
        return None
    exact = "exactly" if miss == 0.0 else f"to its rounding (it differs by {abs(miss):.2g})"
    words = (
        f"f takes the value {problem.target:g} {exact} at {run.point(found.x)}. "
        "(auto picked Newton's method on f − target)"
    )
    return Outcome(end, Verdict(Status.CONVERGED, words), "gauss-newton")
