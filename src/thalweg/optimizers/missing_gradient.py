"""Which gradient is missing, why, and at which line of the user's is that to be said?"""

from __future__ import annotations

import sys
import warnings
from typing import Any

from thalweg.core.handle import Trainable

__all__ = ["levels_to_the_user", "without_none"]


def levels_to_the_user() -> int:
    """How many calls above the asking function the user's line is; minimize takes many ways down."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").partition(".")[0] == "thalweg":
        level, frame = level + 1, frame.f_back
    return level


def _why_missing(tape: Any, loss: Any, missing: list[Any]) -> str:
    """Why these gradients are None, in the tape's words; nothing where there is no tape."""
    if tape is None:
        return ""
    from thalweg.tape.explain import explain_missing  # read when a gradient is missing, seldom

    return f"\n{explain_missing(tape, loss, missing)}"


def _name_of(variable: Any) -> str:
    """What a Variable is called."""
    return variable.name if isinstance(variable, Trainable) else type(variable).__name__


def without_none(
    pairs: list[tuple[Any, Any]], tape: Any, loss: Any, explained: dict[frozenset[int], str]
) -> list[tuple[Any, Any]]:
    """Leave out pairs without a gradient and say so; why, where the tape can tell.

    Args:
        pairs: gradients and Variables.
        tape: what recorded the loss, or None.
        loss: its target.
        explained: what was found out before.

    Raises:
        ValueError: there is no gradient at all.
    """
    missing = [variable for grad, variable in pairs if grad is None]
    names = [_name_of(variable) for variable in missing]
    if len(missing) == len(pairs) and missing:
        listed = ", ".join(f"'{name}'" for name in names)
        raise ValueError(
            f"No gradients provided for any variable: ({listed}).{_why_missing(tape, loss, missing)}\n"
            "A gradient is there where the loss was computed from the variable inside the tape."
        )
    # The next step will leave out the same ones, most likely for the same reason; finding it
    # out takes longer than the step itself.
    which = frozenset(getattr(variable, "key", 0) for variable in missing)
    if tape is not None and which not in explained:
        explained[which] = _why_missing(tape, loss, missing)
    warnings.warn(
        f"Gradients do not exist for variables {names} when minimizing the loss."
        f"{explained.get(which, '')}",
        stacklevel=levels_to_the_user(),
    )
    return [(grad, variable) for grad, variable in pairs if grad is not None]
