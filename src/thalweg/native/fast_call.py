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
    table = listing.room(f"[{count + fixed} x ptr]", 8)
    differs = listing.room("i64", 8)
    listing.line(f"store i64 0, ptr {differs}, align 8")
    for place, (shape, dtype) in enumerate(specs):
        thing = _argument(listing, place)
        data = data_of(listing, thing, shape, dtype, differs)
        listing.line(f"store ptr {data}, ptr {_slot(listing, table, place)}, align 8")
    whole = field(listing, _argument(listing, count), DATA, "ptr")
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
    made = listing.value(f"call ptr @{TO_PYTHON}(i64 {told})")
    listing.line(f"ret ptr {made}")
    module.define(CALL, listing.function(CALL, "ptr", "ptr", "ptr", "i64", attributes="nounwind"))


def _argument(listing: Listing, place: int) -> str:
    there = listing.value(f"getelementptr ptr, ptr %x1, i64 {place}")
    return listing.value(f"load ptr, ptr {there}, align 8")


def _slot(listing: Listing, table: str, place: int) -> str:
    return listing.value(f"getelementptr ptr, ptr {table}, i64 {place}")
