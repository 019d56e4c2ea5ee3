"""How is a graph's machine code called with arrays?"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from thalweg.core.threads import threads
from thalweg.errors import GraphError
from thalweg.graph.graph import Graph
from thalweg.native.accumulation import find_updates
from thalweg.native.boxed_call import Boxes, boxed_call
from thalweg.native.fast_call import CALL, DIFFERS, write_call
from thalweg.native.interrupts import raise_if_stopped
from thalweg.native.kernels import Kernels
from thalweg.native.kernels_of_loops import holds_one_that_asks
from thalweg.native.listing import Module
from thalweg.native.long_work import work_to_share
from thalweg.native.machine import Machine, machine
from thalweg.native.planning import NotCompiled, plan_kernels, work_of
from thalweg.native.program import Program, Programs, Table, in_lines
from thalweg.native.program_code import ON_STACK, Layout, lay_out, write_loop, write_program
from thalweg.native.python_objects import available, bind, imported
from thalweg.passes.order import run_passes
from thalweg.passes.speculate import speculate

__all__ = [
    "Compiled",
    "CompiledLoop",
    "NotCompiled",
    "compile_graph",
    "compile_loop",
    "program_text",
]

empty = np.empty

SHORT = 1_000_000
"""Below so much work (operations on elements), a few tenths of a millisecond, a call that one thread does is
not worth letting Python's other threads run: they are let run every 5 ms."""

SHARED_CALL = 1_000_000
SHARED_ROUND = 100_000
"""From so much work on threads share it: in a call, which must wake them, and in a round of a loop."""


A_THREAD = 250_000
"""Each thread beyond the second wants so much work."""


