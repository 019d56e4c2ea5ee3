"""An equation: what was measured on the left, the formula for it on the right."""

from __future__ import annotations

from typing import NamedTuple

from thalweg.errors import ExpressionError
from thalweg.expressions.expression import Expression, build_expression
from thalweg.expressions.parser import Parser, Tree, check_length
from thalweg.expressions.steps import Step
from thalweg.expressions.tokens import tokenize

__all__ = ["Equation", "parse_equation"]


class Equation(NamedTuple):
    """`left = right`.

    Args:
        left: the measured quantity; a column's name, or an expression of columns.
        right: the formula for it.
    """

    left: Expression
    right: Expression

    def __str__(self) -> str:
        return f"{self.left} = {self.right}"


def parse_equation(text: str) -> Equation:
    """Reads an equation such as `y = b1*(1 - exp(-b2*x))` or `log(y) = b1 - b2*x`.

    Args:
        text: the equation, ASCII, at most 10 000 characters, with one "=".

    Raises:
        ExpressionError: it is no equation, or one of its sides is no formula.

    Example:
        >>> equation = parse_equation("log(y) = b1 - b2*x1*exp(-b3*x2)")
        >>> equation.left.names, equation.right.names
        (('y',), ('b1', 'b2', 'x1', 'b3', 'x2'))
    """
    parser = Parser(check_length(text), tokenize(text))
    if not text.strip():
        raise ExpressionError("the formula is empty; write one such as y = a + b*x", text)
    if parser.tokens[0].kind == "equals":
        raise ExpressionError("nothing stands before the '='; write y = FORMULA", text, 0)
    left = parser.read()
    wanted = "there is no '='; write y = FORMULA, such as y = b1*exp(-b2*x)"
    equals = parser.take("equals", wanted)
    if parser.tokens[parser.at].kind == "end":
        reason = "nothing stands behind the '='; write y = FORMULA, such as y = a + b*x"
        raise ExpressionError(reason, text, equals.start)
    right = parser.read()
    parser.take("end", "a second '='; an equation has one")
    _refuse_error_term(right, text)
    equation = Equation(
        build_expression(text, left, 0, equals.start),
        build_expression(text, right, equals.end, len(text)),
    )
    if not equation.left.names:
        reason = "the left side names no column; write what was measured there, such as y = a + b*x"
        raise ExpressionError(reason, text, left.spans[0][0])
    return equation


def _refuse_error_term(tree: Tree, text: str) -> None:
    """Refuses `... + e` at the end, as statisticians write the error of a measurement.

    NIST's models end so. Read as Euler's number it would shift the whole fit, silently.
    """
    if tree.steps[-2:] == (Step("constant", "e"), Step("operator", "+", arity=2)):
        reason = "e is 2.718...; leave the error term '+ e' out, or write exp(1) for the number"
        raise ExpressionError(reason, text, tree.spans[-2][0])
