"""The strong zero: where the incoming cotangent is exactly zero, the outgoing one is zero too.

A rule whose local derivative is infinite or NaN there (log, sqrt, division, an exponential that
overflows), or NaN in or out, would make NaN of 0·∞, and a branch that `where` did not take would
poison the one that it took. One compare an element; `strict` on the tape turns it off.

Tangents keep the same promise in both directions: what does not move passes nothing on, and what
moves beyond all bounds does not move a value that does not depend on it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.op import Rule
from thalweg.core.recording import STATE
from thalweg.ops.comparison import select
from thalweg.ops.creation import ones_like, zeros_like
from thalweg.ops.dead_branch import finite, spared

SMALL = 1024
"""Above this size it is quicker to see that the result is finite than to count zeros."""


def strong_zero(g: Any, result: Any) -> Any:
    """The result with zeros where `g` is exactly zero.

    Args:
        g: the incoming cotangent, array or Tensor.
        result: the outgoing one, of a shape that `g` broadcasts to.
    """
    if isinstance(result, Handle):
        if STATE.here.tracer is not None:
            return spared(g, result)
        outcome = result.array
    else:
        outcome = result
    if finite(outcome):
        return result
    raw = g.array if isinstance(g, Handle) else g
    # A finite product is zero by itself. It must stay the product: its derivative by `g`, which a
    # second sweep asks for, is the local derivative and not zero (x·sin x at 0 curves by 2).
    return _without(result, (raw == 0) & ~np.isfinite(outcome))


def still(tangent: Any, part: Any, rule: Rule, environment: tuple[Any, ...]) -> Any:
    """What a rule made of a tangent, with zeros where the tangent or the local derivative is zero.

    The reverse sweep meets the same two factors in the other order, and stops at the first zero. A
    cotangent of zero is such a local derivative when the sweep itself is differentiated forwards.

    Args:
        tangent: of the input, array or Tensor.
        part: the rule's answer for it.
        rule: the rule.
        environment: what it picks from.
    """
    if STATE.here.tracer is not None:
        slopes = rule.function(ones_like(tangent), *rule.pick(environment))
        return spared(slopes, spared(tangent, part))
    outcome = part.array if isinstance(part, Handle) else part
    if finite(outcome):
        return part
    raw = tangent.array if isinstance(tangent, Handle) else tangent
    plain = [one.array if isinstance(one, Handle) else one for one in rule.pick(environment)]
    with np.errstate(all="ignore"):
        slope = rule.function(np.ones_like(raw)[()], *plain)
    return _without(part, ((raw == 0) | (slope == 0)) & ~np.isfinite(outcome))


def _without(result: Any, lost: Any) -> Any:
    """The result with zeros where it is lost."""
    if not lost.any():
        return result
    if isinstance(result, Handle):
        return select(lost, zeros_like(result), result)
    return np.where(lost, result.dtype.type(0), result)[()]
