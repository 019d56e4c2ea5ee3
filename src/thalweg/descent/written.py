"""How are a function's value and derivatives written in ops of one flat array, for machine code?

What comes in is the flat x that solvers work with; it is cut into the arguments that the user's function
takes inside the machine code, and the derivatives leave it flat again.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.descent.layout import Layout
from thalweg.errors import DescentError
from thalweg.ops.casting import cast
from thalweg.ops.joining import concat, stack
from thalweg.ops.movement import reshape
from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.map_fn import vectorized_map
from thalweg.transform.tangent import hvp
from thalweg.values.tensor import Tensor

__all__ = ["FEW", "Written", "both", "columns", "hessian", "product", "residuals", "value"]

FEW = 4
"""Up to so many numbers the columns of a Hessian or Jacobian stand side by side; beyond, each is a turn of a loop."""

Call = Callable[[list[Any]], Any]
Written = Callable[..., list[Any]]


def value(call: Call, layout: Layout) -> Written:
    """x ↦ [f]."""
    return lambda x: [_scalar(call(_cut(layout, x)))]


def both(call: Call, layout: Layout) -> Written:
    """x ↦ [f, ∇f], by one reverse sweep."""

    def written(x: Any) -> list[Any]:
        leaves = _cut(layout, x)
        with GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(leaves)
            answer = call(leaves)
        return [_scalar(answer), _joined(layout, tape.gradient(answer, leaves))]

    return written


def product(call: Call, layout: Layout) -> Written:
    """x, v ↦ [∇²f·v], forward over reverse."""
    return lambda x, v: [_joined(layout, hvp(call, _cut(layout, x), _cut(layout, v)))]


def hessian(call: Call, layout: Layout) -> Written:
    """x, the unit vectors ↦ [∇²f]."""
    along = product(call, layout)
    return lambda x, axes: [_each(lambda v: along(x, v)[0], axes)]


def residuals(call: Call, layout: Layout) -> Written:
    """x ↦ [r], the parts of the answer one after the other."""
    return lambda x: [_flat(call(_cut(layout, x)))]


def columns(call: Call, layout: Layout) -> Written:
    """x, the unit vectors ↦ [r, the transposed Jacobian], by forward sweeps."""

    def written(x: Any, axes: Any) -> list[Any]:
        def along(v: Any) -> Any:
            leaves = _cut(layout, x)
            with ForwardAccumulator(leaves, _cut(layout, v)) as forward:
                answer = _flat(call(leaves))
            return forward.jvp(answer, unconnected_gradients="zero")

        return [_flat(call(_cut(layout, x))), _each(along, axes)]

    return written


def _each(function: Callable[[Any], Any], rows: Any) -> Any:
    """A function of one row, for each."""
    count = rows.array.shape[0]
    if count > FEW:
        return vectorized_map(function, rows)
    return stack.eager([function(rows[place]) for place in range(count)])


def _cut(layout: Layout, x: Any) -> list[Any]:
    """The arguments of a layout's function."""
    if layout.one_by_one:
        return [x[place] for place in range(layout.size)]
    if len(layout.shapes) == 1:
        return [reshape.eager(x, layout.shapes[0])]
    ends = zip(layout.shapes, layout.offsets, layout.offsets[1:], strict=False)
    return [reshape.eager(x[a:b], shape) for shape, a, b in ends]


def _joined(layout: Layout, parts: Sequence[Any]) -> Any:
    """Derivatives by the arguments as one flat array; None stands for zeros."""
    sizes = [1] * layout.size if layout.one_by_one else np.diff(layout.offsets).tolist()
    flat = [
        Tensor(np.zeros(size)) if part is None else reshape.eager(_wide(part), (size,))
        for part, size in zip(parts, sizes, strict=True)
    ]
    return flat[0] if len(flat) == 1 else concat.eager(flat, axis=0)


def _wide(part: Any) -> Any:
    if not isinstance(part, Handle):
        raise DescentError("its value is a plain number")
    return part if part.array.dtype == np.float64 else cast.eager(part, np.float64)


def _scalar(answer: Any) -> Any:
    return reshape.eager(_wide(answer), ())


def _flat(answer: Any) -> Any:
    parts = answer if isinstance(answer, list | tuple) else [answer]
    flat = [reshape.eager(_wide(part), (-1,)) for part in parts]
    return flat[0] if len(flat) == 1 else concat.eager(flat, axis=0)
