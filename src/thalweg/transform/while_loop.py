"""`while_loop`: Python's `while` over values that keep their structure and dtypes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import numbers_seen
from thalweg.core.recording import STATE
from thalweg.core.trees import flatten, flatten_up_to, is_nested, map_leaves, pack
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.severing import stop_gradient
from thalweg.transform.carry import Carry
from thalweg.transform.checkpoints import checkpointed
from thalweg.transform.predicate import truth
from thalweg.values.conversion import as_array
from thalweg.values.shape import TensorShape

if TYPE_CHECKING:
    from thalweg.transform.written_while import Begun


def while_loop(
    cond: Callable[..., Any],
    body: Callable[..., Any],
    loop_vars: Any,
    shape_invariants: Any = None,
    parallel_iterations: int = 10,
    back_prop: bool = True,
    swap_memory: bool = False,
    maximum_iterations: Any = None,
    name: Any = None,
    *,
    checkpoint: Any = None,
) -> Any:
    """Call `body` as long as `cond` holds, each time with what it answered before.

    Every iteration is recorded as it runs, so gradients go through the loop, to any order. In a
    `tw.function` the loop is written down as a loop, and runs in machine code; its gradient there wants
    `maximum_iterations`, unless the number of turns is known from constants.

    Args:
        cond: takes the loop's values, returns one truth value.
        body: takes them, returns as many in the same structure; a single one may come without a list.
        loop_vars: a list or tuple of where to start: Tensors, numbers, arrays, nestings of them.
        shape_invariants: for each value a `TensorShape` to which it must keep, some sizes open; None
            where any shape will do.
        parallel_iterations: at least 1; the answer does not depend on it.
        back_prop: False cuts the gradient off.
        swap_memory: accepted for TensorFlow's sake.
        maximum_iterations: where to stop at the latest.
        name: accepted for TensorFlow's sake.
        checkpoint: how many states a tape keeps; what else a gradient needs is computed again. None
            keeps every turn.

    Returns:
        The values at the end, Tensors in the structure of `loop_vars`.

    Raises:
        DTypeError: `cond` or `body` is no function, a dtype changes, `cond` gives no truth value.
        ShapeError: the structure changes, or a shape does not keep to its invariant.
        ValueError: no loop_vars.

    >>> import thalweg as tw
    >>> i, total = tw.while_loop(lambda i, s: i < 5, lambda i, s: (i + 1, s + i), (0, 0))
    >>> int(total)
    10
    """
    for what, function in (("cond", cond), ("body", body)):
        if not callable(function):
            raise DTypeError(f"'{what}' must be callable, not {type(function).__name__}.")
    if isinstance(loop_vars, Handle | Mapping) or not is_nested(loop_vars):
        raise DTypeError(
            f"while_loop: loop_vars must be a list or tuple, but it is a {type(loop_vars).__name__}; "
            f"write [x] for a single value"
        )
    if not loop_vars:
        raise ValueError("'loop_vars' must be provided.")
    if parallel_iterations < 1:
        raise DTypeError("'parallel_iterations' must be a positive integer.")
    left = _iterations(maximum_iterations)
    # The outermost list or tuple is the arguments; which of the two it is says nothing.
    start = list(loop_vars)
    carry = Carry(
        start, "while_loop", "the body's answer", "loop_vars", _invariants(start, shape_invariants)
    )
    from thalweg.transform.written_loop import is_wanted

    if is_wanted(checkpointed(checkpoint, "while_loop")) and left != 0:
        carry = _walked(cond, body, carry, left, checkpoint)
    else:
        _go_on(cond, body, carry, left, None)
    ended = carry.finish() if back_prop else map_leaves(stop_gradient.eager, carry.finish())
    if hasattr(loop_vars, "_fields"):
        return type(loop_vars)(*ended)
    return tuple(ended) if isinstance(loop_vars, tuple) else ended


def _go_on(
    cond: Callable[..., Any], body: Callable[..., Any], carry: Carry, left: int, begun: Begun | None
) -> None:
    """The loop turn by turn, in Python, from where it has come to."""
    count, tracer = len(carry.structure), STATE.here.tracer
    why = () if begun is None else begun.why
    if begun is not None and begun.given is None:
        begun = None
    while left != 0:
        goes_on = cond(*carry.value) if begun is None else begun.truth
        key = goes_on.key if isinstance(goes_on, Handle) else None
        if why and tracer is not None and tracer.varies(key):
            tracer.refuse(*why)  # before it is told that the condition's truth is asked for
        if not truth(goes_on, "while_loop: what cond returned"):
            break
        if begun is None or begun.answer is None:
            carry.advance(_as_list(body(*carry.value), count))
        else:
            carry.advance(pack(carry.structure, begun.answer))
        begun = None
        left -= 1


def _walked(
    cond: Callable[..., Any], body: Callable[..., Any], carry: Carry, left: int, checkpoint: Any
) -> Carry:
    """The loop as one call, where it can be; what it carries at the end."""
    start = carry.value

    def goes_on(given: list[Any]) -> list[Any]:
        return [cond(*pack(start, given))]

    def turn(given: list[Any]) -> list[Any]:
        answer = _as_list(body(*pack(start, given)), len(start))
        return flatten(carry.again().advance(answer))

    from thalweg.transform.written_while import walk_while

    found = walk_while("while_loop", goes_on, turn, flatten(start), left, checkpoint)
    if isinstance(found, list):
        carry.value = pack(start, found)
        return carry
    if found.given is not None:
        carry.value = pack(start, found.given)
    _go_on(cond, body, carry, left, found)
    return carry


def _as_list(answer: Any, count: int) -> Any:
    if isinstance(answer, list | tuple):
        return list(answer)
    return [answer] if count == 1 else answer


def _iterations(limit: Any) -> int:
    """How many iterations are allowed; -1 for any number."""
    if limit is None:
        return -1
    array = np.asarray(
        numbers_seen(limit, "maximum_iterations") if isinstance(limit, Handle) else as_array(limit)
    )
    if array.ndim:
        raise ShapeError(f"'maximum_iterations' must be a scalar. Received shape: {array.shape}")
    if array.dtype.kind not in "iuf":
        raise DTypeError(f"'maximum_iterations' must be a number, not {array.dtype.name}")
    return max(0, int(array))


def _invariants(start: list[Any], given: Any) -> list[Any] | None:
    """The shape that each leaf must keep to."""
    if given is None:
        return None
    shapes = None if isinstance(given, TensorShape) else flatten_up_to(start, _opened(given))
    if shapes is None:
        raise ShapeError(
            f"while_loop: shape_invariants must have the structure of loop_vars, a TensorShape for "
            f"each of the {len(flatten(start))} values; it is {given!r}"
        )
    return [TensorShape(getattr(shape, "shape", shape)) for shape in shapes]


def _opened(given: Any) -> Any:
    return list(given) if isinstance(given, list | tuple) else given


__all__ = ["while_loop"]
