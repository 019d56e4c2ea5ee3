"""What stands in for an array while a kernel is read: a Symbol, which writes down what is done with it.

A row's kernel is a formula in NumPy's functions. Called with Symbols it runs as with arrays, and every
function that it reaches adds a node to the graph, with the shapes and dtypes that NumPy itself would
give. So a row needs no second text for machine code. What cannot be written down, such as a question
about values, raises Unwritten, and the row stays with NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from thalweg.errors import GraphError
from thalweg.graph.advanced_index import is_advanced, taken
from thalweg.graph.by_number import RUNNING
from thalweg.graph.graph import Graph
from thalweg.graph.parts import part_of
from thalweg.graph.primitives import ELEMENTWISE, REDUCTIONS
from thalweg.graph.symbol_words import Unwritten, Words

__all__ = ["WRITTEN", "Symbol", "Unwritten", "axes_of", "choose", "matrix_product", "symbol_of"]


WRITTEN: dict[Any, Callable[..., Any]] = {}
"""NumPy's functions that are no ufuncs, and what each writes, called with the graph before its arguments."""

_REDUCED = {str(function.__name__): kind for kind, function in REDUCTIONS.items()}
_WEAK = (int, float)


class Symbol(Words, NDArrayOperatorsMixin):
    """A node of a graph, with the face of an array."""

    __slots__ = ("graph", "number")
    __array_priority__ = 200.0
    __hash__ = None  # type: ignore[assignment]  # == writes a node

    def __init__(self, graph: Graph, number: int) -> None:
        self.graph = graph
        self.number = number

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the axes."""
        return self.graph.nodes[self.number].shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's dtype."""
        return self.graph.nodes[self.number].dtype

    @property
    def ndim(self) -> int:
        """How many axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """How many elements."""
        return math.prod(self.shape)

    @property
    def T(self) -> Symbol:  # noqa: N802 # NumPy's name
        """The axes in reverse order."""
        return self.transpose()

    @property
    def real(self) -> Symbol:
        """Itself: a graph has no complex numbers."""
        return self

    def made(self, op: str, *attributes: Any) -> Symbol:
        """Write a node over this one alone."""
        return Symbol(self.graph, self.graph.add(op, (self.number,), *attributes))

    def astype(self, dtype: Any, copy: bool = True) -> Symbol:
        """The same numbers in another dtype."""
        wanted = np.dtype(dtype)
        return self if wanted == self.dtype else self.made("cast", wanted.name)

    def reshape(self, *shape: Any) -> Symbol:
        """The same elements in another shape, row by row."""
        sizes = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple | list) else shape
        sizes = [int(size) for size in sizes]
        if -1 in sizes:
            known = math.prod([size for size in sizes if size != -1])
            sizes[sizes.index(-1)] = self.size // known if known else 0
        wanted = tuple(sizes)
        return self if wanted == self.shape else self.made("reshape", wanted)

    def ravel(self) -> Symbol:
        """All elements along one axis."""
        return self.reshape((self.size,))

    def transpose(self, *perm: Any) -> Symbol:
        """The axes in another order."""
        if len(perm) == 1 and (perm[0] is None or isinstance(perm[0], tuple | list)):
            perm = () if perm[0] is None else tuple(perm[0])
        order = tuple([axis % self.ndim for axis in perm]) or tuple(range(self.ndim))[::-1]
        return self if order == tuple(range(self.ndim)) else self.made("transpose", order)

    def swapaxes(self, one: int, two: int) -> Symbol:
        """Two axes exchanged."""
        order = list(range(self.ndim))
        order[one], order[two] = order[two], order[one]
        return self.transpose(tuple(order))

    def broadcast(self, shape: tuple[int, ...]) -> Symbol:
        """Repeated along new axes in front and axes of size 1."""
        lead = (1,) * (len(shape) - self.ndim)
        standing = self.reshape((*lead, *self.shape))
        return standing if standing.shape == shape else standing.made("broadcast", shape)

    def reduce(self, kind: str, axis: Any, keepdims: bool = False) -> Symbol:
        """What becomes of the elements along axes."""
        axes = axes_of(axis, self.ndim)
        found = self.made("reduce", kind, axes) if axes else self
        if not keepdims:
            return found
        return found.reshape([1 if k in axes else size for k, size in enumerate(self.shape)])

    def any(self) -> bool:
        """Whether some value may be true: a kernel that asks before it takes care must take care."""
        return True

    def all(self) -> bool:
        """Whether all values are sure to be true: a kernel that asks for a short cut gets none."""
        return False

    def __getitem__(self, index: Any) -> Symbol:
        return _part(self, index)

    def like(self, value: Any, dtype: Any = None) -> Symbol:
        """An array as a node of the same graph."""
        return symbol_of(self.graph, value, dtype)

    def joined(self, op: str, others: Sequence[Any], *attributes: Any) -> Symbol:
        """Write a node over this one and others."""
        given = [self, *[self.like(one) for one in others]]
        return Symbol(self.graph, self.graph.add(op, [one.number for one in given], *attributes))

    def constant_value(self) -> Any:
        """The array of a constant, or None."""
        node = self.graph.nodes[self.number]
        while node.op in ("broadcast", "reshape", "cast"):
            node = self.graph.nodes[node.inputs[0]]
        return node.attributes[0].array() if node.op == "constant" else None

    @property
    def imag(self) -> Symbol:
        """Zeros: a graph has no complex numbers."""
        return symbol_of(self.graph, 0, self.dtype).broadcast(self.shape)

    def __bool__(self) -> bool:
        raise Unwritten("it asks whether a value is true")

    def __float__(self) -> float:
        raise Unwritten("it asks for a number")

    def __len__(self) -> int:
        return self.shape[0]

    def __iter__(self) -> Any:
        return (self[place] for place in range(self.shape[0]))

    def __array__(self, *args: Any, **named: Any) -> Any:
        raise Unwritten("it asks for an array of numbers")

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise Unwritten(f"it takes .{name} of an array")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **named: Any) -> Any:
        if method == "reduce":
            return _reduced(self, ufunc, *inputs, **named)
        if method == "accumulate":
            return _accumulated(self, ufunc, *inputs, **named)
        order, out = named.pop("order", "K"), named.pop("out", (None,))
        dtype = named.pop("dtype", None)
        if dtype is not None:
            inputs = tuple([symbol_of(self.graph, x, np.dtype(dtype)) for x in inputs])
        if method != "__call__" or named or order not in ("K", "C"):
            raise Unwritten(f"it calls np.{ufunc.__name__}.{method} with {sorted(named)}")
        found = _mapped(self.graph, ufunc, inputs)
        return found if out[0] is None else _written_over(out[0], found)

    def __array_function__(self, function: Any, types: Any, args: Any, named: Any) -> Any:
        written = WRITTEN.get(function)
        if written is None:
            raise Unwritten(f"it calls np.{function.__name__}")
        return written(self.graph, *args, **named)


def _written_over(out: Any, found: Symbol) -> Symbol:
    """What a kernel writes in place: the array that it made itself holds the answer from here on."""
    if not isinstance(out, Symbol) or out.shape != found.shape:
        raise Unwritten("it writes into an array")
    out.number = found.astype(out.dtype).number
    return out


def symbol_of(graph: Graph, value: Any, dtype: Any = None) -> Symbol:
    """A value as a node of the graph: a Symbol as it is, anything else as a constant."""
    if isinstance(value, Symbol):
        return value if dtype is None else value.astype(dtype)
    array = np.asarray(value, dtype)
    if array.dtype.kind not in "biuf":
        raise Unwritten(f"{array.dtype.name} has no machine code")
    return Symbol(graph, graph.constant(array))


def _mapped(graph: Graph, ufunc: Any, inputs: tuple[Any, ...]) -> Any:
    if ufunc is np.positive:
        return inputs[0]
    if ufunc is np.conjugate:
        return inputs[0]
    if ufunc is np.matmul:
        return matrix_product(graph, *inputs)
    if ufunc is np.power and isinstance(inputs[0], Symbol) and _is_half(inputs[1]):
        base = inputs[0]
        if base.ndim and base.dtype.kind == "f":
            return np.sqrt(base)  # as NumPy does: the root of -inf is no number, its power is inf
    if ufunc.nout != 1:
        raise Unwritten(f"np.{ufunc.__name__} has several answers")
    kinds = tuple([type(x) if type(x) in _WEAK else np.asarray(x).dtype
                   if not isinstance(x, Symbol) else x.dtype for x in inputs])  # fmt: skip
    try:
        *wanted, _ = ufunc.resolve_dtypes((*kinds, None))
    except TypeError as error:
        raise Unwritten(str(error)) from None
    if ufunc.__name__.startswith("logical"):
        wanted = [np.dtype(bool)] * len(wanted)
    symbols = [symbol_of(graph, x, one) for x, one in zip(inputs, wanted, strict=True)]
    shape = np.broadcast_shapes(*[one.shape for one in symbols])
    numbers = [one.broadcast(shape).number for one in symbols]
    name = str(ufunc.__name__)
    if name in _SPELLED:
        if any(one.dtype.kind != "b" for one in symbols):
            raise Unwritten("bits of whole numbers have no machine code")
        return _SPELLED[name](*[one.broadcast(shape) for one in symbols])
    known = ELEMENTWISE.get(name)
    if getattr(known, "ufunc", known) is not ufunc:
        raise Unwritten(f"{name} has no machine code")
    return Symbol(graph, graph.add(name, numbers))


def _is_half(value: Any) -> bool:
    if isinstance(value, Symbol):
        node = value.graph.nodes[value.number]
        value = node.attributes[0].array() if node.op == "constant" else 0.0
    return np.ndim(value) == 0 and bool(value == 0.5)


_SPELLED: dict[str, Callable[..., Any]] = {
    "bitwise_and": np.logical_and,
    "bitwise_or": np.logical_or,
    "bitwise_xor": np.logical_xor,
    "invert": np.logical_not,
}
"""Functions that a graph spells as others: of truth values alone, which `_mapped` finds out."""


def axes_of(axis: Any, rank: int) -> tuple[int, ...]:
    """Axes from 0 up, in order; None means all."""
    if axis is None:
        return tuple(range(rank))
    given = axis if isinstance(axis, tuple | list) else (axis,)
    return tuple(sorted({int(one) % rank for one in given}))


def _reduced(
    symbol: Symbol, ufunc: Any, x: Any, axis: Any = 0, dtype: Any = None, out: Any = None,
    keepdims: Any = False, initial: Any = None, **named: Any,
) -> Any:  # fmt: skip
    kind = _REDUCED.get(ufunc.__name__)
    if kind is None or out is not None or named:
        raise Unwritten(f"it calls np.{ufunc.__name__}.reduce")
    x = symbol_of(symbol.graph, x)
    if dtype is not None:
        x = x.astype(dtype)
    elif kind in ("sum", "product") and x.dtype.kind in "biu":
        x = x.astype(ufunc.resolve_dtypes((None, x.dtype, None), reduction=True)[2])
    elif kind in ("all", "any"):
        x = x.astype(bool)
    try:
        found = x.reduce(kind, axis, bool(keepdims))
        return found if initial is None else ufunc(found, initial)
    except GraphError as error:
        raise Unwritten(str(error)) from None


def _accumulated(symbol: Symbol, ufunc: Any, x: Any, axis: int = 0, dtype: Any = None) -> Symbol:
    kind = next((name for name, one in RUNNING.items() if one is ufunc), None)
    if kind is None:
        raise Unwritten(f"it calls np.{ufunc.__name__}.accumulate")
    x = symbol_of(symbol.graph, x, dtype)
    return x.made("running", kind, axis % x.ndim)  # type: ignore[no-any-return]  # a Symbol


def choose(graph: Graph, condition: Any, x: Any, y: Any) -> Symbol:
    """NumPy's where, of three."""
    kinds = [one.dtype if isinstance(one, Symbol) else one for one in (x, y)]
    dtype = np.result_type(*kinds)
    parts = [
        symbol_of(graph, condition).astype(bool),
        symbol_of(graph, x, dtype),
        symbol_of(graph, y, dtype),
    ]
    shape = np.broadcast_shapes(*[one.shape for one in parts])
    return Symbol(graph, graph.add("select", [one.broadcast(shape).number for one in parts]))


