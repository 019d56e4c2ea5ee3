"""Activations: relu and its kin, elu, selu, silu, softsign, gelu, crelu."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import static
from thalweg.core.composite import composite
from thalweg.core.evidence import NO_TEXT, sample, special
from thalweg.core.op import Op, elementwise, row
from thalweg.ops.arithmetic import abs, sign
from thalweg.ops.comparison import greater_equal, where
from thalweg.ops.creation import zeros_like
from thalweg.ops.exponential import multiply_no_nan
from thalweg.ops.gaussian import gelu_exact
from thalweg.ops.gelu_by_tanh import gelu_by_tanh
from thalweg.ops.hyperbolic import tanh
from thalweg.ops.joining import concat
from thalweg.ops.logistic import sigmoid, sigmoid_slope

SOURCE = "definition"

ANY = ((-3.0, 3.0),)
OFF_ZERO = ((0.2, 3.0),)
SCALE = 1.0507009873554804934193349852946
ALPHA = 1.6732632423543772848170429916717
"""SELU's two constants, for which layers keep mean 0 and variance 1 (Klambauer et al., 2017)."""

NAN_STAYS = special(np.nan, value=np.nan, grad=(np.nan,), why="a NaN is never hidden")


relu = elementwise(
    "relu", "features", lambda x: np.maximum(x, 0), public="nn.relu",
    vjp={"features": lambda g, ans: g * sign(ans)}, domain=OFF_ZERO, real_values=True,
    samples=(sample((3, 4)), sample(np.array([-2.0, -0.5, 0.5, 2.0]))),
    formula="max(x, 0)", note="The gradient at 0 is 0.",
    special=(
        special(0.0, value=0.0, grad=(0.0,)),
        special(-0.0, value=0.0, grad=(0.0,)),
        special(-2.0, value=0.0, grad=(0.0,)),
        special(2.0, value=2.0, grad=(1.0,)),
        special(np.inf, value=np.inf, grad=(1.0,)),
        NAN_STAYS,
    ),
)  # fmt: skip
relu6 = elementwise(
    "relu6", "features", lambda x: np.minimum(np.maximum(x, 0), 6), public="nn.relu6",
    vjp={"features": lambda g, ans: g * (sign(ans) * sign(6 - ans))}, domain=((0.2, 5.0),),
    samples=(sample((3, 4)), sample(np.array([-2.0, 2.0, 7.0]))), real_values=True,
    formula="min(max(x, 0), 6)", note="The gradient at 0 and at 6 is 0.",
    special=(
        special(0.0, value=0.0, grad=(0.0,)),
        special(6.0, value=6.0, grad=(0.0,)),
        special(3.0, value=3.0, grad=(1.0,)),
        special(1e30, value=6.0, grad=(0.0,)),
        NAN_STAYS,
    ),
)  # fmt: skip


