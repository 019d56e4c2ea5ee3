"""`foldl`, `foldr`, `scan`: a value carried along the rows of Tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.trees import flatten, map_leaves, pack
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.joining import stack
from thalweg.ops.severing import stop_gradient
from thalweg.transform.carry import Carry
from thalweg.transform.rows import arrays_of, rows_of
from thalweg.values.constant import convert_to_tensor
from thalweg.values.shape import TensorShape
from thalweg.values.tensor import Tensor


def foldl(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: Any = None,
) -> Any:
    """The rows taken in by a function, one after the other: `fn(fn(fn(start, row₀), row₁), row₂)`.

    Args:
        fn: takes what was carried so far and a row; returns what to carry on.
        elems: a Tensor, or a nesting of Tensors whose first axes have one size.
        initializer: where to start, a nesting of any structure; by default the first row.
        parallel_iterations: accepted for TensorFlow's sake.
        back_prop: False cuts the gradient off.
        swap_memory: accepted for TensorFlow's sake.
        name: likewise.

    Raises:
        ShapeError: elems without rows and no initializer, or first axes of different sizes; the carried
            structure changes.
        DTypeError: `fn` is no function, or the carried dtype changes.

    >>> import thalweg as tw
    >>> float(tw.foldl(lambda carried, x: carried * 0.5 + x, tw.constant([1.0, 2.0, 3.0])))
    4.25
    """
    return _fold("foldl", fn, elems, initializer, back_prop)


def foldr(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    name: Any = None,
) -> Any:
    """The rows taken in by a function from the last to the first: `fn(fn(fn(start, row₂), row₁), row₀)`.

    Args:
        fn: takes what was carried so far and a row; returns what to carry on.
        elems: a Tensor, or a nesting of Tensors whose first axes have one size.
        initializer: where to start, a nesting of any structure; by default the last row.
        parallel_iterations: accepted for TensorFlow's sake.
        back_prop: False cuts the gradient off.
        swap_memory: accepted for TensorFlow's sake.
        name: likewise.

    Raises:
        ShapeError: elems without rows and no initializer, or first axes of different sizes; the carried
            structure changes.
        DTypeError: `fn` is no function, or the carried dtype changes.

    >>> import thalweg as tw
    >>> float(tw.foldr(lambda carried, x: carried * 0.5 + x, tw.constant([1.0, 2.0, 3.0])))
    2.75
    """
    return _fold("foldr", fn, elems, initializer, back_prop)


def _fold(
    called: str, fn: Callable[[Any, Any], Any], elems: Any, initializer: Any, back_prop: bool
) -> Any:
    _require_function(fn, called)
    rows = rows_of(elems, arrays_of(elems, called), called)
    if called == "foldr":
        rows.reverse()
    carry = Carry(*_start(rows, initializer, called))
    for row in rows if initializer is not None else rows[1:]:
        carry.advance(fn(carry.value, row))
    return carry.finish() if back_prop else map_leaves(stop_gradient.eager, carry.finish())


def _require_function(fn: Any, called: str) -> None:
    if not callable(fn):
        raise DTypeError(f"{called}: fn must be callable, not {type(fn).__name__}")


def _start(rows: list[Any], initializer: Any, called: str) -> tuple[Any, str, str, str]:
    """What a Carry starts from and how its messages name it."""
    if initializer is not None:
        return initializer, called, "fn's answer", "initializer"
    if not rows:
        raise ShapeError(f"{called}: elems has no rows; give an initializer to start from")
    return rows[0], called, "fn's answer", "a row of elems (there is no initializer)"


def scan(
    fn: Callable[[Any, Any], Any],
    elems: Any,
    initializer: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    reverse: bool = False,
    name: Any = None,
) -> Any:
    """All that a fold carries: `fn`'s answer after each row, along a new first axis.

    Args:
        fn: takes what was carried so far and a row; returns what to carry on.
        elems: a Tensor, or a nesting of Tensors whose first axes have one size.
        initializer: where to start, a nesting of any structure, itself not in the answer; by default the
            first row, which then is the answer's first.
        parallel_iterations: accepted for TensorFlow's sake.
        back_prop: False cuts the gradient off.
        swap_memory: accepted for TensorFlow's sake.
        infer_shape: likewise; what is carried keeps its shape in any case.
        reverse: whether to go from the last row to the first; the answer for a row stays in its place.
        name: accepted for TensorFlow's sake.

    Returns:
        In the carried structure, Tensors of shape `(rows, *carried.shape)`.

    Raises:
        ShapeError: elems without rows and no initializer, or first axes of different sizes; the carried
            structure or shape changes.
        DTypeError: `fn` is no function, or the carried dtype changes.

    >>> import thalweg as tw
    >>> tw.scan(lambda carried, x: carried + x, tw.constant([1.0, 2.0, 3.0])).numpy()
    array([1., 3., 6.], dtype=float32)
    """
    _require_function(fn, "scan")
    rows = rows_of(elems, arrays_of(elems, "scan"), "scan")
    if reverse:
        rows.reverse()
    first, loop, what, like = _start(rows, initializer, "scan")
    start = map_leaves(_tensor, first)
    shapes = [TensorShape(leaf.shape) for leaf in flatten(start)]
    carry = Carry(start, loop, what, like, shapes)
    met = []
    if initializer is None:
        met, rows = [flatten(carry.value)], rows[1:]
    for row in rows:
        met.append(flatten(carry.advance(fn(carry.value, row))))
    if reverse:
        met.reverse()
    columns = [list(column) for column in zip(*met, strict=True)] or [[]] * len(flatten(start))
    leaves = [
        stack.eager(column) if column else Tensor(np.zeros((0, *leaf.shape), leaf.dtype))
        for column, leaf in zip(columns, flatten(start), strict=True)
    ]
    if not back_prop:
        leaves = [stop_gradient.eager(leaf) for leaf in leaves]
    return pack(start, leaves)


def _tensor(leaf: Any) -> Any:
    if leaf is None:
        raise DTypeError("scan: there is a None in the initializer; a scan carries values")
    return convert_to_tensor(leaf)


__all__ = ["foldl", "foldr", "scan"]
