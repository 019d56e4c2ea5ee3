"""The strong zero: where the incoming cotangent is exactly zero, the outgoing one is zero too.

A rule whose local derivative is infinite or NaN there (log, sqrt, division, an exponential that
overflows) would make NaN of 0·∞, and a branch that `where` did not take would poison the one that
it took. One compare an element; `strict` on the tape turns it off.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.ops.comparison import equal, select
from thalweg.ops.creation import zeros_like

SMALL = 4096


def strong_zero(g: Any, result: Any) -> Any:
    """The result with zeros where `g` is exactly zero.

    Args:
        g: the incoming cotangent, array or Tensor.
        result: the outgoing one, of a shape that `g` broadcasts to.
    """
    raw = g.array if isinstance(g, Handle) else g
    if not raw.ndim:
        if raw != 0:
            return result
        return zeros_like(result)
    if np.count_nonzero(raw) == raw.size:
        return result
    outcome = result.array if isinstance(result, Handle) else result
    if outcome.size > SMALL and np.isfinite(np.vdot(outcome, outcome)):
        return result
    if isinstance(result, Handle):
        return select(equal(g, 0), zeros_like(result), result)
    return np.where(raw == 0, outcome.dtype.type(0), outcome)