def _one_number(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    return (static(params[0]), *params[1:])


@row(
    inputs="x", elementwise=True, bounded=True, real_values=True, vjp={"x": lambda g: zeros_like(g)},
    prepare=_one_number, domain=OFF_ZERO, samples=(sample((3,), alpha=0.2),),
    formula="1 where x > 0, else α",
    special=(special(0.0, value=0.2, grad=(0.0,)), special(np.nan, value=np.nan, grad=(0.0,))),
    wrong=NO_TEXT,
)  # fmt: skip
def leaky_slope(x: Any, alpha: Any = 0.2) -> Any:
    """The slope of leaky_relu; NaN where x is NaN."""
    slope = np.where(x > 0, x.dtype.type(1), x.dtype.type(alpha))
    return np.where(x == x, slope, x)[()]


@row(
    inputs="features", elementwise=True, public="nn.leaky_relu", real_values=True,
    vjp={"features": lambda g, features, alpha: g * leaky_slope(features, alpha)},
    prepare=_one_number, domain=OFF_ZERO, holomorphic=False,
    samples=(
        sample((3, 4)), sample(np.array([-2.0, 0.5, 2.0]), alpha=0.01),
        sample(np.array([-2.0, 0.5, 2.0]), alpha=-0.5),
    ),
    formula="x where x > 0, else α·x", note="The gradient at 0 is α.",
    special=(
        special(0.0, value=0.0, grad=(0.2,)),
        special(-2.0, value=-0.4, grad=(0.2,)),
        special(2.0, value=2.0, grad=(1.0,)),
        NAN_STAYS,
    ),
    wrong=NO_TEXT,
)  # fmt: skip
def leaky_relu(features: Any, alpha: Any = 0.2) -> Any:
    """x where x > 0, else alpha·x.

    Args:
        features: any shape.
        alpha: the slope below 0.
    """
    return np.where(features > 0, features, alpha * features)[()]


@row(
    inputs="x", elementwise=True, real_values=True,
    vjp={"x": lambda g, ans, x: g * where(greater_equal(x, 0), zeros_like(ans), ans)},
    domain=OFF_ZERO, samples=(sample(np.array([-2.0, -0.5, 0.5, 2.0]), alpha=0.5, scale=2.0),),
    special=(
        special(0.0, value=1.0, grad=(0.0,), why="as the straight side"),
        special(0.0, value=3.0, grad=(0.0,), params={"alpha": 0.5, "scale": 2.0, "at_zero": 3.0}),
        special(1.5, value=2.0, grad=(0.0,), params={"alpha": 0.5, "scale": 2.0, "at_zero": 3.0}),
        special(-1.0, value=math.exp(-1), grad=(math.exp(-1),), params={"alpha": 0.5, "scale": 2.0, "at_zero": 3.0}),
        special(-np.inf, value=0.0, grad=(0.0,)),
        special(np.nan, value=np.nan, grad=(np.nan,)),
    ),
    formula="s where x > 0, else s·α·eˣ",
    wrong=NO_TEXT,
)  # fmt: skip
def elu_slope(x: Any, alpha: Any = 1.0, scale: Any = 1.0, at_zero: Any = 1.0) -> Any:
    """The slope of scale·elu with the factor alpha; `at_zero` stands for it at 0."""
    curved = scale * alpha * np.exp(np.minimum(x, 0))
    straight = np.where(x > 0, curved.dtype.type(scale), curved)
    return np.where(x == 0, curved.dtype.type(at_zero), straight)[()]


def _elu(x: Any) -> Any:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)))[()]


elu = elementwise(
    "elu", "features", _elu, real_values=True,
    public="nn.elu", vjp={"features": lambda g, features: g * elu_slope(features, 1.0, 1.0)},
    domain=OFF_ZERO, samples=(sample((3, 4)), sample(np.array([-2.0, -0.1, 2.0]))),
    formula="x where x > 0, else eˣ - 1", source="Clevert et al., arXiv:1511.07289",
    special=(
        special(0.0, value=0.0, grad=(1.0,)),
        special(-1e-20, value=-1e-20, grad=(1.0,)),
        special(-50.0, value=-1.0, grad=(math.exp(-50.0),)),
        special(-np.inf, value=-1.0, grad=(0.0,)),
        special(1e30, value=1e30, grad=(1.0,)),
        NAN_STAYS,
    ),
)  # fmt: skip
selu = elementwise(
    "selu", "features",
    lambda x: SCALE * np.where(x > 0, x, ALPHA * np.expm1(np.minimum(x, 0)))[()],
    public="nn.selu", real_values=True,
    vjp={"features": lambda g, features: g * elu_slope(features, ALPHA, SCALE, SCALE)},
    domain=OFF_ZERO, samples=(sample((3, 4)), sample(np.array([-2.0, -0.1, 2.0]))),
    formula="s·x where x > 0, else s·α·(eˣ - 1)", note="The gradient at 0 is that from the right.",
    source="Klambauer et al., arXiv:1706.02515",
    special=(
        special(0.0, value=0.0, grad=(SCALE,)),
        special(-np.inf, value=-SCALE * ALPHA, grad=(0.0,)),
        special(1.0, value=SCALE, grad=(SCALE,)),
        NAN_STAYS,
    ),
)  # fmt: skip


def _share(x: Any) -> Any:
    """σ(x) without overflow on either side."""
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1) / (1 + small)


def _times(x: Any, y: Any) -> Any:
    """x·y, and 0 where y = 0 though x is infinite."""
    return np.where(y == 0, y, x * y)[()]


def _silu_slope(x: Any) -> Any:
    share = _share(x)
    return _times(1 + _times(x, _share(-x)), share)


