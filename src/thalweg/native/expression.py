"""What does an elementwise primitive of a graph become: which instructions over vectors?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.native import floats_as_numpy as floats
from thalweg.native import wholes_as_numpy as wholes
from thalweg.native.conversion import of_bits, to_floats, to_truth, to_wholes
from thalweg.native.lanes import Floats, Lanes, Masks, Wholes, select
from thalweg.native.narrow import NARROW, Narrow, kept, plain
from thalweg.native.rounding import ceil, floor, rint, trunc
from thalweg.native.vector_math import define, define_sin_and_cos

__all__ = ["KINDS", "Vector", "constant", "is_written", "sin_and_cos", "weight_of", "write"]

Vector = Floats | Wholes | Masks

KINDS = frozenset([*map(np.dtype, ("float32", "float64", "int32", "int64", "bool")), *NARROW])
"""The dtypes that vectors hold."""

_BY_LIBRARY = {
    "exp": "exp", "exp2": "exp2", "expm1": "expm1", "log": "log", "log1p": "log1p", "log2": "log2",
    "log10": "log10", "sin": "sin", "cos": "cos", "tan": "tan", "arcsin": "asin", "arccos": "acos",
    "arctan": "atan", "arctan2": "atan2", "sinh": "sinh", "cosh": "cosh", "tanh": "tanh",
    "arcsinh": "asinh", "arccosh": "acosh", "arctanh": "atanh", "erf": "erf", "erfc": "erfc",
    "erfcx": "erfcx", "gaussian": "gaussian", "normal_pdf": "normal_pdf", "normal_cdf": "normal_cdf",
    "gelu_exact": "gelu", "gelu_slope": "gelu_slope", "power": "pow", "cbrt": "cbrt", "hypot": "hypot",
    "logaddexp": "logaddexp",
}  # fmt: skip
"""Primitives of floats by the vector library's names for them."""

_OF_FLOATS: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y,
    "floor_divide": floats.floor_divide,
    "remainder": floats.remainder,
    "maximum": floats.maximum,
    "minimum": floats.minimum,
    "copysign": lambda x, y: x.with_sign_of(y),
    "negative": lambda x: -x,
    "absolute": lambda x: x.magnitude(),
    "sign": floats.sign,
    "floor": floor,
    "ceil": ceil,
    "rint": rint,
    "trunc": trunc,
    "sqrt": lambda x: x.square_root(),
    "square": lambda x: x * x,
    "reciprocal": lambda x: 1.0 / x,
    "equal": lambda x, y: x.equals(y),
    "not_equal": lambda x, y: x.differs(y),
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: x <= y,
    "greater": lambda x, y: x > y,
    "greater_equal": lambda x, y: x >= y,
    "isnan": lambda x: x.is_nan(),
    "isinf": floats.is_infinite,
    "isfinite": floats.is_finite,
    "signbit": floats.sign_bit,
}

_OF_WHOLES: dict[str, Callable[..., Any]] = {
    "add": lambda x, y: x + y,
    "subtract": lambda x, y: x - y,
    "multiply": lambda x, y: x * y,
    "floor_divide": wholes.floor_divide,
    "remainder": wholes.remainder,
    "maximum": wholes.maximum,
    "minimum": wholes.minimum,
    "negative": lambda x: -x,
    "absolute": wholes.absolute,
    "sign": wholes.sign,
    "square": lambda x: x * x,
    "equal": lambda x, y: x.equals(y),
    "not_equal": lambda x, y: x.differs(y),
    "less": lambda x, y: x < y,
    "less_equal": lambda x, y: ~(y < x),
    "greater": lambda x, y: y < x,
    "greater_equal": lambda x, y: ~(x < y),
}

