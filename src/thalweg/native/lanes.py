"""What can be done with vectors of floats, of whole numbers and of truth values, written as operators?

`x * y + 1` over `Floats` writes down two instructions. The formulas of `vector_math/` read as
mathematics, and what stands here is each operation's one spelling in LLVM's language. Width 1 is the
scalar type, for what remains at the end of an array.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import TypeVar, Union

import numpy as np

from thalweg.native.listing import Listing
from thalweg.native.machine import Machine

__all__ = ["Floats", "Lanes", "Masks", "Wholes", "select", "where"]

_Operand = Union["Floats", float]
_WholeOperand = Union["Wholes", int]
_Vector = TypeVar("_Vector", "Floats", "Wholes", "Masks")


@dataclass(frozen=True)
class Lanes:
    """Vectors of one width of one float, and the listing that their instructions go to."""

    listing: Listing
    machine: Machine
    bits: int
    width: int

    @property
    def mantissa(self) -> int:
        """How many bits of the fraction are stored: 23 or 52."""
        return 23 if self.bits == 32 else 52

    @property
    def bias(self) -> int:
        """What is added to an exponent before it is stored: 127 or 1023."""
        return 127 if self.bits == 32 else 1023

    @property
    def short(self) -> str:
        """The type as LLVM writes it in the names of intrinsics, as v16f32."""
        return f"v{self.width}f{self.bits}" if self.width > 1 else f"f{self.bits}"

    @property
    def float_type(self) -> str:
        """The vector's type."""
        return self._many("float" if self.bits == 32 else "double")

    @property
    def whole_type(self) -> str:
        """The type of whole numbers of the same width."""
        return self._many(f"i{self.bits}")

    @property
    def mask_type(self) -> str:
        """The type of a comparison's answer."""
        return self._many("i1")

    def _many(self, kind: str) -> str:
        return f"<{self.width} x {kind}>" if self.width > 1 else kind

    def _same(self, kind: str, number: str) -> str:
        return f"splat ({kind} {number})" if self.width > 1 else number

    def number(self, value: float) -> Floats:
        """The same number in every lane, rounded to the float."""
        exact = float(np.float32(value)) if self.bits == 32 else float(value)
        digits = f"0x{struct.unpack('<Q', struct.pack('<d', exact))[0]:016X}"
        kind = "float" if self.bits == 32 else "double"
        return Floats(self, self._same(kind, digits))

    def whole(self, value: int) -> Wholes:
        """The same whole number in every lane."""
        wrapped = (value + (1 << self.bits - 1)) % (1 << self.bits) - (1 << self.bits - 1)
        return Wholes(self, self._same(f"i{self.bits}", str(wrapped)))

    def truth(self, value: bool) -> Masks:
        """The same truth value in every lane."""
        return Masks(self, self._same("i1", "true" if value else "false"))

    def argument(self, place: int) -> Floats:
        """An argument of the function that is being written."""
        return Floats(self, f"%x{place}")

    @property
    def double(self) -> Lanes:
        """As many lanes of float64."""
        return Lanes(self.listing, self.machine, 64, self.width)

    @property
    def single(self) -> Lanes:
        """As many lanes of float32."""
        return Lanes(self.listing, self.machine, 32, self.width)


