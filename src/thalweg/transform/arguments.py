"""What transforms do to a function's arguments and answers: Tensors in, nestings kept."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.trees import flatten, map_leaves
from thalweg.errors import DTypeError
from thalweg.ops.arithmetic import identity
from thalweg.values.conversion import as_array
from thalweg.values.floatx import floatx
from thalweg.values.tensor import Tensor

RETURNS_NONE = (
    "Cannot differentiate a function that returns None; did you forget to return a value from {}?"
)


def fresh(leaf: Any) -> Any:
    """A leaf of an argument as a Tensor of its own; the same object twice is two arguments.

    Raises:
        DTypeError: an integer array: it has no derivative.
    """
    if isinstance(leaf, Trainable):
        return leaf
    if isinstance(leaf, Handle):
        tensor = identity.eager(leaf)
    elif type(leaf) in (int, bool):
        tensor = Tensor(floatx().type(leaf))
    else:
        tensor = Tensor(as_array(leaf))
    if tensor.array.dtype.kind not in "fc":
        raise DTypeError(
            f"cannot differentiate with respect to {tensor.array.dtype.name}; give floats, "
            f"e.g. tw.cast(x, tw.float32) or x.astype(float)"
        )
    return tensor


def differentiable(argument: Any, leaf: Callable[[Any], Any] = fresh) -> Any:
    """An argument with fresh Tensors at its leaves; a list of plain numbers is an array."""
    if isinstance(argument, list) and argument and _only_numbers(argument):
        array = as_array(argument)
        return Tensor(array if array.dtype.kind in "fc" else array.astype(floatx()))
    return map_leaves(leaf, argument)


def _only_numbers(argument: list[Any]) -> bool:
    return all(
        _only_numbers(part) if isinstance(part, list) else type(part) in (int, float, complex)
        for part in argument
    )


def chosen(args: Sequence[Any], argnums: int | Sequence[int]) -> tuple[list[Any], list[int]]:
    """The arguments with the differentiated ones as fresh Tensors, and the places of those."""
    places = [argnums] if isinstance(argnums, int) else list(argnums)
    for place in places:
        if not -len(args) <= place < len(args):
            raise DTypeError(f"argnums names argument {place}, but {len(args)} were given")
    places = [place % len(args) for place in places]
    lifted = list(args)
    met: set[int] = set()

    def own(leaf: Any) -> Any:
        tensor = fresh(leaf)
        if tensor.key in met:  # a Variable that stands in two arguments
            tensor = identity.eager(tensor)
        met.add(tensor.key)
        return tensor

    for place in places:
        lifted[place] = differentiable(args[place], own)
    return lifted, places


def answer_of(function: Callable[..., Any], args: Sequence[Any], named: dict[str, Any]) -> Any:
    """A function's answer.

    Raises:
        ValueError: it is None.
    """
    answer = function(*args, **named)
    if answer is None or any(leaf is None for leaf in flatten(answer)):
        raise ValueError(RETURNS_NONE.format(getattr(function, "__name__", "fn")))
    return answer


def with_a_slope(goal: Any) -> Any:
    """An answer that can be differentiated, as it came.

    Raises:
        DTypeError: truth values are in it: they jump, and everywhere else their slope is 0.
    """
    for leaf in flatten(goal):
        if np.asarray(getattr(leaf, "array", leaf)).dtype.kind == "b":
            raise DTypeError(
                "cannot differentiate a function that returns truth values; return the number that "
                "is compared, or tw.where(condition, x, y)"
            )
    return goal
