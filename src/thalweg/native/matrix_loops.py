"""How is a loop over a matrix' elements written, one by one or a row's vectors at a time?

Rows are contiguous, and LLVM's vectorisers are off: what goes along a row is written in vectors here, with
what is left over one by one.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from thalweg.native.counted import counted, only_if
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.memory import element

__all__ = ["SIZE", "STATUS", "MatrixLoops"]

STATUS, SIZE = "%x0", "%x1"
"""A function's first two arguments: where it tells that Python is to be asked, and how many rows there are."""

LEFT = 64
"""A pivot of fewer units of rounding, of the numbers that it is what is left of, may well be nothing."""

AT_ONCE = 4
"""So many vectors of sums are under way at once: an addition takes about as many cycles."""


class MatrixLoops:
    """A function that is being written, over elements of one float.

    Args:
        module: where it is defined later.
        machine: for which processor.
        dtype: of the elements.
    """

    def __init__(self, module: Module, machine: Machine, dtype: np.dtype[Any]) -> None:
        self.listing = Listing(module)
        self.kind, self.align = element(dtype), dtype.itemsize
        self.width = machine.lanes(8 * dtype.itemsize)
        self.vector = f"<{self.width} x {self.kind}>"

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

    def beyond(self, place: str, index: str) -> str:
        """The place of the element so many further on."""
        return self.listing.value(f"getelementptr {self.kind}, ptr {place}, i64 {index}")

    def _vector_at(self, place: str, index: str) -> str:
        there = self.beyond(place, index)
        return self.listing.value(f"load {self.vector}, ptr {there}, align {self.align}")

    def _in_vectors(self, count: str, vectors: int) -> str:
        """How many of so many elements are in whole groups of vectors."""
        return self.listing.value(f"and i64 {count}, {-vectors * self.width}")

    def less_row(self, target: str, factor: str, source: str, count: str) -> None:
        """Take a number times a row's elements off another row's; both begin at places that are given."""
        whole = self._in_vectors(count, 1)
        one = self.listing.value(f"insertelement {self.vector} poison, {self.kind} {factor}, i64 0")
        lanes = f"<{self.width} x i32> zeroinitializer"
        many = self.listing.value(
            f"shufflevector {self.vector} {one}, {self.vector} poison, {lanes}"
        )
        with counted(self.listing, "0", whole, self.width) as at:
            there, row = self._vector_at(target, at), self._vector_at(source, at)
            product = self.listing.value(f"fmul {self.vector} {many}, {row}")
            left = self.listing.value(f"fsub {self.vector} {there}, {product}")
            place = self.beyond(target, at)
            self.listing.line(f"store {self.vector} {left}, ptr {place}, align {self.align}")
        with counted(self.listing, whole, count, 1) as at:
            place = self.beyond(target, at)
            product = self.do("fmul", factor, self.load(self.beyond(source, at)))
            self.store(place, self.do("fsub", self.load(place), product))

    def dot(self, x: str, y: str, count: str) -> str:
        """The sum of the products of two rows' elements, which begin at places that are given."""
        sums = [self.listing.room(self.vector, 64) for _ in range(AT_ONCE)]
        for room in sums:
            self.listing.line(f"store {self.vector} zeroinitializer, ptr {room}, align 64")
        groups, whole = self._in_vectors(count, AT_ONCE), self._in_vectors(count, 1)
        with counted(self.listing, "0", groups, AT_ONCE * self.width) as at:
            for place, room in enumerate(sums):
                index = self.listing.value(f"add i64 {at}, {place * self.width}")
                self._add_product(room, x, y, index)
        with counted(self.listing, groups, whole, self.width) as at:
            self._add_product(sums[0], x, y, at)
        while len(sums) > 1:
            sums = [self._sum(*pair) for pair in zip(sums[::2], sums[1::2], strict=True)]
        total = self.listing.room(self.kind, 8)
        (vector,) = sums
        loaded = self.listing.value(f"load {self.vector}, ptr {vector}, align 64")
        name = f"llvm.vector.reduce.fadd.v{self.width}f{8 * self.align}"
        self.listing.module.declare(
            name, f"declare {self.kind} @{name}({self.kind}, {self.vector})"
        )
        call = f"call reassoc {self.kind} @{name}({self.kind} -0.0, {self.vector} {loaded})"
        self.store(total, self.listing.value(call))
        with counted(self.listing, whole, count, 1) as at:
            product = self.do("fmul", self.load(self.beyond(x, at)), self.load(self.beyond(y, at)))
            self.store(total, self.do("fadd", self.load(total), product))
        return self.load(total)

    def _add_product(self, room: str, x: str, y: str, at: str) -> None:
        """Add a vector of products to the sums in a room."""
        one, other = self._vector_at(x, at), self._vector_at(y, at)
        product = self.listing.value(f"fmul contract {self.vector} {one}, {other}")
        before = self.listing.value(f"load {self.vector}, ptr {room}, align 64")
        after = self.listing.value(f"fadd contract {self.vector} {before}, {product}")
        self.listing.line(f"store {self.vector} {after}, ptr {room}, align 64")

    def _sum(self, room: str, other: str) -> str:
        """The room of the sum of two rooms' vectors."""
        x, y = [
            self.listing.value(f"load {self.vector}, ptr {one}, align 64") for one in (room, other)
        ]
        both = self.listing.value(f"fadd {self.vector} {x}, {y}")
        self.listing.line(f"store {self.vector} {both}, ptr {room}, align 64")
        return room

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
            self.listing.line(f"store i32 1, ptr {STATUS}, align 4")

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
        rest = self.listing.value(f"sub i64 {SIZE}, {index}")
        return self.listing.value(f"sub i64 {rest}, 1")
