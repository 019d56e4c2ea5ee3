"""Constant sub-expressions: computed once, in float64, and refused where they are not finite.

`2*pi*x` becomes 6.28...*x. This is more than speed: a number that a table of ops would turn into
float32 stays what float64 makes of it, and `9**9**9` is an overflow of two floats, never an
integer of 370 million digits.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from thalweg.errors import ExpressionError
from thalweg.expressions.functions import CONSTANTS, NUMPY_FUNCTIONS
from thalweg.expressions.limits import shortened
from thalweg.expressions.parser import Tree
from thalweg.expressions.steps import NEGATE, Step

__all__ = ["OPERATORS", "fold_constants"]

OPERATORS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {
        "+": operator.add,
        "-": operator.sub,
        "*": operator.mul,
        "/": operator.truediv,
        "**": operator.pow,
        NEGATE: operator.neg,
    }
)
"""Python's operators, so that every value brings its own arithmetic."""

_POLES: Final = frozenset({"log", "log2", "log10", "log1p", "atanh"})


def fold_constants(tree: Tree, text: str) -> tuple[Step, ...]:
    """Returns the steps with every constant sub-expression replaced by its number.

    Args:
        tree: the formula.
        text: the text that its spans count in.

    Raises:
        ExpressionError: a constant sub-expression is infinite or not a real number.
    """
    folded: list[Step] = []
    with np.errstate(all="ignore"):
        for step, span in zip(tree.steps, tree.spans, strict=True):
            if step.kind == "constant":
                folded.append(Step("number", number=CONSTANTS[step.word]))
                continue
            # In postfix order the operands are the last complete values; where the last `arity`
            # steps are all numbers, they are the operands.
            operands = folded[len(folded) - step.arity :]
            if step.arity == 0 or any(operand.kind != "number" for operand in operands):
                folded.append(step)
                continue
            numbers = [np.float64(operand.number) for operand in operands]
            table = OPERATORS if step.kind == "operator" else NUMPY_FUNCTIONS
            result = float(table[step.word](*numbers))
            if not math.isfinite(result):
                reason = _reason(step, numbers, result)
                piece = shortened(text[span[0] : span[1]])
                raise ExpressionError(f"{piece} {reason}", text, span[0])
            del folded[len(folded) - step.arity :]
            folded.append(Step("number", number=result))
    return tuple(folded)


def _reason(step: Step, numbers: Sequence[float], result: float) -> str:
    """Returns why a constant is refused; its operands are finite, the result is not."""
    if step.word == "/" and numbers[1] == 0.0:
        return "divides by zero"
    if math.isnan(result):
        return "is not a real number"
    if step.word in _POLES or (step.word in ("**", "pow") and numbers[0] == 0.0):
        return "is infinite"
    return "is too large for a float64"
