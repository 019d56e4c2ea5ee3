"""How are multiples of π/2 taken out of a huge angle?

By Payne and Hanek's method: of the bits of 2/π, only a window matters, for those before it make
multiples of four quarter turns, and those behind it are too small. A product of whole numbers with 192
bits, which drops what is above by itself, gives the quarter turns and 190 bits of what remains.
M. H. Payne and R. N. Hanek, Radian reduction for trigonometric functions, SIGNUM Newsletter 18 (1983);
J.-M. Muller, Elementary Functions (3rd ed., 2016), section 11.4.

It goes lane by lane, and only in vectors where some lane needs it.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from thalweg.native.lanes import Floats, Lanes, Wholes, where
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.vector_math.pairs import exact_product, ordered_sum

__all__ = ["QuarterTurns", "with_huge_angles"]

WINDOW = 192
# 2/π is held to this many bits; the last bit of the largest float64's window is number 1161.
HELD = 1168
TABLE_BYTES = (HELD + 320) // 8
HALF_PI = (1.5707963267948966, 6.123233995736766e-17)


class QuarterTurns(NamedTuple):
    """An angle as q·π/2 + r + lacks, in float64; without `lacks`, r alone."""

    q: Wholes
    r: Floats
    lacks: Floats | None


def with_huge_angles(size: Floats, largest: float, turns: QuarterTurns) -> QuarterTurns:
    """Correct the lanes whose angle is above `largest`; infinity and NaN stay as they came out."""
    lanes = size.lanes
    listing = lanes.listing
    huge = (size > largest) & (size < float("inf"))
    before, slow, after = listing.block, listing.label(), listing.label()
    some = huge.any()
    listing.line(f"br i1 {some}, label %{slow}, label %{after}, !prof !{_rarely(listing.module)}")
    listing.begin(slow)
    symbol = _over_lanes(lanes)
    # Other lanes get a harmless angle: the table has no bits for infinity.
    angle = where(huge, size, 1e9)
    kinds = (lanes.whole_type, lanes.float_type, lanes.float_type)
    struct = "{ " + ", ".join(kinds) + " }"
    found = listing.value(f"call {struct} @{symbol}({lanes.float_type} {angle.name})")
    olds = [turns.q.name, turns.r.name, *([turns.lacks.name] if turns.lacks else [])]
    news = []
    for place, (kind, old) in enumerate(zip(kinds, olds, strict=False)):
        part = listing.value(f"extractvalue {struct} {found}, {place}")
        mask = f"{lanes.mask_type} {huge.name}"
        news.append(listing.value(f"select {mask}, {kind} {part}, {kind} {old}"))
    listing.line(f"br label %{after}")
    listing.begin(after)
    q, r, *lacks = [
        listing.value(f"phi {kind} [ {old}, %{before} ], [ {new}, %{slow} ]")
        for kind, old, new in zip(kinds, olds, news, strict=False)
    ]
    rest = Floats(lanes, lacks[0]) if lacks else None
    return QuarterTurns(Wholes(lanes, q), Floats(lanes, r), rest)


def _rarely(module: Module) -> str:
    """Branch weights that keep the slow way out of the straight line."""
    module.define("!1000", '!1000 = !{!"branch_weights", i32 1, i32 2000}')
    return "1000"


def _over_lanes(lanes: Lanes) -> str:
    """Define the function that goes through the lanes of a vector one by one."""
    module = lanes.listing.module
    one = _one_angle(module, lanes.machine)
    if lanes.width == 1:
        return one
    symbol = f"tw.quarter_turns.{lanes.short}"
    if module.defines(symbol):
        return symbol
    vectors = (lanes.whole_type, lanes.float_type, lanes.float_type)
    scalars = ("i64", "double", "double")
    struct, single = "{ " + ", ".join(vectors) + " }", "{ i64, double, double }"
    lines = [
        f"define internal {struct} @{symbol}({lanes.float_type} %x) noinline cold {{",
        "entry:",
        "  br label %lane",
        "lane:",
        "  %n = phi i32 [ 0, %entry ], [ %next, %lane ]",
        f"  %all = phi {struct} [ zeroinitializer, %entry ], [ %all3, %lane ]",
        f"  %angle = extractelement {lanes.float_type} %x, i32 %n",
        f"  %found = call {single} @{one}(double %angle)",
    ]
    for place, (vector, scalar) in enumerate(zip(vectors, scalars, strict=True)):
        before = f"%all{place}" if place else "%all"
        lines += [
            f"  %part{place} = extractvalue {single} %found, {place}",
            f"  %old{place} = extractvalue {struct} {before}, {place}",
            f"  %new{place} = insertelement {vector} %old{place}, {scalar} %part{place}, i32 %n",
            f"  %all{place + 1} = insertvalue {struct} {before}, {vector} %new{place}, {place}",
        ]
    lines += [
        "  %next = add i32 %n, 1",
        f"  %more = icmp slt i32 %next, {lanes.width}",
        "  br i1 %more, label %lane, label %done",
        "done:",
        f"  ret {struct} %all3",
        "}",
    ]
    module.define(symbol, "\n".join(lines))
    return symbol


def _one_angle(module: Module, machine: Machine) -> str:
    """Define the reduction of one angle, above 2^16 and finite."""
    symbol = "tw.quarter_turns"
    if module.defines(symbol):
        return symbol
    module.define("tw.two_over_pi", _table())
    listing = Listing(module)
    value = listing.value
    lanes = Lanes(listing, machine, 64, 1)
    wide = f"i{WINDOW}"
    bits = value("bitcast double %x0 to i64")
    exponent = value(f"lshr i64 {bits}, 52")
    fraction = value(f"and i64 {bits}, {(1 << 52) - 1}")
    whole = value(f"or i64 {fraction}, {1 << 52}")
    # x is whole·2^E with E = exponent - 1075. Bits of 2/π before number E - 1 make multiples of 4.
    place = value(f"sub i64 {HELD - (WINDOW - 1) + 1 + 1075}, {exponent}")
    byte, within = value(f"lshr i64 {place}, 3"), value(f"and i64 {place}, 7")
    address = value(f"getelementptr i8, ptr @tw.two_over_pi, i64 {byte}")
    loaded = value(f"load i256, ptr {address}, align 1")
    shift = value(f"zext i64 {within} to i256")
    window = value(f"trunc i256 {value(f'lshr i256 {loaded}, {shift}')} to {wide}")
    product = value(f"mul {wide} {window}, {value(f'zext i64 {whole} to {wide}')}")
    # The nearest number of quarter turns, and what remains as a number with a sign.
    rounded = value(f"add {wide} {product}, {1 << WINDOW - 3}")
    turns = value(f"lshr {wide} {rounded}, {WINDOW - 2}")
    rest = value(f"sub {wide} {product}, {value(f'shl {wide} {turns}, {WINDOW - 2}')}")
    size = listing.call(f"llvm.abs.{wide}", wide, (wide, rest), ("i1", "false"))
    zeros = listing.call(f"llvm.ctlz.{wide}", wide, (wide, size), ("i1", "false"))
    shifted = value(f"shl {wide} {size}, {zeros}")
    parts = []
    for drop in (WINDOW - 53, WINDOW - 106):
        moved = value(f"trunc {wide} {value(f'lshr {wide} {shifted}, {drop}')} to i64")
        digits = value(f"and i64 {moved}, {(1 << 53) - 1}")
        parts.append(Floats(lanes, value(f"uitofp i64 {digits} to double")))
    leading = value(f"trunc {wide} {zeros} to i64")
    field = value(f"shl i64 {value(f'sub i64 1023, {leading}')}, 52")
    scale = Floats(lanes, value(f"bitcast i64 {field} to double"))
    # As a fraction of a quarter turn: the window's first two bits stand before the point.
    high, low = parts[0] * 2.0**-51 * scale, parts[1] * 2.0**-104 * scale
    first = exact_product(high, lanes.number(HALF_PI[0]))
    small = high.times_plus(HALF_PI[1], low.times_plus(HALF_PI[0], first.low))
    r, lacks = ordered_sum(first.high, small)
    negative = value(f"icmp slt {wide} {rest}, 0")
    for part in (r, lacks):
        part.name = value(f"select i1 {negative}, double {(-part).name}, double {part.name}")
    kind = "{ i64, double, double }"
    answer = value(f"insertvalue {kind} poison, i64 {value(f'trunc {wide} {turns} to i64')}, 0")
    answer = value(f"insertvalue {kind} {answer}, double {r.name}, 1")
    answer = value(f"insertvalue {kind} {answer}, double {lacks.name}, 2")
    listing.line(f"ret {kind} {answer}")
    module.define(
        symbol, listing.function(symbol, f"internal {kind}", "double", attributes="noinline cold")
    )
    return symbol


@cache
def _table() -> str:
    """2/π as a whole number with `HELD` bits behind the point, lowest byte first."""
    data = _two_over_pi().to_bytes(TABLE_BYTES, "little")
    escaped = "".join(f"\\{byte:02X}" for byte in data)
    return f'@tw.two_over_pi = internal constant [{TABLE_BYTES} x i8] c"{escaped}"'


def _two_over_pi() -> int:
    """⌊2^HELD·2/π⌋, by Machin's formula in whole numbers: π = 16·atan(1/5) - 4·atan(1/239)."""
    guard = HELD + 64
    pi = 16 * _atan_of_inverse(5, guard) - 4 * _atan_of_inverse(239, guard)
    return (2 << guard + HELD) // pi


def _atan_of_inverse(n: int, bits: int) -> int:
    """atan(1/n)·2^bits, to within a few units."""
    power, total, k = (1 << bits) // n, 0, 1
    while power:
        total += power // k if k % 4 == 1 else -(power // k)
        power //= n * n
        k += 2
    return total
