"""The strong zero: where the incoming cotangent is exactly zero, the outgoing one is zero too.

A rule whose local derivative is infinite or NaN there (log, sqrt, division, an exponential that
overflows) would make NaN of 0·∞, and a branch that `where` did not take would poison the one that
it took. One compare an element; `strict` on the tape turns it off.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.ops.comparison import select
from thalweg.ops.creation import zeros_like

SMALL = 1024
"""Above this size it is quicker to see that the result is finite than to count zeros."""


def strong_zero(g: Any, result: Any) -> Any:
    """The result with zeros where `g` is exactly zero.

    Args:
        g: the incoming cotangent, array or Tensor.
        result: the outgoing one, of a shape that `g` broadcasts to.
    """
    raw = g.array if isinstance(g, Handle) else g
    outcome = result.array if isinstance(result, Handle) else result
    if not raw.ndim:
        return result if raw or np.all(np.isfinite(outcome)) else zeros_like(result)
    if raw.size > SMALL and np.isfinite(np.vdot(outcome, outcome)):
        return result
    if np.count_nonzero(raw) == raw.size:
        return result
    # A finite product is zero by itself. It must stay the product: its derivative by `g`, which a
    # second sweep asks for, is the local derivative and not zero (x·sin x at 0 curves by 2).
    lost = (raw == 0) & ~np.isfinite(outcome)
    if not lost.any():
        return result
    if isinstance(result, Handle):
        return select(lost, zeros_like(result), result)
    return np.where(lost, outcome.dtype.type(0), outcome)
