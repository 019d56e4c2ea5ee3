"""One function over a whole array: the smallest loop that uses the vector mathematics.

It is how that mathematics is tested and timed. Whole vectors run first, then what remains one by one.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from thalweg.native.compiling import load, object_code
from thalweg.native.lanes import Lanes
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine, machine
from thalweg.native.vector_math import FUNCTIONS, define

__all__ = ["array_function", "loop_text"]

_ENTRY = "over_array"


def loop_text(function: str, bits: int, width: int, target: Machine) -> str:
    """The module with the loop: `over_array(count, answers, inputs…)`."""
    module = Module()
    listing = Listing(module)
    arrays = 1 + FUNCTIONS[function].arguments
    start = "0"
    for lanes in [Lanes(listing, target, bits, w) for w in dict.fromkeys((width, 1))]:
        start = _loop(lanes, function, arrays, start)
    listing.line("ret void")
    # The arrays do not overlap, or are the same: an element is read before it is written.
    module.define(_ENTRY, listing.function(_ENTRY, "void", "i64", *["ptr"] * arrays))
    return module.text()


def _loop(lanes: Lanes, function: str, arrays: int, start: str) -> str:
    """Write a loop over as many whole vectors as there are; returns where it ended."""
    listing, kind = lanes.listing, lanes.float_type
    symbol = define(listing.module, lanes.machine, function, lanes.bits, lanes.width)
    before, test, body, after = listing.block, listing.label(), listing.label(), listing.label()
    listing.line(f"br label %{test}")
    listing.begin(test)
    index, following = listing.label(), listing.label()
    listing.line(f"%{index} = phi i64 [ {start}, %{before} ], [ %{following}, %{body} ]")
    listing.line(f"%{following} = add i64 %{index}, {lanes.width}")
    fits = listing.value(f"icmp sle i64 %{following}, %x0")
    listing.line(f"br i1 {fits}, label %{body}, label %{after}")
    listing.begin(body)
    scalar = "float" if lanes.bits == 32 else "double"
    places = [
        listing.value(f"getelementptr {scalar}, ptr %x{k + 1}, i64 %{index}") for k in range(arrays)
    ]
    align = lanes.bits // 8
    loaded = [listing.value(f"load {kind}, ptr {place}, align {align}") for place in places[1:]]
    given = ", ".join(f"{kind} {value}" for value in loaded)
    answer = listing.value(f"call {kind} @{symbol}({given})")
    listing.line(f"store {kind} {answer}, ptr {places[0]}, align {align}")
    listing.line(f"br label %{test}")
    listing.begin(after)
    return f"%{index}"


@cache
def array_function(
    function: str, bits: int, machine_name: str = "host", vectors: int = 1
) -> Callable[..., Any]:
    """Compile a function of the library over arrays.

    Args:
        function: one of `FUNCTIONS`.
        bits: 32 or 64, the width of the float.
        machine_name: see `machine`.
        vectors: how many of the machine's vectors are taken at once; 0 goes one by one.

    Returns:
        A callable of as many arrays as the function has arguments, all of one shape; it returns an
        array. With `out=` it writes there.

    >>> array_function("exp", 64)(np.array([0.0, 1.0]))
    array([1.        , 2.71828183])
    """
    target = machine(machine_name)
    width = target.lanes(bits) * vectors or 1
    loaded = load(object_code(loop_text(function, bits, width, target), target), [_ENTRY])
    arguments = FUNCTIONS[function].arguments
    enter = loaded.bind(_ENTRY, ctypes.c_int64, *[ctypes.c_void_p] * (1 + arguments))
    dtype = np.dtype(f"f{bits // 8}")

    def over(*arrays: Any, out: Any = None) -> Any:
        given = [np.ascontiguousarray(one, dtype) for one in arrays]
        if len({one.shape for one in given}) != 1 or len(given) != arguments:
            raise ValueError(f"{function} takes {arguments} arrays of one shape")
        answers = np.empty(given[0].shape, dtype) if out is None else out
        enter(answers.size, answers.ctypes.data, *(one.ctypes.data for one in given))
        return answers

    # The bare entry, for timing; it keeps the machine code in memory as long as the function lives.
    over.__dict__.update(enter=enter, code=loaded)
    return over