_OF_TRUTHS: dict[str, Callable[..., Any]] = {
    "logical_and": lambda x, y: x & y,
    "logical_or": lambda x, y: x | y,
    "logical_xor": lambda x, y: x ^ y,
    "logical_not": lambda x: ~x,
    "equal": lambda x, y: ~(x ^ y),
    "not_equal": lambda x, y: x ^ y,
    "maximum": lambda x, y: x | y,
    "minimum": lambda x, y: x & y,
    "add": lambda x, y: x | y,
    "multiply": lambda x, y: x & y,
}


def _table(dtype: np.dtype[Any]) -> dict[str, Callable[..., Any]]:
    return {"f": _OF_FLOATS, "i": _OF_WHOLES, "u": _OF_WHOLES, "b": _OF_TRUTHS}.get(dtype.kind, {})


def is_written(op: str, dtype: np.dtype[Any]) -> bool:
    """Whether a primitive over a dtype has instructions here."""
    if dtype not in KINDS:
        return False
    return (
        op in ("select", "cast") or op in _table(dtype) or (dtype.kind == "f" and op in _BY_LIBRARY)
    )


def weight_of(op: str) -> int:
    """About how many instructions a primitive becomes."""
    return 12 if op in _BY_LIBRARY or op in ("remainder", "floor_divide") else 1


def write(op: str, inputs: Sequence[Vector], attributes: Sequence[Any]) -> Vector:
    """Write an elementwise primitive's instructions.

    Args:
        op: the primitive's name.
        inputs: vectors of as many lanes each.
        attributes: the primitive's.
    """
    if op == "select":
        return select(*inputs)  # type: ignore[type-var,arg-type]  # a mask and two alike, as the graph says
    if op == "cast":
        return cast(inputs[0], np.dtype(attributes[0]))
    first = inputs[0]
    if op in _BY_LIBRARY and isinstance(first, Floats):
        return _called(_BY_LIBRARY[op], inputs)
    table = (
        _OF_FLOATS
        if isinstance(first, Floats)
        else _OF_WHOLES
        if isinstance(first, Wholes)
        else _OF_TRUTHS
    )
    found: Vector = table[op](*inputs)
    if isinstance(first, Narrow) and isinstance(found, Wholes):
        return kept(found, type(first))
    return found


def _called(function: str, inputs: Sequence[Vector]) -> Floats:
    lanes = inputs[0].lanes
    symbol = define(lanes.listing.module, lanes.machine, function, lanes.bits, lanes.width)
    given = ", ".join(f"{one.kind} {one.name}" for one in inputs)
    return Floats(lanes, lanes.listing.value(f"call {lanes.float_type} @{symbol}({given})"))


def sin_and_cos(x: Floats) -> dict[str, Vector]:
    """Write the sine and the cosine of an angle, by the primitives' names."""
    lanes = x.lanes
    symbol, kind = define_sin_and_cos(lanes.listing.module, lanes.machine, lanes.bits, lanes.width)
    both = lanes.listing.value(f"call {kind} @{symbol}({x.kind} {x.name})")
    return {
        op: Floats(lanes, lanes.listing.value(f"extractvalue {kind} {both}, {place}"))
        for place, op in enumerate(("sin", "cos"))
    }


def cast(x: Vector, dtype: np.dtype[Any]) -> Vector:
    """The same numbers in another dtype."""
    x = plain(x)
    if dtype in NARROW:
        return kept(to_wholes(x, 32), NARROW[dtype])
    if dtype.kind == "b":
        return to_truth(x)
    bits = dtype.itemsize * 8
    return to_floats(x, bits) if dtype.kind == "f" else to_wholes(x, bits)


def constant(lanes: Lanes, value: Any, dtype: np.dtype[Any]) -> Vector:
    """One number in every lane."""
    if dtype.kind == "b":
        return lanes.truth(bool(value))
    if dtype in NARROW:
        return NARROW[dtype](of_bits(lanes, 32), of_bits(lanes, 32).whole(int(value)).name)
    own = of_bits(lanes, dtype.itemsize * 8)
    return own.number(float(value)) if dtype.kind == "f" else own.whole(int(value))
