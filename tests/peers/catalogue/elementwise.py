"""Names that work on each element: their domains, and arguments where they have any."""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.draw import FLOAT
from peers.program import DType

UNARY = {
    "abs": (-3, 3), "acos": (-0.9, 0.9), "acosh": (1.2, 4), "asin": (-0.9, 0.9), "asinh": (-3, 3),
    "atan": (-3, 3), "atanh": (-0.9, 0.9), "cos": (-3, 3), "cosh": (-3, 3), "exp": (-3, 3),
    "floor": (-3, 3), "identity": (-3, 3), "negative": (-3, 3), "round": (-3, 3), "sigmoid": (-6, 6),
    "sign": (-3, 3), "sin": (-3, 3), "sinh": (-3, 3), "sqrt": (0.1, 4), "square": (-3, 3),
    "stop_gradient": (-3, 3), "tan": (-1.2, 1.2), "tanh": (-4, 4), "math.ceil": (-3, 3),
    "math.conj": (-3, 3), "math.digamma": (0.3, 6), "math.erf": (-3, 3), "math.erfc": (-3, 3),
    "math.erfinv": (-0.95, 0.95), "math.expm1": (-2, 2), "math.imag": (-2, 2), "math.is_finite": (-2, 2),
    "math.is_inf": (-2, 2), "math.is_nan": (-2, 2), "math.lgamma": (0.3, 6), "math.log": (0.2, 5),
    "math.log1p": (-0.8, 4), "math.log_sigmoid": (-8, 8), "math.real": (-2, 2),
    "math.reciprocal": (0.3, 3), "math.reciprocal_no_nan": (0.3, 3), "math.rint": (-3, 3),
    "math.rsqrt": (0.2, 4), "math.softplus": (-8, 8), "math.softsign": (-4, 4), "math.angle": (-3, 3),
    "nn.elu": (-3, 3), "nn.relu": (-3, 3), "nn.relu6": (-3, 9), "nn.selu": (-3, 3), "ones_like": (-1, 1),
    "zeros_like": (-1, 1), "math.zero_fraction": (-1, 1), "nn.l2_loss": (-3, 3), "shape": (-1, 1),
    "size": (-1, 1), "rank": (-1, 1),
}  # fmt: skip
BINARY = {
    "add": ((-3, 3), (-3, 3)), "subtract": ((-3, 3), (-3, 3)), "multiply": ((-3, 3), (-3, 3)),
    "divide": ((-3, 3), (0.4, 3)), "truediv": ((-3, 3), (-3, -0.4)), "atan2": ((-3, 3), (0.2, 3)),
    "equal": ((-3, 3), (-3, 3)), "not_equal": ((-3, 3), (-3, 3)), "greater": ((-3, 3), (-3, 3)),
    "greater_equal": ((-3, 3), (-3, 3)), "less": ((-3, 3), (-3, 3)), "less_equal": ((-3, 3), (-3, 3)),
    "maximum": ((-3, 3), (-3, 3)), "minimum": ((-3, 3), (-3, 3)), "pow": ((0.3, 3), (-2, 2)),
    "math.divide_no_nan": ((-3, 3), (0.4, 3)), "math.floordiv": ((-9, 9), (0.6, 3)),
    "math.floormod": ((-9, 9), (0.6, 3)), "math.mod": ((-9, 9), (-3, -0.6)),
    "math.multiply_no_nan": ((-3, 3), (0.4, 3)), "math.squared_difference": ((-3, 3), (-3, 3)),
    "math.xdivy": ((0.2, 3), (0.4, 3)), "math.xlog1py": ((0.2, 3), (-0.7, 3)),
    "math.xlogy": ((0.2, 3), (0.2, 3)),
    "nn.sigmoid_cross_entropy_with_logits": ((0, 1), (-6, 6)),
}  # fmt: skip
EQUAL_SHAPES = {"nn.sigmoid_cross_entropy_with_logits", "math.floordiv"}
OPERATORS = {
    "@add": ((-3, 3), (-3, 3)), "@sub": ((-3, 3), (-3, 3)), "@mul": ((-3, 3), (-3, 3)),
    "@truediv": ((-3, 3), (0.4, 3)), "@pow": ((0.3, 3), (-2, 2)), "@mod": ((-9, 9), (0.6, 3)),
    "@floordiv": ((-9, 9), (0.6, 3)), "@lt": ((-3, 3), (-3, 3)), "@ge": ((-3, 3), (-3, 3)),
}  # fmt: skip
INTEGERS = ("int8", "int16", "int32", "int64", "uint8")


