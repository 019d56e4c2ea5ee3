"""How is a product cut into blocks that fit registers and caches?

Two ways of computing:

- tiles: some rows by some vectors of C stay in registers while k runs; each step reads the vectors of
  B, and each element of A into all lanes. B lies row by row, or is packed so.
- dots: a few columns of C at once, each the sum of products of a row of A and a column of B, for a
  matrix of one row and a B whose columns lie contiguous: reading B once is all the work there is.

Where C or B lies better the other way, Cᵀ = Bᵀ·Aᵀ is computed.
"""

from __future__ import annotations

from dataclasses import dataclass

from thalweg.native.machine import Machine
from thalweg.native.product import Product

__all__ = ["Plan", "plan"]

# Bytes that a block may take, so that it stays where the kernel reads it: less than the caches of
# today's processors (32 KiB or more, 512 KiB or more), which other arrays use too.
_PANEL_BYTES = 64 << 10
_A_BYTES = 192 << 10
_B_BYTES = 4 << 20
# Below this many bytes a panel of B stays in the first cache however it lies.
_NEAR_BYTES = 12 << 10
# So many vector operations in all are written out without a loop.
_WRITTEN_OUT = 96


@dataclass(frozen=True)
class Plan:
    """The blocks of a product.

    Attributes:
        product: the product that is computed, maybe the transposed of what was asked.
        transposed: whether it is.
        dots: whether it is computed as dots; else as tiles.
        width: lanes of a vector.
        rows: rows of a tile.
        vectors: vectors of a tile's row.
        depth: how many steps of k are done before the next block.
        packs_a: whether blocks of A are copied to where they lie close.
        packs_b: whether panels of B are.
        block_rows: rows of A whose block stays in the second cache.
        block_columns: columns of B that are packed at once.
        by_columns: whether threads share the columns of `product`; else its rows.
        written_out: whether there are no loops at all.
    """

    product: Product
    transposed: bool
    dots: bool
    width: int
    rows: int
    vectors: int
    depth: int
    packs_a: bool
    packs_b: bool
    block_rows: int
    block_columns: int
    by_columns: bool
    written_out: bool

    @property
    def panel(self) -> int:
        """Columns of a panel: those of a tile, or those whose dots are computed at once."""
        return self.width * self.vectors

    @property
    def total(self) -> int:
        """How many rows or columns threads share."""
        return self.product.n if self.by_columns else self.product.m

    @property
    def step(self) -> int:
        """Threads begin and end at multiples of this, or at `total`."""
        return self.panel if self.by_columns else self.rows

    def a_bytes(self) -> int:
        """Bytes that the packed block of A takes."""
        if not self.packs_a:
            return 0
        rows = -(-min(self.block_rows, self.product.m) // self.rows) * self.rows
        return rows * self.depth * self.product.itemsize + 64

    def b_bytes(self) -> int:
        """Bytes that the packed panels of B take."""
        if not self.packs_b:
            return 0
        columns = -(-min(self.block_columns, self.product.n) // self.width) * self.width
        return columns * self.depth * self.product.itemsize


def plan(asked: Product, machine: Machine) -> Plan:
    """Choose the blocks of a product on a machine."""
    straight = asked.settled()
    transposed = _better_transposed(straight)
    product = straight.transposed().settled() if transposed else straight
    lanes = machine.lanes(product.bits)
    dots = product.m == 1 and product.b[1] != 1 and product.b[0] == 1 and product.k >= lanes
    if dots:
        return _as_dots(product, transposed, lanes)
    return _as_tiles(product, transposed, lanes, machine)


def _better_transposed(product: Product) -> bool:
    if product.m > 1 and product.n > 1:
        return product.c[1] != 1 and product.c[0] == 1
    return product.n == 1 and product.m > 1


def _as_dots(product: Product, transposed: bool, lanes: int) -> Plan:
    return Plan(
        product=product,
        transposed=transposed,
        dots=True,
        width=lanes,
        rows=1,
        vectors=1,
        depth=product.k,
        packs_a=product.a[1] != 1,
        packs_b=False,
        block_rows=1,
        block_columns=product.n,
        by_columns=True,
        written_out=False,
    )


def _as_tiles(product: Product, transposed: bool, lanes: int, machine: Machine) -> Plan:
    m, n, k, size = product.m, product.n, product.k, product.itemsize
    width = lanes
    while width > 1 and width // 2 >= n:
        width //= 2
    rows, vectors = _tile(product, width, _registers(machine))
    panel = width * vectors
    written_out = m <= rows and n <= panel and rows * vectors * max(k, 1) <= _WRITTEN_OUT
    depth = _even(k, max(64, _PANEL_BYTES // (panel * size)))
    near = n <= panel and panel * k * size <= _NEAR_BYTES
    packs_b = product.b[1] != 1 or (m >= 32 and not near and n * k * size > _NEAR_BYTES)
    packs_a = _worth_packing_a(product, panel)
    block_rows = max(1, _A_BYTES // (max(depth, 1) * size) // rows) * rows
    return Plan(
        product=product,
        transposed=transposed,
        dots=False,
        width=width,
        rows=rows,
        vectors=vectors,
        depth=depth,
        packs_a=packs_a and not written_out,
        packs_b=packs_b and k > 0,
        block_rows=block_rows if packs_a or m > 4 * block_rows else max(m, 1),
        block_columns=max(1, _B_BYTES // (max(depth, 1) * size) // panel) * panel,
        by_columns=m < 4 * rows and n > panel,
        written_out=written_out,
    )


def _tile(product: Product, width: int, registers: int) -> tuple[int, int]:
    """Rows and vectors of a tile: as many sums as registers allow, and little left over."""
    m, across = product.m, max(1, -(-product.n // width))
    room = registers - 3  # two for vectors of B, one for the element of A
    vectors = min(across, 2)
    most = min(room // vectors, 14)
    if m < most:
        # Few rows: wider tiles, so that enough sums run side by side and B is read in longer pieces.
        wider = min(across, room // 2 // max(m, 1), 8)
        return max(m, 1), max(vectors, wider)
    # The tallest tile that divides the rows, unless it is much lower than what fits.
    for rows in range(most, max(4, most // 2) - 1, -1):
        if m % rows == 0:
            return rows, vectors
    return most, vectors


def _worth_packing_a(product: Product, panel: int) -> bool:
    """Whether rows of A fall on each other in the first cache, or are so many that they leave it."""
    if product.n < 4 * panel or product.k < 16 or product.m < 16:
        return False
    apart = max(abs(product.a[0]), abs(product.a[1])) * product.itemsize
    return apart % 2048 == 0 or product.m * product.k * product.itemsize > _B_BYTES // 4


def _registers(machine: Machine) -> int:
    """How many vector registers there are."""
    many = machine.vector_bits == 512 or machine.triple.startswith(("aarch64", "arm64"))
    return 32 if many else 16


def _even(length: int, most: int) -> int:
    """The length of a block when a length is cut into equal ones, none longer than `most`."""
    blocks = max(1, -(-length // most))
    return -(-length // blocks) if length else 0
