"""fmod: what is left of a division with a whole quotient, exactly.

Where the quotient is small enough to be a whole number without error, one multiplication and one
subtraction give the rest exactly. Other lanes are taken one by one: with x = m·2ᵉ and y = n·2ᵈ, the
rest is (m·2ᵉ⁻ᵈ mod n)·2ᵈ, and the power is multiplied in by a few bits at a time.
"""

from __future__ import annotations

from thalweg.native.lanes import Floats, Lanes, where
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.rounding import trunc
from thalweg.native.vector_math.pairs import exact_product

__all__ = ["fmod"]

# Below this a quotient's whole part is exact or one too large.
EXACT = 2.0**51
# Above this the parts of an exact product may overflow where no instruction multiplies and adds.
LARGE = 2.0**900
# So many bits at a time: 11 and the 53 of a fraction make a word.
STEP = 11


def fmod(x: Floats, y: Floats) -> Floats:
    """x - y·trunc(x/y), with the sign of x."""
    if x.lanes.bits == 32:
        return _fmod(x.to_double(), y.to_double()).to_single()
    return _fmod(x, y)


def _fmod(x: Floats, y: Floats) -> Floats:
    a, b = x.magnitude(), y.magnitude()
    whole = trunc(a / b)
    product = exact_product(whole, b)
    rest = (a - product.high) - product.low
    rest = where(rest < 0.0, rest + b, rest)
    rest = where(a < b, a, rest)
    hard = whole >= EXACT
    if not x.lanes.machine.fused:
        hard = hard | (b > LARGE)
    hard = hard & (a >= b) & (a < float("inf")) & (b > 0.0)
    one = x.lanes.number(1.0)
    slow = _one_by_one(hard.any(), where(hard, a, one), where(hard, b, one))
    return where(hard, slow, rest).with_sign_of(x)


def _one_by_one(some: str, a: Floats, b: Floats) -> Floats:
    """The rest in every lane by whole numbers, where it is wanted at all."""
    lanes, listing = a.lanes, a.lanes.listing
    before, slow, after = listing.block, listing.label(), listing.label()
    listing.line(f"br i1 {some}, label %{slow}, label %{after}")
    listing.begin(slow)
    symbol = _over_lanes(lanes)
    found = listing.value(f"call {a.kind} @{symbol}({a.kind} {a.name}, {b.kind} {b.name})")
    listing.line(f"br label %{after}")
    listing.begin(after)
    return Floats(
        lanes, listing.value(f"phi {a.kind} [ {a.name}, %{before} ], [ {found}, %{slow} ]")
    )


def _over_lanes(lanes: Lanes) -> str:
    """Define the function that goes through the lanes."""
    module = lanes.listing.module
    one = _one(module, lanes.machine)
    symbol = f"tw.whole_rest.{lanes.short}"
    if lanes.width == 1 or module.defines(symbol):
        return one if lanes.width == 1 else symbol
    kind = lanes.float_type
    lines = [
        f"define internal {kind} @{symbol}({kind} %a, {kind} %b) noinline cold {{",
        "entry:",
        "  br label %lane",
        "lane:",
        "  %n = phi i32 [ 0, %entry ], [ %next, %lane ]",
        f"  %all = phi {kind} [ zeroinitializer, %entry ], [ %more, %lane ]",
        f"  %x = extractelement {kind} %a, i32 %n",
        f"  %y = extractelement {kind} %b, i32 %n",
        f"  %rest = call double @{one}(double %x, double %y)",
        f"  %more = insertelement {kind} %all, double %rest, i32 %n",
        "  %next = add i32 %n, 1",
        f"  %again = icmp slt i32 %next, {lanes.width}",
        "  br i1 %again, label %lane, label %done",
        "done:",
        f"  ret {kind} %more",
        "}",
    ]
    module.define(symbol, "\n".join(lines))
    return symbol


def _one(module: Module, machine: Machine) -> str:
    """Define the rest of two positive numbers, the first not below the second."""
    symbol = "tw.whole_rest"
    if module.defines(symbol):
        return symbol
    listing = Listing(module)
    value = listing.value
    (m, e), (n, d) = (_whole_and_exponent(listing, name) for name in ("%x0", "%x1"))
    start, places = value(f"urem i64 {m}, {n}"), value(f"sub i64 {e}, {d}")
    test, body, done = listing.label(), listing.label(), listing.label()
    listing.line(f"br label %{test}")
    listing.begin(test)
    listing.line(f"%rest = phi i64 [ {start}, %entry ], [ %new, %{body} ]")
    listing.line(f"%left = phi i64 [ {places}, %entry ], [ %fewer, %{body} ]")
    listing.line(f"br i1 {value('icmp sgt i64 %left, 0')}, label %{body}, label %{done}")
    listing.begin(body)
    many = value(f"icmp slt i64 %left, {STEP}")
    step = value(f"select i1 {many}, i64 %left, i64 {STEP}")
    listing.line(f"%new = urem i64 {value(f'shl i64 %rest, {step}')}, {n}")
    listing.line(f"%fewer = sub i64 %left, {step}")
    listing.line(f"br label %{test}")
    listing.begin(done)
    # 2^d may be no number: two factors, of which each is.
    half = value(f"ashr i64 {d}, 1")
    answer = Floats(Lanes(listing, machine, 64, 1), value("uitofp i64 %rest to double"))
    for power in (half, value(f"sub i64 {d}, {half}")):
        bits = value(f"shl i64 {value(f'add i64 {power}, 1023')}, 52")
        answer = answer * Floats(answer.lanes, value(f"bitcast i64 {bits} to double"))
    listing.line(f"ret double {answer.name}")
    text = listing.function(
        symbol, "internal double", "double", "double", attributes="noinline cold"
    )
    module.define(symbol, text)
    return symbol


def _whole_and_exponent(listing: Listing, name: str) -> tuple[str, str]:
    """A positive number as m·2^e in whole numbers."""
    value = listing.value
    bits = value(f"bitcast double {name} to i64")
    field = value(f"lshr i64 {bits}, 52")
    normal = value(f"icmp ne i64 {field}, 0")
    hidden = value(f"select i1 {normal}, i64 {1 << 52}, i64 0")
    fraction = value(f"and i64 {bits}, {(1 << 52) - 1}")
    place = value(f"select i1 {normal}, i64 {field}, i64 1")
    return value(f"or i64 {fraction}, {hidden}"), value(f"sub i64 {place}, 1075")
