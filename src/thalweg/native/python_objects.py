"""Where do Python and NumPy keep things, and how does machine code look at them?

Offsets are those of CPython's object.h and of NumPy's ndarraytypes.h; `available` checks them.
"""

from __future__ import annotations

import ctypes
import sys
import sysconfig
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from thalweg.native.addresses import address_of
from thalweg.native.counted import only_if
from thalweg.native.listing import Listing

__all__ = ["DATA", "TO_PYTHON", "TYPE", "available", "bind", "data_of", "dtype_name", "field", "imported",
           "is_object", "require", "start_of"]  # fmt: skip

METH_FASTCALL = 0x0080

TO_PYTHON = "PyLong_FromLong"
_ARRAY = "numpy.ndarray"

# Where CPython and NumPy keep things, in bytes from an object's beginning (CPython's object.h, NumPy's
# ndarraytypes.h: PyArrayObject_fields and the scalars' structs). `available` checks them on an array.
TYPE, DATA, _RANK, _SIZES, _DTYPE, _FLAGS = 8, 16, 24, 32, 56, 64
_IN_ORDER = 0x0001 | 0x0100  # C-contiguous and aligned


def available() -> bool:
    """Whether objects lie in memory as this file says: the usual builds of CPython on 64 bits."""
    if sys.implementation.name != "cpython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        return False
    if ctypes.sizeof(ctypes.c_void_p) != 8 or hasattr(sys, "gettotalrefcount"):
        return False
    array = np.arange(6.0).reshape(2, 3)
    at = id(array)

    def word(offset: int) -> int:
        return int(ctypes.c_uint64.from_address(at + offset).value)

    sizes = (ctypes.c_int64 * 2).from_address(word(_SIZES))
    number = np.float64(2.5)
    return (
        word(TYPE) == id(np.ndarray)
        and word(DATA) == array.ctypes.data
        and word(_RANK) & 0xFFFFFFFF == 2
        and list(sizes) == [2, 3]
        and word(_DTYPE) == id(array.dtype)
        and word(_FLAGS) & _IN_ORDER == _IN_ORDER
        and ctypes.c_double.from_address(id(number) + DATA).value == 2.5
    )


def start_of(array: np.ndarray) -> int:
    """Where an array's elements begin; `array.ctypes.data` takes a microsecond to tell."""
    if _is_as_known():
        return int(_word(id(array) + DATA).value)
    return int(array.ctypes.data)


_is_as_known = cache(available)
_word = ctypes.c_uint64.from_address


def dtype_name(dtype: np.dtype[Any]) -> str:
    """By which NumPy's object for a dtype is bound."""
    return f"numpy.dtype.{dtype.name}"


def _number_name(dtype: np.dtype[Any]) -> str:
    return f"numpy.number.{dtype.name}"


def imported(dtypes: Iterable[np.dtype[Any]]) -> dict[str, int]:
    """The addresses that `call` asks for, by the names that stand in its text.

    They differ from process to process, and code is kept on disk: so the text holds no address, and
    each process binds the names to its own.

    Args:
        dtypes: of the inputs and outputs.
    """
    found = {TO_PYTHON: address_of(ctypes.pythonapi.PyLong_FromLong), _ARRAY: id(np.ndarray)}
    for dtype in dtypes:
        found[dtype_name(dtype)] = id(np.dtype(dtype.name))  # NumPy's own, which never goes
        found[_number_name(dtype)] = id(dtype.type)
    return found


def field(listing: Listing, thing: str, offset: int, kind: str) -> str:
    """What stands so many bytes from an object's beginning."""
    there = listing.value(f"getelementptr i8, ptr {thing}, i64 {offset}")
    return listing.value(f"load {kind}, ptr {there}, align 4")


def data_of(listing: Listing, thing: str, shape: tuple[int, ...], dtype: Any, differs: str) -> str:
    """Where an argument's elements lie; a number of NumPy's holds its own."""
    inside = listing.value(f"getelementptr i8, ptr {thing}, i64 {DATA}")
    kind = field(listing, thing, TYPE, "ptr")
    is_array = is_object(listing, kind, _ARRAY)
    data = listing.room("ptr", 8)
    listing.line(f"store ptr {inside}, ptr {data}, align 8")
    if not shape:
        is_number = is_object(listing, kind, _number_name(dtype))
        known = listing.value(f"or i1 {is_array}, {is_number}")
    else:
        known = is_array
    require(listing, known, differs)
    with only_if(listing, is_array):
        found = field(listing, thing, _RANK, "i32")
        require(listing, listing.value(f"icmp eq i32 {found}, {len(shape)}"), differs)
        known = is_object(listing, field(listing, thing, _DTYPE, "ptr"), dtype_name(dtype))
        require(listing, known, differs)
        flags = listing.value(f"and i32 {field(listing, thing, _FLAGS, 'i32')}, {_IN_ORDER}")
        require(listing, listing.value(f"icmp eq i32 {flags}, {_IN_ORDER}"), differs)
        pointer = field(listing, thing, DATA, "ptr")
        listing.line(f"store ptr {pointer}, ptr {data}, align 8")
        rank = field(listing, thing, _RANK, "i32")
        right_rank = listing.value(f"icmp eq i32 {rank}, {len(shape)}")
        with only_if(listing, right_rank):  # other arrays have fewer sizes to look at
            sizes = field(listing, thing, _SIZES, "ptr")
            for axis, size in enumerate(shape):
                there = listing.value(f"getelementptr i64, ptr {sizes}, i64 {axis}")
                found = listing.value(f"load i64, ptr {there}, align 8")
                require(listing, listing.value(f"icmp eq i64 {found}, {size}"), differs)
    return listing.value(f"load ptr, ptr {data}, align 8")


def is_object(listing: Listing, thing: str, name: str) -> str:
    """Whether a pointer is that of the object which is bound to a name."""
    listing.module.declare(name, f"@{name} = external global i8")
    return listing.value(f"icmp eq ptr {thing}, @{name}")


def require(listing: Listing, truth: str, differs: str) -> None:
    """Note that something differs where a truth does not hold."""
    wrong = listing.value(f"xor i1 {truth}, true")
    wide = listing.value(f"zext i1 {wrong} to i64")
    before = listing.value(f"load i64, ptr {differs}, align 8")
    after = listing.value(f"or i64 {before}, {wide}")
    listing.line(f"store i64 {after}, ptr {differs}, align 8")


class _MethodDef(ctypes.Structure):
    """CPython's PyMethodDef."""

    _fields_ = (
        ("name", ctypes.c_char_p),
        ("function", ctypes.c_void_p),
        ("flags", ctypes.c_int),
        ("doc", ctypes.c_char_p),
    )


def bind(address: int, own: Any, *lasting: Any) -> Any:
    """Make a Python function of machine code at an address.

    Args:
        address: where the code begins.
        own: what the code is handed as its first argument.
        lasting: what must live as long as the function, which may be called when all others are gone.
    """
    definition = _MethodDef(b"call", address, METH_FASTCALL, None)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = (ctypes.c_void_p, ctypes.py_object, ctypes.py_object)
    # What stands for its module is let go of last, after the definition was read.
    return make(ctypes.addressof(definition), own, (definition, *lasting))
