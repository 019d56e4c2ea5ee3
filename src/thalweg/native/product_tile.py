"""How does a tile of C come about: some rows by some vectors, summed in registers?"""

from __future__ import annotations

from dataclasses import dataclass

from thalweg.native.counted import kept_rolled
from thalweg.native.lanes import Floats, Lanes
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.place import Place, read, scalar, shifted, spread
from thalweg.native.product import Product, Strides
from thalweg.native.product_ending import Ending

__all__ = ["Tile", "define_tile"]

_WRITTEN_OUT = 96


@dataclass(frozen=True)
class Tile:
    """A tile, and how the blocks of A and B lie that it is computed from.

    Attributes:
        rows: how many rows it has.
        vectors: how many vectors a row has.
        last: how many lanes of a row's last vector stand for elements.
        a: strides of A's block, in elements.
        b_stride: from a row of B's block to the next.
        whole_b: whether B may be read in the lanes that stand for no element.
        steps: how many steps of k there are; None where that is told at run time.
        stages: which of START, ADD, ADD | FINISH and START | FINISH occur.
    """

    rows: int
    vectors: int
    last: int
    a: Strides
    b_stride: int
    whole_b: bool
    steps: int | None
    stages: tuple[int, ...]


def define_tile(
    module: Module,
    machine: Machine,
    name: str,
    product: Product,
    tile: Tile,
    width: int,
    transposed: bool,
    ending: Ending,
    inside: bool,
) -> None:
    """Define the function of a tile: (C, A's block, B's panel, row, column, steps, stage, extras…).

    Args:
        module: where it is defined.
        machine: for which processor.
        name: the function's.
        product: where C lies, and what the sums are multiplied by.
        tile: the tile.
        width: lanes of a vector.
        transposed: whether `product` is the transposed of what the epilogue knows.
        ending: what becomes of the sums.
        inside: whether it is to be written into its caller.
    """
    listing = Listing(module)
    lanes = Lanes(listing, machine, product.bits, width)
    sums = _sums(lanes, tile)
    given = tuple(f"%x{7 + k}" for k in range(ending.extras))
    row, column = ("%x4", "%x3") if transposed else ("%x3", "%x4")
    corner = Place(lanes, row, column, 0, 0, width, transposed, given)
    flat = ending.scaled(product, corner, [one for line in sums for one in line])
    sums = [flat[i * tile.vectors : (i + 1) * tile.vectors] for i in range(tile.rows)]
    *before, final = tile.stages
    for stage in before:
        this, other = listing.label(), listing.label()
        found = listing.value(f"icmp eq i64 %x6, {stage}")
        listing.line(f"br i1 {found}, label %{this}, label %{other}")
        listing.begin(this)
        _store(product, tile, corner, sums, stage, ending)
        listing.line("ret void")
        listing.begin(other)
    _store(product, tile, corner, sums, final, ending)
    listing.line("ret void")
    kinds = ["ptr noalias", "ptr noalias", "ptr noalias", *["i64"] * 4, *ending.kinds]
    attributes = f"nounwind {'alwaysinline' if inside else 'noinline'}"
    module.define(name, listing.function(name, "internal void", *kinds, attributes=attributes))


def _store(
    product: Product,
    tile: Tile,
    corner: Place,
    sums: list[list[Floats]],
    stage: int,
    ending: Ending,
) -> None:
    width = corner.lanes.width
    for i, line in enumerate(sums):
        for j, one in enumerate(line):
            present = tile.last if j == tile.vectors - 1 else width
            ending.store(product, corner.moved(i, j * width, present), one, stage)


def _sums(lanes: Lanes, tile: Tile) -> list[list[Floats]]:
    """The sums of products over the block's steps of k."""
    zero = lanes.number(0.0)
    sums = [[zero] * tile.vectors for _ in range(tile.rows)]
    if tile.steps is not None and tile.steps * tile.rows * tile.vectors <= _WRITTEN_OUT:
        for step in range(tile.steps):
            a = shifted(lanes, "%x1", step * tile.a[1])
            b = shifted(lanes, "%x2", step * tile.b_stride)
            sums = _step(lanes, tile, a, b, sums)
        return sums
    return _loop(lanes, tile)


def _step(lanes: Lanes, tile: Tile, a: str, b: str, sums: list[list[Floats]]) -> list[list[Floats]]:
    """One step of k: a column of A's block times a row of B's."""
    line = []
    for j in range(tile.vectors):
        whole = tile.whole_b or j < tile.vectors - 1
        present = lanes.width if whole else tile.last
        line.append(read(lanes, shifted(lanes, b, j * lanes.width), 1, present))
    following = []
    for i, row in enumerate(sums):
        factor = spread(lanes, shifted(lanes, a, i * tile.a[0]))
        following.append([factor.times_plus(b, one) for b, one in zip(line, row, strict=True)])
    return following


def _loop(lanes: Lanes, tile: Tile) -> list[list[Floats]]:
    """The loop over k; it runs at least once."""
    listing, kind = lanes.listing, lanes.float_type
    before, body, after = listing.block, listing.label(), listing.label()
    listing.line(f"br label %{body}")
    listing.begin(body)
    left, less, a, further_a, b, further_b = (f"%{listing.label()}" for _ in range(6))
    steps = "%x5" if tile.steps is None else str(tile.steps)
    listing.line(f"{left} = phi i64 [ {steps}, %{before} ], [ {less}, %{body} ]")
    listing.line(f"{a} = phi ptr [ %x1, %{before} ], [ {further_a}, %{body} ]")
    listing.line(f"{b} = phi ptr [ %x2, %{before} ], [ {further_b}, %{body} ]")
    names = [[f"%{listing.label()}" for _ in range(tile.vectors)] for _ in range(tile.rows)]
    # A phi names what comes next before that is written, so an instruction that changes nothing gives
    # each next sum a name that is chosen beforehand.
    zero = lanes.number(0.0).name
    nexts = [[f"%{listing.label()}" for _ in range(tile.vectors)] for _ in range(tile.rows)]
    for held, following in zip(names, nexts, strict=True):
        for one, new in zip(held, following, strict=True):
            listing.line(f"{one} = phi {kind} [ {zero}, %{before} ], [ {new}, %{body} ]")
    sums = _step(lanes, tile, a, b, [[Floats(lanes, one) for one in line] for line in names])
    element = scalar(lanes)
    for line, following in zip(sums, nexts, strict=True):
        for sum_, new in zip(line, following, strict=True):
            listing.line(f"{new} = bitcast {kind} {sum_.name} to {kind}")
    listing.line(f"{further_a} = getelementptr {element}, ptr {a}, i64 {tile.a[1]}")
    listing.line(f"{further_b} = getelementptr {element}, ptr {b}, i64 {tile.b_stride}")
    listing.line(f"{less} = sub i64 {left}, 1")
    goes_on = listing.value(f"icmp sgt i64 {less}, 0")
    listing.line(f"br i1 {goes_on}, label %{body}, label %{after}{kept_rolled(listing.module)}")
    listing.begin(after)
    return sums
