"""`fori_loop`: a function called for each whole number from one to another."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.recording import STATE
from thalweg.core.trees import flatten, pack
from thalweg.errors import DTypeError
from thalweg.transform.carry import Carry
from thalweg.transform.checkpoints import checkpointed
from thalweg.transform.predicate import whole_number
from thalweg.transform.while_loop import while_loop
from thalweg.values.tensor import Tensor


def fori_loop(
    lower: Any,
    upper: Any,
    body_fun: Callable[[Any, Any], Any],
    init_val: Any,
    *,
    checkpoint: Any = None,
) -> Any:
    """Call `body_fun(i, val)` for i from `lower` up to, but not including, `upper`.

    The arguments are those of JAX's `lax.fori_loop`. In a `tw.function` the loop is written down as a
    loop, and runs in machine code, with its gradient, forward and in reverse.

    Args:
        lower: the first i, a whole number.
        upper: where to stop.
        body_fun: takes i, an int32 Tensor, and what is carried; returns what to carry on. Beside floats,
            i is `tw.cast(i, x.dtype)`: a product of int32 and float32 is float64, as in NumPy.
        init_val: where to start, a nesting of Tensors and numbers of any structure.
        checkpoint: how many states a tape keeps; what else a gradient needs is computed again. None
            keeps every turn.

    Returns:
        What is carried at the end, Tensors in the structure of `init_val`.

    Raises:
        DTypeError: bounds that are no whole numbers, `body_fun` is no function, a dtype changes.
        ShapeError: the structure changes.

    >>> import thalweg as tw
    >>> float(tw.fori_loop(0, 3, lambda i, x: x * 2.0, tw.constant(1.0)))
    8.0
    """
    if not callable(body_fun):
        raise DTypeError(f"fori_loop: body_fun must be callable, not {type(body_fun).__name__}")
    kept = checkpointed(checkpoint, "fori_loop")
    tracer = STATE.here.tracer
    if tracer is not None and any(
        isinstance(one, Handle) and tracer.varies(one.key) for one in (lower, upper)
    ):
        return _of_any_length(lower, upper, body_fun, init_val, checkpoint)
    numbers = _numbers(lower, upper)
    carry = Carry(init_val, "fori_loop", "body_fun's answer", "init_val")

    def turn(given: list[Any], rows: list[Any]) -> list[Any]:
        step = carry.again()
        return flatten(step.advance(body_fun(rows[0], pack(carry.value, given))))

    start = flatten(carry.value)
    from thalweg.transform.written_loop import Walked, along

    found = along("fori_loop", turn, start, [Tensor(numbers)], len(numbers), checkpoint=kept)
    if isinstance(found, Walked):
        carry.value = pack(carry.structure, found.ends)
        return carry.finish()
    for place, number in enumerate(numbers):
        if not place and found is not None:
            carry.advance(pack(carry.structure, found.answer))
        else:
            carry.advance(body_fun(Tensor(number), carry.value))
    return carry.finish()


def _numbers(lower: Any, upper: Any) -> Any:
    first, last = [
        whole_number(one, f"fori_loop: {what}")
        for one, what in ((lower, "lower"), (upper, "upper"))
    ]
    small = np.iinfo(np.int32)
    fits = small.min <= first <= small.max and last <= small.max
    return np.arange(first, max(first, last), dtype=np.int32 if fits else np.int64)


def _of_any_length(
    lower: Any, upper: Any, body_fun: Callable[[Any, Any], Any], init_val: Any, checkpoint: Any
) -> Any:
    """A loop whose bounds depend on what is given: it ends by a condition."""
    start = lower if isinstance(lower, Handle) else Tensor(np.int32(lower))

    def goes_on(i: Any, val: Any) -> Any:
        return i < upper

    carry = Carry(init_val, "fori_loop", "body_fun's answer", "init_val")

    def turn(i: Any, val: Any) -> Any:
        return i + 1, carry.again().advance(body_fun(i, val))

    _, ended = while_loop(goes_on, turn, (start, init_val), checkpoint=checkpoint)
    return ended


__all__ = ["fori_loop"]
