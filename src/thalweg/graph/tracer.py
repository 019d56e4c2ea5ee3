"""Who writes a graph while a function runs: a Tracer, one more recorder beside the tapes.

The function runs eagerly, on real values, and every op call is shown to the tracer as it is to tapes;
so do the gradient's own ops, because a sweep under a recorder runs on Tensors. What the tracer cannot
write down (a value that leaves for Python, a row without machine code) it notes with the line, and the
function stays eager; nothing raises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.recording import Happening, Site, caller_site, computed_unseen, tick
from thalweg.core.sites import place
from thalweg.graph.graph import Graph
from thalweg.graph.lowering import NotLowered, lower, number
from thalweg.graph.taken_out import taken_out

__all__ = ["Obstacle", "Tracer"]

MOST_NODES = 20_000
"""What is longer stays in Python: a loop that is written down turn by turn has no end."""


class Obstacle(tuple[str, Site]):
    """Why a function cannot be compiled, and the line that says so."""

    __slots__ = ()

    def __str__(self) -> str:
        return f"{place(self[1])}: {self[0]}"


class Tracer:
    """A recorder that writes a graph.

    Attributes:
        graph: what was written so far.
        cells: what was read before it was set, Variables and an optimizer's memory: each has an
            `array`, and each is an input.
        written: what was set, with the number of the new value's node.
        assumed: what must stay so: functions to ask, and what they answered.
        obstacles: what could not be written down, and where; empty where all could.
        unfinished: whether a Variable was made meanwhile, as a first call may do and no other does.
    """

    traces = True
    trial = False
    line: Site | None = None
    """The line of what is shown later than it was, in place of the one that runs."""

    def __init__(self) -> None:
        self.graph = Graph()
        self.cells: dict[Any, tuple[Any, int]] = {}
        self.written: dict[Any, tuple[Any, int]] = {}
        self.unfinished = False
        self.assumed: list[tuple[Callable[[], Any], Any]] = []
        self._began = tick()
        self.obstacles: list[Obstacle] = []
        self._nodes: dict[int, list[tuple[Any, int]]] = {}
        self._inside: set[int] = set()
        self._unrolled: Obstacle | None = None  # what keeps a loop's turns from being written once

    def given(self, array: Any, key: int) -> None:
        """Make an input of an argument."""
        self._know(key, array, self.graph.input(array.shape, array.dtype))

    def know(self, tensor: Any, node: int) -> None:
        """Take a Tensor that is made from outside for the value of a node."""
        self._know(tensor.key, tensor.array, node)

    def same(self, tensor: Any, other: Any) -> None:
        """Take a Tensor that is made from outside for the value of another one."""
        try:
            self.know(tensor, int(self._node(other.key, other.array)))
        except NotLowered as error:
            self.refuse(str(error))

    def assume(self, ask: Callable[[], Any]) -> None:
        """What is written down holds as long as this answers as it does now."""
        self.assumed.append((ask, ask()))

    def _know(self, key: int, array: Any, node: int) -> None:
        """Remember a value's node. A Variable has one key and, one after the other, many values."""
        self._nodes.setdefault(key, []).append((array, node))

    def record(
        self, op: Any, keys: tuple[Any, ...], values: tuple[Any, ...], params: tuple[Any, ...],
        out: Any, site: Site,
    ) -> bool:  # fmt: skip
        """Write one call."""
        if self.obstacles:
            return False
        if len(self.graph) > MOST_NODES:
            self.refuse(
                f"more than {MOST_NODES} operations: machine code for them takes too long; "
                + (f"turns of a loop are written one by one: {self._unrolled}"
                   if self._unrolled
                   else "tw.fori_loop, tw.scan and tw.while_loop write a turn down once")
            )  # fmt: skip
        try:
            inputs = [self._node(key, value) for key, value in zip(keys, values, strict=True)]
            if type(out) is tuple:
                answers = tuple([one.array for one in out])
                for one, node in zip(
                    out, lower(self.graph, op, inputs, params, answers), strict=True
                ):
                    self._know(one.key, one.array, node)
            else:
                node = lower(self.graph, op, inputs, params, out.array)
                self._know(out.key, out.array, node)
        except NotLowered as error:
            self._stop(str(error), getattr(error, "site", None) or caller_site())
        except Exception as error:  # noqa: BLE001 # the user's call goes on, whatever is wrong here
            self._stop(f"{op.name}: it cannot be written down ({error})", caller_site())
        return True

    def node_of(self, value: Any) -> int:
        """The node of an answer: a Tensor, a Variable or an array."""
        if isinstance(value, Handle):
            return int(self._node(value.key, value.array))
        return self.graph.constant(np.asarray(value))

    def answer(self, value: Any, site: Site | None) -> int | None:
        """The node of what the function answers; None, noted, where it cannot be told."""
        try:
            return self.node_of(value)
        except NotLowered as error:
            self.refuse(str(error), site)
            return None

    def _node(self, key: Any, value: Any) -> Any:
        if key is None:
            if isinstance(value, np.ndarray | np.generic):
                return number(self.graph.constant(value))
            return value
        for array, node in reversed(self._nodes.get(key, ())):
            if array is value:
                return number(node)
        if key in self._nodes:
            raise NotLowered("a Variable changed unseen, by other means than assign")
        if key in self._inside:
            raise NotLowered("a value of one turn of a loop, or of a branch, is used outside of it")
        if key > self._began and not self.obstacles and computed_unseen(key):
            raise NotLowered("a value that was computed on another thread")
        # Made outside of the function, or of Python's own values, and no Variable: it stays as it is.
        node = self.graph.constant(value)
        self._know(key, value, node)
        return number(node)

    def read(self, variable: Any) -> None:
        """See that a Variable is read: the first time, it becomes an input."""
        if variable.key not in self._nodes:
            if variable.key > self._began:
                self.born(variable)
            node = self.cell(variable.key, variable)
            self._know(variable.key, variable.array, node)

    def born(self, variable: Any) -> None:
        """See that a Variable is made, as a first call may do and no other does."""
        self.unfinished = True
        self._stop(
            f"Variable '{variable.name}' is made in here; make it before the call", caller_site()
        )

    def cell(self, key: Any, cell: Any) -> int:
        """The node of something that keeps a value from call to call; it becomes an input.

        Args:
            key: tells it apart from others.
            cell: its `array` is read before each call, and set afterwards where it is written.
        """
        if key in self.written:
            return self.written[key][1]
        if key not in self.cells:
            array = np.asarray(cell.array)
            self.cells[key] = (cell, self.graph.input(array.shape, array.dtype))
        return self.cells[key][1]

    def write(self, key: Any, cell: Any, node: int) -> None:
        """Note the node of what such a thing keeps from here on; a Variable has its new array already."""
        if isinstance(cell, Handle):
            self._know(cell.key, cell.array, node)
        self.written[key] = (cell, node)

    def inside(self, keys: set[int]) -> None:
        """See that values belong to one turn of a loop, or to a branch, and are nothing outside of it."""
        self._inside |= keys

    def unrolled(self, why: str, site: Site) -> None:
        """See that a loop's turns are written one by one, and why."""
        self._unrolled = Obstacle((why, site))

    def setting(self, variable: Any) -> None:
        """See that a Variable is about to be set."""

    def assigned(self, variable: Any, source: Any) -> None:
        """See that a Variable takes the value of a Tensor."""
        try:
            node = int(self._node(source.key, source.array))
        except NotLowered as error:
            self._stop(str(error), caller_site())
        else:
            self.write(variable.key, variable, node)

    def adopt(self, call: Any) -> bool:
        """See a call that brings its own derivative: its ops are written, its derivative is the tape's."""
        if any(one.key not in self._nodes for one in call.out):
            self._stop(f"{call.name} has a gradient of its own", caller_site())
        return False

    def note(self, happening: Happening) -> None:
        """See what leaves for Python, and what is drawn by chance."""
        if happening.kind == "escape" and any(map(self.varies, happening.keys)):
            self._stop(taken_out(happening.what), happening.site)
        elif happening.kind == "random":
            self._stop(f"{happening.what} draws by chance; draw before the call", happening.site)

    def varies(self, key: Any) -> bool:
        """Whether a value depends on what is given: a shape does not."""
        known = self._nodes.get(key)
        return known is not None and self.graph.nodes[known[-1][1]].op != "constant"

    def refuse(self, why: str, site: Site | None = None) -> None:
        """Note from outside that something cannot be written down; the caller's line, if no other."""
        self._stop(why, site or caller_site())

    def _stop(self, why: str, site: Site) -> None:
        if not self.obstacles:
            self.obstacles.append(Obstacle((why, self.line or site)))
