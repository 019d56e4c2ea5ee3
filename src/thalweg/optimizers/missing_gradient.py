"""Which gradient is missing, why, and at which line of the user's is that to be said?"""

from __future__ import annotations

import sys
from typing import Any

from thalweg.core.handle import Trainable

__all__ = ["levels_to_the_user", "name_of", "why_missing"]


def levels_to_the_user() -> int:
    """How many calls above the asking function the user's line is; minimize takes many ways down."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "thalweg":
        level, frame = level + 1, frame.f_back
    return level


def why_missing(tape: Any, loss: Any, missing: list[Any]) -> str:
    """Why these gradients are None, in the tape's words; nothing where there is no tape."""
    if tape is None:
        return ""
    from thalweg.tape.explain import explain_missing  # read when a gradient is missing, seldom

    return f"\n{explain_missing(tape, loss, missing)}"


def name_of(variable: Any) -> str:
    """What a Variable is called."""
    return variable.name if isinstance(variable, Trainable) else type(variable).__name__
