"""How does a vector of any dtype come from memory, and go there? Truth values take a byte each."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.native.conversion import of_bits
from thalweg.native.expression import Vector
from thalweg.native.kernels import View
from thalweg.native.lanes import Floats, Lanes, Masks, Wholes
from thalweg.native.narrow import NARROW
from thalweg.native.place import mask, splat

__all__ = ["address", "element", "fetch", "put", "row_at"]


_ELEMENTS = {
    np.dtype(name): kind
    for name, kind in {
        "float32": "float", "float64": "double", "int32": "i32", "int64": "i64", "bool": "i8",
        "int8": "i8", "uint8": "i8", "int16": "i16", "uint16": "i16",
    }.items()
}  # fmt: skip
"""LLVM's types; a dtype's name is a property that takes NumPy microseconds."""


def element(dtype: np.dtype[Any]) -> str:
    """LLVM's type of one element in memory."""
    return _ELEMENTS[dtype]


def _letters(dtype: np.dtype[Any]) -> str:
    return {"float": "f32", "double": "f64"}.get(element(dtype), element(dtype))


def address(lanes: Lanes, dtype: np.dtype[Any], pointer: str, offset: str | int) -> str:
    """The pointer so many elements further."""
    if offset == 0:
        return pointer
    return lanes.listing.value(f"getelementptr {element(dtype)}, ptr {pointer}, i64 {offset}")


def row_at(
    lanes: Lanes, view: View, pointers: dict[int, str], number: str | int, stride: int
) -> str:
    """The pointer to one of several that lie in a view, a stride of so many elements apart."""
    first = address(lanes, view.dtype, pointers[view.buffer], view.offset)
    if number == 0 or stride == 0:
        return first
    far = number if stride == 1 else lanes.listing.value(f"mul i64 {number}, {stride}")
    return address(lanes, view.dtype, first, far)


def _many(lanes: Lanes, kind: str) -> str:
    return f"<{lanes.width} x {kind}>" if lanes.width > 1 else kind


def _apart(lanes: Lanes, dtype: np.dtype[Any], pointer: str, step: int) -> tuple[str, str]:
    offsets = ", ".join(f"i64 {lane * step}" for lane in range(lanes.width))
    steps = f"<{lanes.width} x i64> <{offsets}>"
    made = lanes.listing.value(f"getelementptr {element(dtype)}, ptr {pointer}, {steps}")
    return f"<{lanes.width} x ptr>", made


def fetch(lanes: Lanes, dtype: np.dtype[Any], pointer: str, step: int, present: int) -> Vector:
    """Read a vector whose lanes are `step` elements apart; lanes beyond `present` are 0."""
    listing, one, align = lanes.listing, element(dtype), dtype.itemsize
    kind = _many(lanes, one)
    if lanes.width == 1 or (step == 1 and present == lanes.width):
        name = listing.value(f"load {kind}, ptr {pointer}, align {align}")
    elif step == 0:
        name = splat(lanes, one, listing.value(f"load {one}, ptr {pointer}, align {align}"))
    else:
        rest = [
            ("i32", str(align)),
            (lanes.mask_type, mask(lanes, present)),
            (kind, "zeroinitializer"),
        ]
        short = f"v{lanes.width}{_letters(dtype)}"
        if step == 1:
            name = listing.call(f"llvm.masked.load.{short}.p0", kind, ("ptr", pointer), *rest)
        else:
            places = _apart(lanes, dtype, pointer, step)
            name = listing.call(f"llvm.masked.gather.{short}.v{lanes.width}p0", kind, places, *rest)
    if dtype.kind == "b":
        return Masks(
            lanes,
            listing.value(f"icmp ne {kind} {name}, {'zeroinitializer' if lanes.width > 1 else 0}"),
        )
    if dtype in NARROW:
        own = of_bits(lanes, 32)
        verb = "sext" if dtype.kind == "i" else "zext"
        wide = listing.value(f"{verb} {kind} {name} to {own.whole_type}")
        return NARROW[dtype](own, wide)
    own = of_bits(lanes, dtype.itemsize * 8)
    return Floats(own, name) if dtype.kind == "f" else Wholes(own, name)


def put(
    lanes: Lanes, dtype: np.dtype[Any], pointer: str, step: int, present: int, value: Vector
) -> None:
    """Write the first `present` lanes, `step` elements apart."""
    listing, align, name = lanes.listing, dtype.itemsize, value.name
    kind = _many(lanes, element(dtype))
    if dtype.kind == "b":
        name = listing.value(f"zext {value.kind} {name} to {kind}")
    elif dtype in NARROW:
        name = listing.value(f"trunc {value.kind} {name} to {kind}")
    if lanes.width == 1 or (step == 1 and present == lanes.width):
        listing.line(f"store {kind} {name}, ptr {pointer}, align {align}")
        return
    one = step == 1
    places = ("ptr", pointer) if one else _apart(lanes, dtype, pointer, step)
    verb = f"llvm.masked.{'store' if one else 'scatter'}.v{lanes.width}{_letters(dtype)}."
    verb += "p0" if one else f"v{lanes.width}p0"
    given = [(kind, name), places, ("i32", str(align)), (lanes.mask_type, mask(lanes, present))]
    listing.module.declare(verb, f"declare void @{verb}({', '.join(kind for kind, _ in given)})")
    listing.line(f"call void @{verb}({', '.join(f'{kind} {value}' for kind, value in given)})")