def unary(name: str, bounds: tuple[float, float]) -> Any:
    def pattern(d: Any) -> Any:
        x = d.x(None, *bounds)
        if name in ("zeros_like", "ones_like") and d.flag():
            return d.call(name, x, dtype=d.pick(None, DType("float32"), DType("int32"), FLOAT))
        if name in ("shape", "size") and d.flag():
            return d.call(name, x, out_type=d.pick(DType("int64"), DType("int32")))
        if name == "math.zero_fraction":
            return d.call(name, d.call("nn.relu", x))
        return d.call(name, x)

    return pattern


def binary(name: str, first: tuple[float, float], second: tuple[float, float]) -> Any:
    def pattern(d: Any) -> Any:
        if name in EQUAL_SHAPES:
            x = d.x(None, *first)
            return d.call(name, x, d.x(d.shape_of(x), *second))
        kind = d.pick("both", "both", "both", "number", "number first", "same twice", "array")
        if name == "math.multiply_no_nan" and kind == "number first":
            kind = "both"
        number = round(float(d.real((), *second)), 2)
        if kind == "number":
            return d.call(name, d.x(None, *first), number)
        if kind == "array":
            x = d.x(None, *first)
            return d.call(name, x, d.real(d.shape_of(x), *second))
        if kind == "number first":
            return d.call(name, round(float(d.real((), *first)), 2), d.x(None, *second))
        if kind == "same twice":
            x = (
                d.x(None, max(first[0], second[0]), min(first[1], second[1]))
                if (max(first[0], second[0]) < min(first[1], second[1]))
                else d.x(None, *second)
            )
            return d.call(name, x, x)
        return d.call(name, *d.pair(*first, *second))

    return pattern


def cast(d: Any) -> Any:
    x = d.x(None, -3, 3)
    to = d.pick(
        "float16", "float32", "float64", "int32", "int64", "uint8", "int8", "bool", "complex128"
    )
    if to == "uint8":
        x = d.call("abs", x)
    out = d.call("cast", x, DType(to))
    return d.call("cast", out, FLOAT) if d.flag() else out


def clip_by_value(d: Any) -> Any:
    x = d.x(None, -3, 3)
    low = d.pick(-1.0, d.real((), -2, 0), d.x((), -2, -0.1))
    return d.call("clip_by_value", x, low, d.pick(1.0, d.real((), 0, 2), d.x((), 0.1, 2)))


def logical(name: str) -> Any:
    def pattern(d: Any) -> Any:
        if d.flag():
            x, y = d.pair(-3, 3)
            return d.call(name, d.call("greater", x, 0.0), d.call("less", y, 1.0))
        shape = d.shape()
        return d.call(name, d.bools(shape), d.bools(shape[d.whole(0, len(shape)) :]))

    return pattern


def where(d: Any) -> Any:
    if d.rng.random() < 0.15:
        return d.call("where", d.call("greater", d.x(None, -2, 2, least=1), 0.0))
    x, y = d.pair(-3, 3)
    condition = d.pick(
        lambda: d.call("greater", x, d.real(())), lambda: d.bools(d.shape_of(x)), lambda: d.flag()
    )()
    return d.call("where", condition, x, y)


def whole_numbers(name: str) -> Any:
    """Integer arithmetic: values and dtypes alone."""

    def pattern(d: Any) -> Any:
        dtype = d.pick(*INTEGERS)
        shape = d.shape()
        low = 0 if dtype == "uint8" else -9
        x = d.call("constant", d.ints(shape, low, 9, dtype))
        y = d.ints(shape[d.whole(0, len(shape)) :], 1, 5, dtype)
        return d.call(name, x, d.pick(y, y, 3))

    return pattern


