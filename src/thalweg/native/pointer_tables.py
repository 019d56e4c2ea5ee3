"""How does machine code read and write pointers that stand in a row?"""

from __future__ import annotations

from collections.abc import Sequence

from thalweg.native.listing import Listing

__all__ = ["pointer_at", "pointers_in", "put_pointer", "table_of"]


def pointer_at(listing: Listing, table: str, place: int) -> str:
    """The pointer at a place of a row."""
    return listing.value(f"load ptr, ptr {_slot(listing, table, place)}, align 8")


def put_pointer(listing: Listing, pointer: str, table: str, place: int) -> None:
    """Write a pointer at a place of a row."""
    listing.line(f"store ptr {pointer}, ptr {_slot(listing, table, place)}, align 8")


def pointers_in(listing: Listing, table: str, count: int) -> list[str]:
    """The pointers of a row."""
    return [pointer_at(listing, table, place) for place in range(count)]


def table_of(listing: Listing, pointers: Sequence[str]) -> str:
    """Pointers in a row, in memory of the function's own."""
    table = listing.room(f"[{len(pointers)} x ptr]", 8)
    for place, pointer in enumerate(pointers):
        put_pointer(listing, pointer, table, place)
    return table


def _slot(listing: Listing, table: str, place: int) -> str:
    return listing.value(f"getelementptr ptr, ptr {table}, i64 {place}")
