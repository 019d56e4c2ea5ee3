"""What does a kernel read and write, and what is a part of it along an axis?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple

from thalweg.native.kernels import Buffer, Map, Products, View, Zeros
from thalweg.native.kernels_of_loops import Branches, Rewinding, Turns
from thalweg.native.regions import Region, region
from thalweg.native.views import dense

__all__ = ["Touch", "part_of", "regions_of", "sizes_of", "touches", "with_views", "written_by"]

_PRODUCT_AXES = {"a": (0, 1, None, 2), "b": (0, None, 2, 1), "out": (0, 1, 2, None)}
"""By operand: which of its axes goes with the stack, the rows, the columns, the sum."""


class Touch(NamedTuple):
    """A view that a kernel reads, or writes.

    Attributes:
        view: where.
        written: whether it is written.
        reduced: whether it is what a reduction writes, or a product.
    """

    view: View
    written: bool
    reduced: bool = False


def touches(step: Any) -> list[Touch]:
    """Every view that a kernel touches."""
    if isinstance(step, Map):
        return [
            *(Touch(view, False) for view in step.reads.values()),
            *(Touch(view, True) for _, view in step.writes),
            *(Touch(one.out, True, True) for one in step.reductions),
            *(Touch(one.partial, True, True) for one in step.reductions if one.partial is not None),
        ]
    if isinstance(step, Turns | Branches | Rewinding):
        reads = [Touch(view, False) for view in step.read()]
        return [*reads, *[Touch(view, True) for view in step.written()]]
    return [
        Touch(view, name in step.writes, isinstance(step, Products) and name == "out")
        for name, view in vars(step).items()
        if isinstance(view, View)
    ]


def written_by(step: Any) -> set[int]:
    """The buffers that a kernel writes."""
    if isinstance(step, Zeros):
        return {step.buffer}
    return {touch.view.buffer for touch in touches(step) if touch.written}


def regions_of(step: Any, buffers: list[Buffer]) -> list[tuple[int, bool, Region]]:
    """Every buffer that a kernel touches, whether it writes there, and where."""
    if isinstance(step, Zeros):
        buffer = buffers[step.buffer]
        return [(step.buffer, True, region(dense(step.buffer, (buffer.size,), buffer.dtype)))]
    return [(touch.view.buffer, touch.written, region(touch.view)) for touch in touches(step)]


def sizes_of(step: Map | Products) -> tuple[int, ...]:
    """The sizes of the axes along which a kernel can be split."""
    return step.shape if isinstance(step, Map) else (*step.out.shape, step.a.shape[2])


def axis_in(step: Map | Products, place: int, axis: int) -> int | None:
    """Which axis of the view at a place of `touches` goes along with an axis of the kernel."""
    if isinstance(step, Map):
        return axis
    names = [name for name, view in vars(step).items() if isinstance(view, View)]
    return _PRODUCT_AXES.get(names[place], (None,) * 4)[axis]


def with_views(step: Any, change: Callable[[int, View], View]) -> Any:
    """The same kernel over other views; each is handed over with its place in `touches`."""
    places = iter(range(len(touches(step))))
    if isinstance(step, Map):
        reads = {number: change(next(places), view) for number, view in step.reads.items()}
        writes = [(number, change(next(places), view)) for number, view in step.writes]
        outs = [change(next(places), one.out) for one in step.reductions]
        partials = [
            None if one.partial is None else change(next(places), one.partial)
            for one in step.reductions
        ]
        reductions = [
            replace(one, out=out, partial=partial)
            for one, out, partial in zip(step.reductions, outs, partials, strict=True)
        ]
        return replace(step, reads=reads, writes=writes, reductions=reductions)
    found = {
        name: change(next(places), view)
        for name, view in vars(step).items()
        if isinstance(view, View)
    }
    return replace(step, **found)


def part_of(step: Map | Products, axis: int, start: int, size: int) -> Any:
    """The kernel over so many places of an axis."""

    def change(place: int, view: View) -> View:
        own = axis_in(step, place, axis)
        if own is None:
            return view
        shape = (*view.shape[:own], size, *view.shape[own + 1 :])
        return replace(view, shape=shape, offset=view.offset + start * view.strides[own])

    part = with_views(step, change)
    if isinstance(part, Map):
        return replace(part, shape=(*step.shape[:axis], size, *step.shape[axis + 1 :]))  # type: ignore[union-attr]  # a Map as well
    return part