class Compiled:
    """A graph in machine code: called with an array for each input, it answers with one for each output."""

    def __init__(self, graph: Graph, target: Machine, threads: int = 1) -> None:
        kernels = plan_kernels(run_passes(graph))
        given = len(graph.inputs), len(graph.outputs)
        self._inputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.inputs]
        self._outputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.outputs]
        self._quick: Any = None
        self._target = target
        self._programs: Programs | None = None
        # In a quick call Python's other threads wait; a loop that asks whether to go on may be long.
        many = _worth(kernels, threads, SHARED_CALL)
        short = many == 1 and work_of(kernels) < SHORT and not holds_one_that_asks(kernels)
        if target.name == "host" and short and available():
            self._bind(kernels, target, given)
        else:
            self._programs = Programs(kernels, target, given, many, {}, write_program)

    def _bind(self, kernels: Kernels, target: Machine, given: tuple[int, int]) -> None:
        """Make the quick call; the interpreter's lock is held meanwhile, so one arena serves all threads."""
        layout = lay_out(kernels, target, *given)
        module = Module()
        write_program(module, target, kernels, layout)
        specs = [*self._inputs, *self._outputs]
        write_call(module, specs, layout.fixed)
        imports = imported([dtype for _, dtype in specs])
        self._program = Program(module.text(), layout, target, 1, [CALL], imports)
        own = Table(layout, 0)
        self._fixed = np.array(list(own.pointers), np.uint64)
        self._quick = bind(self._program.code.address(CALL), None, self._program, own)

    def __call__(self, arrays: Sequence[Any]) -> list[Any]:
        """Compute the outputs.

        Args:
            arrays: one for each input, of its shape; of another dtype or order they are copied.

        Raises:
            GraphError: more or fewer arrays than inputs, or arrays of other shapes.
            IndexError: a whole number names a row that is not there.
        """
        if self._quick is not None:
            made = [empty(shape, dtype) for shape, dtype in self._outputs]
            status = self._quick(*arrays, *made, self._fixed)
            if status == 0:
                return made
            raise_if_stopped(status)
            if status != DIFFERS:
                raise IndexError(OUTSIDE)
        return self._slowly(arrays)

    def boxed(self, boxes: Boxes) -> Any:
        """A function that takes and makes Tensors; None where objects do not lie in memory as they should.

        It answers with a tuple, or, where the arrays are not as the code was written for or a number
        names a row that is not there, with a whole number.
        """
        if self._quick is None:
            return self._boxed_by_python(boxes)
        run = self._program.address
        return boxed_call(run, self._target, self._inputs, self._outputs, self._fixed, boxes, self)

    def _boxed_by_python(self, boxes: Boxes) -> Any:
        """The same for long calls, during which other threads run."""
        inputs = [*zip(boxes.given, *zip(*self._inputs, strict=True), strict=True)]
        programs = cast(Programs, self._programs)
        outputs, answers, count = self._outputs, boxes.answers, len(inputs)
        new = in_lines if programs.threads > 1 else empty

        def call(*things: Any) -> Any:
            if len(things) != count:
                return DIFFERS
            arrays = []
            for thing, (kind, shape, dtype) in zip(things, inputs, strict=True):
                array = getattr(thing, "array", None) if type(thing) is kind else None
                if isinstance(array, np.generic):
                    array = np.asarray(array)
                if type(array) is not np.ndarray or array.shape != shape or array.dtype != dtype:
                    return DIFFERS
                flags = array.flags
                if not (flags.c_contiguous and flags.aligned):
                    return DIFFERS
                arrays.append(array)
            made: list[Any] = [new(shape, dtype) for shape, dtype in outputs]
            status = programs.run([*arrays, *made], 1)
            if status:
                return status
            made = [one if one.ndim else one[()] for one in made]
            return (*map(boxes.box, made[:answers]), *made[answers:])

        return call

    def _slowly(self, arrays: Sequence[Any]) -> list[Any]:
        """Call with whatever NumPy can bring into the right order; other threads run meanwhile."""
        if len(arrays) != len(self._inputs):
            raise GraphError(f"the graph has {len(self._inputs)} inputs; {len(arrays)} arrays came")
        given = [
            np.asarray(array, dtype, order="C")
            for array, (_, dtype) in zip(arrays, self._inputs, strict=True)
        ]
        for place, (array, (shape, dtype)) in enumerate(zip(given, self._inputs, strict=True)):
            if array.shape != shape:
                raise GraphError(
                    f"input {place} is {dtype.name}{list(shape)}; {list(array.shape)} came"
                )
            if not array.flags.aligned:
                given[place] = array.copy()
        many = self._programs is not None and self._programs.threads > 1
        made = [(in_lines if many else empty)(shape, dtype) for shape, dtype in self._outputs]
        if self._programs is not None:
            status = self._programs.run([*given, *made], 1)
        else:
            table = Table(self._program.layout, len(given) + len(made))
            table.fill([*given, *made])
            status = self._program.run(table, 1) or 0
        if status:
            raise_if_stopped(status)
            raise IndexError(OUTSIDE)
        return made


