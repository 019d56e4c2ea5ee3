"""How is a descent printed: what was asked for, what was found, how it ended."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from thalweg.cli.print_number import exact
from thalweg.cli.say import aligned, ending

if TYPE_CHECKING:
    from thalweg.descent.result import OptimizeResult

__all__ = ["minimize_text", "point_text"]


def minimize_text(
    result: OptimizeResult, expression: str, start: Mapping[str, float], target: float | None
) -> str:
    """Returns the lines: what was asked for, what was found, how it ended.

    Args:
        result: the descent.
        expression: the expression as it was typed.
        start: where it began, by name.
        target: the value that was looked for, or None.
    """
    shown = expression if len(expression) <= 200 else f"{expression[:196]} ..."
    rows = [["f", " ".join(shown.split())], ["start", point_text(start)]]
    if target is not None:
        rows.append(["target", f"f = {exact(target)}"])
    rows.append(["method", result.method])
    if "rate" in result:
        rows.append(["rate", f"{result.rate:.6g}"])
    if "rate_limit" in result:
        rows.append(["would hold", f"a rate below {result.rate_limit:.4g}"])
    answer = [[name, exact(result.x[name])] for name in start]
    if target is not None:
        answer.append(["f", exact(result.value)])
    answer += [
        ["f" if target is None else "(f - target)**2", exact(result.fun)],
        ["|gradient|", f"{_norm(result.jac):.3g}"],
        ["steps", str(result.nit)],
        ["evaluations", f"{result.nfev} of f, {result.njev} of its gradient, {result.nhev} of its curvature"],
    ]  # fmt: skip
    both = aligned([*rows, *answer], left=2).split("\n")
    end = ending(result.success, str(result.status), result.message)
    return "\n".join([*both[: len(rows)], "", *both[len(rows) :], "", end])


def point_text(values: Mapping[str, float]) -> str:
    """Returns a point as `x = 1, y = 2`; of many numbers the first six.

    >>> point_text({"x": 1.0, "y": 0.5})
    'x = 1, y = 0.5'
    """
    shown = [f"{name} = {value:.6g}" for name, value in list(values.items())[:6]]
    return ", ".join(shown) + (", ..." if len(values) > 6 else "")


def _norm(slopes: Mapping[str, float]) -> float:
    return math.hypot(*slopes.values())
