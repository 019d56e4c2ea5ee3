"""How does Python call machine code in tens of nanoseconds?

By a function that is itself machine code and speaks Python's own convention (METH_FASTCALL): it is
handed the arrays as Python objects, checks that each has the dtype, the shape and the order in memory
that the code was written for, takes its data and runs. Where one differs it touches nothing and says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thalweg.native.counted import only_if
from thalweg.native.listing import Listing, Module
from thalweg.native.pointer_tables import pointers_in, table_of
from thalweg.native.program_code import ENTRY
from thalweg.native.python_objects import DATA, TO_PYTHON, data_of, field

__all__ = ["CALL", "DIFFERS", "write_call"]

CALL = "call"
DIFFERS = 2
"""What is answered when an array is not as the code was written for."""


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
    module.declare(TO_PYTHON, f"declare ptr @{TO_PYTHON}(i64)")
    listing.line(f"%{as_many} = icmp eq i64 %x2, {count + 1}")
    listing.line(f"br i1 %{as_many}, label %{right}, label %{wrong}")
    listing.begin(wrong)
    told = listing.value(f"call ptr @{TO_PYTHON}(i64 {DIFFERS})")
    listing.line(f"ret ptr {told}")
    listing.begin(right)
    differs = listing.room("i64", 8)
    listing.line(f"store i64 0, ptr {differs}, align 8")
    *arrays, whole = pointers_in(listing, "%x1", count + 1)
    given = [
        data_of(listing, array, shape, dtype, differs)
        for array, (shape, dtype) in zip(arrays, specs, strict=True)
    ]
    behind = pointers_in(listing, field(listing, whole, DATA, "ptr"), fixed)
    table = table_of(listing, [*given, *behind])
    answer = listing.room("i64", 8)
    listing.line(f"store i64 {DIFFERS}, ptr {answer}, align 8")
    found = listing.value(f"load i64, ptr {differs}, align 8")
    same = listing.value(f"icmp eq i64 {found}, 0")
    with only_if(listing, same):
        status = listing.value(f"call i32 @{ENTRY}(ptr {table}, i64 0, i64 1)")
        wide = listing.value(f"sext i32 {status} to i64")
        listing.line(f"store i64 {wide}, ptr {answer}, align 8")
    told = listing.value(f"load i64, ptr {answer}, align 8")
    made = listing.value(f"call ptr @{TO_PYTHON}(i64 {told})")
    listing.line(f"ret ptr {made}")
    module.define(CALL, listing.function(CALL, "ptr", "ptr", "ptr", "i64", attributes="nounwind"))