def _part(x: Symbol, index: Any) -> Symbol:
    """Indexing as NumPy's."""
    given = index if isinstance(index, tuple) else (index,)
    if is_advanced(given):
        return cast(Symbol, taken(x, given))
    parts, shape = part_of(x.shape, given)
    whole = all(part == (0, size, 1) for part, size in zip(parts, x.shape, strict=True))
    cut = x if whole else x.made("slice", parts)
    return cut.reshape(shape)


def matrix_product(graph: Graph, a: Any, b: Any) -> Symbol:
    """NumPy's matmul, as one stack of matrix products."""
    dtype = np.result_type(*[one.dtype if isinstance(one, Symbol) else one for one in (a, b)])
    if dtype.kind != "f" or dtype.itemsize < 4:
        raise Unwritten(f"a product of {dtype.name} has no machine code")
    a, b = symbol_of(graph, a, dtype), symbol_of(graph, b, dtype)
    left, right = a.ndim == 1, b.ndim == 1
    a = a.reshape((1, *a.shape)) if left else a
    b = b.reshape((*b.shape, 1)) if right else b
    rows, inner, columns = a.shape[-2], a.shape[-1], b.shape[-1]
    if b.ndim == 2:  # the stack's rows are rows of one matrix
        lead = a.shape[:-2]
        a, b = a.reshape((1, math.prod(lead) * rows, inner)), b.reshape((1, *b.shape))
    else:
        lead = np.broadcast_shapes(a.shape[:-2], b.shape[:-2])
        count = math.prod(lead)
        a = a.broadcast((*lead, rows, inner)).reshape((count, rows, inner))
        b = b.broadcast((*lead, inner, columns)).reshape((count, inner, columns))
    found = Symbol(graph, graph.add("dot", (a.number, b.number)))
    shape = (*lead, *(() if left else (rows,)), *(() if right else (columns,)))
    return found.reshape(shape)
