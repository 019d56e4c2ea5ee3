"""A few instructions over arrays, one vector a call: how single operations are compared with NumPy's."""

from __future__ import annotations

import ctypes
import itertools

import numpy as np

from thalweg.native.compiling import load, object_code
from thalweg.native.lanes import Floats, Lanes, Masks, Wholes
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import machine

SCALARS = {"f": {4: "float", 8: "double"}, "i": {4: "i32", 8: "i64"}, "b": {1: "i8"}}
numbers = itertools.count()


def apply(write, target, *arrays, width=None):
    """Run `write(*vectors)` over arrays of one length; its answer's kind decides the dtype.

    Lanes are as many as fill the machine's vector with the widest of the arrays, or `width`.
    """
    target = machine(target)
    bits = max(8 * one.itemsize for one in arrays if one.dtype.kind != "b")
    width = width or target.lanes(bits)
    module = Module()
    listing = Listing(module)
    given = [
        _read(Lanes(listing, target, bits, width), one.dtype, k + 1) for k, one in enumerate(arrays)
    ]
    answer = write(*given)
    dtype = _write(listing, answer, width)
    name = f"tests.vector.{next(numbers)}"
    module.define(name, listing.function(name, "void", *["ptr"] * (1 + len(arrays))))
    code = load(object_code(module.text(), target), [name])
    call = code.bind(name, *[ctypes.c_void_p] * (1 + len(arrays)))
    length = len(arrays[0])
    padded = -(-length // width) * width
    rows = [np.concatenate([one, np.ones(padded - length, one.dtype)]) for one in arrays]
    answers = np.empty(padded, dtype)
    for start in range(0, padded, width):
        call(*(one[start:].ctypes.data for one in (answers, *rows)))
    return answers[:length]


def _many(width, kind):
    return f"<{width} x {kind}>" if width > 1 else kind


def _read(lanes, dtype, place):
    listing = lanes.listing
    if dtype.kind == "b":
        kind = _many(lanes.width, "i8")
        loaded = listing.value(f"load {kind}, ptr %x{place}, align 1")
        return Masks(lanes, listing.value(f"trunc {kind} {loaded} to {lanes.mask_type}"))
    lanes = Lanes(listing, lanes.machine, 8 * dtype.itemsize, lanes.width)
    kind = _many(lanes.width, SCALARS[dtype.kind][dtype.itemsize])
    loaded = listing.value(f"load {kind}, ptr %x{place}, align 1")
    return (Floats if dtype.kind == "f" else Wholes)(lanes, loaded)


def _write(listing, answer, width):
    name, kind = answer.name, answer.kind
    dtype = np.dtype(bool)
    if isinstance(answer, Masks):
        kind = _many(width, "i8")
        name = listing.value(f"zext {answer.kind} {name} to {kind}")
    else:
        letter = "f" if isinstance(answer, Floats) else "i"
        dtype = np.dtype(f"{letter}{answer.lanes.bits // 8}")
    listing.line(f"store {kind} {name}, ptr %x0, align 1")
    listing.line("ret void")
    return dtype
