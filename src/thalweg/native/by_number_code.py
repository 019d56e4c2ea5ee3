"""How is each of the kernels that go by whole numbers, by order or by what came before written down?"""

from __future__ import annotations

from typing import Any

from thalweg.native.counted import only_if
from thalweg.native.kernels import Put, Take
from thalweg.native.kernels_by_matrix import Cholesky, Solve, Triangular
from thalweg.native.kernels_by_number import Guard, Order, PutExtreme, Running
from thalweg.native.lanes import Lanes
from thalweg.native.listing import Listing
from thalweg.native.machine import Machine
from thalweg.native.matrix_code import write_matrices
from thalweg.native.memory import address
from thalweg.native.order_code import write_order
from thalweg.native.rows_code import write_rows
from thalweg.native.running_code import write_running

__all__ = ["write_by_number"]


def write_by_number(
    listing: Listing, machine: Machine, step: Any, pointers: dict[int, str], status: str
) -> None:
    """Write a kernel; `status` is where 1 is written when the caller is to ask Python."""
    if isinstance(step, Take | Put | PutExtreme):
        write_rows(listing, machine, step, pointers, status)
    elif isinstance(step, Running):
        write_running(listing, machine, step, pointers)
    elif isinstance(step, Order):
        write_order(listing, machine, step, pointers)
    elif isinstance(step, Cholesky | Solve | Triangular):
        write_matrices(listing, machine, step, pointers, status)
    elif isinstance(step, Guard):
        _write_guard(listing, machine, step, pointers, status)
    else:
        raise TypeError(f"{step!r} is no kernel")


def _write_guard(
    listing: Listing, machine: Machine, step: Guard, pointers: dict[int, str], status: str
) -> None:
    lanes = Lanes(listing, machine, 64, 1)
    view = step.truth
    there = address(lanes, view.dtype, pointers[view.buffer], view.offset)
    truth = listing.value(f"load i8, ptr {there}, align 1")
    false = listing.value(f"icmp eq i8 {truth}, 0")
    with only_if(listing, false):
        listing.line(f"store i32 1, ptr {status}, align 4")
