"""How does Python call machine code with Tensors, and get Tensors?

By a function in machine code, as in `fast_call`, that does what would be Python's work around it: it takes
the arrays out of the Tensors, makes those of the answers, and puts them into new Tensors. It knows a
Tensor as an object of two slots: `array`, and `key`, a number from a clock.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, cast

import numpy as np

from thalweg.native.addresses import address_of
from thalweg.native.compiling import load, object_code
from thalweg.native.fast_call import DIFFERS
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.pointer_tables import pointer_at, pointers_in, put_pointer, table_of
from thalweg.native.program_code import ENTRY
from thalweg.native.python_objects import (
    DATA,
    TO_PYTHON,
    TYPE,
    available,
    bind,
    data_of,
    dtype_name,
    field,
    imported,
    is_object,
)

__all__ = ["Boxes", "boxed_call"]

Specs = Sequence[tuple[tuple[int, ...], Any]]

BOXED = "boxed"
_CLOCK, _EMPTY, _RETURNED = "thalweg.clock", "numpy.empty", "numpy.returned"
# Places in NumPy's table of functions (__multiarray_api.h), which never change.
_EMPTY_AT, _RETURNED_AT = 184, 76
_PYTHON = {
    TO_PYTHON: "ptr (i64)",
    "Py_IncRef": "void (ptr)",
    "Py_DecRef": "void (ptr)",
    "PyType_GenericAlloc": "ptr (ptr, i64)",
    "PyObject_CallNoArgs": "ptr (ptr)",
    "PyTuple_New": "ptr (i64)",
    "PyTuple_SetItem": "i32 (ptr, i64, ptr)",
}


@dataclass(frozen=True)
class Boxes:
    """What holds the arrays.

    Attributes:
        given: the class of each input; all have a slot `array` at the same place.
        made: the class of the answers.
        clock: gives a new answer its `key`.
        answers: so many of the outputs come in boxes; those behind them come as arrays.
    """

    given: tuple[type, ...]
    made: type
    clock: Callable[[], int]
    answers: int

    def box(self, array: Any) -> Any:
        """An array as an answer, made by Python."""
        made: Any = object.__new__(self.made)
        made.array, made.key = array, self.clock()
        return made


def boxed_call(
    run: int, target: Machine, inputs: Specs, outputs: Specs, fixed: np.ndarray, boxes: Boxes,
    lasting: Any,
) -> Any:  # fmt: skip
    """Make the function.

    Args:
        run: the address of the machine code.
        target: for which processor.
        inputs: shape and dtype of each.
        outputs: likewise.
        fixed: the pointers that the code is given behind those.
        boxes: what holds the arrays.
        lasting: whose the machine code is, and the memory behind those pointers.

    Returns:
        A function of so many objects as there are inputs: it answers with a tuple of the outputs, or
        with a whole number, the code's status, where there is no answer or the inputs are others.
        None where objects do not lie as this file says.
    """
    if not available() or not _numpy_as_known():
        return None
    slots = _slots(boxes.made)
    if slots is None or any(_slots(kind) != slots for kind in boxes.given):
        return None
    module = Module()
    _Writer(module, inputs, outputs, boxes, len(fixed), slots).write()
    imports = imported([dtype for _, dtype in (*inputs, *outputs)])
    imports |= {name: address_of(getattr(ctypes.pythonapi, name)) for name in _PYTHON}
    imports |= {_class_name(kind): id(kind) for kind in (*boxes.given, boxes.made)}
    imports |= {_CLOCK: id(boxes.clock), ENTRY: run}
    imports |= {_EMPTY: _of_numpy(_EMPTY_AT), _RETURNED: _of_numpy(_RETURNED_AT)}
    code = load(object_code(module.text(), target), [BOXED], imports)
    return bind(code.address(BOXED), fixed, code, boxes, lasting)


class _Writer:
    def __init__(
        self, module: Module, inputs: Specs, outputs: Specs, boxes: Boxes, fixed: int,
        slots: tuple[int, int],
    ) -> None:  # fmt: skip
        self.listing, self.module = Listing(module), module
        self.inputs, self.outputs, self.boxes, self.fixed = inputs, outputs, boxes, fixed
        self.array, self.key = slots
        for name, kind in _PYTHON.items():
            result, arguments = kind.split(" ", 1)
            module.declare(name, f"declare {result} @{name}{arguments}")
        module.declare(ENTRY, f"declare i32 @{ENTRY}(ptr, i64, i64)")
        module.declare(_EMPTY, f"declare ptr @{_EMPTY}(i32, ptr, ptr, i32)")
        module.declare(_RETURNED, f"declare ptr @{_RETURNED}(ptr)")
        for name in (_CLOCK, _class_name(boxes.made)):
            module.declare(name, f"@{name} = external global i8")

    def write(self) -> None:
        """Write the function: (the fixed pointers as an array, the arguments, how many there are)."""
        listing = self.listing
        self.differs, self.fails = listing.label(), listing.label()
        self.made = table_of(listing, ["null"] * len(self.outputs))
        self._go_on_if(listing.value(f"icmp eq i64 %x2, {len(self.inputs)}"), self.differs)
        table = self._table()
        status = listing.value(f"call i32 @{ENTRY}(ptr {table}, i64 0, i64 1)")
        done = listing.label()
        told = listing.label()
        listing.line(
            f"br i1 {listing.value(f'icmp eq i32 {status}, 0')}, label %{done}, label %{told}"
        )
        listing.begin(told)
        self._give_back()
        self._tell(listing.value(f"sext i32 {status} to i64"))
        listing.begin(done)
        self._answer()
        listing.begin(self.differs)
        self._tell(str(DIFFERS))
        listing.begin(self.fails)
        self._give_back()
        listing.line("ret ptr null")
        text = listing.function(BOXED, "ptr", "ptr", "ptr", "i64", attributes="nounwind")
        self.module.define(BOXED, text)

    def _table(self) -> str:
        """Write the pointers that the code is given: of inputs, outputs, and the fixed ones."""
        listing = self.listing
        other = listing.room("i64", 8)
        listing.line(f"store i64 0, ptr {other}, align 8")
        given = [
            data_of(listing, array, shape, dtype, other)
            for array, (shape, dtype) in zip(self._unboxed(), self.inputs, strict=True)
        ]
        found = listing.value(f"load i64, ptr {other}, align 8")
        self._go_on_if(listing.value(f"icmp eq i64 {found}, 0"), self.differs)
        made = [
            field(listing, self._empty(place, shape, dtype), DATA, "ptr")
            for place, (shape, dtype) in enumerate(self.outputs)
        ]
        behind = pointers_in(listing, field(listing, "%x0", DATA, "ptr"), self.fixed)
        return table_of(listing, [*given, *made, *behind])

    def _unboxed(self) -> list[str]:
        """The arrays in the arguments; their classes are looked at before anything else is."""
        listing, things = self.listing, pointers_in(self.listing, "%x1", len(self.inputs))
        for thing, kind in zip(things, self.boxes.given, strict=True):
            known = is_object(listing, field(listing, thing, TYPE, "ptr"), _class_name(kind))
            self._go_on_if(known, self.differs)
        arrays = [field(listing, thing, self.array, "ptr") for thing in things]
        for array in arrays:
            self._go_on_if(listing.value(f"icmp ne ptr {array}, null"), self.differs)
        return arrays

    def _empty(self, place: int, shape: tuple[int, ...], dtype: Any) -> str:
        """A new array for an output."""
        listing, sizes = self.listing, f"@sizes{place}"
        length = max(len(shape), 1)
        numbers = ", ".join(f"i64 {size}" for size in shape) or "i64 1"
        self.module.define(sizes, f"{sizes} = internal constant [{length} x i64] [{numbers}]")
        name = dtype_name(dtype)
        self.module.declare(name, f"@{name} = external global i8")
        listing.line(f"call void @Py_IncRef(ptr @{name})")  # the array keeps it
        array = listing.value(
            f"call ptr @{_EMPTY}(i32 {len(shape)}, ptr {sizes}, ptr @{name}, i32 0)"
        )
        return self._kept(place, array)

    def _answer(self) -> None:
        """Answer with a tuple of the outputs, those that are wanted so in boxes."""
        listing = self.listing
        for place, (shape, _) in enumerate(self.outputs):
            if not shape:  # a number of NumPy's in place of an array of one
                array = pointer_at(listing, self.made, place)
                self._kept(place, listing.value(f"call ptr @{_RETURNED}(ptr {array})"))
        for place in range(self.boxes.answers):
            array = pointer_at(listing, self.made, place)
            box = listing.value(
                f"call ptr @PyType_GenericAlloc(ptr @{_class_name(self.boxes.made)}, i64 0)"
            )
            self._go_on_if(listing.value(f"icmp ne ptr {box}, null"), self.fails)
            self._put(box, self.array, array)
            put_pointer(listing, box, self.made, place)
            key = listing.value(f"call ptr @PyObject_CallNoArgs(ptr @{_CLOCK})")
            self._go_on_if(listing.value(f"icmp ne ptr {key}, null"), self.fails)
            self._put(box, self.key, key)
        answer = listing.value(f"call ptr @PyTuple_New(i64 {len(self.outputs)})")
        self._go_on_if(listing.value(f"icmp ne ptr {answer}, null"), self.fails)
        for place, made in enumerate(pointers_in(listing, self.made, len(self.outputs))):
            listing.value(f"call i32 @PyTuple_SetItem(ptr {answer}, i64 {place}, ptr {made})")
        listing.line(f"ret ptr {answer}")

    def _kept(self, place: int, made: str) -> str:
        """Note what an output is by now; where there is nothing, Python's error is passed on."""
        listing = self.listing
        put_pointer(listing, made, self.made, place)
        self._go_on_if(listing.value(f"icmp ne ptr {made}, null"), self.fails)
        return made

    def _give_back(self) -> None:
        for made in pointers_in(self.listing, self.made, len(self.outputs)):
            self.listing.line(f"call void @Py_DecRef(ptr {made})")  # which passes nothing by

    def _tell(self, number: str) -> None:
        told = self.listing.value(f"call ptr @{TO_PYTHON}(i64 {number})")
        self.listing.line(f"ret ptr {told}")

    def _go_on_if(self, truth: str, otherwise: str) -> None:
        following = self.listing.label()
        self.listing.line(f"br i1 {truth}, label %{following}, label %{otherwise}")
        self.listing.begin(following)

    def _put(self, box: str, offset: int, thing: str) -> None:
        there = self.listing.value(f"getelementptr i8, ptr {box}, i64 {offset}")
        self.listing.line(f"store ptr {thing}, ptr {there}, align 8")


