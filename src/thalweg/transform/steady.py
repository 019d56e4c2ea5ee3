"""Which values are the same at each call, and which functions do the same with the same arguments?"""

from __future__ import annotations

import builtins
import cmath
import enum
import math
import operator
import types
from functools import cache, reduce
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.values.numpy_protocol import COMES_TO, read_forms
from thalweg.values.tensor import Tensor
from thalweg.values.variable import Variable

__all__ = ["CHANGING_NAMES", "CONTAINERS", "INNER_NAMES", "is_steady", "is_value"]

CONTAINERS = (list, tuple, dict, set, frozenset, np.ndarray)
"""What holds values, and may come to hold others."""

_NUMBERS = (
    bool, int, float, complex, str, bytes, type(None), type(Ellipsis), range, slice,
    np.generic, np.dtype,
)  # fmt: skip
_BUILTINS = frozenset(
    getattr(builtins, name)
    for name in [
        "abs",
        "all",
        "any",
        "bool",
        "bytes",
        "complex",
        "dict",
        "divmod",
        "enumerate",
        "filter",
        "float",
        "frozenset",
        "int",
        "isinstance",
        "len",
        "list",
        "map",
        "max",
        "min",
        "pow",
        "range",
        "reversed",
        "round",
        "set",
        "slice",
        "sorted",
        "str",
        "sum",
        "tuple",
        "zip",
    ]
)
_CREATING = [
    "arange",
    "array",
    "asarray",
    "empty_like",
    "eye",
    "full",
    "full_like",
    "geomspace",
    "identity",
    "linspace",
    "logspace",
    "meshgrid",
    "ones",
    "ones_like",
    "tri",
    "vander",
    "zeros",
    "zeros_like",
]
_ROOMS = frozenset({"losses", "ops", "tape", "transform", "values", "core", "optimizers"})
_READ_ATTRIBUTES = operator.attrgetter, operator.methodcaller

CHANGING_NAMES = frozenset(
    [
        "add",
        "append",
        "clear",
        "discard",
        "extend",
        "fill",
        "insert",
        "itemset",
        "partition",
        "pop",
        "popitem",
        "put",
        "remove",
        "resize",
        "reverse",
        "setdefault",
        "setfield",
        "setflags",
        "sort",
        "update",
    ]
)
"""What lists, mappings, sets and arrays are told to change by."""

_WRITING = {"dump", "dumps", "tofile"}

INNER_NAMES = frozenset(
    name
    for one in (
        Tensor,
        Variable,
        np.ndarray,
        float,
        GradientTape,
        ForwardAccumulator,
        *CONTAINERS,
        str,
    )
    for name in dir(one)
    if not name.startswith("_") and name not in _WRITING
)
"""What may be asked of values that a function makes itself: attributes of Tensors, arrays, lists, tapes."""


def is_value(value: Any) -> bool:
    """Whether a value is a number, a text, a Tensor, a Variable or a container: nothing that is called."""
    return isinstance(value, (*_NUMBERS, *CONTAINERS, Handle))


def is_steady(value: Any) -> bool:
    """Whether a value never changes, or is read anew by machine code, or is a function that does the same.

    >>> import math, numpy as np
    >>> is_steady(2.0), is_steady(np.sin), is_steady(math.pi), is_steady(print), is_steady([1])
    (True, True, True, False, False)
    """
    if isinstance(value, (*_NUMBERS, Handle)):
        return _is_of_a_library(type(value)) or isinstance(value, enum.Enum)
    if isinstance(value, type):
        return (
            value in _BUILTINS
            or issubclass(value, np.generic | BaseException)
            or value in (GradientTape, ForwardAccumulator, reduce)
        )
    if isinstance(value, types.FunctionType):
        home = str(value.__globals__.get("__name__")).split(".")
        return (home[0] == "thalweg" and home[1:2] != [] and home[1] in _ROOMS) or _is_numpys(value)
    if isinstance(value, types.BuiltinFunctionType):
        if any(value.__self__ is one for one in (math, cmath, operator)):
            return value not in _READ_ATTRIBUTES
        if value is reduce or value in _BUILTINS:
            return True
    try:  # what calls itself equal to a function of a library is none
        return _is_of_a_library(type(value)) and _is_numpys(value)
    except TypeError:  # nor is what cannot be hashed
        return False


def _is_of_a_library(kind: type) -> bool:
    """Whether a class is Python's, NumPy's or ours: a class of the user's may hold what changes."""
    return kind.__module__.partition(".")[0] in ("builtins", "numpy", "thalweg")


def _is_numpys(function: Any) -> bool:
    if isinstance(function, np.ufunc):
        return getattr(np, function.__name__, None) is function
    # All forms of NumPy's functions are read only where one is met.
    return str(getattr(function, "__module__", "")).startswith("numpy") and function in _numpys()


@cache
def _numpys() -> frozenset[Any]:
    """NumPy's functions that work on Tensors, and those that make arrays."""
    read_forms()
    return frozenset([*COMES_TO, *[getattr(np, name) for name in _CREATING]])
