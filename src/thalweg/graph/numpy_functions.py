"""How are NumPy's functions that are no ufuncs written as nodes? Each is one entry of `WRITTEN`."""

from __future__ import annotations

import math
import string
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.graph.graph import Graph
from thalweg.graph.symbol import (
    WRITTEN,
    Symbol,
    Unwritten,
    axes_of,
    choose,
    matrix_product,
    symbol_of,
)

__all__ = ["WRITTEN"]


def _joined(graph: Graph, arrays: Any, axis: int = 0) -> Symbol:
    dtype = np.result_type(*[one.dtype if isinstance(one, Symbol) else one for one in arrays])
    symbols = [symbol_of(graph, one, dtype) for one in arrays]
    place = axis % symbols[0].ndim
    if len(symbols) == 1:
        return symbols[0]
    return Symbol(graph, graph.add("concat", [one.number for one in symbols], place))


def _stacked(graph: Graph, arrays: Any, axis: int = 0) -> Symbol:
    return _joined(graph, [np.expand_dims(one, axis) for one in arrays], axis)


def _expanded(graph: Graph, x: Symbol, axis: int) -> Symbol:
    place = axis % (x.ndim + 1)
    return x.reshape((*x.shape[:place], 1, *x.shape[place:]))


def _flipped(graph: Graph, x: Symbol, axis: Any = None) -> Symbol:
    axes = axes_of(axis, x.ndim)
    return x[tuple([slice(None, None, -1) if k in axes else slice(None) for k in range(x.ndim)])]


def _rolled(graph: Graph, x: Symbol, shift: Any, axis: Any = None) -> Symbol:
    shifts = shift if isinstance(shift, tuple | list) else (shift,)
    axes = axis if isinstance(axis, tuple | list) else (axis,)
    for step, along in zip(shifts, axes, strict=True):
        lead = (slice(None),) * (along % x.ndim)
        cut = -step % max(x.shape[along], 1)
        x = _joined(graph, [x[(*lead, slice(cut, None))], x[(*lead, slice(cut))]], along)
    return x


def _tiled(graph: Graph, x: Symbol, reps: Any) -> Symbol:
    times = tuple(reps) if isinstance(reps, tuple | list) else (reps,)
    rank = max(len(times), x.ndim)
    times = (*(1,) * (rank - len(times)), *times)
    shape = (*(1,) * (rank - x.ndim), *x.shape)
    apart = [size for pair in zip([1] * rank, shape, strict=True) for size in pair]
    whole = [size for pair in zip(times, shape, strict=True) for size in pair]
    together = tuple([a * b for a, b in zip(times, shape, strict=True)])
    return x.reshape(apart).broadcast(tuple(whole)).reshape(together)


def _moved(graph: Graph, x: Symbol, source: Any, destination: Any) -> Symbol:
    origin = [one % x.ndim for one in (source if isinstance(source, tuple | list) else (source,))]
    goal = [
        one % x.ndim
        for one in (destination if isinstance(destination, tuple | list) else (destination,))
    ]
    order = [axis for axis in range(x.ndim) if axis not in origin]
    for to, axis in sorted(zip(goal, origin, strict=True)):
        order.insert(to, axis)
    return x.transpose(tuple(order))


def _padded(
    graph: Graph, x: Symbol, widths: Any, mode: str = "constant", constant_values: Any = 0
) -> Symbol:
    if mode != "constant" or np.ndim(constant_values):
        raise Unwritten(f"it pads by {mode}, with {constant_values!r}")
    pairs = [tuple(map(int, pair)) for pair in np.broadcast_to(widths, (x.ndim, 2))]
    shape = tuple([a + size + b for size, (a, b) in zip(x.shape, pairs, strict=True)])
    parts = tuple([(a, size, 1) for size, (a, _) in zip(x.shape, pairs, strict=True)])
    placed = x.made("place", shape, parts)
    if constant_values == 0 and not np.signbit(constant_values):
        return placed
    inner = np.zeros(shape, bool)
    inner[tuple([slice(a, a + size) for a, size, _ in parts])] = True
    return choose(graph, inner, placed, np.asarray(constant_values).astype(x.dtype))


