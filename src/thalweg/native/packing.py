"""How are blocks of a product's matrices copied to where the kernel reads them in order?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from thalweg.native.counted import counted
from thalweg.native.lanes import Floats, Lanes
from thalweg.native.place import read, scalar, shifted, write
from thalweg.native.product import Strides

__all__ = ["copy_line", "pack_panel", "shuffled"]

PIECE = 128
"""So many bits of a vector are a world of their own to most instructions."""


def _moved(lanes: Lanes, pointer: str, index: str, stride: int) -> str:
    """A pointer `index` times `stride` elements further."""
    if stride == 0 or index == "0":
        return pointer
    elements = index if stride == 1 else lanes.listing.value(f"mul i64 {index}, {stride}")
    return lanes.listing.value(f"getelementptr {scalar(lanes)}, ptr {pointer}, i64 {elements}")


def copy_line(lanes: Lanes, to: str, source: str, count: str, stride: int) -> None:
    """Copy `count` elements that lie `stride` apart to where they lie side by side."""
    listing, width = lanes.listing, lanes.width
    whole = listing.value(f"and i64 {count}, {-width}")
    single = Lanes(listing, lanes.machine, lanes.bits, 1)
    for some, begin, end in ((lanes, "0", whole), (single, whole, count)):
        with counted(listing, begin, end, some.width) as index:
            value = read(some, _moved(lanes, source, index, stride), stride, some.width)
            write(some, _moved(lanes, to, index, 1), 1, some.width, value)


def pack_panel(
    lanes: Lanes, to: str, source: str, steps: str, strides: Strides, columns: int, most: int
) -> None:
    """Copy a panel of B: for each step of k, its vectors side by side.

    Args:
        lanes: the vector's type.
        to: where the panel goes.
        source: where the panel's first element is.
        steps: how many steps of k.
        strides: those of B.
        columns: how many columns the panel has; what fills its last vector may be anything.
        most: the number that `steps` does not exceed.
    """
    listing, width = lanes.listing, lanes.width
    whole, rest = divmod(columns, width)
    across = (whole + (rest > 0)) * width
    begin = "0"
    if strides[0] == 1 and strides[1] != 1 and 1 < width <= most:
        begin = listing.value(f"and i64 {steps}, {-width}")
        with counted(listing, "0", begin, width) as step:
            place, goal = _moved(lanes, source, step, 1), _moved(lanes, to, step, across)
            if whole:
                with _each(lanes, whole, place, goal, strides[1]) as (start, at):
                    _turn(lanes, start, strides[1], width, at, across)
            if rest:
                start = shifted(lanes, place, whole * width * strides[1])
                _turn(lanes, start, strides[1], rest, shifted(lanes, goal, whole * width), across)
    with counted(listing, begin, steps, 1) as step:
        place, goal = _moved(lanes, source, step, strides[0]), _moved(lanes, to, step, across)
        for column in range(0, across, width):
            present = min(width, columns - column)
            value = read(lanes, shifted(lanes, place, column * strides[1]), strides[1], present)
            write(lanes, shifted(lanes, goal, column), 1, width, value)


@contextmanager
def _each(lanes: Lanes, whole: int, source: str, to: str, stride: int) -> Iterator[tuple[str, str]]:
    """A loop over whole vectors of columns: where each begins, and where it goes."""
    with counted(lanes.listing, "0", str(whole * lanes.width), lanes.width) as column:
        yield _moved(lanes, source, column, stride), _moved(lanes, to, column, 1)


def _turn(lanes: Lanes, source: str, stride: int, present: int, to: str, across: int) -> None:
    """Copy a square of columns that lie contiguous to rows that are `across` elements apart.

    Processors move elements within 128 bits in one instruction, and pieces of 128 bits in another. So
    first the squares that are as wide as such a piece are turned, and then, where the rows lie, the square
    that these make. All at once would be as quick, and take LLVM four times as long.
    """
    width, listing = lanes.width, lanes.listing
    piece = min(width, PIECE // lanes.bits)
    whole = present - present % piece
    with counted(listing, "0", str(whole), piece) as line:
        place, goal = _moved(lanes, source, line, stride), _moved(lanes, to, line, across)
        square = [read(lanes, shifted(lanes, place, k * stride), 1, width) for k in range(piece)]
        _write_rows(lanes, _turned_in_pieces(lanes, square), goal, across)
    if whole < width:
        # Lines that do not exist are read as the last one again: nothing is read beyond the array.
        lines = [min(whole + k, present - 1) * stride for k in range(piece)]
        square = [read(lanes, shifted(lanes, source, far), 1, width) for far in lines]
        turned = _turned_in_pieces(lanes, square)
        for left in range(whole, width, piece):
            _write_rows(lanes, turned, shifted(lanes, to, left * across), across)
    if piece < width:
        with counted(listing, "0", str(piece), 1) as line:
            goal, apart = _moved(lanes, to, line, across), piece * across
            rows = [shifted(lanes, goal, k * apart) for k in range(width // piece)]
            square = _turned_whole(lanes, [read(lanes, row, 1, width) for row in rows], piece)
            _write_rows(lanes, square, goal, apart)


def _write_rows(lanes: Lanes, rows: list[Floats], to: str, apart: int) -> None:
    for k, row in enumerate(rows):
        write(lanes, shifted(lanes, to, k * apart), 1, lanes.width, row)


def _turned_in_pieces(lanes: Lanes, square: list[Floats]) -> list[Floats]:
    """Turn the squares that stand side by side in as many vectors as a piece has elements.

    Each round interleaves the first half of the vectors with the second.
    """
    piece, width = len(square), lanes.width
    half, rounds = piece // 2, piece.bit_length() - 1
    low = [
        begin + lane // 2 + (lane % 2) * width
        for begin in range(0, width, piece)
        for lane in range(piece)
    ]
    high = [lane + half for lane in low]
    for _ in range(rounds):
        square = [
            shuffled(lanes, square[place], square[place + half], order)
            for place in range(half)
            for order in (low, high)
        ]
    return square


def _turned_whole(lanes: Lanes, square: list[Floats], piece: int) -> list[Floats]:
    """Turn a square of pieces: each round brings together every other piece of two vectors."""
    count = len(square)
    every = range(0, 2 * count, 2)
    even = [other * piece + lane for other in every for lane in range(piece)]
    odd = [lane + piece for lane in even]
    for _ in range(count.bit_length() - 1):
        pairs = [*zip(square[::2], square[1::2], strict=True)]
        square = [shuffled(lanes, x, y, order) for order in (even, odd) for x, y in pairs]
    return square


def shuffled(lanes: Lanes, x: Floats, y: Floats, order: list[int]) -> Floats:
    """Lanes of two vectors one after the other, chosen by their number."""
    kind = lanes.float_type
    chosen = ", ".join(f"i32 {lane}" for lane in order)
    line = f"shufflevector {kind} {x.name}, {kind} {y.name}, <{lanes.width} x i32> <{chosen}>"
    return Floats(lanes, lanes.listing.value(line))
