"""How are matrices factored and systems solved? By the classical loops, a function for each dtype.

Row by row as the matrices lie: Cholesky-Banachiewicz, substitution, and elimination with the largest
element of a column as pivot (Golub and Van Loan, Matrix Computations, 3.1, 3.4, 4.2). What cannot be
divided by, or is only what rounding left, sets the status, and Python is asked.
"""

from __future__ import annotations

import math
import struct
from typing import Any

import numpy as np

from thalweg.native.counted import counted, each, only_if
from thalweg.native.kernels_by_matrix import Cholesky, Solve, Triangular
from thalweg.native.lanes import Lanes
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.memory import element, row_at

__all__ = ["write_matrices"]

_STATUS, _SIZE, _FIRST, _SECOND, _COLUMNS = "%x0", "%x1", "%x2", "%x3", "%x4"


LEFT = 64
"""A pivot of fewer units of rounding, of the numbers that it is what is left of, may well be nothing."""


class _Loops:
    """A function that is being written, over elements of one float."""

    def __init__(self, module: Module, dtype: np.dtype[Any]) -> None:
        self.listing = Listing(module)
        self.kind, self.align = element(dtype), dtype.itemsize

    def at(self, matrix: str, row: str, width: str, column: str) -> str:
        """The place of an element."""
        far = self.listing.value(f"mul i64 {row}, {width}")
        place = self.listing.value(f"add i64 {far}, {column}")
        return self.listing.value(f"getelementptr {self.kind}, ptr {matrix}, i64 {place}")

    def load(self, place: str) -> str:
        """The element that stands there."""
        return self.listing.value(f"load {self.kind}, ptr {place}, align {self.align}")

    def store(self, place: str, value: str) -> None:
        """Put an element there."""
        self.listing.line(f"store {self.kind} {value}, ptr {place}, align {self.align}")

    def do(self, verb: str, x: str, y: str) -> str:
        """A sum, difference, product or quotient."""
        return self.listing.value(f"{verb} {self.kind} {x}, {y}")

    def less_product(self, place: str, x: str, y: str) -> None:
        """Take x·y off what stands there."""
        self.store(place, self.do("fsub", self.load(place), self.do("fmul", x, y)))

    def size_of(self, x: str) -> str:
        """|x|."""
        short = "f32" if self.align == 4 else "f64"
        return self.listing.call(f"llvm.fabs.{short}", self.kind, (self.kind, x))

    def root(self, x: str) -> str:
        """√x."""
        short = "f32" if self.align == 4 else "f64"
        return self.listing.call(f"llvm.sqrt.{short}", self.kind, (self.kind, x))

    def refuse(self, truth: str) -> None:
        """Ask Python if an i1 is true."""
        with only_if(self.listing, truth):
            self.listing.line(f"store i32 1, ptr {_STATUS}, align 4")

    def least(self, of: str) -> str:
        """What a pivot must exceed that is left of such a number."""
        eps = LEFT * float(np.finfo(np.float32 if self.align == 4 else np.float64).eps)
        digits = f"0x{struct.unpack('<Q', struct.pack('<d', eps))[0]:016X}"
        return self.do("fmul", of, digits)

    def next(self, index: str) -> str:
        """The index after this one."""
        return self.listing.value(f"add i64 {index}, 1")

    def back(self, index: str) -> str:
        """The index as far from the end as this one is from the beginning."""
        rest = self.listing.value(f"sub i64 {_SIZE}, {index}")
        return self.listing.value(f"sub i64 {rest}, 1")


def _cholesky(f: _Loops) -> None:
    """Each element of L from those of its row and of the row of its column."""
    n, matrix = _SIZE, _FIRST
    infinite = "0x7FF0000000000000"
    with counted(f.listing, "0", n, 1) as row:
        with counted(f.listing, "0", f.next(row), 1) as column:
            place = f.at(matrix, row, n, column)
            least = f.least(f.load(place))
            with counted(f.listing, "0", column, 1) as k:
                x, y = f.load(f.at(matrix, row, n, k)), f.load(f.at(matrix, column, n, k))
                f.less_product(place, x, y)
            left = f.load(place)
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


def _triangular(f: _Loops, lower: bool, turned: bool) -> None:
    """Substitution from the first row on, or from the last."""
    n, matrix, out, columns = _SIZE, _FIRST, _SECOND, _COLUMNS
    forward = lower != turned
    with counted(f.listing, "0", n, 1) as step:
        row = step if forward else f.back(step)
        start, stop = ("0", row) if forward else (f.next(row), n)
        with counted(f.listing, start, stop, 1) as known:
            place = f.at(matrix, known, n, row) if turned else f.at(matrix, row, n, known)
            factor = f.load(place)
            with counted(f.listing, "0", columns, 1) as column:
                other = f.load(f.at(out, known, columns, column))
                f.less_product(f.at(out, row, columns, column), factor, other)
        pivot = f.load(f.at(matrix, row, n, row))
        f.refuse(f.listing.value(f"fcmp oeq {f.kind} {pivot}, 0x0000000000000000"))
        with counted(f.listing, "0", columns, 1) as column:
            place = f.at(out, row, columns, column)
            f.store(place, f.do("fdiv", f.load(place), pivot))


def _solve(f: _Loops) -> None:
    """Elimination of the matrix and of the right sides together, then substitution from the last row."""
    n, matrix, out, columns = _SIZE, _FIRST, _SECOND, _COLUMNS
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
                with counted(f.listing, start, width, 1) as column:
                    other = f.load(f.at(of, step, width, column))
                    f.less_product(f.at(of, row, width, column), factor, other)
    _triangular(f, lower=False, turned=False)


def _name(module: Module, step: Any, dtype: np.dtype[Any]) -> str:
    """The function that does a step, which is defined if it is not there yet."""
    words = [type(step).__name__.lower(), dtype.name]
    if isinstance(step, Triangular):
        words += ["lower" if step.lower else "upper", *(["turned"] if step.turned else [])]
    name = f"tw.{'.'.join(words)}"
    if not module.defines(name):
        f = _Loops(module, dtype)
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
    name, lanes = _name(listing.module, step, matrix.dtype), Lanes(listing, machine, 64, 1)
    with each(listing, count) as index:
        first, second = [
            row_at(lanes, view, pointers, index, size * view.shape[2])
            for view in (matrix, step.out)
        ]
        given = f"ptr {status}, i64 {size}, ptr {first}, ptr {second}, i64 {columns}"
        listing.line(f"call void @{name}({given})")
