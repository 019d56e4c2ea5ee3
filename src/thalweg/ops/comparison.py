"""Comparison and selection: what is true where, and one of two by it."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import Op, elementwise, row
from thalweg.errors import ShapeError
from thalweg.ops.creation import zeros_like

SOURCE = "definition"

NO_GRADIENT = "a comparison answers with truth values, which carry no gradient"
PAIRS = (sample((3, 4), (3, 4)), sample((3, 4), (4,)))


def _comparison(name: str, kernel: Any, function: Any, formula: str, tie: bool) -> Op:
    return elementwise(
        name, "x y", kernel, public=f"{name} math.{name}", numpy=(function,), severs=NO_GRADIENT,
        real_values=name not in ("equal", "not_equal"),
        domain=((-3.0, 3.0), (-3.0, 3.0)), samples=PAIRS, formula=formula,
        special=(
            special(0.0, -0.0, value=tie, why="zeros are equal whatever their sign"),
            special(np.inf, np.inf, value=tie),
            special(np.nan, np.nan, value=name == "not_equal", why="a NaN is equal to nothing"),
        ),
    )  # fmt: skip


equal = _comparison("equal", operator.eq, np.equal, "x = y", True)
not_equal = _comparison("not_equal", operator.ne, np.not_equal, "x ≠ y", False)
less = _comparison("less", operator.lt, np.less, "x < y", False)
less_equal = _comparison("less_equal", operator.le, np.less_equal, "x ≤ y", True)
greater = _comparison("greater", operator.gt, np.greater, "x > y", False)
greater_equal = _comparison("greater_equal", operator.ge, np.greater_equal, "x ≥ y", True)


def _max_share(x: Any, y: Any) -> Any:
    dtype = np.result_type(x, y)
    share = np.where(x == y, dtype.type(0.5), np.greater(x, y).astype(dtype))
    return np.where(np.isnan(x), dtype.type(np.nan), share)


max_share = elementwise(
    "max_share", "x y", _max_share, real_values=True,
    severs="a weight that is constant on either side of the tie",
    domain=((-3.0, 3.0), (-3.0, 3.0)), samples=PAIRS,
    formula="1 where x > y, ½ where x = y, 0 where x < y, NaN where x is NaN",
)  # fmt: skip


@row(
    inputs="condition x y", linear="x y", bounded=True,
    vjp={
        "condition": None,
        "x": lambda g, condition: where(condition, g, zeros_like(g)),
        "y": lambda g, condition: where(condition, zeros_like(g), g),
    },
    domain=((-3.0, 3.0),) * 3,
    samples=(
        sample(np.array([True, False, True]), (3,), (3,)),
        sample(np.array([[True], [False]]), (3,), (2, 1)),
        sample(np.array([[False, True, False], [True, False, True]]), (3,), ()),
    ),
    special=(special(np.array(True), 1.0, np.nan, value=1.0, grad=(None, 1.0, 0.0)),),
    wrong=(wrong(np.array([True] * 3), np.ones(3), np.ones(2), error=ShapeError, words="broadcast"),),
    formula="x where the condition holds, else y",
    note="The branch that is not taken receives a cotangent of exactly 0, and rules keep it 0.",
)  # fmt: skip
def select(condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, else y."""
    return np.where(condition, x, y)


where = select
