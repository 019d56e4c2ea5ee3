"""Where does an array lie that is put among zeros, and which of them are there to write?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from thalweg.graph.graph import Node
from thalweg.native.kernels import Map, View, Zeros
from thalweg.native.views import sliced

__all__ = ["put_among_zeros", "zeros_over"]

Part = tuple[int, int, int]


def put_among_zeros(out: View, parts: Sequence[Part]) -> tuple[View, list[Any]]:
    """The array's place, and the kernels that write zeros around it.

    Args:
        out: a whole buffer.
        parts: of each axis: from where on the array lies, how many elements, and how far apart.
    """
    place = sliced(out, parts)
    if any(step != 1 for _, size, step in parts if size > 1) or 0 in place.shape:
        return place, [Zeros(out.buffer)]
    zeros, rest = list[Any](), out
    for axis, (start, size, _) in enumerate(parts):
        for begin, end in ((0, start), (start + size, out.shape[axis])):
            if begin < end:
                zeros.append(zeros_over(_between(rest, axis, begin, end)))
        rest = _between(rest, axis, start, start + size)
    return place, zeros


def _between(view: View, axis: int, begin: int, end: int) -> View:
    shape = (*view.shape[:axis], end - begin, *view.shape[axis + 1 :])
    return replace(view, shape=shape, offset=view.offset + begin * view.strides[axis])


def zeros_over(view: View) -> Map:
    """Zeros as a loop: where more than they lies in a buffer, or threads share the work."""
    zero = Node("constant", (), (view.dtype.type(0),), (), view.dtype)
    return Map(view.shape, {}, [(0, zero)], [(0, view)], [])
