"""At which step did the loss become NaN or infinite, and what may help?"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from thalweg.optimizers.missing_gradient import levels_to_the_user

__all__ = ["warn_if_not_finite"]

AT_ONCE = 1 << 16
"""So many losses are looked at together: most runs go wrong soon, if they do."""


def warn_if_not_finite(optimizer: Any) -> None:
    """Warn, once, if the last of `optimizer.losses` is no finite number.

    Only that one is looked at where all is well: who has come to NaN stays there.
    """
    losses = optimizer.losses
    if not len(losses) or np.isfinite(losses[-1]).all():
        return
    at = _first(losses)
    if at == 0:
        when, advice = (
            "is {} from the first step on",
            "Look at the data and where the Variables begin",
        )
    else:
        rate = "" if optimizer._schedule else f" than {optimizer.learning_rate:g}"
        when = f"became {{}} at step {at + 1} of {len(losses)} (losses[{at}]"
        when += f"; {losses[at - 1]:.3g} before)" if not losses[at].ndim else ")"
        advice = f"A smaller learning_rate{rate} may help"
    warnings.warn(
        f"{type(optimizer).__name__}.minimize: the loss {when.format(_word(losses[at]))}, and the "
        f"Variables may hold NaN since. {advice}; after tw.debugging.enable_check_numerics() the op that "
        f"makes the first NaN or infinity raises, with its line.",
        RuntimeWarning,
        stacklevel=levels_to_the_user(),
    )


def _first(losses: Any) -> int:
    """The first that is not finite; there is one."""
    start = 0
    while True:
        bad = ~np.isfinite(losses[start : start + AT_ONCE])
        bad = bad.reshape(len(bad), -1).any(axis=1)
        if bad.any():
            return start + int(bad.argmax())
        start += AT_ONCE


def _word(loss: Any) -> str:
    return "NaN" if np.isnan(loss).any() else "infinite"
