"""When does machine code pay?

What calls take in Python is estimated in microseconds, from the ops that they take and from the elements
of their answers, not read from a clock: so the same program decides the same way each time, and computes
the same bits. Making machine code takes a time that grows with the graph. Where the work that was done
already has taken as long as the code will take to make, it is made: whoever decides so never takes more
than about twice the time of the better way, whether the work ends soon or never.
"""

from __future__ import annotations

import math
from typing import Any

__all__ = ["TRACED_AT", "cost_of_code", "work_of_tape", "work_of_ticks"]

TRACED_AT = 20_000.0
"""Microseconds of work in Python before a function is written down, which takes some milliseconds."""

MADE_AT, MADE_FOR_A_NODE = 40_000.0, 150.0
"""Microseconds that machine code takes to make: any, and each node of the graph."""

A_CALL, AN_OP, AN_ELEMENT = 20.0, 4.0, 3e-3
"""Microseconds of a value with its gradient: a call, each op, each element of an op's answer."""

_PRODUCTS = frozenset({"matmul", "tensordot", "matvec", "einsum"})
_A_MULTIPLICATION = AN_ELEMENT / 64


def cost_of_code(nodes: int) -> float:
    """About how many microseconds it takes to make machine code of a graph."""
    return MADE_AT + MADE_FOR_A_NODE * nodes


def work_of_tape(tape: Any) -> float:
    """About how many microseconds what a tape recorded takes, with the sweep back.

    Args:
        tape: before it is asked.

    >>> import thalweg as tw
    >>> x = tw.constant(2.0)
    >>> with tw.GradientTape() as tape:
    ...     tape.watch(x)
    ...     y = x * x
    >>> 20.0 < work_of_tape(tape) < 30.0
    True
    """
    recording = tape._recording
    specs = recording.specs
    elements = 0.0
    for spec in specs.values():
        size = math.prod(spec[0])
        elements += AN_ELEMENT * size
        if len(spec) > 2 and spec[2].name in _PRODUCTS:
            inner = max(
                [max(specs[key][0], default=1) for key in spec[3] if key in specs], default=1
            )
            elements += _A_MULTIPLICATION * size * inner
    return A_CALL + AN_OP * len(recording.events) + elements


def work_of_ticks(ticks: int, calls: int, elements: int) -> float:
    """About how many microseconds some calls take, of which the clock of values ticked so often.

    Args:
        ticks: how far the clock went.
        calls: how many calls.
        elements: of the answer; most of what leads to it holds fewer.
    """
    return A_CALL * calls + ticks * (AN_OP + 0.1 * AN_ELEMENT * elements)
