"""How does Python call machine code in tens of nanoseconds?

By a function that is itself machine code and speaks Python's own convention (METH_FASTCALL): it is
handed the arrays as Python objects, checks that each has the dtype, the shape and the order in memory
that the code was written for, takes its data and runs. Where one differs it touches nothing and says so.
"""

from __future__ import annotations

import ctypes
import sys
import sysconfig
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from thalweg.native.counted import only_if
from thalweg.native.listing import Listing, Module
from thalweg.native.program_code import ENTRY

__all__ = ["CALL", "DIFFERS", "available", "bind", "imported", "write_call"]

CALL = "call"
DIFFERS = 2
"""What is answered when an array is not as the code was written for."""

METH_FASTCALL = 0x0080

_TO_PYTHON = "PyLong_FromLong"
_ARRAY = "numpy.ndarray"

# Where CPython and NumPy keep things, in bytes from an object's beginning (CPython's object.h, NumPy's
# ndarraytypes.h: PyArrayObject_fields and the scalars' structs). `available` checks them on an array.
_TYPE, _DATA, _RANK, _SIZES, _DTYPE, _FLAGS = 8, 16, 24, 32, 56, 64
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
        word(_TYPE) == id(np.ndarray)
        and word(_DATA) == array.ctypes.data
        and word(_RANK) & 0xFFFFFFFF == 2
        and list(sizes) == [2, 3]
        and word(_DTYPE) == id(array.dtype)
        and word(_FLAGS) & _IN_ORDER == _IN_ORDER
        and ctypes.c_double.from_address(id(number) + _DATA).value == 2.5
    )


def _dtype_name(dtype: np.dtype[Any]) -> str:
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
    function = ctypes.cast(ctypes.pythonapi.PyLong_FromLong, ctypes.c_void_p)
    found = {_TO_PYTHON: int(function.value or 0), _ARRAY: id(np.ndarray)}
    for dtype in dtypes:
        found[_dtype_name(dtype)] = id(np.dtype(dtype.name))  # NumPy's own, which never goes
        found[_number_name(dtype)] = id(dtype.type)
    return found


def write_call(module: Module, specs: Sequence[tuple[tuple[int, ...], Any]], fixed: int) -> None:
    """Write the function `call`, whose arguments are arrays: inputs, outputs, and the fixed pointers.

    Args:
        module: where `run` is defined already.
        specs: shape and dtype of each input and output.
        fixed: how many pointers the last argument, an array of whole numbers, holds.
    """
    listing = Listing(module)
    count = len(specs)
    as_many, right, wrong = listing.label(), listing.label(), listing.label()
    module.declare(_TO_PYTHON, f"declare ptr @{_TO_PYTHON}(i64)")
    listing.line(f"%{as_many} = icmp eq i64 %x2, {count + 1}")
    listing.line(f"br i1 %{as_many}, label %{right}, label %{wrong}")
    listing.begin(wrong)
    told = listing.value(f"call ptr @{_TO_PYTHON}(i64 {DIFFERS})")
    listing.line(f"ret ptr {told}")
    listing.begin(right)
    table = listing.room(f"[{count + fixed} x ptr]", 8)
    differs = listing.room("i64", 8)
    listing.line(f"store i64 0, ptr {differs}, align 8")
    for place, (shape, dtype) in enumerate(specs):
        thing = _argument(listing, place)
        data = _data(listing, thing, shape, dtype, differs)
        listing.line(f"store ptr {data}, ptr {_slot(listing, table, place)}, align 8")
    whole = _field(listing, _argument(listing, count), _DATA, "ptr")
    for place in range(fixed):
        there = listing.value(f"getelementptr ptr, ptr {whole}, i64 {place}")
        pointer = listing.value(f"load ptr, ptr {there}, align 8")
        listing.line(f"store ptr {pointer}, ptr {_slot(listing, table, count + place)}, align 8")
    answer = listing.room("i64", 8)
    listing.line(f"store i64 {DIFFERS}, ptr {answer}, align 8")
    found = listing.value(f"load i64, ptr {differs}, align 8")
    same = listing.value(f"icmp eq i64 {found}, 0")
    with only_if(listing, same):
        status = listing.value(f"call i32 @{ENTRY}(ptr {table}, i64 0, i64 1)")
        wide = listing.value(f"sext i32 {status} to i64")
        listing.line(f"store i64 {wide}, ptr {answer}, align 8")
    told = listing.value(f"load i64, ptr {answer}, align 8")
    made = listing.value(f"call ptr @{_TO_PYTHON}(i64 {told})")
    listing.line(f"ret ptr {made}")
    module.define(CALL, listing.function(CALL, "ptr", "ptr", "ptr", "i64", attributes="nounwind"))


