"""How is a loop over whole numbers written down?"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from thalweg.native.listing import Listing, Module

__all__ = ["counted", "each", "either", "kept_rolled", "only_if"]

_MARK = "!thalweg.rolled"
# Metadata have numbers for names; these two are far from where others would begin to count.
_ROLLED = "!91000"
_ROLLED_TEXT = '!91000 = distinct !{!91000, !91001}\n!91001 = !{!"llvm.loop.unroll.disable"}'


def kept_rolled(module: Module) -> str:
    """What is appended to a loop's jump so that LLVM does not unroll it.

    Two rounds of a loop full of vectors need more registers than there are, and then every round
    writes vectors to memory and reads them back.
    """
    if not module.defines(_MARK):
        module.define(_MARK, _ROLLED_TEXT)
    return f", !llvm.loop {_ROLLED}"


@contextmanager
def counted(
    listing: Listing, start: str, stop: str, step: int | str, after: str = ""
) -> Iterator[str]:
    """Write a loop around what is written inside; gives the index, an i64.

    Args:
        listing: where it is written.
        start: the first index.
        stop: the loop goes on while the index is less than this.
        step: what is added to the index each time.
        after: the label of the block behind it, where what is written inside goes there; or nothing.
    """
    before = listing.block
    test, body, latch = (listing.label() for _ in range(3))
    after = after or listing.label()
    index, following = f"%{listing.label()}", f"%{listing.label()}"
    listing.line(f"br label %{test}")
    listing.begin(test)
    listing.line(f"{index} = phi i64 [ {start}, %{before} ], [ {following}, %{latch} ]")
    goes_on = listing.value(f"icmp slt i64 {index}, {stop}")
    listing.line(f"br i1 {goes_on}, label %{body}, label %{after}")
    listing.begin(body)
    yield index
    listing.line(f"br label %{latch}")
    listing.begin(latch)
    listing.line(f"{following} = add i64 {index}, {step}")
    listing.line(f"br label %{test}{kept_rolled(listing.module)}")
    listing.begin(after)


@contextmanager
def each(listing: Listing, count: int) -> Iterator[str | int]:
    """Write what is written inside for each number from 0 up to a count; for a single one without a loop."""
    if count == 1:
        yield 0
    else:
        with counted(listing, "0", str(count), 1) as index:
            yield index


@contextmanager
def only_if(listing: Listing, truth: str) -> Iterator[None]:
    """Write what is written inside so that it runs only if an i1 is true."""
    inside, after = listing.label(), listing.label()
    listing.line(f"br i1 {truth}, label %{inside}, label %{after}")
    listing.begin(inside)
    yield
    listing.line(f"br label %{after}")
    listing.begin(after)


@contextmanager
def either(listing: Listing, truth: str) -> Iterator[Callable[[], None]]:
    """Write two ways: what is written first runs if an i1 is true, and after the call what runs if not.

    The call that divides the two is what the `with` gives.
    """
    first, second, after = listing.label(), listing.label(), listing.label()
    listing.line(f"br i1 {truth}, label %{first}, label %{second}")
    listing.begin(first)

    def otherwise() -> None:
        listing.line(f"br label %{after}")
        listing.begin(second)

    yield otherwise
    listing.line(f"br label %{after}")
    listing.begin(after)
