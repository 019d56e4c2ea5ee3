"""What becomes of a value's numbers that Python sees: who records is told.

A sign that picks a branch, an order that sorts, places where a number is missing: what follows from
them carries no gradient, and is right for these numbers alone, so that it must not be written down to
be computed for others.
"""

from __future__ import annotations

from typing import Any

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE, note

__all__ = ["leaves", "numbers_seen", "refuse_traces", "seen"]


def leaves(value: Any, how: str, depth: int = 1) -> None:
    """Tell every recorder that a value leaves for Python, and the line `depth` levels up.

    Args:
        value: a Tensor or a Variable.
        how: by what, for messages.
        depth: as `note` counts.
    """
    tracer = STATE.here.tracer
    if tracer is not None and isinstance(value, Trainable):
        tracer.read(value)
    note("escape", (value.key,), how, depth + 1)


def seen(value: Any, how: str) -> None:
    """Tell who writes down what is computed, and nobody else, that Python goes by a value's numbers."""
    if STATE.here.tracer is not None and isinstance(value, Handle):
        leaves(value, how, 2)


def numbers_seen(value: Any, how: str) -> Any:
    """The array of a Tensor or a Variable, for code that goes by its numbers; all else as it is.

    Args:
        value: anything.
        how: what goes by them, for messages.
    """
    if not isinstance(value, Handle):
        return value
    if STATE.here.tracer is not None:
        leaves(value, how, 2)
    return value.array


def refuse_traces(why: str) -> None:
    """Tell who writes down what is computed that what happens here is not the same each time."""
    tracer = STATE.here.tracer
    if tracer is not None:
        tracer.refuse(why)
