"""`foldl`, `foldr`, `scan`: a value carried along the rows of Tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.trees import flatten, map_leaves, pack
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.joining import concat, stack
from thalweg.ops.movement import expand_dims
from thalweg.ops.severing import stop_gradient
from thalweg.transform.carry import Carry
from thalweg.transform.checkpoints import checkpointed
from thalweg.transform.rows import arrays_of, rows_in, rows_of
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
    arrays = arrays_of(elems, called)
    count = rows_in(arrays, called)
    first, cut = _first_row(elems, arrays, initializer, count, called, called == "foldr")
    carry = Carry(*_start(first, initializer, called))
    left = count - (initializer is None)

    def turn(given: list[Any], rows: list[Any]) -> list[Any]:
        step = carry.again()
        return flatten(step.advance(fn(pack(carry.value, given), pack(elems, rows))))

    from thalweg.transform.written_loop import FirstTurn, Walked, along

    found = along(called, turn, flatten(carry.value), cut, left, backward=called == "foldr")
    if isinstance(found, Walked):
        carry.value = pack(carry.structure, found.ends)
        left = 0
    met = [pack(carry.structure, found.answer)] if isinstance(found, FirstTurn) else []
    rows = rows_of(elems, cut, called) if left else []
    for place, row in enumerate(rows[::-1] if called == "foldr" else rows):
        carry.advance(met.pop() if not place and met else fn(carry.value, row))
    return carry.finish() if back_prop else map_leaves(stop_gradient.eager, carry.finish())


def _first_row(
    elems: Any, arrays: list[Any], initializer: Any, count: int, called: str, backward: bool
) -> tuple[Any, list[Any]]:
    """The row to start from, where there is no initializer, and the rows to go along."""
    if initializer is not None:
        return None, arrays
    if not count:
        raise ShapeError(f"{called}: elems has no rows; give an initializer to start from")
    if backward:
        return pack(elems, [one[count - 1] for one in arrays]), [one[: count - 1] for one in arrays]
    return pack(elems, [one[0] for one in arrays]), [one[1:] for one in arrays]


def _require_function(fn: Any, called: str) -> None:
    if not callable(fn):
        raise DTypeError(f"{called}: fn must be callable, not {type(fn).__name__}")


def _start(first: Any, initializer: Any, called: str) -> tuple[Any, str, str, str]:
    """What a Carry starts from and how its messages name it."""
    if initializer is not None:
        return initializer, called, "fn's answer", "initializer"
    return first, called, "fn's answer", "a row of elems (there is no initializer)"


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
    *,
    checkpoint: Any = None,
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
        checkpoint: how many states a tape keeps; what else a gradient needs is computed again. None
            keeps every turn.

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
    arrays = arrays_of(elems, "scan")
    count = rows_in(arrays, "scan")
    first, cut = _first_row(elems, arrays, initializer, count, "scan", reverse)
    first, loop, what, like = _start(first, initializer, "scan")
    start = map_leaves(_tensor, first)
    shapes = [TensorShape(leaf.shape) for leaf in flatten(start)]
    carry = Carry(start, loop, what, like, shapes)
    before = [] if initializer is not None else [flatten(carry.value)]
    left = count - len(before)

    def turn(given: list[Any], rows: list[Any]) -> list[Any]:
        step = carry.again()
        made = flatten(step.advance(fn(pack(start, given), pack(elems, rows))))
        return [*made, *made]

    kept = checkpointed(checkpoint, "scan")
    from thalweg.transform.written_loop import Walked, along

    found = along("scan", turn, flatten(start), cut, left, backward=reverse, checkpoint=kept)
    if isinstance(found, Walked):
        leaves = _with_first(found.stacks, before[0], reverse) if before else found.stacks
    else:
        leaves = _met(fn, elems, cut, carry, found, before, reverse)
    if not back_prop:
        leaves = [stop_gradient.eager(leaf) for leaf in leaves]
    return pack(start, leaves)


def _with_first(stacks: list[Any], first: list[Any], reverse: bool) -> list[Any]:
    """Stacks with the row that the scan started from at their end, or at their beginning."""
    rows = [expand_dims.eager(one, 0) for one in first]
    pairs = [[one, row] if reverse else [row, one] for one, row in zip(stacks, rows, strict=True)]
    return [concat.eager(pair, 0) for pair in pairs]


def _met(
    fn: Callable[[Any, Any], Any], elems: Any, cut: list[Any], carry: Carry, begun: Any,
    met: list[Any], reverse: bool,
) -> list[Any]:  # fmt: skip
    """What is carried after each row, in Python, row by row; the first turn may have run already."""
    start = flatten(carry.structure)
    rows = rows_of(elems, cut, "scan")
    for place, row in enumerate(rows[::-1] if reverse else rows):
        if not place and begun is not None:
            carry.advance(pack(carry.structure, begun.answer[: len(start)]))
        else:
            carry.advance(fn(carry.value, row))
        met.append(flatten(carry.value))
    if reverse:
        met.reverse()
    columns = [list(column) for column in zip(*met, strict=True)] or [[]] * len(start)
    return [
        stack.eager(column) if column else Tensor(np.zeros((0, *leaf.shape), leaf.dtype))
        for column, leaf in zip(columns, start, strict=True)
    ]


def _tensor(leaf: Any) -> Any:
    if leaf is None:
        raise DTypeError("scan: there is a None in the initializer; a scan carries values")
    return convert_to_tensor(leaf)


__all__ = ["foldl", "foldr", "scan"]
