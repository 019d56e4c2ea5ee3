"""Exponentials, logarithms, roots, and products and quotients that are safe at zero."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import DO_NOT_FIT, sample, special
from thalweg.core.op import Op, elementwise
from thalweg.ops.comparison import equal, select
from thalweg.ops.complex_numbers import conj, real
from thalweg.ops.creation import ones_like

SOURCE = "DLMF 4.2, 4.7"

ANY = (-3.0, 3.0)
POSITIVE = (0.3, 3.0)
PAIRS = (sample((3, 4), (3, 4)), sample((3, 4), (4,)), sample((), (2, 3)), sample((2, 1), (1, 3)))
LN2 = math.log(2.0)
LN10 = math.log(10.0)
BELOW_DOMAIN = "Outside the domain value and gradient are NaN."


def _in_domain(x: Any) -> Any:
    """x itself where a logarithm of it is a real number, NaN below; -0 counts as 0."""
    if x.dtype.kind == "c":
        return x
    if isinstance(x, np.generic):  # the shortest way; the other one is written down as well
        value: Any = x
        return x.dtype.type(np.nan) if value < 0 else value + 0
    return np.where(x < 0, np.nan, x) + 0


in_domain = elementwise(
    "in_domain", "x", _in_domain, vjp={"x": lambda g: g}, domain=(POSITIVE,),
    native=lambda x: np.where(x < 0, np.nan, x) + 0,
    formula="x, and NaN for x < 0", source="definition",
    special=(special(-1.0, value=np.nan), special(0.0, value=0.0, grad=(1.0,))),
)  # fmt: skip
exp = elementwise(
    "exp", "x", np.exp, public="exp math.exp", numpy=(np.exp,),
    vjp={"x": lambda g, ans: g * ans}, domain=(ANY,), formula="eˣ",
    special=(
        special(0.0, value=1.0, grad=(1.0,)),
        special(-np.inf, value=0.0, grad=(0.0,)),
        special(np.inf, value=np.inf, grad=(np.inf,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
exp2 = elementwise(
    "exp2", "x", np.exp2, numpy=(np.exp2,), vjp={"x": lambda g, ans: g * ans * LN2},
    domain=(ANY,), formula="2ˣ", special=(special(3.0, value=8.0, grad=(8 * LN2,)),),
)  # fmt: skip
expm1 = elementwise(
    "expm1", "x", np.expm1, public="math.expm1", numpy=(np.expm1,),
    vjp={"x": lambda g, x: g * exp(x)}, domain=(ANY,), formula="eˣ - 1",
    special=(
        special(0.0, value=0.0, grad=(1.0,)),
        special(1e-20, value=1e-20, grad=(1.0,)),
        special(-50.0, value=-1.0, grad=(math.exp(-50.0),), why="1 + expm1(x) would give 0"),
        special(-np.inf, value=-1.0, grad=(0.0,)),
    ),
)  # fmt: skip
log = elementwise(
    "log", "x", np.log, public="math.log", numpy=(np.log,),
    vjp={"x": lambda g, x: g / in_domain(x)}, domain=(POSITIVE,), formula="log x",
    note=BELOW_DOMAIN,
    special=(
        special(1.0, value=0.0, grad=(1.0,)),
        special(0.0, value=-np.inf, grad=(np.inf,)),
        special(-0.0, value=-np.inf, grad=(np.inf,)),
        special(-1.0, value=np.nan, grad=(np.nan,), why="1/x alone would say -1"),
        special(np.inf, value=np.inf, grad=(0.0,)),
        special(1e-30, value=math.log(1e-30), grad=(1e30,)),
    ),
)  # fmt: skip
log1p = elementwise(
    "log1p", "x", np.log1p, public="math.log1p", numpy=(np.log1p,),
    vjp={"x": lambda g, x: g / in_domain(1 + x)}, domain=((-0.6, 3.0),), formula="log(1 + x)",
    note=BELOW_DOMAIN,
    special=(
        special(0.0, value=0.0, grad=(1.0,)),
        special(1e-20, value=1e-20, grad=(1.0,)),
        special(-1.0, value=-np.inf, grad=(np.inf,)),
        special(-2.0, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
log2 = elementwise(
    "log2", "x", np.log2, numpy=(np.log2,), vjp={"x": lambda g, x: g / in_domain(x) / LN2},
    domain=(POSITIVE,), formula="log₂ x", note=BELOW_DOMAIN,
    special=(special(8.0, value=3.0, grad=(0.125 / LN2,)), special(-1.0, value=np.nan, grad=(np.nan,))),
)  # fmt: skip
log10 = elementwise(
    "log10", "x", np.log10, numpy=(np.log10,), vjp={"x": lambda g, x: g / in_domain(x) / LN10},
    domain=(POSITIVE,), formula="log₁₀ x", note=BELOW_DOMAIN,
    samples=(sample(np.array([-1.5 + 0.5j, 0.4 - 2.0j])),),
    special=(special(100.0, value=2.0, grad=(0.01 / LN10,)), special(-1.0, value=np.nan, grad=(np.nan,))),
)  # fmt: skip
sqrt = elementwise(
    "sqrt", "x", np.sqrt, public="sqrt math.sqrt", numpy=(np.sqrt,),
    vjp={"x": lambda g, ans: g / (ans + ans + 0)}, domain=(POSITIVE,), formula="√x",
    note="The gradient at 0 is inf. " + BELOW_DOMAIN,
    special=(
        special(0.0, value=0.0, grad=(np.inf,)),
        special(-0.0, value=-0.0, grad=(np.inf,)),
        special(4.0, value=2.0, grad=(0.25,)),
        special(-1.0, value=np.nan, grad=(np.nan,)),
        special(np.inf, value=np.inf, grad=(0.0,)),
        special(1e-300, value=1e-150, grad=(5e149,), dtypes=("float64",)),
    ),
)  # fmt: skip
rsqrt = elementwise(
    "rsqrt", "x", lambda x: 1 / np.sqrt(x), public="math.rsqrt",
    vjp={"x": lambda g, ans, x: -0.5 * g * (ans / x)}, domain=(POSITIVE,), formula="1 / √x",
    note=BELOW_DOMAIN,
    special=(
        special(4.0, value=0.5, grad=(-0.0625,)),
        special(0.0, value=np.inf, grad=(-np.inf,)),
        special(np.inf, value=0.0, grad=(0.0,)),
        special(-1.0, value=np.nan, grad=(np.nan,)),
        special(1e-200, value=1e100, grad=(-5e299,), dtypes=("float64",), why="x³ would underflow"),
    ),
)  # fmt: skip
cbrt = elementwise(
    "cbrt", "x", np.cbrt, public="math.cbrt", numpy=(np.cbrt,), real_values=True,
    vjp={"x": lambda g, ans: g / (3 * ans * ans)}, domain=(ANY,), formula="∛x",
    samples=(sample(np.array([-2.0, -0.5, 0.5, 8.0])),),
    special=(
        special(-8.0, value=-2.0, grad=(1 / 12,)),
        special(0.0, value=0.0, grad=(np.inf,)),
        special(-0.0, value=-0.0, grad=(np.inf,)),
        special(-np.inf, value=-np.inf, grad=(0.0,)),
        special(1e-300, value=1e-100, grad=(1e200 / 3,), dtypes=("float64",)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
)  # fmt: skip
reciprocal = elementwise(
    "reciprocal", "x", np.reciprocal, public="math.reciprocal", numpy=(np.reciprocal,),
    vjp={"x": lambda g, ans: -(g * ans) * ans}, domain=(POSITIVE,), formula="1 / x",
    source="definition",
    special=(
        special(0.0, value=np.inf, grad=(-np.inf,)),
        special(-2.0, value=-0.5, grad=(-0.25,)),
        special(np.inf, value=0.0, grad=(0.0,)),
        special(1e-150, value=1e150, grad=(-1e300,), dtypes=("float64",)),
    ),
)  # fmt: skip


def _square_of_difference(x: Any, y: Any) -> Any:
    difference = x - y
    if difference.dtype.kind == "c":
        return difference * np.conjugate(difference)
    return difference * difference


def _pull_difference(g: Any, x: Any, y: Any) -> Any:
    return 2 * (real(g) if g.dtype.kind == "c" else g) * (x - y)


def _push_difference(g: Any, x: Any, y: Any) -> Any:
    return 2 * (real(conj(x - y) * g) if g.dtype.kind == "c" else g * (x - y))


squared_difference = elementwise(
    "squared_difference", "x y", _square_of_difference, public="math.squared_difference",
    vjp={"x": _pull_difference, "y": lambda g, x, y: _pull_difference(g, y, x)},
    jvp={"x": _push_difference, "y": lambda g, x, y: _push_difference(g, y, x)},
    holomorphic=False, domain=(ANY, ANY), samples=PAIRS, wrong=DO_NOT_FIT, formula="(x - y)²",
    source="definition",
    note="For complex numbers |x - y|², as TensorFlow has it.",
    special=(
        special(1.0, 1.0, value=0.0, grad=(0.0, 0.0)),
        special(3.0, 1.0, value=4.0, grad=(4.0, -4.0)),
        special(np.nan, 1.0, value=np.nan, grad=(np.nan, np.nan)),
    ),
)  # fmt: skip


def _beside(y: Any, x: Any) -> Any:
    """A Python number in the dtype that it takes beside x, so that a function of it does too."""
    return np.result_type(x, y).type(y) if type(y) in (int, float) else y


def _zero_where(flat: Any, value: Any) -> Any:
    """The value, and 0 where it is called flat; a scalar stays a scalar."""
    return np.where(flat, value.dtype.type(0), value)[()]


def _where_it_counts(x: Any, y: Any) -> Any:
    """What a logarithm is taken of, NaN where it has none; where x is 0 it need not have one."""
    return select(equal(x, 0), y, in_domain(y))


xlogy = elementwise(
    "xlogy", "x y", lambda x, y: _zero_where((x == 0) & (y == y), x * np.log(_beside(y, x))),
    public="math.xlogy",
    vjp={"x": lambda g, y: g * log(y), "y": lambda g, x, y: g * xdivy(x, _where_it_counts(x, y))},
    domain=(ANY, POSITIVE), samples=PAIRS, wrong=DO_NOT_FIT, formula="x·log y",
    source="definition, by the limit at x = 0",
    note="0 where x = 0, for every y but NaN; there the gradient by x is log y and that by y is 0.",
    special=(
        special(0.0, 0.0, value=0.0, grad=(-np.inf, 0.0)),
        special(0.0, 2.0, value=0.0, grad=(LN2, 0.0)),
        special(0.0, np.inf, value=0.0, grad=(np.inf, 0.0)),
        special(0.0, -1.0, value=0.0, grad=(np.nan, 0.0)),
        special(2.0, 0.0, value=-np.inf, grad=(-np.inf, np.inf)),
        special(1.0, -1.0, value=np.nan, grad=(np.nan, np.nan)),
        special(0.0, np.nan, value=np.nan, grad=(np.nan, np.nan), why="a NaN is never hidden"),
    ),
)  # fmt: skip
xlog1py = elementwise(
    "xlog1py", "x y", lambda x, y: _zero_where((x == 0) & (y == y), x * np.log1p(_beside(y, x))),
    public="math.xlog1py",
    vjp={"x": lambda g, y: g * log1p(y), "y": lambda g, x, y: g * xdivy(x, _where_it_counts(x, 1 + y))},
    domain=(ANY, (-0.6, 3.0)), samples=PAIRS, wrong=DO_NOT_FIT, formula="x·log(1 + y)",
    source="definition, by the limit at x = 0",
    note="0 where x = 0, for every y but NaN.",
    special=(
        special(0.0, -1.0, value=0.0, grad=(-np.inf, 0.0)),
        special(0.0, -2.0, value=0.0, grad=(np.nan, 0.0)),
        special(2.0, 1e-20, value=2e-20, grad=(1e-20, 2.0)),
        special(2.0, -1.0, value=-np.inf, grad=(-np.inf, np.inf)),
        special(1.0, -2.0, value=np.nan, grad=(np.nan, np.nan), why="x/(1 + y) alone would say -1"),
    ),
)  # fmt: skip
xdivy: Op = elementwise(
    "xdivy", "x y", lambda x, y: _zero_where((x == 0) & (y == y), x / y), public="math.xdivy",
    vjp={
        "x": lambda g, y: g / y,
        "y": lambda g, ans, y: -multiply_no_nan(g, xdivy(ans, y)),  # an infinite g is no matter
    },
    domain=(ANY, POSITIVE), samples=PAIRS, wrong=DO_NOT_FIT, formula="x / y",
    source="definition, by the limit at x = 0",
    note="0 where x = 0, for every y but NaN; there the gradient by x is 1/y.",
    special=(
        special(0.0, 0.0, value=0.0, grad=(np.inf, 0.0)),
        special(1.0, 0.0, value=np.inf, grad=(np.inf, -np.inf)),
        special(1.0, 4.0, value=0.25, grad=(0.25, -0.0625)),
        special(1e-200, 1e-200, value=1.0, grad=(1e200, -1e200), dtypes=("float64",)),
    ),
)  # fmt: skip
divide_no_nan: Op = elementwise(
    "divide_no_nan", "x y", lambda x, y: _zero_where(y == 0, np.true_divide(x, y)),
    public="math.divide_no_nan",
    vjp={
        "x": lambda g, y: divide_no_nan(g, y),
        "y": lambda g, ans, y: -g * divide_no_nan(ans, y),
    },
    domain=(ANY, POSITIVE), samples=PAIRS, wrong=DO_NOT_FIT, formula="x / y, and 0 where y = 0",
    source="definition",
    special=(
        special(1.0, 0.0, value=0.0, grad=(0.0, 0.0)),
        special(np.inf, 0.0, value=0.0, grad=(0.0, 0.0)),
        special(1.0, 4.0, value=0.25, grad=(0.25, -0.0625)),
        special(1e-200, 1e-200, value=1.0, grad=(1e200, -1e200), dtypes=("float64",)),
    ),
)  # fmt: skip
multiply_no_nan: Op = elementwise(
    "multiply_no_nan", "x y", lambda x, y: _zero_where(y == 0, x * y),
    public="math.multiply_no_nan",
    vjp={"x": lambda g, y: multiply_no_nan(g, y), "y": lambda g, x: multiply_no_nan(x, g)},
    domain=(ANY, POSITIVE), samples=PAIRS, wrong=DO_NOT_FIT, formula="x·y, and 0 where y = 0",
    source="definition",
    special=(
        special(np.nan, 0.0, value=0.0, grad=(0.0, np.nan)),
        special(np.inf, 0.0, value=0.0, grad=(0.0, np.inf)),
        special(2.0, 3.0, value=6.0, grad=(3.0, 2.0)),
        special(2.0, 0.0, value=0.0, grad=(0.0, None), cotangent=np.inf),
        special(np.inf, 3.0, value=np.inf, grad=(0.0, 0.0), cotangent=0.0),
        special(0.0, 3.0, value=0.0, grad=(np.inf, np.nan), cotangent=np.inf),
    ),
)  # fmt: skip


@composite(inputs="x", public="math.reciprocal_no_nan")
def reciprocal_no_nan(x: Any) -> Any:
    """1 / x, and 0 with gradient 0 where x = 0.

    Args:
        x: any shape.

    >>> import thalweg as tw
    >>> tw.math.reciprocal_no_nan([0.0, 4.0]).numpy()
    array([0.  , 0.25], dtype=float32)
    """
    return divide_no_nan(ones_like(x), x)
