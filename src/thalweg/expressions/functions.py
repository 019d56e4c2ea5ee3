"""The functions and constants that a formula may name; nothing else can be called.

One row a function: its name, the other names it goes by, its arguments, the NumPy function that
computes it in float64, and the public name of the thalweg op that does the same under a tape. A
table from canonical names to callables (`NUMPY_FUNCTIONS`, or one of ops built from the column
`op`) is what `Expression.evaluate` and `as_function` take.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

import numpy as np

from thalweg.expressions import numpy_forms

__all__ = ["CONSTANTS", "FUNCTIONS", "NUMPY_FUNCTIONS", "Function", "find_function"]


class Function(NamedTuple):
    """One function of the language.

    Args:
        name: the canonical name, the key in every table of functions.
        aliases: other names that mean the same.
        arguments: names of the arguments, in order; as many as it takes.
        numpy: float64 in, float64 out, elementwise.
        op: public name of the thalweg op, below `thalweg`.
    """

    name: str
    aliases: tuple[str, ...]
    arguments: tuple[str, ...]
    numpy: Callable[..., Any]
    op: str

    @property
    def usage(self) -> str:
        """How a call is written, such as `atan2(y, x)`."""
        return f"{self.name}({', '.join(self.arguments)})"


_X: Final = ("x",)
_XY: Final = ("x", "y")

FUNCTIONS: Final[tuple[Function, ...]] = (
    Function("sin", (), _X, np.sin, "math.sin"),
    Function("cos", (), _X, np.cos, "math.cos"),
    Function("tan", (), _X, np.tan, "math.tan"),
    Function("asin", ("arcsin",), _X, np.arcsin, "math.asin"),
    Function("acos", ("arccos",), _X, np.arccos, "math.acos"),
    Function("atan", ("arctan",), _X, np.arctan, "math.atan"),
    Function("atan2", ("arctan2",), ("y", "x"), np.arctan2, "math.atan2"),
    Function("sinh", (), _X, np.sinh, "math.sinh"),
    Function("cosh", (), _X, np.cosh, "math.cosh"),
    Function("tanh", (), _X, np.tanh, "math.tanh"),
    Function("asinh", ("arcsinh",), _X, np.arcsinh, "math.asinh"),
    Function("acosh", ("arccosh",), _X, np.arccosh, "math.acosh"),
    Function("atanh", ("arctanh",), _X, np.arctanh, "math.atanh"),
    Function("exp", (), _X, np.exp, "math.exp"),
    Function("expm1", (), _X, np.expm1, "math.expm1"),
    Function("log", ("ln",), _X, np.log, "math.log"),
    Function("log2", (), _X, np.log2, "math.log2"),
    Function("log10", (), _X, np.log10, "math.log10"),
    Function("log1p", (), _X, np.log1p, "math.log1p"),
    Function("sqrt", (), _X, np.sqrt, "math.sqrt"),
    Function("cbrt", (), _X, np.cbrt, "math.cbrt"),
    Function("square", (), _X, np.square, "math.square"),
    Function("pow", ("power",), _XY, np.power, "math.pow"),
    Function("hypot", (), _XY, np.hypot, "math.hypot"),
    Function("abs", ("absolute", "fabs"), _X, np.abs, "math.abs"),
    Function("sign", (), _X, np.sign, "math.sign"),
    Function("floor", (), _X, np.floor, "math.floor"),
    Function("ceil", (), _X, np.ceil, "math.ceil"),
    Function("minimum", ("min",), _XY, np.minimum, "math.minimum"),
    Function("maximum", ("max",), _XY, np.maximum, "math.maximum"),
    Function("erf", (), _X, numpy_forms.erf, "math.erf"),
    Function("sigmoid", (), _X, numpy_forms.sigmoid, "math.sigmoid"),
    Function("softplus", (), _X, numpy_forms.softplus, "math.softplus"),
    Function("relu", (), _X, numpy_forms.relu, "nn.relu"),
)

CONSTANTS: Final[Mapping[str, float]] = MappingProxyType({"pi": math.pi, "e": math.e})
"""Names that stand for a number; no variable may take them."""

NUMPY_FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {row.name: row.numpy for row in FUNCTIONS}
)
"""Canonical name to the NumPy function: the table for values without a tape."""

_BY_ANY_NAME: Final[Mapping[str, Function]] = MappingProxyType(
    {name: row for row in FUNCTIONS for name in (row.name, *row.aliases)}
)


def find_function(name: str) -> Function | None:
    """Returns the row that goes by `name`, canonical or not; None where there is none.

    Example:
        >>> find_function("arctan2").usage
        'atan2(y, x)'
    """
    return _BY_ANY_NAME.get(name)


def function_names() -> tuple[str, ...]:
    """Returns every name that can be called, the aliases too."""
    return tuple(_BY_ANY_NAME)
