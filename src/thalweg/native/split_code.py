"""How does a thread do its part of a kernel?

The part of each thread is as long, and so the same code serves all of them, with pointers moved on; what
is left over is the last one's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from thalweg.native.counted import either, only_if
from thalweg.native.kernels import Kernels, Products, Split, View
from thalweg.native.layout import split_products
from thalweg.native.listing import Listing
from thalweg.native.memory import element
from thalweg.native.parts import axis_in, part_of, sizes_of, touches, with_views

__all__ = ["write_split"]

WORKSPACE = -1
"""By which the products' workspace is named beside the buffers."""

Write = Callable[[Any, dict[int, str]], None]


def write_split(
    listing: Listing,
    split: Split,
    kernels: Kernels,
    thread: str,
    pointers: dict[int, str],
    write: Write,
) -> None:
    """Write what each thread does.

    Args:
        listing: the function that it becomes part of.
        split: what is to be done, and how it is split.
        kernels: where it stands.
        thread: the thread's number, the name of an i64.
        pointers: each buffer's first element.
        write: writes a kernel, given pointers.
    """
    threads = kernels.threads
    last = listing.value(f"icmp eq i64 {thread}, {threads - 1}")
    if isinstance(split.step, Products):
        (part, _), (end, _) = split_products(split, threads)
        if sizes_of(end) == sizes_of(part):
            write(*_moved(listing, split, kernels, part, thread, pointers))
            return
        with either(listing, last) as otherwise:
            if split.gathered:
                end = _further(end, kernels, threads - 1, threads)
            write(end, pointers)
            otherwise()
            write(*_moved(listing, split, kernels, part, thread, pointers))
        return
    done = threads * split.part
    part = part_of(split.step, split.axis, 0, split.part)
    write(*_moved(listing, split, kernels, part, thread, pointers))
    rest = sizes_of(split.step)[split.axis] - done
    if rest:
        with only_if(listing, last):
            end = part_of(split.step, split.axis, done, rest)
            if split.gathered:
                end = _further(end, kernels, threads, threads + 1)
            write(end, pointers)


def _moved(
    listing: Listing,
    split: Split,
    kernels: Kernels,
    part: Any,
    thread: str,
    pointers: dict[int, str],
) -> tuple[Any, dict[int, str]]:
    """The first thread's part with pointers that make it any thread's."""
    own: dict[int, str] = {}

    def change(place: int, view: View) -> View:
        touch = touches(split.step)[place]
        axis = axis_in(split.step, place, split.axis)
        step = 0 if axis is None else split.part * touch.view.strides[axis]
        if split.gathered and touch.reduced:
            step = _answers(kernels, view, split)
        pointer = pointers[view.buffer]
        if step:
            far = listing.value(f"mul i64 {thread}, {step}")
            pointer = listing.value(
                f"getelementptr {element(view.dtype)}, ptr {pointer}, i64 {far}"
            )
        own[place] = pointer
        return replace(view, buffer=place)

    moved = with_views(part, change)
    if isinstance(part, Products):
        own[WORKSPACE] = pointers[WORKSPACE]
    return moved, own


def _answers(kernels: Kernels, view: View, split: Split) -> int:
    """How many answers one thread reduces to."""
    if isinstance(split.step, Products):
        return kernels.buffers[view.buffer].size // kernels.threads
    rest = sizes_of(split.step)[split.axis] - kernels.threads * split.part
    return kernels.buffers[view.buffer].size // (kernels.threads + (rest > 0))


def _further(end: Any, kernels: Kernels, turn: int, turns: int) -> Any:
    """A part whose answers lie behind those of so many others."""
    kinds = [touch.reduced for touch in touches(end)]

    def change(place: int, view: View) -> View:
        if not kinds[place]:
            return view
        size = kernels.buffers[view.buffer].size // turns
        return replace(view, offset=view.offset + turn * size)

    return with_views(end, change)
