"""How are rows taken by whole numbers, and brought together at them, without ever leaving the array?

A number outside sets the program's status and is read as 0: nothing outside the array is touched, and
the caller asks NumPy, which says what is wrong.
"""

from __future__ import annotations

import numpy as np

from thalweg.graph.graph import Node
from thalweg.native.conversion import to_wholes
from thalweg.native.counted import counted, only_if
from thalweg.native.kernels import Map, Put, Take, View
from thalweg.native.kernels_by_number import PutExtreme
from thalweg.native.lanes import Lanes
from thalweg.native.listing import Listing
from thalweg.native.machine import Machine
from thalweg.native.map_loops import write_map
from thalweg.native.memory import address, fetch, row_at
from thalweg.native.views import dense

__all__ = ["write_rows"]

_COPIED = 0
_THERE = 1
_SUM = 2


def write_rows(
    listing: Listing,
    machine: Machine,
    step: Take | Put | PutExtreme,
    pointers: dict[int, str],
    status: str,
) -> None:
    """Write the loop over the numbers, and for each one the loop over its row.

    Args:
        listing: the function that it becomes part of.
        machine: for which processor.
        step: what to do.
        pointers: each buffer's first element.
        status: where 1 is written when a number lies outside.
    """
    places = step.places
    whole, rest = places.shape, len(places.shape)
    table = step.rows if isinstance(step, Take) else step.out
    listed = step.out if isinstance(step, Take) else step.rows
    lanes = Lanes(listing, machine, 64, 1)
    # The numbers one after the other, whatever their axes: what is listed lies with them.
    count = int(np.prod(whole))
    if not table.shape[0]:  # every number lies outside, and there is no row to read instead
        if count:
            listing.line(f"store i32 1, ptr {status}, align 4")
        return
    along = dense(0, whole, places.dtype)
    flat = View(listed.buffer, listed.offset, (count, *listed.shape[rest:]),
                (_step(listed, rest), *listed.strides[rest:]), listed.dtype)  # fmt: skip
    if along.strides != places.strides and count > 1:
        raise AssertionError("numbers of rows lie one after the other: the plan sees to that")
    base = address(lanes, places.dtype, pointers[places.buffer], places.offset)
    with counted(listing, "0", str(count), 1) as index:
        pointer = address(lanes, places.dtype, base, index)
        row = _checked(lanes, fetch(lanes, places.dtype, pointer, 1, 1), table.shape[0], status)
        in_table = row_at(lanes, table, pointers, row, table.strides[0])
        in_list = row_at(lanes, flat, pointers, index, flat.strides[0])
        _write_row(listing, machine, step, (table, in_table), (flat, in_list))


def _step(view: View, rest: int) -> int:
    """How far it is from one row to the next of a list of rows that lies without gaps."""
    return next((one for one in reversed(view.strides[:rest]) if one), 0)


def _checked(lanes: Lanes, place: object, rows: int, status: str) -> str:
    """The number, or 0 where it lies outside, which is told."""
    listing = lanes.listing
    wide = to_wholes(place, 64).name  # type: ignore[arg-type]  # a whole number, as the graph says
    outside = listing.value(f"icmp uge i64 {wide}, {rows}")
    with only_if(listing, outside):
        listing.line(f"store i32 1, ptr {status}, align 4")
    return listing.value(f"select i1 {outside}, i64 0, i64 {wide}")


def _write_row(
    listing: Listing,
    machine: Machine,
    step: Take | Put | PutExtreme,
    table: tuple[View, str],
    listed: tuple[View, str],
) -> None:
    (whole, in_table), (flat, in_list) = table, listed
    shape = whole.shape[1:]
    here = View(_THERE, 0, shape, whole.strides[1:], whole.dtype)
    there = View(_COPIED, 0, shape, flat.strides[1:], flat.dtype)
    pointers = {_THERE: in_table, _COPIED: in_list}
    if isinstance(step, Take):
        kernel = Map(shape, {_THERE: here}, [], [(_THERE, there)], [])
    else:
        verb = "add" if isinstance(step, Put) else "maximum" if step.kind == "max" else "minimum"
        added = Node(verb, (_THERE, _COPIED), (), shape, whole.dtype)
        kernel = Map(shape, {_THERE: here, _COPIED: there}, [(_SUM, added)], [(_SUM, here)], [])
    write_map(listing, machine, kernel, pointers)
