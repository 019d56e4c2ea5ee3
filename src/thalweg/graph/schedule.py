"""Which states are kept, and when are they computed again? The binomial schedule of reverse differentiation.

To go back through n turns with room for c states, the first of which is kept from the beginning: advance to
a turn, keep the state there, go back through what lies behind it with the c - 1 that are left, give that
state up, and go back through what lies before. Where the first state is kept is chosen so that the fewest
turns are computed again; with at most r repetitions of each turn, (c + r choose c) turns can be passed.

Source: A. Griewank, A. Walther, Algorithm 799: revolve, ACM Transactions on Mathematical Software 26
(2000), 19-45, https://doi.org/10.1145/347837.347846; optimal by Griewank (1992).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from math import comb
from typing import Any

__all__ = ["BACK", "GO", "KEEP", "TAKE", "actions", "forward_turns", "go_back"]

KEEP, TAKE, GO, BACK = range(4)
"""Keep the state in a slot; take it from there; go on, from a turn up to before another; go back through a turn."""


def forward_turns(turns: int, kept: int) -> int:
    """How many turns are computed forward, at least, to go back through so many with so many states kept.

    Not counted is what a turn computes again while it is passed on the way back.

    >>> forward_turns(10, 3), forward_turns(10, 10)
    (15, 9)
    """
    if turns <= 1:
        return 0
    again, reach = 0, 1
    while reach < turns:
        again += 1
        reach = comb(kept + again, kept)
    return again * turns - comb(kept + again, again - 1)


def _first_stop(turns: int, kept: int) -> int:
    """How far to go before the next state is kept, so that the fewest turns are computed in all."""
    if kept == 1:
        return turns - 1  # the one state stands at the beginning; there is no other to keep
    # What is to be computed is convex in the stop: the first one after which it grows no less.
    low, high = 1, turns - 1
    while low < high:
        stop = (low + high) // 2
        if _computed(stop + 1, turns, kept) >= _computed(stop, turns, kept):
            high = stop
        else:
            low = stop + 1
    return low


def _computed(stop: int, turns: int, kept: int) -> int:
    return stop + forward_turns(stop, kept) + forward_turns(turns - stop, kept - 1)


def actions(turns: int, kept: int) -> Iterator[tuple[int, int, int]]:
    """What is done, in order.

    Args:
        turns: how many turns there are, at least 1.
        kept: how many states can be kept, at least 1, the first among them.

    Yields:
        `(KEEP, slot, turn)`: the state before a turn goes into a slot; `(TAKE, slot, turn)`: it comes from
        there; `(GO, turn, stop)`: the turns from one up to before another are computed; `(BACK, turn, 0)`:
        the turn is computed, and the way back goes through it.

    >>> [action[0] for action in actions(2, 1)] == [KEEP, GO, BACK, TAKE, BACK]
    True
    """
    stack: list[tuple[int, int, int]] = [(0, turns, 0)]
    yield KEEP, 0, 0
    at = 0
    while stack:
        begin, end, slot = stack.pop()
        if at != begin:
            yield TAKE, slot, begin
            at = begin
        if end - begin == 1:
            yield BACK, begin, 0
            at = -1
            continue
        stop = begin + _first_stop(end - begin, kept - slot)
        yield GO, begin, stop
        at = stop
        if kept - slot > 1:
            yield KEEP, slot + 1, stop
            stack.append((begin, stop, slot))
            stack.append((stop, end, slot + 1))
        else:  # the last turn from where it stands, then the others from the beginning
            stack.append((begin, end - 1, slot))
            yield BACK, stop, 0
            at = -1


def go_back(
    steps: Iterable[tuple[int, int, int]], rows: Sequence[int], parts: Sequence[Any],
    run: Callable[[list[Any]], Any], pull: Callable[[list[Any]], Any], stacks: Sequence[Any],
) -> Any:  # fmt: skip
    """Do what is to be done, in Python.

    Args:
        steps: as `actions` tells them.
        rows: which row of what is cut into rows each turn takes.
        parts: what a rewind takes, as `graph.control.parts_of_rewind` parts it.
        run: one turn of the loop: of its state, its rows and what stays, the next state.
        pull: one turn of the way back: of what that carries, the state before the turn, the rows of both
            and what stays, what is carried on and a row of each stack.
        stacks: arrays that the rows are written into.

    Returns:
        What the way back carries at the end.
    """
    state, cut, own, still, carry = parts
    slots: dict[int, Any] = {}
    for what, first, second in steps:
        if what == KEEP:
            slots[first] = state
        elif what == TAKE:
            state = slots[first]
        elif what == GO:
            for turn in range(first, second):
                state = run([*state, *[one[rows[turn]] for one in cut], *still])
        else:
            row = rows[first]
            made = pull([*carry, *state, *[one[row] for one in (*cut, *own)], *still])
            carry = made[: len(carry)]
            for stack, part in zip(stacks, made[len(carry) :], strict=True):
                stack[row] = part
    return carry
