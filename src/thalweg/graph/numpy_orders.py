"""How are NumPy's functions of places, orders and parts written as nodes? More entries of `WRITTEN`."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np

from thalweg.graph.graph import Graph
from thalweg.graph.symbol import WRITTEN, Symbol, Unwritten, choose, symbol_of

__all__ = ["WRITTEN"]

MOST_PRODUCTS = 1 << 20
"""A convolution of more products stays with NumPy: all of them are written down at once."""


def _extreme_place(kind: str) -> Any:
    """The first place of the extreme; of the first NaN, if there is one, as NumPy has it."""

    def written(graph: Graph, x: Symbol, axis: int | None = None) -> Symbol:
        if axis is None:
            x, axis = x.ravel(), 0
        axis %= x.ndim
        size = x.shape[axis]
        hit = np.equal(x, x.reduce(kind, axis, keepdims=True))
        if x.dtype.kind == "f":
            hit = np.logical_or(hit, np.isnan(x))
        shape = [size if at == axis else 1 for at in range(x.ndim)]
        places = choose(graph, hit, np.arange(size).reshape(shape), size)
        return places.reduce("min", axis)

    return written


def _moved(x: Symbol, source: int, destination: int) -> Symbol:
    return cast(Symbol, np.moveaxis(cast(Any, x), source, destination))


def _order(graph: Graph, x: Symbol, axis: int = -1, kind: str = "stable") -> Symbol:
    if kind != "stable":
        raise Unwritten("an order in which ties may change places")
    return _moved(_moved(x, axis, -1).made("order"), -1, axis)


def _grid(shape: tuple[int, ...], axis: int, indices: Any) -> tuple[Any, ...]:
    """The indices along one axis, with those of the elements' own places along the others."""
    grid = np.ogrid[tuple([slice(0, size) for size in shape])]
    return (*grid[:axis], indices, *grid[axis + 1 :])


def _taken_along(graph: Graph, x: Any, indices: Any, axis: int = -1) -> Symbol:
    x, at = symbol_of(graph, x), symbol_of(graph, indices)
    axis %= x.ndim
    return cast(Symbol, x[_grid(x.shape, axis, at)])


def _triangle(lower: bool) -> Any:
    def written(graph: Graph, x: Symbol, k: int = 0) -> Symbol:
        rows, columns = x.shape[-2:]
        stays = np.tri(rows, columns, k if lower else k - 1, bool)
        return choose(graph, stays if lower else ~stays, x, x.dtype.type(0))

    return written


def _cross(graph: Graph, a: Any, b: Any) -> Symbol:
    """Three products less three products, as NumPy takes them."""
    a, b = symbol_of(graph, a), symbol_of(graph, b)
    parts = [
        a[..., (k + 1) % 3] * b[..., (k + 2) % 3] - a[..., (k + 2) % 3] * b[..., (k + 1) % 3]
        for k in range(3)
    ]
    return cast(Symbol, np.stack(cast(Any, parts), -1))


def _convolved(graph: Graph, a: Any, v: Any, mode: str = "full") -> Symbol:
    """All products in a matrix whose row i begins i places further on, and its columns added up."""
    dtype = np.result_type(*[one.dtype if isinstance(one, Symbol) else one for one in (a, v)])
    a, v = symbol_of(graph, a, dtype), symbol_of(graph, v, dtype)
    if mode != "full" or a.ndim != 1 or v.ndim != 1 or not a.size or not v.size:
        raise Unwritten(f"it convolves shapes {a.shape} and {v.shape}, {mode}")
    if a.size < v.size:
        a, v = v, a
    n, m = v.size, a.size
    if n * (n + m) > MOST_PRODUCTS:
        raise Unwritten(f"a convolution of {n} and {m} elements is too long for machine code")
    rows = cast(Symbol, v.reshape((n, 1)) * a.reshape((1, m)))
    wide = rows.put_at((n, n + m), (slice(None), slice(0, m)))
    skew = wide.ravel()[: n * (n + m) - n].reshape((n, n + m - 1))
    return cast(Symbol, skew.reduce("sum", 0))


def _is_infinite(sign: float) -> Any:
    return lambda graph, x: x == math.copysign(math.inf, sign)


WRITTEN |= {
    np.argmax: _extreme_place("max"),
    np.argmin: _extreme_place("min"),
    np.argsort: _order,
    np.take_along_axis: _taken_along,
    np.take: lambda graph, x, indices, axis: x.take(indices, axis),
    np.tril: _triangle(True),
    np.triu: _triangle(False),
    np.cross: _cross,
    np.convolve: _convolved,
    np.isneginf: _is_infinite(-1.0),
    np.isposinf: _is_infinite(1.0),
}  # fmt: skip
