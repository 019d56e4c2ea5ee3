"""Formulas in text: our own reader, about thirty functions, float64, nothing that can be run.

text -> tokens -> tree (postfix steps) -> constants folded -> a program over registers

>>> from thalweg.expressions import parse
>>> parse("x**2 - 2*x").evaluate({"x": 3.0})
np.float64(3.0)
"""

from __future__ import annotations

from thalweg.expressions.assignment import parse_assignment
from thalweg.expressions.equation import Equation, parse_equation
from thalweg.expressions.expression import Expression, as_function, parse
from thalweg.expressions.functions import (
    CONSTANTS,
    FUNCTIONS,
    NUMPY_FUNCTIONS,
    Function,
    find_function,
)
from thalweg.expressions.pointer import pointer

__all__ = [
    "CONSTANTS",
    "FUNCTIONS",
    "NUMPY_FUNCTIONS",
    "Equation",
    "Expression",
    "Function",
    "as_function",
    "find_function",
    "parse",
    "parse_assignment",
    "parse_equation",
    "pointer",
]