def _argument(listing: Listing, place: int) -> str:
    there = listing.value(f"getelementptr ptr, ptr %x1, i64 {place}")
    return listing.value(f"load ptr, ptr {there}, align 8")


def _slot(listing: Listing, table: str, place: int) -> str:
    return listing.value(f"getelementptr ptr, ptr {table}, i64 {place}")


def _field(listing: Listing, thing: str, offset: int, kind: str) -> str:
    there = listing.value(f"getelementptr i8, ptr {thing}, i64 {offset}")
    return listing.value(f"load {kind}, ptr {there}, align 4")


def _data(listing: Listing, thing: str, shape: tuple[int, ...], dtype: Any, differs: str) -> str:
    """Where an argument's elements lie; a number of NumPy's holds its own."""
    inside = listing.value(f"getelementptr i8, ptr {thing}, i64 {_DATA}")
    kind = _field(listing, thing, _TYPE, "ptr")
    is_array = _is(listing, kind, _ARRAY)
    data = listing.room("ptr", 8)
    listing.line(f"store ptr {inside}, ptr {data}, align 8")
    if not shape:
        is_number = _is(listing, kind, _number_name(dtype))
        known = listing.value(f"or i1 {is_array}, {is_number}")
    else:
        known = is_array
    _require(listing, known, differs)
    with only_if(listing, is_array):
        found = _field(listing, thing, _RANK, "i32")
        _require(listing, listing.value(f"icmp eq i32 {found}, {len(shape)}"), differs)
        known = _is(listing, _field(listing, thing, _DTYPE, "ptr"), _dtype_name(dtype))
        _require(listing, known, differs)
        flags = listing.value(f"and i32 {_field(listing, thing, _FLAGS, 'i32')}, {_IN_ORDER}")
        _require(listing, listing.value(f"icmp eq i32 {flags}, {_IN_ORDER}"), differs)
        pointer = _field(listing, thing, _DATA, "ptr")
        listing.line(f"store ptr {pointer}, ptr {data}, align 8")
        rank = _field(listing, thing, _RANK, "i32")
        right_rank = listing.value(f"icmp eq i32 {rank}, {len(shape)}")
        with only_if(listing, right_rank):  # other arrays have fewer sizes to look at
            sizes = _field(listing, thing, _SIZES, "ptr")
            for axis, size in enumerate(shape):
                there = listing.value(f"getelementptr i64, ptr {sizes}, i64 {axis}")
                found = listing.value(f"load i64, ptr {there}, align 8")
                _require(listing, listing.value(f"icmp eq i64 {found}, {size}"), differs)
    return listing.value(f"load ptr, ptr {data}, align 8")


def _is(listing: Listing, thing: str, name: str) -> str:
    """Whether a pointer is that of the object which is bound to a name."""
    listing.module.declare(name, f"@{name} = external global i8")
    return listing.value(f"icmp eq ptr {thing}, @{name}")


def _require(listing: Listing, truth: str, differs: str) -> None:
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


def bind(address: int) -> tuple[Any, Any]:
    """Make a Python function of machine code at an address.

    Returns:
        The function, and what must live as long as it does.
    """
    definition = _MethodDef(b"call", address, METH_FASTCALL, None)
    make = ctypes.pythonapi.PyCFunction_NewEx
    make.restype = ctypes.py_object
    make.argtypes = (ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
    return make(ctypes.addressof(definition), None, None), definition
