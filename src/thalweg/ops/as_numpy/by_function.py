"""NumPy's ways to call a user's function over an array, and what takes part after part."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.axes import one_axis
from thalweg.ops.as_numpy.arguments import cast_to, plain, shape_of, value
from thalweg.ops.as_numpy.form import form
from thalweg.ops.as_numpy.shapes import expand_dims
from thalweg.ops.indexing import getitem, put_at
from thalweg.ops.joining import stack
from thalweg.ops.movement import broadcast_to, moved_axis, reshape


@form()
def apply_along_axis(
    func1d: Callable[..., Any], axis: int, arr: Any, *args: Any, **kwargs: Any
) -> Any:
    """A function of one row, called for each row along an axis."""
    arr = value(arr)
    axis = one_axis(axis, len(shape_of(arr)))
    last = moved_axis(arr, axis, -1)
    outer = shape_of(last)[:-1]
    if 0 in outer:
        raise ValueError("Cannot apply_along_axis when any iteration dimensions are 0")
    found = [value(func1d(getitem(last, at), *args, **kwargs)) for at in np.ndindex(outer)]
    whole = reshape(stack(found, 0), (*outer, *shape_of(found[0])))
    rank, new = len(outer), len(shape_of(found[0]))
    return moved_axis(whole, tuple(range(rank, rank + new)), tuple(range(axis, axis + new)))


@form()
def apply_over_axes(func: Callable[..., Any], a: Any, axes: Any) -> Any:
    """A function of an array and an axis, called for one axis after the other."""
    a = value(a)
    rank = len(shape_of(a))
    for axis in np.ravel(plain(axes)).tolist():
        answer = value(func(a, axis % rank))
        if len(shape_of(answer)) != rank:
            answer = expand_dims(answer, axis % rank)
            if len(shape_of(answer)) != rank:
                raise ValueError("function is not returning an array of the correct shape")
        a = answer
    return a


@form()
def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> Any:
    """A function for each of several conditions, called with the elements where it holds."""
    x = value(x)
    conditions: Any = plain(condlist)
    many = conditions.ndim > len(shape_of(x)) or (
        isinstance(condlist, list | tuple) and not shape_of(x)
    )
    conditions = (
        np.broadcast_to(conditions, (len(conditions), *shape_of(x))) if many else conditions[None]
    )
    conditions = np.asarray(conditions.astype(bool))
    if len(funclist) == len(conditions) + 1:
        conditions = np.concatenate([conditions, ~conditions.any(axis=0)[None]])
    elif len(funclist) != len(conditions):
        raise ValueError(
            f"with {len(conditions)} condition(s), {len(conditions)} or one more functions are expected"
        )
    answer = np.zeros(shape_of(x), x.dtype)
    later: Any = np.zeros(shape_of(x), bool)
    for condition, function in reversed(list(zip(conditions, funclist, strict=True))):
        at = np.nonzero(condition)
        own = value(function(getitem(x, at), *args, **kw) if callable(function) else function)
        own = cast_to(broadcast_to(own, np.shape(at[0]) if at else ()), x.dtype)
        free = ~later[at]
        answer = answer + put_at(
            getitem(own, np.nonzero(free)), shape_of(x), tuple(np.asarray(n)[free] for n in at)
        )
        later |= condition
    return answer