def _diagonal(graph: Graph, x: Symbol, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Symbol:
    if (axis1 % x.ndim, axis2 % x.ndim) != (x.ndim - 2, x.ndim - 1):
        raise Unwritten("it takes a diagonal of other than the last two axes")
    rows, columns = x.shape[-2:]
    first = max(-offset, 0) * columns + max(offset, 0)
    count = max(min(rows - max(-offset, 0), columns - max(offset, 0)), 0)
    flat = x.reshape((*x.shape[:-2], rows * columns))
    return flat[(..., slice(first, first + count * (columns + 1), columns + 1))][..., :count]


def _einsum(graph: Graph, *given: Any, **named: Any) -> Symbol:
    """Two operands, each label once in an operand: one stack of matrix products."""
    labels, *operands = given if isinstance(given[0], str) else _as_letters(*given)
    left, _, out = labels.replace(" ", "").partition("->")
    terms = left.split(",")
    if len(terms) > 2 and "." not in labels:
        return _chained(graph, terms, out, operands)
    if len(terms) != 2 or "." in labels or any(len(set(one)) != len(one) for one in (*terms, out)):
        raise Unwritten(f"it contracts {labels}")
    a, b = terms
    x, y = operands
    x, a = _summed_out(symbol_of(graph, x), a, b + out)
    y, b = _summed_out(symbol_of(graph, y), b, a + out)
    batch = [one for one in a if one in b and one in out]
    inner = [one for one in a if one in b and one not in out]
    rows, columns = [one for one in a if one not in b], [one for one in b if one not in a]
    sizes = {**dict(zip(a, x.shape, strict=True)), **dict(zip(b, y.shape, strict=True))}

    def stack(x: Symbol, have: str, *groups: list[str]) -> Symbol:
        order = tuple([have.index(one) for group in groups for one in group])
        flat = [math.prod([sizes[one] for one in group]) for group in groups]
        return x.transpose(order).reshape(flat) if order else x.reshape(flat)

    found = matrix_product(
        graph, stack(x, a, batch, rows, inner), stack(y, b, batch, inner, columns)
    )
    have = [*batch, *rows, *columns]
    found = found.reshape([sizes[one] for one in have])
    return found.transpose(tuple([have.index(one) for one in out])) if out else found


def _chained(graph: Graph, terms: list[str], out: str, operands: list[Any]) -> Symbol:
    """The first two, then with what they made the next."""
    a, b, *rest = terms
    needed = "".join(rest) + out
    made = "".join([one for one in dict.fromkeys(a + b) if one in needed])
    first = _einsum(graph, f"{a},{b}->{made}", *operands[:2])
    return _einsum(graph, f"{','.join([made, *rest])}->{out}", first, *operands[2:])


def _as_letters(*given: Any) -> list[Any]:
    """`x, [0, 1], y, [1, 2], [0, 2]` in the form with letters."""
    words = ["".join([string.ascii_letters[place] for place in one]) for one in given[1::2]]
    out = "".join([string.ascii_letters[place] for place in given[-1]])
    return [f"{','.join(words)}->{out}", *given[:-1:2]]


def _summed_out(x: Symbol, have: str, wanted: str) -> tuple[Symbol, str]:
    """A term without the labels that nothing else names: they are summed over at once."""
    gone = tuple([place for place, one in enumerate(have) if one not in wanted])
    kept = "".join([one for one in have if one in wanted])
    return (x.reduce("sum", gone) if gone else x), kept


def _sinc(graph: Graph, x: Symbol) -> Symbol:
    """sin(πx)/(πx), and 1 at 0, as NumPy computes it."""
    angle = np.pi * choose(graph, x == 0, 1.0e-20, x)
    return np.sin(angle) / angle  # type: ignore[no-any-return]  # a Symbol in, a Symbol out


def _filled(value: float) -> Callable[..., Any]:
    def like(graph: Graph, x: Symbol, dtype: Any = None, **named: Any) -> Symbol:
        number = symbol_of(graph, value, np.dtype(x.dtype if dtype is None else dtype))
        return number.broadcast(x.shape)

    return like


WRITTEN |= {
    np.where: choose,
    np.concatenate: _joined,
    np.stack: _stacked,
    np.expand_dims: _expanded,
    np.flip: _flipped,
    np.any: lambda graph, x, **named: x.any(**named),
    np.all: lambda graph, x, **named: x.all(**named),
    np.sinc: _sinc,
    np.roll: _rolled,
    np.tile: _tiled,
    np.moveaxis: _moved,
    np.pad: _padded,
    np.diagonal: _diagonal,
    np.einsum: _einsum,
    np.clip: lambda graph, x, low, high: np.minimum(np.maximum(x, low), high),
    np.zeros_like: _filled(0),
    np.ones_like: _filled(1),
    np.broadcast_to: lambda graph, x, shape: x.broadcast(tuple(shape)),
    np.reshape: lambda graph, x, shape: x.reshape(shape),
    np.transpose: lambda graph, x, axes=None: x.transpose(axes),
    np.swapaxes: lambda graph, x, one, two: x.swapaxes(one, two),
    np.ravel: lambda graph, x: x.ravel(),
    np.shape: lambda graph, x: x.shape,
    np.ndim: lambda graph, x: x.ndim,
    np.size: lambda graph, x: x.size,
    np.sum: lambda graph, x, axis=None, keepdims=False: np.add.reduce(x, axis=axis, keepdims=keepdims),
    np.max: lambda graph, x, axis=None, keepdims=False: x.reduce("max", axis, keepdims),
    np.min: lambda graph, x, axis=None, keepdims=False: x.reduce("min", axis, keepdims),
    np.result_type: lambda graph, *given: np.result_type(
        *[one.dtype if isinstance(one, Symbol) else one for one in given]),
    np.iscomplexobj: lambda graph, x: False,
    np.real: lambda graph, x: x,
}  # fmt: skip
