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

# Bytes that blocks may take, so that they stay in the caches that the kernel reads them from; today's
# processors have 32 KiB or more in the first and 512 KiB or more in the second.
_NEAR_BYTES = 32 << 10
_PANEL_BYTES = 256 << 10
_A_BYTES = 256 << 10
_B_BYTES = 4 << 20
# B is read as it lies where it fits the second cache and its rows are not too many pages. Packing
# costs as much as two rows of the product, so it takes many rows to earn that.
_LOOSE_BYTES = 1 << 20
_LOOSE_STRIDE = 2048
_MANY_ROWS = 96
_FEW_STREAMS = 8
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
        packs_a: whether A, one row, is copied to where it lies close.
        packs_b: whether panels of B are copied so.
        block_rows: rows of A that stay in the second cache for all panels.
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

    def b_bytes(self) -> int:
        """Bytes that the packed panels of B take."""
        if not self.packs_b:
            return 0
        columns = -(-min(self.block_columns, self.product.n) // self.width) * self.width
        return columns * self.depth * self.product.itemsize


def plan(asked: Product, machine: Machine) -> Plan:
    """Choose the blocks of a product on a machine."""
    straight = asked.settled()
    lanes = machine.lanes(asked.bits)
    transposed = _better_transposed(straight, lanes)
    product = straight.transposed().settled() if transposed else straight
    dots = product.m == 1 and product.b[1] != 1 and product.b[0] == 1 and product.k >= lanes
    if dots:
        return _as_dots(product, transposed, lanes)
    return _as_tiles(product, transposed, lanes, machine)


def _better_transposed(product: Product, lanes: int) -> bool:
    m, n, k = product.m, product.n, product.k
    if m == 1 or n == 1:
        return n == 1 and m > 1
    if product.c[1] != 1:
        return product.c[0] == 1
    # A row of few elements leaves lanes idle. Where A's columns lie contiguous, they can be the lanes
    # instead; elements of C are then written one by one, which takes many steps of k to repay.
    idle = lanes - n
    return product.a[0] == 1 and m >= 2 * lanes and k * idle > 3 * n * lanes


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
    if m == 1 and n > 2 * panel and k * n * size > _LOOSE_BYTES:
        # B comes from memory and is read once; processors foresee few streams at once.
        depth = _FEW_STREAMS
    block_rows = max(1, _A_BYTES // (max(depth, 1) * size) // rows) * rows
    return Plan(
        product=product,
        transposed=transposed,
        dots=False,
        width=width,
        rows=rows,
        vectors=vectors,
        depth=depth,
        packs_a=False,
        packs_b=_packs_b(product),
        block_rows=block_rows,
        block_columns=max(1, _B_BYTES // (max(depth, 1) * size) // panel) * panel,
        by_columns=m < 4 * rows and n > panel,
        written_out=written_out,
    )


def _tile(product: Product, width: int, registers: int) -> tuple[int, int]:
    """Rows and vectors of a tile.

    The sums, a row's vectors of B and one element of A share the registers. Wide tiles load least:
    with four vectors a step of six rows needs ten loads for 24 multiplications.
    """
    m, across = product.m, max(1, -(-product.n // width))
    widest = (4, 3) if registers > 16 else (2,)
    # As little as possible left over at the end of a row.
    vectors = min(across, min(widest, key=lambda some: (-across % some, -some)))
    most = min((registers - vectors - 1) // vectors, 16)
    if m < most:
        # Few rows: wider, so that enough sums run side by side and B is read in longer pieces.
        vectors = max(1, min(across, (registers - 1) // (m + 1), 8))
        pieces = -(-across // vectors)
        return max(m, 1), -(-across // pieces)
    # The tallest that divides the rows, if it is nearly as tall as can be: a lower one reads B more
    # often, which matters where the panel does not fit the first cache.
    near = product.k * vectors * width * product.itemsize <= _NEAR_BYTES
    enough = 16 if registers > 16 else 10
    lowest = min(most, -(-enough // vectors)) if near else -(-most * 5 // 6)
    return next((rows for rows in range(most, lowest - 1, -1) if m % rows == 0), most), vectors


def _packs_b(product: Product) -> bool:
    if product.k == 0 or product.b[1] != 1:
        return product.k > 0
    size = product.itemsize
    scattered = abs(product.b[0]) * size > _LOOSE_STRIDE
    large = product.k * product.n * size > _LOOSE_BYTES
    return product.m >= _MANY_ROWS and (scattered or large) and product.b[0] != 0


def _registers(machine: Machine) -> int:
    """How many vector registers there are."""
    many = machine.vector_bits == 512 or machine.triple.startswith(("aarch64", "arm64"))
    return 32 if many else 16


def _even(length: int, most: int) -> int:
    """The length of a block when a length is cut into equal ones, none longer than `most`."""
    blocks = max(1, -(-length // most))
    return -(-length // blocks) if length else 0
