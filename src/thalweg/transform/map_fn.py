"""`map_fn` and `vectorized_map`: a function over the rows of Tensors."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.numbers_seen import refuse_traces
from thalweg.core.trees import flatten, pack
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.movement import expand_dims
from thalweg.ops.severing import stop_gradient
from thalweg.ops.splitting import unstack
from thalweg.transform.rows import answer_in, arrays_of, joined, rows_in, rows_of
from thalweg.transform.structure import require_same
from thalweg.values.constant import convert_to_tensor
from thalweg.values.shape import UNKNOWN
from thalweg.values.tensor import Tensor
from thalweg.values.tensor_spec import TensorSpec, dtype_of


def map_fn(
    fn: Callable[[Any], Any],
    elems: Any,
    dtype: Any = None,
    parallel_iterations: int | None = None,
    back_prop: bool = True,
    swap_memory: bool = False,
    infer_shape: bool = True,
    name: Any = None,
    fn_output_signature: Any = None,
) -> Any:
    """`fn` of each row, its answers along a new first axis.

    Args:
        fn: takes what `elems` holds at one place of the first axis, in the structure of `elems`.
        elems: a Tensor, or a nesting of Tensors whose first axes have one size.
        dtype: the older name of `fn_output_signature`.
        parallel_iterations: accepted for TensorFlow's sake.
        back_prop: False cuts the gradient off.
        swap_memory: accepted for TensorFlow's sake.
        infer_shape: likewise; the answers have one shape in any case.
        name: accepted for TensorFlow's sake.
        fn_output_signature: what `fn` returns where it is not like `elems`: a dtype, a `TensorSpec`, or
            a nesting of them.

    Returns:
        In the structure of what `fn` returns, Tensors of shape `(rows, *answer.shape)`.

    Raises:
        ShapeError: elems without a first axis, or of different sizes; answers of different shapes,
            or in another structure than the signature's.
        DTypeError: an answer of another dtype than the signature's.

    >>> import thalweg as tw
    >>> tw.map_fn(lambda row: tw.reduce_sum(row), tw.constant([[1.0, 2.0], [3.0, 4.0]])).numpy()
    array([3., 7.], dtype=float32)
    """
    _require_function(fn, "map_fn")
    arrays = arrays_of(elems, "map_fn")
    count = rows_in(arrays, "map_fn")
    given = dtype if fn_output_signature is None else fn_output_signature
    if given is None:
        like, wanted = elems, "elems (there is no fn_output_signature)"
        specs = [TensorSpec(None, leaf.array.dtype) for leaf in arrays]
    else:
        like, wanted = given, "fn_output_signature"
        specs = [
            leaf if isinstance(leaf, TensorSpec) else TensorSpec(None, dtype_of(leaf))
            for leaf in flatten(given)
        ]

    def turn(_: list[Any], row: list[Any]) -> list[Any]:
        answer = fn(pack(elems, row))
        require_same(like, answer, "map_fn: fn's answer", wanted)
        return [
            answer_in(leaf, spec.dtype, "map_fn", 0)
            for leaf, spec in zip(flatten(answer), specs, strict=True)
        ]

    from thalweg.transform.written_loop import Walked, along

    found = along("map_fn", turn, [], arrays, count)
    if isinstance(found, Walked):
        leaves = found.stacks
    else:
        answers = [] if found is None else [found.answer]
        for row in rows_of(elems, arrays, "map_fn")[len(answers) :]:
            answer = fn(row)
            require_same(like, answer, "map_fn: fn's answer", wanted)
            answers.append(flatten(answer))
        leaves = (
            joined(answers, [spec.dtype for spec in specs], "map_fn")
            if answers
            else [_no_rows(spec) for spec in specs]
        )
    for leaf, spec in zip(leaves, specs, strict=True):
        if not spec.shape.is_compatible_with(leaf.array.shape[1:]) and count:
            raise ShapeError(
                f"map_fn: fn's answer has shape {leaf.array.shape[1:]}, but fn_output_signature says "
                f"{spec.shape}"
            )
    if not back_prop:
        leaves = [stop_gradient.eager(leaf) for leaf in leaves]
    return pack(like, leaves)


def _no_rows(spec: TensorSpec) -> Any:
    inner = () if spec.shape is UNKNOWN else tuple([size or 0 for size in spec.shape])
    return Tensor(np.zeros((0, *inner), spec.dtype))


def _require_function(fn: Any, asked_by: str) -> None:
    if not callable(fn):
        raise DTypeError(f"{asked_by}: fn must be callable, not {type(fn).__name__}")


def vectorized_map(
    fn: Callable[[Any], Any],
    elems: Any,
    fallback_to_while_loop: bool = True,
    warn: bool = True,
) -> Any:
    """`fn` of each row, its answers along a new first axis, in whatever structure and dtype they have.

    Args:
        fn: takes what `elems` holds at one place of the first axis, in the structure of `elems`. It is
            called once a row, and once with zeros where there are no rows.
        elems: a Tensor, or a nesting of Tensors; first axes have one size, or size 1 and are repeated.
        fallback_to_while_loop: accepted for TensorFlow's sake.
        warn: likewise.

    Raises:
        ShapeError: elems without a first axis, or of sizes that do not fit; answers of different shapes.
        DTypeError: answers of different dtypes.

    >>> import thalweg as tw
    >>> x = tw.constant([[1.0, 2.0], [3.0, 4.0]])
    >>> tw.vectorized_map(lambda row: tw.tensordot(row, row, 1), x).numpy()
    array([ 5., 25.], dtype=float32)
    """
    _require_function(fn, "vectorized_map")
    arrays = arrays_of(elems, "vectorized_map")
    sizes = [leaf.array.shape[0] for leaf in arrays]
    count = max(sizes)
    if any(size not in (1, count) for size in sizes):
        raise ShapeError(
            f"vectorized_map: the first axes of elems must have one size, or size 1, but they have "
            f"{sizes}"
        )
    if not count:
        return _of_no_rows(fn, elems, arrays)
    found, answers = _along(fn, elems, arrays, sizes, count)
    if found is not None:
        return found
    columns = [unstack.eager(leaf) * (count if size != count else 1)
               for leaf, size in zip(arrays, sizes, strict=True)]  # fmt: skip
    rows = [pack(elems, list(row)) for row in zip(*columns, strict=True)]
    answers += [fn(row) for row in rows[len(answers) :]]
    for answer in answers[1:]:
        require_same(answers[0], answer, "vectorized_map: fn's answer", "that of the first row")
    flat = [flatten(answer) for answer in answers]
    if all(leaf is None for leaf in flat[0]):
        return answers[0]
    return pack(answers[0], joined(flat, [_dtype(leaf) for leaf in flat[0]], "vectorized_map"))


def _along(
    fn: Callable[[Any], Any], elems: Any, arrays: list[Any], sizes: list[int], count: int
) -> tuple[Any, list[Any]]:
    """All of it as one call, where that can be; otherwise the answers there are already."""
    cut = [leaf for leaf, size in zip(arrays, sizes, strict=True) if size == count]
    same = [leaf[0] if size != count else None for leaf, size in zip(arrays, sizes, strict=True)]
    trees: list[Any] = []
    absent: list[bool] = []

    def turn(_: list[Any], row: list[Any]) -> list[Any]:
        rows = iter(row)
        answer = fn(pack(elems, [next(rows) if one is None else one for one in same]))
        leaves = flatten(answer)
        trees[:] = [pack(answer, [None] * len(leaves))]
        absent[:] = [leaf is None for leaf in leaves]
        if any(absent):
            refuse_traces("vectorized_map: fn returned None")
        return [convert_to_tensor(leaf) for leaf in leaves if leaf is not None]

    from thalweg.transform.written_loop import Walked, along

    found = along("vectorized_map", turn, [], cut, count)
    if found is None:
        return None, []
    made = iter(found.stacks if isinstance(found, Walked) else found.answer)
    whole = pack(trees[0], [None if gone else next(made) for gone in absent])
    return (whole, []) if isinstance(found, Walked) else (None, [whole])


def _dtype(leaf: Any) -> Any:
    if leaf is None:
        raise DTypeError("vectorized_map: fn returned None for row 0 in place of a value")
    return convert_to_tensor(leaf).array.dtype


def _of_no_rows(fn: Callable[[Any], Any], elems: Any, arrays: list[Any]) -> Any:
    """What `fn` makes of a row of zeros says which shape the answer of no rows has."""
    zeros = [Tensor(np.zeros(leaf.array.shape[1:], leaf.array.dtype)) for leaf in arrays]
    answer = fn(pack(elems, zeros))
    leaves = [
        None if leaf is None else expand_dims.eager(convert_to_tensor(leaf), 0)[:0]
        for leaf in flatten(answer)
    ]
    return pack(answer, leaves)


__all__ = ["map_fn", "vectorized_map"]
