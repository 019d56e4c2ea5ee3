"""What is there to do many times, or only sometimes? Kernels that hold kernels, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from thalweg.native.kernels import Alone, Kernels, View

__all__ = ["Branches", "Inner", "Rewinding", "Turns", "asks_inside", "holds_one_that_asks"]


@dataclass(eq=False)
class Inner:
    """The kernels of a graph that a node holds.

    Attributes:
        kernels: what is to be done. Its inputs lie in what the kernel around it reads, by place; its
            outputs go where that one says.
        constants: the views of its constants, by the numbers of its own buffers.
        layout: where its other buffers lie, in a stretch of memory; made when all is laid out.
    """

    kernels: Kernels
    constants: Mapping[int, View]
    layout: Any = None


@dataclass(eq=False)
class Turns:
    """A loop.

    Attributes:
        body: what is done each turn.
        condition: what says whether there is one more turn, or None.
        turns: how many; with a condition the most, -1 for any number.
        backward: whether rows are taken and made from the last to the first.
        count: the number of turns, where it is computed.
        start: what is carried at first.
        cut: what is cut into rows.
        still: what stays.
        ends: where what is carried goes at the end.
        out_count: where the number of turns goes, if that is wanted.
        stacks: where rows go.
        memory: room for what the body needs.
        asks: every so many turns it asks whether to go on, a power of two; 0 for a loop that does not.
        threads: how many run the program that it is in; set when all is laid out.
    """

    body: Inner
    condition: Inner | None
    turns: int
    backward: bool
    count: View | None
    start: list[View]
    cut: list[View]
    still: list[View]
    ends: list[View]
    out_count: View | None
    stacks: list[View]
    memory: View
    asks: int = 0
    threads: int = 1

    def inner(self) -> list[Inner]:
        """The kernels inside; they need memory at once."""
        return [self.body] if self.condition is None else [self.body, self.condition]

    def read(self) -> list[View]:
        """What is read."""
        constants = [view for one in self.inner() for view in one.constants.values()]
        count = [] if self.count is None else [self.count]
        return [*count, *self.start, *self.cut, *self.still, *constants]

    def written(self) -> list[View]:
        """What is written."""
        count = [] if self.out_count is None else [self.out_count]
        return [*self.ends, *count, *self.stacks, self.memory]


@dataclass(eq=False)
class Branches:
    """One of several is done.

    Attributes:
        which: the number, or the truth value, of the one.
        given: what they read.
        outs: where their answers go.
        branches: what each does.
        memory: room for what they need.
        threads: see `Turns`.
    """

    which: View
    given: list[View]
    outs: list[View]
    branches: list[Inner] = field(default_factory=list)
    memory: Any = None
    threads: int = 1

    def inner(self) -> list[Inner]:
        """The kernels inside."""
        return self.branches

    def read(self) -> list[View]:
        """What is read."""
        constants = [view for one in self.branches for view in one.constants.values()]
        return [self.which, *self.given, *constants]

    def written(self) -> list[View]:
        """What is written."""
        return [*self.outs, self.memory]


@dataclass(eq=False)
class Rewinding:
    """The way back through a loop of which a few states are kept.

    Attributes:
        body: a turn of the loop.
        back: a turn of the way back.
        turns: how many there are.
        kept: how many states are kept.
        backward: whether the loop takes its rows from the last to the first.
        start: the loop's state at first.
        cut: its rows.
        own: rows of the way back.
        still: what stays.
        carry: what the way back carries at first.
        ends: where that goes at the end.
        stacks: where rows go.
        actions: what is done, one after the other: three whole numbers each.
        memory: room for what all of it needs.
        asks: every so many turns, there and back, it asks whether to go on; see `Turns`.
        threads: see `Turns`.
    """

    body: Inner
    back: Inner
    turns: int
    kept: int
    backward: bool
    start: list[View]
    cut: list[View]
    own: list[View]
    still: list[View]
    carry: list[View]
    ends: list[View]
    stacks: list[View]
    actions: View
    memory: View
    asks: int = 0
    threads: int = 1

    def inner(self) -> list[Inner]:
        """The kernels inside; they need memory one after the other."""
        return [self.body, self.back]

    def read(self) -> list[View]:
        """What is read."""
        constants = [view for one in self.inner() for view in one.constants.values()]
        given = [*self.start, *self.cut, *self.own, *self.still, *self.carry]
        return [*given, *constants, self.actions]

    def written(self) -> list[View]:
        """What is written."""
        return [*self.ends, *self.stacks, self.memory]


def asks_inside(step: Any) -> bool:
    """Whether a loop inside of this one asks whether to go on."""
    return any(holds_one_that_asks(one.kernels) for one in step.inner())


def holds_one_that_asks(kernels: Kernels) -> bool:
    """Whether a loop among kernels, or inside of them, asks whether to go on."""
    for one in kernels.steps:
        held = one.step if isinstance(one, Alone) else one
        if isinstance(held, Turns | Branches | Rewinding) and (
            getattr(held, "asks", 0) > 0 or asks_inside(held)
        ):
            return True
    return False
