"""What a formula is once it is read: a tuple of steps in postfix order.

`(x - 1)**2` is x, 1, -, 2, **: each step takes its operands from the ones before it. The tuple is
the tree (every postfix order belongs to exactly one), but it can be compared, printed and
computed in one pass from left to right, so that no text, however deep, costs a recursion.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

__all__ = ["NEGATE", "Step"]

NEGATE: Final = "negate"
"""The word of the minus sign that has one operand."""


class Step(NamedTuple):
    """One node of the tree.

    Args:
        kind: a number, one of the constants, a free name, an operator, or a call.
        word: the name, the operator's sign or the function's canonical name; "" for a number.
        number: the number, where it is one.
        arity: how many of the values before it the step takes.
    """

    kind: Literal["number", "constant", "name", "operator", "call"]
    word: str = ""
    number: float = 0.0
    arity: int = 0
