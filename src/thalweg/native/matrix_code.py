"""How are matrices factored and systems solved? By the classical loops, a function for each dtype.

Row by row as the matrices lie: Cholesky-Banachiewicz, substitution, and elimination with the largest
element of a column as pivot (Golub and Van Loan, Matrix Computations, 3.1, 3.4, 4.2). What cannot be
divided by, or is only what rounding left, sets the status, and Python is asked.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.native.counted import counted, each, only_if
from thalweg.native.kernels_by_matrix import Cholesky, Solve, Triangular
from thalweg.native.lanes import Lanes
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.matrix_loops import SIZE, MatrixLoops
from thalweg.native.memory import row_at

__all__ = ["write_matrices"]

_FIRST, _SECOND, _COLUMNS = "%x2", "%x3", "%x4"


def _cholesky(f: MatrixLoops) -> None:
    """Each element of L from those of its row and of the row of its column."""
    n, matrix = SIZE, _FIRST
    infinite = "0x7FF0000000000000"
    with counted(f.listing, "0", n, 1) as row:
        with counted(f.listing, "0", f.next(row), 1) as column:
            place = f.at(matrix, row, n, column)
            least = f.least(f.load(place))
            sum_before = f.dot(f.at(matrix, row, n, "0"), f.at(matrix, column, n, "0"), column)
            left = f.do("fsub", f.load(place), sum_before)
            below = f.listing.value(f"icmp ult i64 {column}, {row}")
            pivot = f.load(f.at(matrix, column, n, column))
            enough = f.listing.value(f"fcmp ogt {f.kind} {left}, {least}")
            real = f.listing.value(f"fcmp ogt {f.kind} {left}, 0x0000000000000000")
            finite = f.listing.value(f"fcmp olt {f.kind} {left}, {infinite}")
            fine = f.listing.value(f"and i1 {real}, {finite}")
            fine = f.listing.value(f"and i1 {fine}, {enough}")
            either = f.listing.value(f"or i1 {below}, {fine}")
            f.refuse(f.listing.value(f"xor i1 {either}, true"))
            quotient, root = f.do("fdiv", left, pivot), f.root(left)
            f.store(
                place, f.listing.value(f"select i1 {below}, {f.kind} {quotient}, {f.kind} {root}")
            )
        with counted(f.listing, f.next(row), n, 1) as column:
            f.store(f.at(matrix, row, n, column), "0x0000000000000000")


def _triangular(f: MatrixLoops, lower: bool, turned: bool) -> None:
    """Substitution from the first row on, or from the last."""
    n, matrix, out, columns = SIZE, _FIRST, _SECOND, _COLUMNS
    forward = lower != turned
    with counted(f.listing, "0", n, 1) as step:
        row = step if forward else f.back(step)
        start, stop = ("0", row) if forward else (f.next(row), n)
        with counted(f.listing, start, stop, 1) as known:
            place = f.at(matrix, known, n, row) if turned else f.at(matrix, row, n, known)
            factor = f.load(place)
            target, source = f.at(out, row, columns, "0"), f.at(out, known, columns, "0")
            f.less_row(target, factor, source, columns)
        pivot = f.load(f.at(matrix, row, n, row))
        f.refuse(f.listing.value(f"fcmp oeq {f.kind} {pivot}, 0x0000000000000000"))
        with counted(f.listing, "0", columns, 1) as column:
            place = f.at(out, row, columns, column)
            f.store(place, f.do("fdiv", f.load(place), pivot))


def _solve(f: MatrixLoops) -> None:
    """Elimination of the matrix and of the right sides together, then substitution from the last row."""
    n, matrix, out, columns = SIZE, _FIRST, _SECOND, _COLUMNS
    best, largest = f.listing.room("i64", 8), f.listing.room(f.kind, 8)
    scale = f.listing.room(f.kind, 8)
    f.store(scale, "0x0000000000000000")
    with counted(f.listing, "0", n, 1) as row, counted(f.listing, "0", n, 1) as column:
        size = f.size_of(f.load(f.at(matrix, row, n, column)))
        larger = f.listing.value(f"fcmp ogt {f.kind} {size}, {f.load(scale)}")
        with only_if(f.listing, larger):
            f.store(scale, size)
    least = f.least(f.load(scale))
    with counted(f.listing, "0", n, 1) as step:
        f.listing.line(f"store i64 {step}, ptr {best}, align 8")
        f.store(largest, f.size_of(f.load(f.at(matrix, step, n, step))))
        with counted(f.listing, f.next(step), n, 1) as row:
            size = f.size_of(f.load(f.at(matrix, row, n, step)))
            larger = f.listing.value(f"fcmp ogt {f.kind} {size}, {f.load(largest)}")
            with only_if(f.listing, larger):
                f.store(largest, size)
                f.listing.line(f"store i64 {row}, ptr {best}, align 8")
        there = f.listing.value(f"load i64, ptr {best}, align 8")
        for of, width in ((matrix, n), (out, columns)):
            with counted(f.listing, "0", width, 1) as column:
                one, other = f.at(of, step, width, column), f.at(of, there, width, column)
                x, y = f.load(one), f.load(other)
                f.store(one, y)
                f.store(other, x)
        pivot = f.load(f.at(matrix, step, n, step))
        real = f.listing.value(f"fcmp ogt {f.kind} {f.load(largest)}, {least}")
        finite = f.listing.value(f"fcmp olt {f.kind} {f.load(largest)}, 0x7FF0000000000000")
        fine = f.listing.value(f"and i1 {real}, {finite}")
        f.refuse(f.listing.value(f"xor i1 {fine}, true"))
        after = f.next(step)
        with counted(f.listing, after, n, 1) as row:
            factor = f.do("fdiv", f.load(f.at(matrix, row, n, step)), pivot)
            for of, width, start in ((matrix, n, after), (out, columns, "0")):
                target, source = f.at(of, row, width, start), f.at(of, step, width, start)
                f.less_row(target, factor, source, f.listing.value(f"sub i64 {width}, {start}"))
    _triangular(f, lower=False, turned=False)


def _name(module: Module, machine: Machine, step: Any, dtype: np.dtype[Any]) -> str:
    """The function that does a step, which is defined if it is not there yet."""
    words = [type(step).__name__.lower(), dtype.name]
    if isinstance(step, Triangular):
        words += ["lower" if step.lower else "upper", *(["turned"] if step.turned else [])]
    name = f"tw.{'.'.join(words)}"
    if not module.defines(name):
        f = MatrixLoops(module, machine, dtype)
        if isinstance(step, Cholesky):
            _cholesky(f)
        elif isinstance(step, Solve):
            _solve(f)
        else:
            _triangular(f, step.lower, step.turned)
        f.listing.line("ret void")
        kinds = ("ptr", "i64", "ptr", "ptr", "i64")
        text = f.listing.function(name, "internal void", *kinds, attributes="nounwind noinline")
        module.define(name, text)
    return name


def write_matrices(
    listing: Listing,
    machine: Machine,
    step: Cholesky | Solve | Triangular,
    pointers: dict[int, str],
    status: str,
) -> None:
    """Write a call for each matrix of a stack.

    Args:
        listing: the function that they become part of.
        machine: for which processor.
        step: what to do.
        pointers: each buffer's first element.
        status: where 1 is written when Python is to be asked.
    """
    count, size, columns = step.out.shape
    if not math.prod(step.out.shape):
        return
    matrix = step.out if isinstance(step, Cholesky) else step.matrix
    name, lanes = _name(listing.module, machine, step, matrix.dtype), Lanes(listing, machine, 64, 1)
    with each(listing, count) as index:
        first, second = [
            row_at(lanes, view, pointers, index, size * view.shape[2])
            for view in (matrix, step.out)
        ]
        given = f"ptr {status}, i64 {size}, ptr {first}, ptr {second}, i64 {columns}"
        listing.line(f"call void @{name}({given})")
