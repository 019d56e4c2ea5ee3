"""Arithmetic: sums, products, quotients, powers, and what rounds."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from thalweg.core.evidence import DO_NOT_FIT, sample, special
from thalweg.core.handle import Handle
from thalweg.core.op import elementwise
from thalweg.ops.comparison import equal, max_share, where
from thalweg.ops.complex_numbers import conj, imag, real
from thalweg.ops.creation import zeros_like
from thalweg.ops.power_slopes import log_of_base, slope_by_base, slope_by_exponent

SOURCE = "definition"

ANY = (-3.0, 3.0)
AWAY_FROM_ZERO = (0.4, 3.0)
PAIRS = (sample((3, 4), (3, 4)), sample((3, 4), (4,)), sample((), (2, 3)), sample((2, 1), (1, 3)))
LOCALLY_CONSTANT = "The gradient is 0 wherever it exists, and 0 is returned at the jumps too."


def unchanged(x: Any) -> Any:
    """The same numbers in an array of their own."""
    return x.copy() if x.dtype.kind == "b" else +x  # NumPy's + takes no truth values


add = elementwise(
    "add", "x y", operator.add, public="add math.add", numpy=(np.add,),
    vjp={"x": lambda g: g, "y": lambda g: g}, linear="x y", bounded=True,
    domain=(ANY, ANY), samples=PAIRS, wrong=DO_NOT_FIT, formula="x + y",
    special=(
        special(-0.0, 0.0, value=0.0, grad=(1.0, 1.0)),
        special(-0.0, -0.0, value=-0.0, grad=(1.0, 1.0)),
        special(np.inf, -np.inf, value=np.nan, grad=(1.0, 1.0)),
        special(np.nan, 1.0, value=np.nan, grad=(1.0, 1.0)),
    ),
)  # fmt: skip
subtract = elementwise(
    "subtract", "x y", operator.sub, public="subtract math.subtract", numpy=(np.subtract,),
    vjp={"x": lambda g: g, "y": lambda g: -g}, linear="x y", bounded=True,
    domain=(ANY, ANY), samples=PAIRS, wrong=DO_NOT_FIT, formula="x - y",
    special=(
        special(0.0, 0.0, value=0.0, grad=(1.0, -1.0)),
        special(-0.0, 0.0, value=-0.0, grad=(1.0, -1.0)),
        special(np.inf, np.inf, value=np.nan, grad=(1.0, -1.0)),
        special(1.0, np.nan, value=np.nan, grad=(1.0, -1.0)),
    ),
)  # fmt: skip
multiply = elementwise(
    "multiply", "x y", operator.mul, public="multiply math.multiply", numpy=(np.multiply,),
    vjp={"x": lambda g, y: g * y, "y": lambda g, x: g * x},
    domain=(ANY, ANY), samples=PAIRS, wrong=DO_NOT_FIT, formula="x·y",
    special=(
        special(-0.0, 2.0, value=-0.0, grad=(2.0, -0.0)),
        special(0.0, np.inf, value=np.nan, grad=(np.inf, 0.0)),
        special(-np.inf, 2.0, value=-np.inf, grad=(2.0, -np.inf)),
        special(np.nan, 2.0, value=np.nan, grad=(2.0, np.nan)),
        special(2.0, np.nan, value=np.nan, grad=(np.nan, 2.0)),
        special(1e30, 1e30, value=np.inf, grad=(1e30, 1e30), dtypes=("float32",)),
    ),
)  # fmt: skip
divide = elementwise(
    "divide", "x y", operator.truediv,
    public="divide math.divide truediv math.truediv", numpy=(np.true_divide,),
    vjp={"x": lambda g, y: g / y, "y": lambda g, ans, y: -g * (ans / y)},
    domain=(ANY, AWAY_FROM_ZERO), samples=PAIRS, wrong=DO_NOT_FIT, formula="x / y",
    special=(
        special(1e-200, 1e-200, value=1.0, grad=(1e200, -1e200), dtypes=("float64",),
                why="from ans/y; x/y² would overflow"),
        special(1e-30, 1e-30, value=1.0, grad=(1e30, -1e30)),
    ),
)  # fmt: skip
negative = elementwise(
    "negative", "x", operator.neg, public="negative math.negative", numpy=(np.negative,),
    vjp={"x": lambda g: -g}, linear="x", bounded=True, domain=(ANY,), formula="-x",
    special=(
        special(0.0, value=-0.0, grad=(-1.0,)),
        special(-np.inf, value=np.inf, grad=(-1.0,)),
        special(np.nan, value=np.nan, grad=(-1.0,)),
    ),
)  # fmt: skip
identity = elementwise(
    "identity", "input", unchanged, public="identity", numpy=(np.positive,),
    vjp={"input": lambda g: g}, linear="input", bounded=True, domain=(ANY,), formula="x",
    samples=(sample(np.array([True, False])),),
    special=(
        special(-0.0, value=-0.0, grad=(1.0,)),
        special(np.inf, value=np.inf, grad=(1.0,)),
        special(np.nan, value=np.nan, grad=(1.0,)),
    ),
)  # fmt: skip
square = elementwise(
    "square", "x", np.square, public="square math.square", numpy=(np.square,),
    vjp={"x": lambda g, x: g * (x + x)}, domain=(ANY,), formula="x²",
    special=(
        special(-0.0, value=0.0, grad=(0.0,)),
        special(-np.inf, value=np.inf, grad=(-np.inf,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
        special(1e30, value=np.inf, grad=(2e30,), dtypes=("float32",)),
    ),
)  # fmt: skip


def _power_x(g: Any, x: Any, y: Any) -> Any:
    if type(y) in (int, float):
        if y == 2:
            return g * (x + x)
        return zeros_like(g) if y == 0 else g * (y * x ** (y - 1))
    return g * slope_by_base(x, y)


def _power_y(g: Any, ans: Any, x: Any, y: Any) -> Any:
    # Where something records, a row that knows its own derivatives at 0; else x**y is there already.
    return g * (slope_by_exponent(x, y) if isinstance(ans, Handle) else ans * log_of_base(x))


power = elementwise(
    "power", "x y", operator.pow, public="pow math.pow", numpy=(np.power,),
    vjp={"x": _power_x, "y": _power_y},
    domain=((0.3, 2.5), (-2.0, 2.0)), wrong=DO_NOT_FIT, formula="x**y",
    source="DLMF 4.2(iv), 4.7(ii)",
    samples=(
        *PAIRS, sample((3, 4), 2), sample((3,), 0), sample((3,), 3), sample((), -1),
        sample(np.array([0.5, 2.0]), np.array([0.0, 0.0])),
    ),
    note="x**0 is 1 with gradient 0 everywhere, at x = 0 too; d/dy is 0 at x = 0 and NaN for x < 0.",
    special=(
        special(0.0, 0.0, value=1.0, grad=(0.0, 0.0)),
        special(0.0, 0.5, value=0.0, grad=(np.inf, None)),
        special(-2.0, 3.0, value=-8.0, grad=(12.0, np.nan), why="log(-2) is no real number"),
        special(0.0, 2.0, value=0.0, grad=(0.0, 0.0)),
        special(0.0, 1.0, value=0.0, grad=(1.0, 0.0)),
        special(0.0, 0, value=1.0, grad=(0.0, None), why="a Python number as the exponent"),
        special(0.0, 2, value=0.0, grad=(0.0, None), why="the same"),
        special(1e-310, 0.0, value=1.0, grad=(0.0, -713.8013788281542), dtypes=("float64",),
                why="1/x is infinite"),
        special(-1e-310, 0.0, value=1.0, grad=(0.0, np.nan), dtypes=("float64",)),
        special(np.nan, 0.0, value=1.0, grad=(0.0, np.nan)),
    ),
)  # fmt: skip


def _floor_divide(x: Any, y: Any) -> Any:
    return np.floor_divide(x, y)


floordiv = elementwise(
    "floordiv", "x y", operator.floordiv, public="math.floordiv", numpy=(np.floor_divide,),
    vjp={"x": lambda g: zeros_like(g), "y": lambda g: zeros_like(g)}, bounded=True,
    domain=((0.6, 0.9), (1.1, 2.0)), samples=PAIRS, wrong=DO_NOT_FIT,
    formula="⌊x / y⌋", note=LOCALLY_CONSTANT,
    special=(
        special(-1.0, 2.0, value=-1.0, grad=(0.0, 0.0)),
        special(4.0, 2.0, value=2.0, grad=(0.0, 0.0), why="at a jump"),
        special(1.0, 0.0, value=np.inf, grad=(0.0, 0.0)),
        special(np.nan, 2.0, value=np.nan, grad=(0.0, 0.0)),
    ),
)  # fmt: skip
floormod = elementwise(
    "floormod", "x y", operator.mod, public="math.floormod math.mod", numpy=(np.remainder,),
    vjp={"x": lambda g: g, "y": lambda g, x, y: -g * floordiv(x, y)},
    domain=((2.4, 2.9), (1.05, 1.15)), samples=PAIRS, wrong=DO_NOT_FIT,
    formula="x - ⌊x / y⌋·y", note="The jumps are passed over: d/dx = 1, d/dy = -⌊x / y⌋.",
    special=(
        special(-1.0, 3.0, value=2.0, grad=(1.0, 1.0), why="the sign is the divisor's"),
        special(4.0, 2.0, value=0.0, grad=(1.0, -2.0), why="at a jump"),
        special(1.0, 0.0, value=np.nan, grad=(1.0, -np.inf)),
        special(np.inf, 2.0, value=np.nan, grad=(1.0, None)),
    ),
)  # fmt: skip


def _locally_constant(name: str, kernel: Any, public: str, **columns: Any) -> Any:
    return elementwise(
        name, "x", kernel, public=public, vjp={"x": lambda g: zeros_like(g)}, bounded=True,
        domain=((0.1, 0.4),), note=LOCALLY_CONSTANT, **columns,
    )  # fmt: skip


def _at_zero(x: float) -> Any:
    return special(x, value=x, grad=(0.0,))


sign = _locally_constant(
    "sign", np.sign, "sign math.sign", numpy=(np.sign,), formula="sign x", real_only=True,
    special=(_at_zero(0.0), special(-2.0, value=-1.0, grad=(0.0,))),
)  # fmt: skip
floor = _locally_constant(
    "floor", np.floor, "floor math.floor", numpy=(np.floor,), formula="⌊x⌋",
    special=(_at_zero(1.0),),
)  # fmt: skip
ceil = _locally_constant(
    "ceil", np.ceil, "math.ceil", numpy=(np.ceil,), formula="⌈x⌉", special=(_at_zero(1.0),),
)  # fmt: skip
round = _locally_constant(
    "round", np.rint, "round math.round math.rint", numpy=(np.rint,),
    formula="x to the nearest whole number, halves to even",
    special=(special(0.5, value=0.0, grad=(0.0,)), special(1.5, value=2.0, grad=(0.0,))),
)  # fmt: skip


def _abs_rule(g: Any, x: Any) -> Any:
    return g * (phase(x) if x.dtype.kind == "c" else sign(x))


def _abs_tangent(g: Any, x: Any) -> Any:
    return real(g * conj(phase(x))) if x.dtype.kind == "c" else g * sign(x)


def _phase(z: Any) -> Any:
    length = np.abs(z)
    return z / np.where(length == 0, length.dtype.type(1), length)


def _turned(g: Any, ans: Any, z: Any) -> Any:
    # What lies along z does not turn it: no difference of two large numbers is asked for that.
    length = abs(z)
    turn = ans * 1j if ans.dtype.kind == "c" else zeros_like(ans)
    return turn * (imag(conj(ans) * g) / where(equal(length, 0), 1, length))


phase = elementwise(
    "phase", "z", _phase, vjp={"z": _turned}, jvp={"z": _turned}, holomorphic=False,
    domain=(AWAY_FROM_ZERO,), samples=(sample(np.array([3.0 + 4.0j, -0.5 + 0.25j])),),
    formula="z / |z|, and 0 at 0", note="The gradient at 0 is 0.",
    special=(
        special(0j, value=0j, grad=(0j,)),
        special(3.0 + 4.0j, value=0.6 + 0.8j, grad=(0.128 - 0.096j,)),
    ),
)  # fmt: skip

abs = elementwise(
    "abs", "x", np.abs, public="abs math.abs", numpy=(np.abs,),
    vjp={"x": _abs_rule}, jvp={"x": _abs_tangent}, holomorphic=False,
    domain=(AWAY_FROM_ZERO,), samples=(sample(np.array([3.0 + 4.0j, -0.5 + 0.25j])),), formula="|x|",
    note="The gradient at 0 is 0, and so is its derivative: of |x|² write x². For complex z it is g·z/|z|, as "
    "TensorFlow has it.",
    special=(
        special(0.0, value=0.0, grad=(0.0,)),
        special(-0.0, value=0.0, grad=(0.0,)),
        special(-2.0, value=2.0, grad=(-1.0,)),
        special(np.inf, value=np.inf, grad=(1.0,)),
        special(-np.inf, value=np.inf, grad=(-1.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
        special(0j, value=0.0, grad=(0j,)),
    ),
)  # fmt: skip

maximum = elementwise(
    "maximum", "x y", np.maximum, real_values=True, public="maximum math.maximum", numpy=(np.maximum,),
    vjp={"x": lambda g, x, y: g * max_share(x, y), "y": lambda g, x, y: g * max_share(y, x)},
    domain=(ANY, ANY), samples=PAIRS, wrong=DO_NOT_FIT, formula="max(x, y)",
    note="A tie is shared equally. NaN in gives NaN out, and NaN to the input that is NaN.",
    special=(
        special(1.0, 1.0, value=1.0, grad=(0.5, 0.5)),
        special(np.nan, 1.0, value=np.nan, grad=(np.nan, 0.0)),
        special(1.0, np.nan, value=np.nan, grad=(0.0, np.nan)),
    ),
)  # fmt: skip
minimum = elementwise(
    "minimum", "x y", np.minimum, real_values=True, public="minimum math.minimum", numpy=(np.minimum,),
    vjp={"x": lambda g, x, y: g * max_share(-x, -y), "y": lambda g, x, y: g * max_share(-y, -x)},
    domain=(ANY, ANY), samples=PAIRS, wrong=DO_NOT_FIT, formula="min(x, y)",
    note="A tie is shared equally. NaN in gives NaN out, and NaN to the input that is NaN.",
    special=(
        special(1.0, 1.0, value=1.0, grad=(0.5, 0.5)),
        special(np.nan, 1.0, value=np.nan, grad=(np.nan, 0.0)),
    ),
)  # fmt: skip