def _class_name(kind: type) -> str:
    return f"thalweg.{kind.__name__}"


@cache
def _slots(kind: type) -> tuple[int, int] | None:
    """Where an object of a class keeps `array` and `key`; None where that is not to be seen."""
    probe, array, key = cast(Any, object.__new__(kind)), np.zeros(1), object()
    probe.array, probe.key = array, key
    words = (ctypes.c_uint64 * (kind.__basicsize__ // 8)).from_address(id(probe))
    found = [[8 * at for at, word in enumerate(words) if word == id(one)] for one in (array, key)]
    if [len(one) for one in found] != [1, 1]:
        return None
    return found[0][0], found[1][0]


@cache
def _table_of_numpy() -> Any:
    kind = ctypes.PYFUNCTYPE(ctypes.c_void_p, ctypes.py_object, ctypes.c_char_p)
    pointer = kind(("PyCapsule_GetPointer", ctypes.pythonapi))
    functions = import_module("numpy._core._multiarray_umath")._ARRAY_API
    return ctypes.cast(pointer(functions, None), ctypes.POINTER(ctypes.c_void_p))


def _of_numpy(place: int) -> int:
    return int(_table_of_numpy()[place])


@cache
def _numpy_as_known() -> bool:
    """Whether NumPy's functions stand where this file says: they are tried."""
    try:
        _table_of_numpy()
    except (AttributeError, ImportError, ValueError):
        return False
    empty = ctypes.PYFUNCTYPE(
        ctypes.py_object, ctypes.c_int, ctypes.c_void_p, ctypes.py_object, ctypes.c_int
    )(_of_numpy(_EMPTY_AT))
    dtype, sizes = np.dtype(np.float32), (ctypes.c_int64 * 2)(2, 3)
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(dtype))
    array = empty(2, ctypes.addressof(sizes), dtype, 0)
    if type(array) is not np.ndarray or (array.shape, array.dtype) != ((2, 3), dtype):
        return False
    number = np.array(2.5)
    returned = ctypes.PYFUNCTYPE(ctypes.py_object, ctypes.py_object)(_of_numpy(_RETURNED_AT))
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(number))
    return type(returned(number)) is np.float64
