"""How are places brought into order of size? By merging: short runs sorted by insertion, then in pairs.

Ties stay in their order and NaN comes last, as in NumPy's stable argsort. The function is written once
for each dtype, as text, and called for each row.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.native.counted import each
from thalweg.native.kernels_by_number import Order
from thalweg.native.lanes import Lanes
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.memory import element, row_at

__all__ = ["write_order"]

_LESS = """\
define internal i1 @{less}(ptr %keys, i64 %i, i64 %j) alwaysinline nounwind {{
  %pi = getelementptr {kind}, ptr %keys, i64 %i
  %pj = getelementptr {kind}, ptr %keys, i64 %j
  %a = load {kind}, ptr %pi, align {align}
  %b = load {kind}, ptr %pj, align {align}
{compare}
}}"""

_OF_FLOATS = """\
  %below = fcmp olt {kind} %a, %b
  %real = fcmp ord {kind} %a, %a
  %none = fcmp uno {kind} %b, %b
  %last = and i1 %real, %none
  %less = or i1 %below, %last
  ret i1 %less"""

_OF_WHOLES = """\
  %less = icmp slt {kind} %a, %b
  ret i1 %less"""

# Merging from runs of one on. In each round `from` holds runs of `width`, and pairs of them are merged
# into `to`; then the two change places. What was merged last is copied to `out` if it lies elsewhere.
_MERGE = """\
define internal void @{name}(ptr %keys, ptr %out, ptr %spare, i64 %n) nounwind noinline {{
entry:
  br label %fill
fill:
  %f = phi i64 [ 0, %entry ], [ %f1, %filling ]
  %filled = icmp sge i64 %f, %n
  br i1 %filled, label %rounds, label %filling
filling:
  %fp = getelementptr i64, ptr %out, i64 %f
  store i64 %f, ptr %fp, align 8
  %f1 = add i64 %f, 1
  br label %fill
rounds:
  %width = phi i64 [ 1, %fill ], [ %wider, %merged ]
  %from = phi ptr [ %out, %fill ], [ %to, %merged ]
  %to = phi ptr [ %spare, %fill ], [ %from, %merged ]
  %more = icmp slt i64 %width, %n
  %wider = shl i64 %width, 1
  br i1 %more, label %pairs, label %ready
pairs:
  %start = phi i64 [ 0, %rounds ], [ %end, %paired ]
  %left = icmp slt i64 %start, %n
  br i1 %left, label %pair, label %merged
pair:
  %m0 = add i64 %start, %width
  %e0 = add i64 %start, %wider
  %mlow = icmp slt i64 %m0, %n
  %mid = select i1 %mlow, i64 %m0, i64 %n
  %elow = icmp slt i64 %e0, %n
  %end = select i1 %elow, i64 %e0, i64 %n
  br label %choose
choose:
  %i = phi i64 [ %start, %pair ], [ %i1, %put ]
  %j = phi i64 [ %mid, %pair ], [ %j1, %put ]
  %k = phi i64 [ %start, %pair ], [ %k1, %put ]
  %open = icmp slt i64 %k, %end
  br i1 %open, label %look, label %paired
look:
  %iopen = icmp slt i64 %i, %mid
  %jopen = icmp slt i64 %j, %end
  %ip0 = getelementptr i64, ptr %from, i64 %i
  %jp0 = getelementptr i64, ptr %from, i64 %j
  %ip = select i1 %iopen, ptr %ip0, ptr %jp0
  %jp = select i1 %jopen, ptr %jp0, ptr %ip0
  %at_i = load i64, ptr %ip, align 8
  %at_j = load i64, ptr %jp, align 8
  %less = call i1 @{less}(ptr %keys, i64 %at_j, i64 %at_i)
  %iclosed = xor i1 %iopen, true
  %either = or i1 %less, %iclosed
  %right = and i1 %jopen, %either
  br label %put
put:
  %taken = select i1 %right, i64 %at_j, i64 %at_i
  %kp = getelementptr i64, ptr %to, i64 %k
  store i64 %taken, ptr %kp, align 8
  %step_j = zext i1 %right to i64
  %step_i = sub i64 1, %step_j
  %i1 = add i64 %i, %step_i
  %j1 = add i64 %j, %step_j
  %k1 = add i64 %k, 1
  br label %choose
paired:
  br label %pairs
merged:
  br label %rounds
ready:
  %there = icmp eq ptr %from, %out
  br i1 %there, label %done, label %copy
copy:
  %c = phi i64 [ 0, %ready ], [ %c1, %copying ]
  %copied = icmp sge i64 %c, %n
  br i1 %copied, label %done, label %copying
copying:
  %cp = getelementptr i64, ptr %from, i64 %c
  %value = load i64, ptr %cp, align 8
  %op = getelementptr i64, ptr %out, i64 %c
  store i64 %value, ptr %op, align 8
  %c1 = add i64 %c, 1
  br label %copy
done:
  ret void
}}"""


def _defined(module: Module, dtype: np.dtype[Any]) -> str:
    """The name of the function for a dtype, which is defined if it is not there yet."""
    kind = element(dtype)
    name, less = f"tw.order.{dtype.name}", f"tw.less.{dtype.name}"
    if not module.defines(name):
        compare = (_OF_FLOATS if dtype.kind == "f" else _OF_WHOLES).format(kind=kind)
        module.define(
            less, _LESS.format(less=less, kind=kind, align=dtype.itemsize, compare=compare)
        )
        module.define(name, _MERGE.format(name=name, less=less))
    return name


def write_order(listing: Listing, machine: Machine, step: Order, pointers: dict[int, str]) -> None:
    """Write a call for each row.

    Args:
        listing: the function that they become part of.
        machine: for which processor.
        step: what to do.
        pointers: each buffer's first element.
    """
    *lead, size = step.x.shape
    count = math.prod(lead)
    if not count or not size:
        return
    name, lanes = _defined(listing.module, step.x.dtype), Lanes(listing, machine, 64, 1)

    with each(listing, count) as row:
        places = [
            row_at(lanes, view, pointers, row, size) for view in (step.x, step.out, step.spare)
        ]
        given = ", ".join(f"ptr {place}" for place in places)
        listing.line(f"call void @{name}({given}, i64 {size})")
