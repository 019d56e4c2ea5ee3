"""How are running sums, products and extremes computed? Each answer from the one before it."""

from __future__ import annotations

from thalweg.graph.graph import Node
from thalweg.native.conversion import of_bits
from thalweg.native.counted import counted
from thalweg.native.expression import Vector, write
from thalweg.native.kernels import Map, View
from thalweg.native.kernels_by_number import Running
from thalweg.native.lanes import Lanes
from thalweg.native.listing import Listing
from thalweg.native.machine import Machine
from thalweg.native.map_loops import write_map
from thalweg.native.memory import address, element, fetch, put

__all__ = ["write_running"]

_BEFORE, _NEXT, _MADE = range(3)

_COMBINED = {"sum": "add", "product": "multiply", "max": "maximum", "min": "minimum",
             "logaddexp": "logaddexp"}  # fmt: skip


def write_running(
    listing: Listing, machine: Machine, step: Running, pointers: dict[int, str]
) -> None:
    """Write the loops.

    Along the last axis one number is carried from place to place, row by row; along another one whole
    rows are combined, place after place.

    Args:
        listing: the function that they become part of.
        machine: for which processor.
        step: what to do.
        pointers: each buffer's first element.
    """
    if 0 in step.x.shape:
        return
    starts = [_start(listing, machine, view, pointers) for view in (step.x, step.out)]
    if step.axis == len(step.x.shape) - 1:
        _rows(listing, machine, step, starts[0], starts[1], 0)
    else:
        _planes(listing, machine, step, starts[0], starts[1])


def _lanes(listing: Listing, machine: Machine, view: View) -> Lanes:
    return of_bits(Lanes(listing, machine, 64, 1), view.dtype.itemsize * 8)


def _start(listing: Listing, machine: Machine, view: View, pointers: dict[int, str]) -> str:
    lanes = _lanes(listing, machine, view)
    return address(lanes, view.dtype, pointers[view.buffer], view.offset)


def _moved(
    listing: Listing, machine: Machine, view: View, pointer: str, index: str, step: int
) -> str:
    if not step:
        return pointer
    far = index if step == 1 else listing.value(f"mul i64 {index}, {step}")
    return address(_lanes(listing, machine, view), view.dtype, pointer, far)


def _rows(listing: Listing, machine: Machine, step: Running, x: str, out: str, axis: int) -> None:
    """Walk the axes before the last one, and carry a number along the last."""
    size = step.x.shape[axis]
    if axis == step.axis:
        _carry(listing, machine, step, x, out, size)
    elif size == 1:
        _rows(listing, machine, step, x, out, axis + 1)
    else:
        with counted(listing, "0", str(size), 1) as index:
            there = _moved(listing, machine, step.x, x, index, step.x.strides[axis])
            here = _moved(listing, machine, step.out, out, index, step.out.strides[axis])
            _rows(listing, machine, step, there, here, axis + 1)


def _carry(listing: Listing, machine: Machine, step: Running, x: str, out: str, size: int) -> None:
    kind, lanes = step.x.dtype, _lanes(listing, machine, step.x)
    room = listing.room(element(kind), 8)
    first: Vector = fetch(lanes, kind, x, 1, 1)
    put(lanes, kind, out, 1, 1, first)
    put(lanes, kind, room, 1, 1, first)
    with counted(listing, "1", str(size), 1) as index:
        there = _moved(listing, machine, step.x, x, index, step.x.strides[step.axis])
        here = _moved(listing, machine, step.out, out, index, step.out.strides[step.axis])
        found = write(
            _COMBINED[step.kind],
            [fetch(lanes, kind, room, 1, 1), fetch(lanes, kind, there, 1, 1)],
            (),
        )
        put(lanes, kind, here, 1, 1, found)
        put(lanes, kind, room, 1, 1, found)


def _planes(listing: Listing, machine: Machine, step: Running, x: str, out: str) -> None:
    """The first place as it is; each further one with the one before it."""
    axis, kind = step.axis, step.x.dtype
    shape = step.x.shape[:axis] + step.x.shape[axis + 1 :]

    def view(place: int, of: View) -> View:
        strides = of.strides[:axis] + of.strides[axis + 1 :]
        return View(place, 0, shape, strides, kind)

    first = Map(shape, {_NEXT: view(_NEXT, step.x)}, [], [(_NEXT, view(_MADE, step.out))], [])
    write_map(listing, machine, first, {_NEXT: x, _MADE: out})
    made = Node(_COMBINED[step.kind], (_BEFORE, _NEXT), (), shape, kind)
    reads = {_BEFORE: view(_BEFORE, step.out), _NEXT: view(_NEXT, step.x)}
    further = Map(shape, reads, [(_MADE, made)], [(_MADE, view(_MADE, step.out))], [])
    with counted(listing, "1", str(step.x.shape[axis]), 1) as index:
        there = _moved(listing, machine, step.x, x, index, step.x.strides[axis])
        here = _moved(listing, machine, step.out, out, index, step.out.strides[axis])
        before = listing.value(f"sub i64 {index}, 1")
        last = _moved(listing, machine, step.out, out, before, step.out.strides[axis])
        write_map(listing, machine, further, {_BEFORE: last, _NEXT: there, _MADE: here})
