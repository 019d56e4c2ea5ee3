"""The promise about hard points: what thalweg answers where other libraries differ or are wrong.

One row a point and a question: its gradient (for a cotangent of ones, by each input) or its value. The
tests ask thalweg, `python -m benchmarks.hard_points` asks the peers, and `python -m pages` prints both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import thalweg as tw

INF, NAN = np.inf, np.nan
ROOT_HALF = 0.5**0.5
BOTH = ("float64", "float32")
DOUBLE = ("float64",)
SINGLE = ("float32",)
ULPS = 32
"""How many units in the last place an answer may be off before it counts as another one."""


@dataclass(frozen=True)
class Promise:
    """One promise.

    Attributes:
        point: how the page and the tests call it; no two are called the same.
        asked: the name under which the peers' functions are found.
        ours: the function, of Tensors.
        at: the inputs; a function of nothing where they are large.
        gradient: the stated gradient by each input, or None where the value is asked for.
        value: the stated value.
        dtypes: those in which the point can be represented.
        why: for the page.
    """

    point: str
    asked: str
    ours: Callable[..., Any]
    at: Sequence[Any] | Callable[[], Sequence[Any]]
    gradient: Sequence[Any] | None = None
    value: Any = None
    dtypes: tuple[str, ...] = BOTH
    why: str = ""

    @property
    def stated(self) -> list[Any]:
        """The answers: a gradient for each input, or the one value."""
        return [self.value] if self.gradient is None else list(self.gradient)

    def inputs(self, dtype: str) -> list[Any]:
        """The inputs as arrays of a dtype; complex ones of that precision."""
        given = self.at() if callable(self.at) else self.at
        arrays = [np.asarray(one) for one in given]
        kinds = [
            np.result_type(dtype, np.complex64) if a.dtype.kind == "c" else dtype for a in arrays
        ]
        return [a.astype(kind) for a, kind in zip(arrays, kinds, strict=True)]


def is_as_stated(came: Any, stated: Any, dtype: str) -> bool:
    """Whether an answer is the stated one: NaN for NaN, within units in the last place otherwise."""
    wanted = np.asarray(stated)
    wanted = wanted.astype(
        np.result_type(dtype, np.complex64) if wanted.dtype.kind == "c" else dtype
    )
    got = np.asarray(came)
    if got.shape != wanted.shape or got.dtype.kind not in "biufc":
        return False
    with np.errstate(all="ignore"):
        return np.allclose(
            got, wanted, rtol=ULPS * float(np.finfo(dtype).eps), atol=0, equal_nan=True
        )


def _many_ones() -> list[Any]:
    return [np.ones((2**24 + 2**22, 2), np.float32)]


P = Promise
PROMISES: dict[str, tuple[Promise, ...]] = {
    "Kinks": (
        P("relu(0)", "relu", tw.nn.relu, [0.0], [0.0]),
        P("relu(-0.)", "relu", tw.nn.relu, [-0.0], [0.0]),
        P("relu6(0)", "relu6", tw.nn.relu6, [0.0], [0.0]),
        P("relu6(6)", "relu6", tw.nn.relu6, [6.0], [0.0]),
        P("leaky_relu(0, 0.2)", "leaky_relu", lambda x: tw.nn.leaky_relu(x, 0.2), [0.0], [0.2], why="the slope"),
        P("abs(0)", "abs", tw.abs, [0.0], [0.0]),
        P("sign(0)", "sign", tw.sign, [0.0], [0.0], why="zeros, not None"),
        P("floor(1)", "floor", tw.floor, [1.0], [0.0], why="zeros, not None"),
        P("round(0.5)", "round", tw.round, [0.5], [0.0], why="zeros, not None"),
        P("clip(0, 0, 1)", "clip", lambda x: tw.clip_by_value(x, 0.0, 1.0), [0.0], [1.0], why="a bound is still inside"),
        P("clip(1, 0, 1)", "clip", lambda x: tw.clip_by_value(x, 0.0, 1.0), [1.0], [1.0], why="the same"),
    ),
    "Ties": (
        P("maximum(1, 1)", "maximum", tw.maximum, [1.0, 1.0], [0.5, 0.5], why="shared"),
        P("minimum(1, 1)", "minimum", tw.minimum, [1.0, 1.0], [0.5, 0.5], why="shared"),
        P("max([2, 2, 1])", "max", tw.reduce_max, [[2.0, 2.0, 1.0]], [[0.5, 0.5, 0.0]], why="split equally"),
        P("sort([2, 2, 3])[0]", "sort_first", lambda x: tw.sort(x)[0], [[2.0, 2.0, 3.0]], [[1.0, 0.0, 0.0]], why="the first"),
        P("median([1, 3])", "median", np.median, [[1.0, 3.0]], [[0.5, 0.5]], why="the mean of the two in the middle"),
    ),
    "NaN": (
        P("maximum(NaN, 1)", "maximum", tw.maximum, [NAN, 1.0], [NAN, 0.0], why="to the input that is NaN"),
        P("maximum(NaN, 1), value", "maximum", tw.maximum, [NAN, 1.0], value=NAN),
        P("relu(NaN)", "relu", tw.nn.relu, [NAN], [NAN], why="never hidden"),
        P("relu(NaN), value", "relu", tw.nn.relu, [NAN], value=NAN),
        P("log(-1)", "log", tw.math.log, [-1.0], [NAN], why="the value is NaN too"),
    ),
    "Roots, norms and powers": (
        P("sqrt(0)", "sqrt", tw.sqrt, [0.0], [INF]),
        P("sqrt(x·x) at 0", "sqrt_of_square", lambda x: tw.sqrt(x * x), [0.0], [NAN], why="∞·0; `abs` and `norm` are right there"),
        P("sqrt(abs(x)) at 0", "sqrt_of_abs", lambda x: tw.sqrt(tw.abs(x)), [0.0], [NAN], why="∞·0"),
        P("norm([0, 0])", "norm", tw.norm, [[0.0, 0.0]], [[0.0, 0.0]], why="the smallest subgradient"),
        P("std([1, 1])", "std", tw.math.reduce_std, [[1.0, 1.0]], [[0.0, 0.0]], why="the same"),
        P("x**0 at 0", "power_0", lambda x: x**0, [0.0], [0.0], why="x⁰ is constant"),
        P("x**0.0 at 0", "power_0.0", lambda x: x**0.0, [0.0], [0.0], why="the same"),
        P("x**0.5 at 0", "power_0.5", lambda x: x**0.5, [0.0], [INF]),
        P("pow(0, 0)", "pow", tw.pow, [0.0, 0.0], [0.0, 0.0]),
        P("pow(-2, 3)", "pow", tw.pow, [-2.0, 3.0], [12.0, NAN], why="log(-2) is no real number"),
        P("atan2(0, 0)", "atan2", tw.atan2, [0.0, 0.0], [0.0, 0.0]),
    ),
    "Branches that are not taken": (
        P("where(x > 0, log(x), 0) at 0", "where_log", lambda x: tw.where(x > 0, tw.math.log(x), 0.0), [0.0], [0.0], why="the strong zero"),
        P("where(x > 0, sqrt(x), 0) at -1", "where_sqrt", lambda x: tw.where(x > 0, tw.sqrt(x), 0.0), [-1.0], [0.0], why="the same"),
        P("where(x < 15, x, exp(x·x)) at 10", "where_exp", lambda x: tw.where(x < 15, x, tw.exp(x * x)), [10.0], [1.0], why="the same; exp overflows in float32"),
        P("where(x < 15, x, x·exp(x³)) at 14", "where_product", lambda x: tw.where(x < 15, x, x * tw.exp(x * x * x)), [14.0], [1.0], why="the same; exp overflows"),
    ),
    "Logarithms and exponentials": (
        P("xlogy(x, x) at 0", "xlogy", lambda x: tw.math.xlogy(x, x), [0.0], [-INF]),
        P("xlogy(x, x) at 0, value", "xlogy", lambda x: tw.math.xlogy(x, x), [0.0], value=0.0),
        P("logsumexp([-inf, -inf])", "logsumexp", tw.reduce_logsumexp, [[-INF, -INF]], [[NAN, NAN]], why="no share of nothing is right"),
        P("logsumexp([-inf, -inf]), value", "logsumexp", tw.reduce_logsumexp, [[-INF, -INF]], value=-INF),
        P("logsumexp([1000, 1000])", "logsumexp", tw.reduce_logsumexp, [[1000.0, 1000.0]], [[0.5, 0.5]], why="by the shifted softmax, not exp(x - lse)"),
        P("sinc(0)", "sinc", np.sinc, [0.0], [0.0]),
        P("softplus(0)", "softplus", tw.nn.softplus, [0.0], [0.5]),
        P("log_sigmoid(0)", "log_sigmoid", tw.math.log_sigmoid, [0.0], [0.5]),
        P("cross-entropy of logit 0, label 1", "bce", lambda x: tw.nn.sigmoid_cross_entropy_with_logits(labels=tw.ones_like(x), logits=x), [0.0], [-0.5], why="one op, not made of max and abs"),
    ),
    "Sums and products": (
        P("prod([0, 2, 3])", "prod", tw.reduce_prod, [[0.0, 2.0, 3.0]], [[6.0, 0.0, 0.0]], why="no division"),
        P("cumprod([0, 2, 0])", "cumprod", tw.math.cumprod, [[0.0, 2.0, 0.0]], [[3.0, 0.0, 0.0]], why="the same"),
        P("mean of 2²⁴ + 2²² ones, value", "mean_of_rows", lambda x: tw.reduce_mean(x, axis=0), _many_ones, value=[1.0, 1.0], dtypes=SINGLE,
          why="added up in blocks, the partial sums exactly"),
    ),
    "Tails": (
        P("sigmoid(20)", "sigmoid", tw.sigmoid, [20.0], [2.0611536139418493e-9], why="σ(x)·σ(-x)"),
        P("sigmoid(-100)", "sigmoid", tw.sigmoid, [-100.0], [3.720075976020836e-44], dtypes=DOUBLE),
        P("sigmoid(-1000)", "sigmoid", tw.sigmoid, [-1000.0], [0.0]),
        P("tanh(20)", "tanh", tw.tanh, [20.0], [1.6993417021166356e-17], why="1/cosh², not 1 - tanh²"),
        P("softplus(-50)", "softplus", tw.nn.softplus, [-50.0], [1.9287498479639178e-22]),
        P("log_sigmoid(50)", "log_sigmoid", tw.math.log_sigmoid, [50.0], [1.9287498479639178e-22]),
        P("erf(5)", "erf", tw.math.erf, [5.0], [1.5670866531017335e-11]),
        P("gelu(-5)", "gelu", tw.nn.gelu, [-5.0], [-7.1469460017922946e-6], why="Φ(x) + x·φ(x) without cancellation"),
        P("gelu(-10)", "gelu", tw.nn.gelu, [-10.0], [-7.6184000964648141e-22]),
    ),
    "The ends of the range": (
        P("norm([1e200, 1e200])", "norm", tw.norm, [[1e200, 1e200]], [[ROOT_HALF] * 2], dtypes=DOUBLE, why="scaled"),
        P("norm([1e-200, 1e-200])", "norm", tw.norm, [[1e-200, 1e-200]], [[ROOT_HALF] * 2], dtypes=DOUBLE),
        P("norm([1e30, 1e30])", "norm", tw.norm, [[1e30, 1e30]], [[ROOT_HALF] * 2]),
        P("norm([1e-30, 1e-30])", "norm", tw.norm, [[1e-30, 1e-30]], [[ROOT_HALF] * 2]),
        P("hypot(1e200, 1e200)", "hypot", np.hypot, [1e200, 1e200], [ROOT_HALF] * 2, dtypes=DOUBLE),
        P("hypot(1e30, 1e30)", "hypot", np.hypot, [1e30, 1e30], [ROOT_HALF] * 2),
        P("atan2(1e-200, 1e-200)", "atan2", tw.atan2, [1e-200, 1e-200], [5e199, -5e199], dtypes=DOUBLE, why="scaled by hypot"),
        P("atan2(1e-30, 1e-30)", "atan2", tw.atan2, [1e-30, 1e-30], [5e29, -5e29]),
        P("x / y at (1e-200, 1e-200)", "divide", tw.divide, [1e-200, 1e-200], [1e200, -1e200], dtypes=DOUBLE, why="-(x/y)/y, not -x/y²"),
        P("x / y at (1e-30, 1e-30)", "divide", tw.divide, [1e-30, 1e-30], [1e30, -1e30]),
        P("rsqrt(1e200)", "rsqrt", tw.math.rsqrt, [1e200], [-0.5e-300], dtypes=DOUBLE),
        P("rsqrt(1e20)", "rsqrt", tw.math.rsqrt, [1e20], [-0.5e-30]),
        P("asinh(1e200)", "asinh", tw.asinh, [1e200], [1e-200], dtypes=DOUBLE),
        P("asinh(1e30)", "asinh", tw.asinh, [1e30], [1e-30]),
        P("acosh(1e200)", "acosh", tw.acosh, [1e200], [1e-200], dtypes=DOUBLE),
        P("acosh(1e30)", "acosh", tw.acosh, [1e30], [1e-30]),
    ),
    "Complex numbers": (
        P("|z|² at 3 + 4i", "modulus_squared", lambda z: tw.abs(z) ** 2, [3 + 4j], [6 + 8j], why="the direction of steepest ascent, as TensorFlow documents"),
        P("z² at 3 + 4i", "square", lambda z: z * z, [3 + 4j], [6 - 8j], why="the conjugate of the holomorphic derivative, likewise"),
    ),
}  # fmt: skip
"""The promises, by what makes the point hard."""


def every_promise() -> list[Promise]:
    """All of them, in the page's order."""
    return [promise for group in PROMISES.values() for promise in group]
