"""What Python numbers, and lists of them, become beside other operands of a call: their dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.op import Op
from thalweg.core.refusal import no_none

ARRAYS = (np.ndarray, np.generic)
LISTS = (list, tuple)
ODD = (*LISTS, type(None))


def alone(op: Op, a: Any, convert: Callable[[Any], Any]) -> Any:
    """An operand that is no Tensor, as an array; None is refused."""
    if a is None:
        raise no_none(op)
    return convert(a)


def odd(op: Op, x: Any, a: Any, key: Any, other: Any, beside: Callable[..., Any]) -> Any:
    """A list in the dtype of the operand beside it; None is refused."""
    if x is None:
        raise no_none(op)
    if key is not None:  # Tensors stand in it
        return a
    return beside(x, a, _dtype_of(other), _whole(op))


def two_plain(a: Any, b: Any, convert: Callable[[Any], Any]) -> tuple[Any, Any]:
    """Two operands of which neither is a Tensor: a Python number is weak beside an array."""
    if not isinstance(a, np.ndarray | np.generic):
        if not isinstance(b, np.ndarray | np.generic):
            return convert(a), convert(b)
        return a, b
    return a, b


def _whole(op: Op) -> bool:
    """Whether whole numbers in a list may be places, which stay whole: an input has no gradient."""
    return not op.elementwise and not op.variadic and None in op.rules


def _dtype_of(x: Any) -> Any:
    """The dtype of an operand; of a list with Tensors in it, of the first of them."""
    while type(x) in LISTS:
        x = next((one for one in x if type(one) in LISTS or hasattr(one, "dtype")), None)
    return getattr(x, "dtype", None)


def converted(
    op: Op, inputs: Any, values: list[Any], keys: tuple[Any, ...], given: Any
) -> tuple[Any, ...]:
    """Operands as arrays; a Python number, or a list of them, in the dtype of what it stands beside."""
    weak = op.elementwise or op.variadic
    dtypes = [x.dtype for x in inputs if isinstance(getattr(x, "dtype", None), np.dtype)]
    dtypes += [
        value.dtype
        for x, value, key in zip(inputs, values, keys, strict=True)
        if key is not None and type(x) in LISTS
    ]
    beside = np.result_type(*dtypes) if dtypes else None
    found = []
    floats = beside is not None and beside.kind in "fc"
    for place, (x, value, key) in enumerate(zip(inputs, values, keys, strict=True)):
        if key is None and type(x) in LISTS:
            whole = _whole(op) and not (floats and op.rules[place] is not None)
            value = given.beside(x, value, beside, whole)
        elif not isinstance(value, ARRAYS):
            if beside is not None and weak and value is not None:
                value = np.result_type(beside, value).type(value)
            else:
                value = given.convert(value)
        found.append(value)
    return tuple(found)
