"""A start value or a constant as the command line gives it: `x=5`."""

from __future__ import annotations

from thalweg.errors import ExpressionError
from thalweg.expressions.expression import build_expression
from thalweg.expressions.limits import shortened
from thalweg.expressions.misplaced_tokens import reserved_name
from thalweg.expressions.parser import Parser, check_length
from thalweg.expressions.tokens import tokenize

__all__ = ["parse_assignment"]


def parse_assignment(text: str) -> tuple[str, float]:
    """Reads `NAME=NUMBER`, where the number may be a formula without names, such as `-pi/2`.

    Args:
        text: the assignment, ASCII.

    Raises:
        ExpressionError: it is none, its name is a function's or a constant's, or its value is not
            a finite number.

    Example:
        >>> parse_assignment("x=-1e-3")
        ('x', -0.001)
    """
    tokens = tokenize(check_length(text))
    shape = "write NAME=NUMBER, such as x=5"
    first = tokens[0]
    if first.kind == "fault":
        raise ExpressionError(first.text, text, first.start)
    if first.kind != "name":
        reason = f"the name is missing; {shape}" if text.strip() else f"it is empty; {shape}"
        raise ExpressionError(reason, text, first.start)
    second = tokens[1]
    if second.kind == "fault":
        reason = f"write one '=': {shape}" if text.startswith("==", second.start) else second.text
        raise ExpressionError(reason, text, second.start)
    if second.kind != "equals":
        raise ExpressionError(f"'=' does not follow the name; {shape}", text, second.start)
    reason = reserved_name(first.text) or ""
    if reason:
        raise ExpressionError(reason, text, first.start)
    parser = Parser(text, tokens)
    parser.at = 2
    if tokens[2].kind == "end":
        raise ExpressionError(f"the number is missing; {shape}", text, len(text))
    tree = parser.read()
    parser.take("end", f"a second '='; {shape}")
    value = build_expression(text, tree, second.end, len(text))
    if value.names:
        name = value.names[0]
        raise value.fault(name, f"{shortened(name)} is not a number; {shape}")
    return first.text, value.folded[0].number
