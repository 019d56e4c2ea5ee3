"""Which primitives is a graph made of, what do they make of shapes and dtypes, what do they compute?

Elementwise primitives are NumPy's and SciPy's own functions, under their names, and a few rows of the
op table, for which the vector mathematics has functions of its own: every input has the
shape of the answer and the dtype that the function itself works in, so that broadcasting and casting
are nodes of their own. The others move, sum or multiply arrays. `PRIMITIVES` is all there is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thalweg.errors import GraphError
from thalweg.graph.by_matrix import (
    cholesky,
    cholesky_spec,
    solve,
    solve_spec,
    triangular,
    triangular_spec,
)
from thalweg.graph.by_number import (
    guard,
    guard_spec,
    order_spec,
    put,
    put_extreme,
    put_extreme_spec,
    put_spec,
    running,
    running_spec,
    take,
    take_spec,
)
from thalweg.graph.control import (
    CHOOSE,
    LOOP,
    REWIND,
    choose_spec,
    loop_spec,
    output_spec,
    rewind_spec,
)
from thalweg.graph.read_late import FromSciPy, FromTable
from thalweg.ops.summation import accumulate

__all__ = ["ELEMENTWISE", "PRIMITIVES", "REDUCTIONS", "Primitive"]

Spec = tuple[tuple[int, ...], np.dtype[Any]]


@dataclass(frozen=True)
class Primitive:
    """One primitive.

    Attributes:
        name: by which nodes call it.
        attributes: the names of what it takes besides nodes.
        spec: from inputs (anything with shape and dtype) and attributes to the answer's shape and dtype.
        evaluate: from arrays and attributes to the answer, by NumPy.
        count: how many inputs it takes; -1 for any number.
        elementwise: whether the answer at a place depends on the inputs at that place.
        folds: whether it is computed at once where all inputs are constants.
    """

    name: str
    attributes: tuple[str, ...]
    spec: Callable[..., Spec]
    evaluate: Callable[..., Any]
    count: int = 1
    elementwise: bool = False
    folds: bool = True

    def spec_of(self, inputs: Sequence[Any], attributes: Sequence[Any]) -> Spec:
        """Shape and dtype of the answer; GraphError where inputs or attributes do not fit."""
        if self.count not in (-1, len(inputs)) or len(attributes) != len(self.attributes):
            raise GraphError(
                f"{self.name} takes {self.count} inputs and {self.attributes}; {len(inputs)} inputs "
                f"and {tuple(attributes)} came"
            )
        try:
            return self.spec(*inputs, *attributes)
        except (TypeError, ValueError, IndexError) as error:
            came = ", ".join(f"{one.dtype.name}{list(one.shape)}" for one in inputs)
            raise GraphError(f"{self.name} does not take {came}: {error}") from None


_NUMPY = [
    "add",
    "subtract",
    "multiply",
    "divide",
    "floor_divide",
    "remainder",
    "power",
    "maximum",
    "minimum",
    "arctan2",
    "copysign",
    "negative",
    "absolute",
    "sign",
    "floor",
    "ceil",
    "rint",
    "trunc",
    "sqrt",
    "square",
    "reciprocal",
    "exp",
    "exp2",
    "expm1",
    "log",
    "log1p",
    "log2",
    "log10",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "arcsinh",
    "arccosh",
    "arctanh",
    "cbrt",
    "hypot",
    "logaddexp",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "logical_and",
    "logical_or",
    "logical_not",
    "logical_xor",
    "isnan",
    "isinf",
    "isfinite",
    "signbit",
]
_SCIPY = ["erf", "erfc", "erfcx"]
_ROWS = ["gaussian", "normal_pdf", "normal_cdf", "gelu_exact", "gelu_slope"]


ELEMENTWISE: dict[str, Any] = {
    **{getattr(np, name).__name__: getattr(np, name) for name in _NUMPY},
    **{name: FromSciPy(name) for name in _SCIPY},
    **{name: FromTable(name) for name in _ROWS},
}
"""The functions that work place by place, by their own names."""

REDUCTIONS: dict[str, Any] = {
    "sum": np.add,
    "product": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
    "all": np.logical_and,
    "any": np.logical_or,
}
"""What can be made of the elements along axes."""


def _elementwise(name: str, function: Any) -> Primitive:
    def spec(*inputs: Any) -> Spec:
        shape = inputs[0].shape
        if any(one.shape != shape for one in inputs):
            raise ValueError("the shapes differ")
        dtypes = tuple([one.dtype for one in inputs])
        if name.startswith("logical") and any(one.kind != "b" for one in dtypes):
            raise ValueError("it works in bool")
        found = function.resolve_dtypes((*dtypes, None))
        if found[:-1] != dtypes:
            raise ValueError(f"it works in {', '.join(one.name for one in found[:-1])}")
        return shape, found[-1]

    return Primitive(name, (), spec, function, function.nin, elementwise=True)


def _select_spec(condition: Any, x: Any, y: Any) -> Spec:
    if not condition.shape == x.shape == y.shape or x.dtype != y.dtype:
        raise ValueError("condition and branches must agree")
    if condition.dtype.kind != "b":
        raise ValueError("the condition holds no truth values")
    return x.shape, x.dtype


def _reshape_spec(x: Any, shape: tuple[int, ...]) -> Spec:
    if math.prod(shape) != math.prod(x.shape):
        raise ValueError(f"it has not as many elements as {list(shape)}")
    return shape, x.dtype


def _broadcast_spec(x: Any, shape: tuple[int, ...]) -> Spec:
    if len(x.shape) != len(shape) or any(
        a not in (1, b) for a, b in zip(x.shape, shape, strict=True)
    ):
        raise ValueError(f"it does not broadcast to {list(shape)}, axis by axis")
    return shape, x.dtype


def _transpose_spec(x: Any, perm: tuple[int, ...]) -> Spec:
    if sorted(perm) != list(range(len(x.shape))):
        raise ValueError(f"{perm} does not name each axis once")
    return tuple([x.shape[axis] for axis in perm]), x.dtype


def _cut(parts: tuple[tuple[int, int, int], ...]) -> tuple[slice, ...]:
    """`(start, size, step)` for each axis as slices; a negative step may end before the first."""
    index = []
    for start, size, step in parts:
        stop = start + size * step
        index.append(slice(start, stop if stop >= 0 else None, step))
    return tuple(index)


def _inside(shape: tuple[int, ...], parts: tuple[tuple[int, int, int], ...]) -> None:
    if len(parts) != len(shape):
        raise ValueError("not a part for each axis")
    for whole, (start, size, step) in zip(shape, parts, strict=True):
        last = start + (size - 1) * step
        if size < 0 or step == 0 or (size and not (0 <= start < whole and 0 <= last < whole)):
            raise ValueError(f"the part {(start, size, step)} goes beyond {whole}")


def _slice_spec(x: Any, parts: tuple[tuple[int, int, int], ...]) -> Spec:
    _inside(x.shape, parts)
    return tuple([size for _, size, _ in parts]), x.dtype


def _place_spec(x: Any, shape: tuple[int, ...], parts: Any) -> Spec:
    _inside(shape, parts)
    if tuple([size for _, size, _ in parts]) != x.shape:
        raise ValueError(f"it does not fill the part {parts}")
    return shape, x.dtype


def _place(x: Any, shape: tuple[int, ...], parts: Any) -> Any:
    whole = np.zeros(shape, x.dtype)
    if x.size:
        whole[_cut(parts)] = x
    return whole


def _concat_spec(*inputs: Any) -> Spec:
    *arrays, axis = inputs
    first = arrays[0]
    if not 0 <= axis < len(first.shape):
        raise ValueError(f"it has no axis {axis}")
    rest = first.shape[:axis] + first.shape[axis + 1 :]
    if any(one.shape[:axis] + one.shape[axis + 1 :] != rest for one in arrays):
        raise ValueError("the other axes differ")
    if any(one.dtype != first.dtype for one in arrays):
        raise ValueError("the dtypes differ")
    total = sum([one.shape[axis] for one in arrays])
    return (*first.shape[:axis], total, *first.shape[axis + 1 :]), first.dtype


def _reduce_spec(x: Any, kind: str, axes: tuple[int, ...]) -> Spec:
    if kind not in REDUCTIONS:
        raise ValueError(f"{kind!r} is none of {', '.join(REDUCTIONS)}")
    if kind in ("all", "any") and x.dtype.kind != "b":
        raise ValueError("no truth values")
    if kind in ("max", "min") and 0 in [x.shape[axis] for axis in axes]:
        raise ValueError("nothing has no extreme")
    if list(axes) != sorted(set(axes)) or any(not 0 <= axis < len(x.shape) for axis in axes):
        raise ValueError(f"{axes} are no axes of it, in order")
    return tuple([size for axis, size in enumerate(x.shape) if axis not in axes]), x.dtype


def _reduce(x: Any, kind: str, axes: tuple[int, ...]) -> Any:
    if kind == "sum":
        return np.asarray(accumulate(x, axes, False)).astype(x.dtype)  # NumPy widens whole numbers
    return REDUCTIONS[kind].reduce(x, axis=axes, dtype=x.dtype)


def _dot_spec(a: Any, b: Any) -> Spec:
    """`(batch, rows, inner) · (batch, inner, columns)`."""
    if a.dtype != b.dtype or len(a.shape) != 3 or len(b.shape) != 3:
        raise ValueError("two stacks of matrices of one dtype are wanted")
    if a.shape[0] != b.shape[0] or a.shape[2] != b.shape[1]:
        raise ValueError("the sizes do not meet")
    return (a.shape[0], a.shape[1], b.shape[2]), a.dtype


def _iota_spec(shape: tuple[int, ...], axis: int, dtype: str) -> Spec:
    if not 0 <= axis < len(shape):
        raise ValueError(f"there is no axis {axis}")
    return shape, np.dtype(dtype)


def _iota(shape: tuple[int, ...], axis: int, dtype: str) -> Any:
    along = np.arange(shape[axis], dtype=dtype)
    return np.broadcast_to(
        along.reshape([-1 if k == axis else 1 for k in range(len(shape))]), shape
    )


def _unset(*given: Any) -> Any:
    raise GraphError("an input is given by the caller")


def _walked(*given: Any) -> Any:
    raise GraphError("what holds graphs of its own is computed by the interpreter")


_STRUCTURAL = (
    Primitive("input", ("place",), _unset, _unset, 0),
    Primitive(
        "constant", ("value",),
        lambda value: (value.shape, np.dtype(value.dtype)), lambda value: value.array(), 0,
    ),
    Primitive("select", (), _select_spec, np.where, 3, elementwise=True),
    Primitive(
        "cast", ("dtype",), lambda x, dtype: (x.shape, np.dtype(dtype)),
        lambda x, dtype: x.astype(dtype), elementwise=True,
    ),
    Primitive("reshape", ("shape",), _reshape_spec, np.reshape),
    Primitive("broadcast", ("shape",), _broadcast_spec, np.broadcast_to),
    Primitive("transpose", ("perm",), _transpose_spec, np.transpose),
    Primitive(
        "slice", ("parts",), _slice_spec,
        lambda x, parts: x[_cut(parts)] if 0 not in [size for _, size, _ in parts]
        else np.zeros([size for _, size, _ in parts], x.dtype),
    ),
    Primitive("place", ("shape", "parts"), _place_spec, _place),
    Primitive("concat", ("axis",), _concat_spec, lambda *given: np.concatenate(given[:-1], given[-1]), -1),
    Primitive("reduce", ("kind", "axes"), _reduce_spec, _reduce),
    Primitive("dot", (), _dot_spec, np.matmul, 2),
    Primitive("take", (), take_spec, take, 2),
    Primitive("put", ("rows",), put_spec, put, 2),
    Primitive("put_extreme", ("rows", "kind"), put_extreme_spec, put_extreme, 2),
    Primitive("running", ("kind", "axis"), running_spec, running),
    Primitive("order", (), order_spec, lambda x: np.argsort(x, axis=-1, kind="stable")),
    Primitive("guard", (), guard_spec, guard, 2),
    Primitive("cholesky", (), cholesky_spec, cholesky),
    Primitive("solve", (), solve_spec, solve, 2),
    Primitive("triangular", ("lower", "turned"), triangular_spec, triangular, 2),
    Primitive("iota", ("shape", "axis", "dtype"), _iota_spec, _iota, 0),
    Primitive("loop", LOOP, loop_spec, _walked, -1, folds=False),
    Primitive("rewind", REWIND, rewind_spec, _walked, -1, folds=False),
    Primitive("choose", CHOOSE, choose_spec, _walked, -1, folds=False),
    Primitive("output", ("place",), output_spec, lambda answers, place: answers[place], folds=False),
)  # fmt: skip

PRIMITIVES: dict[str, Primitive] = {
    **{one.name: one for one in _STRUCTURAL},
    **{name: _elementwise(name, function) for name, function in ELEMENTWISE.items()},
}
"""Every primitive by its name."""