def _silu_bend(x: Any) -> Any:
    """The second derivative: σ·σ(-x)·(2 - x·tanh(x/2))."""
    return _times(2 - x * np.tanh(0.5 * x), _share(x) * _share(-x))


silu_one = elementwise(
    "silu_one", "x", lambda x: _times(x, _share(x)), real_values=True,
    vjp={"x": lambda g, x: g * silu_slope(x)}, domain=ANY, formula="x·σ(x)",
    source="Elfwing et al., arXiv:1702.03118",
    special=(
        special(0.0, value=0.0, grad=(0.5,)),
        special(-np.inf, value=0.0, grad=(0.0,)),
        special(1e30, value=1e30, grad=(1.0,)),
        special(-100.0, value=-100 * math.exp(-100.0), grad=(-99 * math.exp(-100.0),), dtypes=("float64",)),
        NAN_STAYS,
    ),
)  # fmt: skip
silu_slope: Op = elementwise(
    "silu_slope", "x", _silu_slope, vjp={"x": lambda g, x: g * silu_bend(x)},
    domain=ANY, real_values=True, formula="σ(x)·(1 + x·σ(-x))",
    special=(
        special(0.0, value=0.5, grad=(0.5,)),
        special(np.inf, value=1.0, grad=(0.0,)),
        special(-np.inf, value=0.0, grad=(0.0,)),
    ),
)  # fmt: skip


def _silu_bend_rule(g: Any, ans: Any, x: Any) -> Any:
    half = tanh(0.5 * x)
    share = sigmoid_slope(x)
    return -g * (half * ans + share * (half + 2 * x * share))


silu_bend: Op = elementwise(
    "silu_bend", "x", _silu_bend, vjp={"x": _silu_bend_rule}, domain=((-1.5, 1.5),),
    real_values=True, formula="σ(x)·σ(-x)·(2 - x·tanh(x/2))",
    special=(special(0.0, value=0.5, grad=(0.0,)),),
)  # fmt: skip


def _softsign(x: Any) -> Any:
    with_limits = np.where(np.isinf(x), np.sign(x), x / (1 + np.abs(x)))
    return with_limits[()]


softsign = elementwise(
    "softsign", "features", _softsign, public="math.softsign nn.softsign",
    vjp={"features": lambda g, features: g / (1 + abs(features)) / (1 + abs(features))},
    domain=ANY, real_values=True, formula="x / (1 + |x|)",
    special=(
        special(0.0, value=0.0, grad=(1.0,)),
        special(1e100, value=1.0, grad=(1e-200,), dtypes=("float64",)),
        special(-np.inf, value=-1.0, grad=(0.0,)),
        NAN_STAYS,
    ),
)  # fmt: skip


@composite(inputs="features", public="nn.silu nn.swish")
def silu(features: Any, beta: Any = 1.0) -> Any:
    """x·σ(βx), also called swish.

    Args:
        features: any shape.
        beta: the factor in front of x; a Tensor carries a gradient.

    >>> import thalweg as tw
    >>> tw.nn.silu(0.0).numpy()
    np.float32(0.0)
    """
    if type(beta) in (int, float) and beta == 1:
        return silu_one(features)
    return multiply_no_nan(features, sigmoid(beta * features))


@composite(inputs="features", public="nn.gelu")
def gelu(features: Any, approximate: bool = False) -> Any:
    """x·Φ(x), with Φ the normal distribution.

    Args:
        features: any shape.
        approximate: by Hendrycks' and Gimpel's tanh formula instead, arXiv:1606.08415.

    >>> import thalweg as tw
    >>> tw.nn.gelu(1.0).numpy()
    np.float32(0.8413448)
    """
    if not approximate:
        return gelu_exact(features)
    return gelu_by_tanh(features)


@composite(inputs="features", public="nn.crelu")
def crelu(features: Any, axis: int = -1) -> Any:
    """relu of x and relu of -x, one behind the other.

    Args:
        features: any shape with at least one axis.
        axis: the axis that doubles.

    >>> import thalweg as tw
    >>> tw.nn.crelu([1.0, -2.0]).numpy()
    array([1., 0., 0., 2.], dtype=float32)
    """
    return concat([relu(features), relu(-features)], axis)