class Floats:
    """A vector of floats; its operators write instructions."""

    __slots__ = ("lanes", "name")

    def __init__(self, lanes: Lanes, name: str) -> None:
        self.lanes = lanes
        self.name = name

    @property
    def kind(self) -> str:
        """The vector's type."""
        return self.lanes.float_type

    def _with(self, other: _Operand) -> Floats:
        return other if isinstance(other, Floats) else self.lanes.number(other)

    def _write(self, verb: str, other: Floats) -> Floats:
        lanes = self.lanes
        line = f"{verb} {lanes.float_type} {self.name}, {other.name}"
        return Floats(lanes, lanes.listing.value(line))

    def _compare(self, relation: str, other: _Operand) -> Masks:
        lanes = self.lanes
        line = f"fcmp {relation} {lanes.float_type} {self.name}, {self._with(other).name}"
        return Masks(lanes, lanes.listing.value(line))

    def intrinsic(self, name: str, *others: Floats) -> Floats:
        """One of LLVM's intrinsics, by its name without `llvm.` and the type."""
        lanes, kind = self.lanes, self.lanes.float_type
        given = [(kind, self.name), *((kind, other.name) for other in others)]
        return Floats(lanes, lanes.listing.call(f"llvm.{name}.{lanes.short}", kind, *given))

    def __add__(self, other: _Operand) -> Floats:
        return self._write("fadd", self._with(other))

    def __radd__(self, other: float) -> Floats:
        return self._with(other) + self

    def __sub__(self, other: _Operand) -> Floats:
        return self._write("fsub", self._with(other))

    def __rsub__(self, other: float) -> Floats:
        return self._with(other) - self

    def __mul__(self, other: _Operand) -> Floats:
        return self._write("fmul", self._with(other))

    def __rmul__(self, other: float) -> Floats:
        return self._with(other) * self

    def __truediv__(self, other: _Operand) -> Floats:
        return self._write("fdiv", self._with(other))

    def __rtruediv__(self, other: float) -> Floats:
        return self._with(other) / self

    def __neg__(self) -> Floats:
        lanes = self.lanes
        return Floats(lanes, lanes.listing.value(f"fneg {lanes.float_type} {self.name}"))

    # Comparisons are false where either side is NaN.
    def __lt__(self, other: _Operand) -> Masks:
        return self._compare("olt", other)

    def __le__(self, other: _Operand) -> Masks:
        return self._compare("ole", other)

    def __gt__(self, other: _Operand) -> Masks:
        return self._compare("ogt", other)

    def __ge__(self, other: _Operand) -> Masks:
        return self._compare("oge", other)

    def equals(self, other: _Operand) -> Masks:
        """Where the two are equal; -0 equals 0."""
        return self._compare("oeq", other)

    def differs(self, other: _Operand) -> Masks:
        """Where the two are not equal; NaN is not equal to anything."""
        return self._compare("une", other)

    def is_nan(self) -> Masks:
        """Where this is NaN."""
        return self._compare("uno", self)

    def times_plus(self, factor: _Operand, term: _Operand) -> Floats:
        """self·factor + term: rounded once where the machine can, else twice."""
        factor, term = self._with(factor), self._with(term)
        if self.lanes.machine.fused:
            return self.intrinsic("fma", factor, term)
        return self * factor + term

    def magnitude(self) -> Floats:
        """|self|."""
        return self.intrinsic("fabs")

    def with_sign_of(self, other: Floats) -> Floats:
        """|self| with the sign of another, signed zeros and NaN included."""
        return self.intrinsic("copysign", other)

    def square_root(self) -> Floats:
        """The square root, correctly rounded."""
        return self.intrinsic("sqrt")

    def between(self, low: float, high: float) -> Floats:
        """The nearest number in [low, high]; NaN stays NaN."""
        upper = where(self > high, self.lanes.number(high), self)
        return where(upper < low, self.lanes.number(low), upper)

    def nearest(self) -> tuple[Floats, Wholes]:
        """The nearest whole number, as a float and as one; for |self| below 2^(mantissa - 1).

        Adding 1.5·2^mantissa leaves the whole number in the low bits of the sum. It is one addition
        on every processor, where an instruction that rounds is not on all of them.
        """
        magic = 1.5 * 2.0**self.lanes.mantissa
        return (self + magic).whole_in_sum(magic)

    def whole_in_sum(self, magic: float) -> tuple[Floats, Wholes]:
        """Take the whole number out of a sum with 1.5·2^mantissa; its high bits are not cleared."""
        return self - magic, self.as_bits()

    def as_bits(self) -> Wholes:
        """The bits, read as whole numbers."""
        lanes = self.lanes
        line = f"bitcast {lanes.float_type} {self.name} to {lanes.whole_type}"
        return Wholes(lanes, lanes.listing.value(line))

    def to_double(self) -> Floats:
        """The same numbers as float64."""
        if self.lanes.bits == 64:
            return self
        wide = self.lanes.double
        line = f"fpext {self.lanes.float_type} {self.name} to {wide.float_type}"
        return Floats(wide, wide.listing.value(line))

    def to_single(self) -> Floats:
        """The nearest numbers of float32."""
        narrow = self.lanes.single
        line = f"fptrunc {self.lanes.float_type} {self.name} to {narrow.float_type}"
        return Floats(narrow, narrow.listing.value(line))


