"""Which matrices inside a program lie column by column?

Rows of few elements leave most lanes of a vector idle. A narrow matrix that nobody outside sees may lie
the other way: then the lanes run along its long columns, and its rows' elements become a short outer
loop. That is done where all that is computed from it can run so.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from thalweg.native.kernels import Buffer, Map, Products, View
from thalweg.native.parts import touches, with_views

__all__ = ["with_turned"]

LINE = 128
"""Rows of fewer bytes are narrow."""

LONG = 16
"""Columns of so many elements are long."""


class _Matrix(NamedTuple):
    """How a buffer is read as a matrix: so many rows, each of so few elements."""

    rows: int
    width: int


def with_turned(buffers: list[Buffer], steps: list[Any]) -> list[Any]:
    """The same kernels with narrow matrices lying column by column; constants are moved so in `buffers`."""
    found = _narrow(buffers, steps)
    known = -1
    while known != len(found):
        known = len(found)
        for step in steps:
            here = {touch.view.buffer for touch in touches(step)} & {*found}
            if here and not _suits(step, found):
                found = {number: one for number, one in found.items() if number not in here}
    if not found:
        return steps
    for number, matrix in found.items():
        one = buffers[number]
        if one.kind == "constant":
            turned = np.asarray(one.value).reshape(matrix).T
            buffers[number] = replace(one, value=np.ascontiguousarray(turned).reshape(-1))

    def change(_: int, view: View) -> View:
        return _turned(view, found[view.buffer]) if view.buffer in found else view

    return [
        with_views(step, change) if isinstance(step, Map | Products) else step for step in steps
    ]


def _narrow(buffers: list[Buffer], steps: list[Any]) -> dict[int, _Matrix]:
    """The buffers that every kernel that touches them can read as one narrow matrix."""
    views = defaultdict[int, list[View]](list)
    fixed = set()
    for step in steps:
        for touch in touches(step):
            views[touch.view.buffer].append(touch.view)
            if not isinstance(step, Map | Products):
                fixed.add(touch.view.buffer)
    found = {}
    for number, seen in views.items():
        one = buffers[number]
        if number in fixed or one.kind not in ("scratch", "constant"):
            continue
        strides = {stride for view in seen for _, stride in _steps(view)}
        width = min((stride for stride in strides if stride > 1), default=0)
        if not 1 < width < LINE // one.dtype.itemsize or one.size % width:
            continue
        matrix = _Matrix(one.size // width, width)
        if matrix.rows >= LONG and all(_reads_as(view, matrix) for view in seen):
            found[number] = matrix
    return found


def _steps(view: View) -> Iterator[tuple[int, int]]:
    """Sizes and strides of the axes that move."""
    for size, stride in zip(view.shape, view.strides, strict=True):
        if size > 1 and stride:
            yield size, stride


def _reads_as(view: View, matrix: _Matrix) -> bool:
    """Whether each axis runs along rows or along columns, and none over the end of a row."""
    far = {True: view.offset // matrix.width, False: view.offset % matrix.width}
    for size, stride in _steps(view):
        if stride < 0:
            return False
        long = stride >= matrix.width
        if long and stride % matrix.width:
            return False
        far[long] += (size - 1) * (stride // matrix.width if long else stride)
    return far[True] < matrix.rows and far[False] < matrix.width


def _turned(view: View, matrix: _Matrix) -> View:
    rows, width = matrix
    strides = tuple(
        [stride // width if stride >= width else stride * rows for stride in view.strides]
    )
    offset = view.offset // width + view.offset % width * rows
    return replace(view, strides=strides, offset=offset)


def _suits(step: Any, found: dict[int, _Matrix]) -> bool:
    """Whether a kernel can run along the columns of all narrow matrices that it touches."""
    if isinstance(step, Products):
        return True
    here = [touch.view for touch in touches(step)]
    along, across = set[int](), set[int]()
    for view in here:
        if view.buffer in found:
            for axis, (size, stride) in enumerate(zip(view.shape, view.strides, strict=True)):
                if size > 1 and stride:
                    (along if stride >= found[view.buffer].width else across).add(axis)
    if along & across:
        return False
    others = [view for view in here if view.buffer not in found]
    return not any(
        any(
            view.strides[one] and view.strides[two] for one, two in itertools.product(along, across)
        )
        for view in others
    )
