"""How does a product of two matrices become a function, and how do threads share it?"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import ExitStack

from thalweg.native.counted import counted, only_if
from thalweg.native.lanes import Lanes
from thalweg.native.listing import Listing, Module
from thalweg.native.machine import Machine
from thalweg.native.packing import copy_line, pack_panel
from thalweg.native.product import Product
from thalweg.native.product_dots import define_dots
from thalweg.native.product_ending import ADD, START, Ending
from thalweg.native.product_plan import Plan, plan
from thalweg.native.product_tile import Tile, define_tile

__all__ = ["define_product", "shares", "workspace_bytes"]


def workspace_bytes(product: Product, machine: Machine) -> int:
    """How much memory one thread needs to compute a product; it begins at a multiple of 64."""
    chosen = plan(product, machine)
    if chosen.dots and chosen.packs_a:
        return -(-chosen.product.k * product.itemsize // 64) * 64
    return -(-chosen.b_bytes() // 64) * 64


def shares(product: Product, machine: Machine, threads: int) -> list[tuple[int, int]]:
    """What each thread is told as first and last; some may be empty."""
    chosen = plan(product, machine)
    steps = -(-chosen.total // chosen.step)
    bounds = [min(steps * one // threads * chosen.step, chosen.total) for one in range(threads + 1)]
    return list(itertools.pairwise(bounds))


def define_product(
    module: Module, machine: Machine, product: Product, ending: Ending | None = None
) -> str:
    """Define the function of a product: (C, A, B, workspace, i64 first, i64 last, extras…).

    C, A, B, workspace and the extras are pointers. Several threads may call it at once, each with a
    workspace of its own, into which it packs what it needs itself, and with its own share of the rows
    or columns, as `shares` tells; no other first and last will do.

    Args:
        module: where it is defined.
        machine: for which processor.
        product: sizes, strides, and what becomes of the result.
        ending: what else becomes of the result.

    Returns:
        The function's name.
    """
    ending = ending or Ending()
    chosen = plan(product, machine)
    name = _name(module, product, ending)
    if ending.epilogue is None and module.defines(name):
        return name
    listing = Listing(module)
    if product.m and product.n:
        writer = _Writer(name, listing, machine, chosen, ending)
        if chosen.dots:
            writer.dots()
        else:
            writer.tiles()
    listing.line("ret void")
    # Not noalias: a workspace that is not used may be any pointer.
    kinds = [*["ptr"] * 4, "i64", "i64", *ending.kinds]
    attributes = f"nounwind {'alwaysinline' if chosen.written_out else 'noinline'}"
    module.define(name, listing.function(name, "internal void", *kinds, attributes=attributes))
    return name


def _name(module: Module, product: Product, ending: Ending) -> str:
    p = product
    strides = ".".join(
        f"{letter}{s[0]}_{s[1]}" for letter, s in zip("abc", (p.a, p.b, p.c), strict=True)
    )
    name = f"product.{p.m}x{p.n}x{p.k}.f{p.bits}.{strides}"
    name += f".{'plus' if p.accumulate else 'times'}{p.alpha.hex()}".replace("+", "")
    if ending.extras:
        name += f".with{ending.extras}.{ending.scale}"
    if ending.epilogue is None:
        return name
    count = 0
    while module.defines(f"{name}.then{count}"):
        count += 1
    return f"{name}.then{count}"


class _Writer:
    """Writes the loops over blocks, panels and tiles of one product."""

    def __init__(
        self,
        name: str,
        listing: Listing,
        machine: Machine,
        chosen: Plan,
        ending: Ending,
    ) -> None:
        self.name, self.listing, self.machine, self.plan = name, listing, machine, chosen
        self.product = chosen.product
        self.ending = ending
        self.lanes = Lanes(listing, machine, self.product.bits, chosen.width)
        m, n = str(self.product.m), str(self.product.n)
        self.rows = ("0", m) if chosen.by_columns else ("%x4", "%x5")
        self.columns = ("%x4", "%x5") if chosen.by_columns else ("0", n)
        # With B and A exchanged, what the caller calls A is the B of what is computed.
        self.a, self.b = ("%x2", "%x1") if chosen.transposed else ("%x1", "%x2")

    def dots(self) -> None:
        """The loop over groups of columns."""
        product, chosen = self.product, self.plan
        row = self.a
        if chosen.packs_a:
            copy_line(self.lanes, "%x3", row, str(product.k), product.a[1])
            row = "%x3"
        for column, count in self._pieces(*self.columns, product.n, chosen.panel):
            symbol = f"{self.name}.dots{count}"
            define_dots(
                self.listing.module, self.machine, symbol, product, count, chosen.width,
                chosen.transposed, self.ending,
            )  # fmt: skip
            b = self._at(self.b, (column, product.b[1]))
            given = ["ptr %x0", f"ptr {row}", f"ptr {b}", f"i64 {column}"]
            self._call(symbol, given)

    def tiles(self) -> None:
        """The loops over blocks of k, of columns and of rows, and what is packed on the way."""
        chosen, product = self.plan, self.product
        begin_row, end_row = self.rows
        begin_column, end_column = self.columns
        with ExitStack() as loops:
            step, steps, stage = self._depth(loops)
            column, end_column = self._block(
                loops, begin_column, end_column, chosen.block_columns, product.n
            )
            if chosen.packs_b:
                self._pack_b("%x3", step, steps, column, end_column)
            row, end_row = self._block(loops, begin_row, end_row, chosen.block_rows, product.m)
            for panel, count in self._pieces(column, end_column, product.n, chosen.panel):
                b = self._panel(step, column, panel)
                for line, several in self._pieces(row, end_row, product.m, chosen.rows):
                    a = self._at(self.a, (line, product.a[0]), (step, product.a[1]))
                    symbol = self._tile(several, count)
                    given = ["ptr %x0", f"ptr {a}", f"ptr {b}", f"i64 {line}", f"i64 {panel}"]
                    self._call(symbol, [*given, f"i64 {steps}", f"i64 {stage}"])

    def _depth(self, loops: ExitStack) -> tuple[str, str, str]:
        """The loop over blocks of k: the first step, how many there are, and their stage."""
        k, depth = self.product.k, self.plan.depth
        if k <= depth:
            return "0", str(k), str(self._stages()[0])
        listing = self.listing
        step = loops.enter_context(counted(listing, "0", str(k), depth))
        left = listing.value(f"sub i64 {k}, {step}")
        steps = self._least(left, str(depth))
        first = listing.value(f"icmp eq i64 {step}, 0")
        final = listing.value(f"icmp sle i64 {left}, {depth}")
        start = ADD if self.product.accumulate else START
        added = listing.value(f"select i1 {first}, i64 {start}, i64 {ADD}")
        done = self.ending.finish
        finished = listing.value(f"select i1 {final}, i64 {done}, i64 0")
        return step, steps, listing.value(f"or i64 {added}, {finished}")

    def _stages(self) -> tuple[int, ...]:
        """The stages that occur, in order."""
        done = self.ending.finish
        start = ADD if self.product.accumulate else START
        blocks = -(-self.product.k // max(self.plan.depth, 1))
        if blocks <= 1:
            return (start | done,)
        between = {start, ADD} if blocks > 2 else {start}
        return tuple(sorted({*between, ADD | done}))

    def _block(
        self, loops: ExitStack, begin: str, end: str, most: int, whole: int
    ) -> tuple[str, str]:
        """A loop over blocks of rows or columns, where there are several."""
        if whole <= most:
            return begin, end
        first = loops.enter_context(counted(self.listing, begin, end, most))
        following = self.listing.value(f"add i64 {first}, {most}")
        return first, self._least(following, end)

    def _pieces(self, begin: str, end: str, whole: int, piece: int) -> Iterator[tuple[str, int]]:
        """Whole pieces in a loop, then what is left at the end; gives index and size of each."""
        listing, rest = self.listing, whole % piece
        full = whole - rest
        if full == piece and begin == "0":
            yield "0", piece
        elif full:
            stop = self._least(end, str(full)) if rest else end
            with counted(listing, begin, stop, piece) as index:
                yield index, piece
        if not rest:
            return
        if begin == "0" and end == str(whole):
            yield str(full), rest
            return
        reaches = listing.value(f"icmp sgt i64 {end}, {full}")
        comes = listing.value(f"icmp sle i64 {begin}, {full}")
        with only_if(listing, listing.value(f"and i1 {reaches}, {comes}")):
            yield str(full), rest

    def _pack_b(self, to: str, step: str, steps: str, column: str, end: str) -> None:
        chosen, product = self.plan, self.product
        for panel, count in self._pieces(column, end, product.n, chosen.panel):
            source = self._at(self.b, (step, product.b[0]), (panel, product.b[1]))
            goal = self._at(to, (self._less(panel, column), chosen.depth))
            most = min(chosen.depth, product.k)
            pack_panel(self.lanes, goal, source, steps, product.b, count, most)

    def _panel(self, step: str, column: str, panel: str) -> str:
        """Where the panel of B begins."""
        if self.plan.packs_b:
            return self._at("%x3", (self._less(panel, column), self.plan.depth))
        strides = self.product.b
        return self._at(self.b, (step, strides[0]), (panel, strides[1]))

    def _tile(self, rows: int, columns: int) -> str:
        """Define the function of a tile, where it does not stand there yet."""
        chosen, product = self.plan, self.product
        symbol = f"{self.name}.tile{rows}x{columns}"
        module = self.listing.module
        if module.defines(symbol):
            return symbol
        vectors = -(-columns // chosen.width)
        tile = Tile(
            rows=rows,
            vectors=vectors,
            last=columns - (vectors - 1) * chosen.width,
            a=product.a,
            b_stride=vectors * chosen.width if chosen.packs_b else product.b[0],
            whole_b=chosen.packs_b,
            steps=product.k if product.k <= chosen.depth else None,
            stages=self._stages(),
        )
        define_tile(
            module, self.machine, symbol, product, tile, chosen.width, chosen.transposed,
            self.ending, chosen.written_out,
        )  # fmt: skip
        return symbol

    def _call(self, symbol: str, given: list[str]) -> None:
        given = [*given, *(f"ptr %x{6 + one}" for one in range(self.ending.extras))]
        self.listing.line(f"call void @{symbol}({', '.join(given)})")

    def _at(self, pointer: str, *moves: tuple[str, int]) -> str:
        kind = "float" if self.product.bits == 32 else "double"
        for index, stride in moves:
            if index != "0" and stride:
                elements = self.listing.value(f"mul i64 {index}, {stride}")
                pointer = self.listing.value(f"getelementptr {kind}, ptr {pointer}, i64 {elements}")
        return pointer

    def _least(self, x: str, y: str) -> str:
        return self.listing.call("llvm.smin.i64", "i64", ("i64", x), ("i64", y))

    def _less(self, x: str, y: str) -> str:
        return x if y == "0" else self.listing.value(f"sub i64 {x}, {y}")