class Wholes:
    """A vector of whole numbers as wide as the float; sums and products wrap."""

    __slots__ = ("lanes", "name")

    def __init__(self, lanes: Lanes, name: str) -> None:
        self.lanes = lanes
        self.name = name

    @property
    def kind(self) -> str:
        """The vector's type."""
        return self.lanes.whole_type

    def _write(self, verb: str, other: _WholeOperand) -> Wholes:
        lanes = self.lanes
        right = other if isinstance(other, Wholes) else lanes.whole(other)
        line = f"{verb} {lanes.whole_type} {self.name}, {right.name}"
        return Wholes(lanes, lanes.listing.value(line))

    def _compare(self, relation: str, other: _WholeOperand) -> Masks:
        lanes = self.lanes
        right = other if isinstance(other, Wholes) else lanes.whole(other)
        line = f"icmp {relation} {lanes.whole_type} {self.name}, {right.name}"
        return Masks(lanes, lanes.listing.value(line))

    def __add__(self, other: _WholeOperand) -> Wholes:
        return self._write("add", other)

    def __sub__(self, other: _WholeOperand) -> Wholes:
        return self._write("sub", other)

    def __rsub__(self, other: int) -> Wholes:
        return self.lanes.whole(other) - self

    def __mul__(self, other: _WholeOperand) -> Wholes:
        return self._write("mul", other)

    def __neg__(self) -> Wholes:
        return 0 - self

    def __and__(self, other: _WholeOperand) -> Wholes:
        return self._write("and", other)

    def __or__(self, other: _WholeOperand) -> Wholes:
        return self._write("or", other)

    def __xor__(self, other: _WholeOperand) -> Wholes:
        return self._write("xor", other)

    def __lshift__(self, places: int) -> Wholes:
        return self._write("shl", places)

    def __rshift__(self, places: int) -> Wholes:
        """Shift right; the sign comes in from the left."""
        return self._write("ashr", places)

    def __lt__(self, other: _WholeOperand) -> Masks:
        return self._compare("slt", other)

    def __le__(self, other: _WholeOperand) -> Masks:
        return self._compare("sle", other)

    def __gt__(self, other: _WholeOperand) -> Masks:
        return self._compare("sgt", other)

    def __ge__(self, other: _WholeOperand) -> Masks:
        return self._compare("sge", other)

    def equals(self, other: _WholeOperand) -> Masks:
        """Where the two are equal."""
        return self._compare("eq", other)

    def differs(self, other: _WholeOperand) -> Masks:
        """Where the two are not equal."""
        return self._compare("ne", other)

    def divided(self, other: Wholes) -> tuple[Wholes, Wholes]:
        """Quotient towards 0 and rest; the divisor may be neither 0 nor -1."""
        return self._write("sdiv", other), self._write("srem", other)

    def as_float(self) -> Floats:
        """The bits, read as floats."""
        lanes = self.lanes
        line = f"bitcast {lanes.whole_type} {self.name} to {lanes.float_type}"
        return Floats(lanes, lanes.listing.value(line))

    def to_float(self) -> Floats:
        """The nearest floats."""
        lanes = self.lanes
        line = f"sitofp {lanes.whole_type} {self.name} to {lanes.float_type}"
        return Floats(lanes, lanes.listing.value(line))

    def to_single(self) -> Wholes:
        """The low 32 bits."""
        if self.lanes.bits == 32:
            return self
        narrow = self.lanes.single
        line = f"trunc {self.lanes.whole_type} {self.name} to {narrow.whole_type}"
        return Wholes(narrow, narrow.listing.value(line))


class Masks:
    """A vector of truth values."""

    __slots__ = ("lanes", "name")

    def __init__(self, lanes: Lanes, name: str) -> None:
        self.lanes = lanes
        self.name = name

    @property
    def kind(self) -> str:
        """The vector's type."""
        return self.lanes.mask_type

    def _write(self, verb: str, other: Masks) -> Masks:
        line = f"{verb} {self.kind} {self.name}, {other.name}"
        return Masks(self.lanes, self.lanes.listing.value(line))

    def __and__(self, other: Masks) -> Masks:
        return self._write("and", other)

    def __or__(self, other: Masks) -> Masks:
        return self._write("or", other)

    def __xor__(self, other: Masks) -> Masks:
        return self._write("xor", other)

    def __invert__(self) -> Masks:
        return self ^ self.lanes.truth(True)

    def any(self) -> str:
        """The name of one truth value: whether any lane's is true."""
        lanes = self.lanes
        if lanes.width == 1:
            return self.name
        name = f"llvm.vector.reduce.or.v{lanes.width}i1"
        return lanes.listing.call(name, "i1", (lanes.mask_type, self.name))


def select(mask: Masks, yes: _Vector, no: _Vector) -> _Vector:
    """In each lane the one or the other."""
    kind = yes.kind
    line = f"select {mask.kind} {mask.name}, {kind} {yes.name}, {kind} {no.name}"
    return type(yes)(yes.lanes, yes.lanes.listing.value(line))


def where(mask: Masks, yes: Floats, no: _Operand) -> Floats:
    """The same for floats, where the second may be a number."""
    return select(mask, yes, no if isinstance(no, Floats) else yes.lanes.number(no))
