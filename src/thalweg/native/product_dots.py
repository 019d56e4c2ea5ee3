"""How are a row and many columns multiplied, where each column lies contiguous?"""

from __future__ import annotations

from thalweg.native.counted import kept_rolled
from thalweg.native.lanes import Floats, Lanes
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.packing import shuffled
from thalweg.native.place import Place, read, scalar, shifted
from thalweg.native.product import Product
from thalweg.native.product_ending import ADD, START, Ending

__all__ = ["define_dots"]

# A matrix of more bytes comes from memory, and then few columns are read side by side: processors
# foresee few streams at once. From the cache, four sums at once hide how long an addition takes.
_CACHED_BYTES = 1 << 20
_FROM_MEMORY, _FROM_CACHE = 2, 4


def define_dots(
    module: Module,
    machine: Machine,
    name: str,
    product: Product,
    columns: int,
    width: int,
    transposed: bool,
    ending: Ending,
) -> None:
    """Define the function of some columns' dots: (C, the row, the first column of B, column, extras…).

    Args:
        module: where it is defined.
        machine: for which processor.
        name: the function's.
        product: a product with one row, whose columns of B lie contiguous, as the row does.
        columns: how many columns are done at once.
        width: lanes of a vector.
        transposed: whether `product` is the transposed of what the epilogue knows.
        ending: what becomes of the sums.
    """
    listing = Listing(module)
    lanes = Lanes(listing, machine, product.bits, width)
    sums: list[Floats] = []
    far = product.n * product.k * product.itemsize > _CACHED_BYTES
    streams = _FROM_MEMORY if far else _FROM_CACHE
    for begin in range(0, columns, streams):
        sums += _loop(lanes, product, begin, min(streams, columns - begin))
    given = tuple(f"%x{4 + k}" for k in range(ending.extras))
    row, column = ("%x3", "0") if transposed else ("0", "%x3")
    corner = Place(lanes, row, column, 0, 0, width, transposed, given)
    stage = (ADD if product.accumulate else START) | ending.finish
    for begin in range(0, columns, width):
        present = min(width, columns - begin)
        together = [_together(lanes, sums[begin : begin + width])]
        (value,) = ending.scaled(product, corner, together)
        ending.store(product, corner.moved(0, begin, present), value, stage)
    listing.line("ret void")
    kinds = ["ptr noalias", "ptr noalias", "ptr noalias", "i64", *ending.kinds]
    text = listing.function(name, "internal void", *kinds, attributes="nounwind noinline")
    module.define(name, text)


def _loop(lanes: Lanes, product: Product, begin: int, columns: int) -> list[Floats]:
    """The products of the row and each column, summed lane by lane."""
    listing, kind, width = lanes.listing, lanes.float_type, lanes.width
    steps = product.k // width
    start = shifted(lanes, "%x2", begin * product.b[1])
    before, body, after = listing.block, listing.label(), listing.label()
    listing.line(f"br label %{body}")
    listing.begin(body)
    left, less, x, further_x, b, further_b = (f"%{listing.label()}" for _ in range(6))
    listing.line(f"{left} = phi i64 [ {steps}, %{before} ], [ {less}, %{body} ]")
    listing.line(f"{x} = phi ptr [ %x1, %{before} ], [ {further_x}, %{body} ]")
    listing.line(f"{b} = phi ptr [ {start}, %{before} ], [ {further_b}, %{body} ]")
    names = [(f"%{listing.label()}", f"%{listing.label()}") for _ in range(columns)]
    zero = lanes.number(0.0).name
    for one, following in names:
        listing.line(f"{one} = phi {kind} [ {zero}, %{before} ], [ {following}, %{body} ]")
    olds = [Floats(lanes, one) for one, _ in names]
    news = _step(lanes, product, x, b, width, olds)
    for (_, following), new in zip(names, news, strict=True):
        listing.line(f"{following} = bitcast {kind} {new.name} to {kind}")
    element = scalar(lanes)
    listing.line(f"{further_x} = getelementptr {element}, ptr {x}, i64 {width}")
    listing.line(f"{further_b} = getelementptr {element}, ptr {b}, i64 {width}")
    listing.line(f"{less} = sub i64 {left}, 1")
    goes_on = listing.value(f"icmp sgt i64 {less}, 0")
    listing.line(f"br i1 {goes_on}, label %{body}, label %{after}{kept_rolled(listing.module)}")
    listing.begin(after)
    if product.k % width:
        return _step(lanes, product, further_x, further_b, product.k % width, news)
    return news


def _step(
    lanes: Lanes, product: Product, x: str, b: str, present: int, sums: list[Floats]
) -> list[Floats]:
    line = read(lanes, x, 1, present)
    stride = product.b[1]
    return [
        read(lanes, shifted(lanes, b, column * stride), 1, present).times_plus(line, one)
        for column, one in enumerate(sums)
    ]


def _together(lanes: Lanes, sums: list[Floats]) -> Floats:
    """One vector whose lane i is the sum of all lanes of vector i.

    Each round adds neighbouring lanes of two vectors into one, and so halves both.
    """
    width = lanes.width
    even, odd = list(range(0, 2 * width, 2)), list(range(1, 2 * width, 2))
    sums = [*sums, *[lanes.number(0.0)] * (width - len(sums))]
    while len(sums) > 1:
        pairs = zip(sums[::2], sums[1::2], strict=True)
        sums = [shuffled(lanes, x, y, even) + shuffled(lanes, x, y, odd) for x, y in pairs]
    return sums[0]