def complex_values(d: Any) -> Any:
    """Numbers made of two real parts, and what is asked of them."""
    x = d.x(None, -2, 2)
    z = d.call("complex", x, d.x(d.shape_of(x), 0.2, 2))
    w = d.pick(
        lambda: z, lambda: d.call("math.conj", z), lambda: d.call("square", z), lambda: d.call("exp", z),
        lambda: d.call("multiply", z, z), lambda: d.call("reduce_sum", z), lambda: d.call("sin", z),
        lambda: d.call("math.reciprocal", z), lambda: d.call("sqrt", z), lambda: d.call("math.log", z),
        lambda: d.call("divide", z, d.call("math.conj", z)), lambda: d.call("tanh", z),
    )()  # fmt: skip
    return d.call(d.pick("math.real", "math.imag", "abs", "math.angle"), w)


def add_n(d: Any) -> Any:
    x = d.x(None, -3, 3)
    return d.call("add_n", [x, *(d.x(d.shape_of(x)) for _ in range(d.whole(0, 3)))])


def scalar_mul(d: Any) -> Any:
    return d.call("math.scalar_mul", d.pick(2.5, d.x((), -2, 2)), d.x(None, -3, 3))


def leaky_relu(d: Any) -> Any:
    return d.call("nn.leaky_relu", d.x(None, -3, 3), **d.pick({}, {"alpha": 0.0625}))


def gelu(d: Any) -> Any:
    return d.call("nn.gelu", d.x(None, -4, 4), approximate=d.flag())


def silu(name: str) -> Any:
    return lambda d: d.call(name, d.x(None, -4, 4), **d.pick({}, {"beta": 0.75}, {"beta": 1.5}))


def crelu(d: Any) -> Any:
    x = d.x(None, -3, 3, least=1)
    return d.call("nn.crelu", x, axis=d.axis(x))


def weighted_cross_entropy(d: Any) -> Any:
    x = d.x(None, 0, 1)
    return d.call(
        "nn.weighted_cross_entropy_with_logits",
        x,
        d.x(d.shape_of(x), -5, 5),
        d.pick(0.25, 2.0, 1.0),
    )


def polygamma(d: Any) -> Any:
    x = d.x(None, 0.4, 5)
    return d.call("math.polygamma", np.full(d.shape_of(x), d.whole(0, 3), "float64"), x)


def polyval(d: Any) -> Any:
    x = d.x(None, -1.5, 1.5)
    shape = d.shape_of(x)
    return d.call("math.polyval", [d.x(d.pick((), shape)) for _ in range(d.whole(1, 4))], x)


def complex_from_parts(d: Any) -> Any:
    x = d.x(None, -2, 2)
    return d.call("complex", x, d.x(d.shape_of(x), 0.2, 2))


def is_tensor(d: Any) -> Any:
    return d.call("is_tensor", d.pick(d.x(), 3.0, [1.0, 2.0]))


PATTERNS = {
    **{name: unary(name, bounds) for name, bounds in UNARY.items()},
    **{name: binary(name, *bounds) for name, bounds in {**BINARY, **OPERATORS}.items()},
    **{f"{n} of integers": whole_numbers(n) for n in (
        "add", "subtract", "multiply", "truediv", "maximum", "minimum", "math.floordiv",
        "math.floormod", "equal", "less", "greater_equal", "math.mod", "math.squared_difference", "divide")},
    **{name: logical(name) for name in ("logical_and", "logical_or", "math.logical_xor")},
    "logical_not": lambda d: d.call("logical_not", d.bools(d.shape())),
    "cast": cast, "clip_by_value": clip_by_value, "where": where, "complex": complex_from_parts,
    "complex numbers": complex_values, "add_n": add_n, "math.scalar_mul": scalar_mul,
    "nn.leaky_relu": leaky_relu, "nn.gelu": gelu, "nn.silu": silu("nn.silu"), "nn.swish": silu("nn.swish"),
    "nn.crelu": crelu, "nn.weighted_cross_entropy_with_logits": weighted_cross_entropy,
    "math.polygamma": polygamma, "math.polyval": polyval, "is_tensor": is_tensor,
}  # fmt: skip