class CompiledLoop:
    """A graph whose outputs become inputs of the next round, in machine code.

    Args:
        graph: one round.
        states: the places of outputs by those of the inputs that they become.
        target: for which processor.
        threads: how many may share the work.

    Attributes:
        rows: shape and dtype of each output that is no state; a call makes a row of it each round.
    """

    def __init__(
        self, graph: Graph, states: dict[int, int], target: Machine, threads: int = 1
    ) -> None:
        if len(set(states.values())) < len(states):
            raise GraphError(f"an output becomes one input at most; the states were {states}")
        simple = run_passes(graph)
        updates = find_updates(simple, states)
        if not updates:
            simple = speculate(simple)
        self._in_place = frozenset(updates)
        kernels = plan_kernels(simple, updates)
        small = [pair for pair in states.items() if pair[1] not in updates]
        own = {
            one.number: one
            for one in kernels.buffers
            if one.size * one.dtype.itemsize <= ON_STACK
            and one.place in {pair[one.kind == "output"] for pair in small}
            and one.kind in ("input", "output")
        }

        def write(module: Module, target: Machine, kernels: Kernels, layout: Layout) -> None:
            write_loop(module, target, kernels, layout, states)

        many = _worth(kernels, threads, SHARED_ROUND)
        given = len(graph.inputs), len(graph.outputs)
        self._programs = Programs(kernels, target, given, many, own, write)
        self._inputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.inputs]
        self._outputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.outputs]
        self._states = states
        self._lasting = set(states.values())
        places = [place for place in range(len(self._outputs)) if place not in self._lasting]
        self.rows = [self._outputs[place] for place in places]
        self._first = places[0] if places else -1

    def __call__(
        self, arrays: Sequence[Any], rounds: int, first: Any = None
    ) -> tuple[dict[int, Any], list[Any]]:
        """Run so many rounds.

        Args:
            arrays: one for each input; they are not written to.
            rounds: how many, from 1 on.
            first: an array for the rows of the first output that is no state; one is made without it.

        Returns:
            The states by the places of their inputs, and, of each other output, a row for each round.

        Raises:
            IndexError: a whole number names a row that is not there.
        """
        given = [
            _copied(array, shape, dtype)
            if place in self._states
            else np.ascontiguousarray(array, dtype).reshape(shape)
            for place, (array, (shape, dtype)) in enumerate(zip(arrays, self._inputs, strict=True))
        ]
        made = [
            first if place == self._first and first is not None else self._room(place, rounds)
            for place in range(len(self._outputs))
        ]
        status = self._programs.run([*given, *made], rounds)
        if status:
            raise_if_stopped(status)
            raise IndexError(OUTSIDE)
        ends = {}
        for source, target in self._states.items():
            large = given[source].nbytes > ON_STACK and target not in self._in_place
            ends[source] = made[target] if large and rounds % 2 else given[source]
        return ends, [array for place, array in enumerate(made) if place not in self._lasting]

    def _room(self, place: int, rounds: int) -> Any:
        """Where an output goes: states once, others a row for each round."""
        shape, dtype = self._outputs[place]
        if place in self._in_place:
            return in_lines((), dtype)
        return in_lines(shape if place in self._lasting else (rounds, *shape), dtype)


def _worth(kernels: Kernels, threads: int, least: int) -> int:
    """How many threads have enough to do; none but the caller's below the least work."""
    work = work_to_share(kernels)
    return 1 if work < least else min(threads, max(2, work // A_THREAD))


def _copied(array: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Any:
    copy = in_lines(shape, dtype)
    copy[...] = np.asarray(array).reshape(shape)
    return copy


OUTSIDE = "a whole number names a row that is not there"


def program_text(graph: Graph, target: Machine) -> str:
    """A graph's program in LLVM's language."""
    kernels = plan_kernels(run_passes(graph))
    layout = lay_out(kernels, target, len(graph.inputs), len(graph.outputs))
    module = Module()
    write_program(module, target, kernels, layout)
    return module.text()


KEPT = 128
"""So many programs stay in memory; the one that was not asked for longest makes room."""

_programs: OrderedDict[Any, Any] = OrderedDict()
_lock = threading.Lock()


def _kept(key: Any, make: Callable[[], Any]) -> Any:
    """The program that was made before for the same graph, or a new one."""
    with _lock:
        known = _programs.get(key)
        if known is not None:
            _programs.move_to_end(key)
            return known
    made = make()
    with _lock:
        _programs[key] = made
        while len(_programs) > KEPT:
            _programs.popitem(last=False)
    return made


def compile_graph(graph: Graph, machine_name: str = "host") -> Compiled:
    """Compile a graph, or find what became of the same graph before.

    Raises:
        NotCompiled: it holds what has no machine code.
    """
    many = threads()
    key = (tuple(graph.nodes), tuple(graph.outputs), machine_name, many)
    return cast(Compiled, _kept(key, lambda: Compiled(graph, machine(machine_name), many)))


def compile_loop(graph: Graph, states: dict[int, int], machine_name: str = "host") -> CompiledLoop:
    """Compile a graph as one round of a loop, or find it; see `CompiledLoop`.

    Raises:
        NotCompiled: it holds what has no machine code.
    """
    many = threads()
    key = (tuple(graph.nodes), tuple(graph.outputs), tuple(states.items()), machine_name, many)
    return cast(
        CompiledLoop, _kept(key, lambda: CompiledLoop(graph, states, machine(machine_name), many))
    )
