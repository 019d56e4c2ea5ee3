"""How is a graph's machine code called with arrays?"""

from __future__ import annotations

import ctypes
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from thalweg.errors import GraphError
from thalweg.graph.graph import Graph
from thalweg.native import fast_call
from thalweg.native.accumulation import find_updates
from thalweg.native.compiling import load, object_code
from thalweg.native.listing import Module
from thalweg.native.machine import Machine, machine
from thalweg.native.planning import NotCompiled, plan_kernels, work_of
from thalweg.native.program_code import ENTRY, ON_STACK, Layout, lay_out, write_loop, write_program
from thalweg.passes.order import run_passes

__all__ = [
    "Compiled",
    "CompiledLoop",
    "NotCompiled",
    "compile_graph",
    "compile_loop",
    "program_text",
]

empty = np.empty

SHORT = 200_000
"""Below so much work (operations on elements) a call is not worth letting other threads run."""


class _Table:
    """The pointers that machine code is given: inputs, outputs, constants, arena."""

    def __init__(self, layout: Layout, given: int) -> None:
        self._constants = [np.ascontiguousarray(one) for one in layout.constants]
        self._arena = np.empty(layout.bytes + 64, np.uint8)
        fixed = [one.ctypes.data for one in self._constants]
        fixed.append(self._arena.ctypes.data + -self._arena.ctypes.data % 64)
        self.pointers = (ctypes.c_void_p * (given + len(fixed)))()
        for place, pointer in enumerate(fixed, given):
            self.pointers[place] = pointer
        self.address = ctypes.addressof(self.pointers)

    def fill(self, arrays: Sequence[Any]) -> None:
        """Write the pointers of inputs and outputs."""
        for place, array in enumerate(arrays):
            self.pointers[place] = array.ctypes.data


class Compiled:
    """A graph in machine code: called with an array for each input, it answers with one for each output."""

    def __init__(self, graph: Graph, target: Machine) -> None:
        kernels = plan_kernels(run_passes(graph))
        layout = lay_out(kernels, target, len(graph.inputs), len(graph.outputs))
        module = Module()
        write_program(module, target, kernels, layout)
        self._inputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.inputs]
        self._outputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.outputs]
        self._layout = layout
        self._tables = threading.local()
        self._quick: Any = None
        quick = target.name == "host" and work_of(kernels) < SHORT and fast_call.available()
        names, imports = [ENTRY], dict[str, int]()
        if quick:
            specs = [*self._inputs, *self._outputs]
            fast_call.write_call(module, specs, len(layout.constants) + 1)
            names.append(fast_call.CALL)
            imports = fast_call.imported([dtype for _, dtype in specs])
        self._code = load(object_code(module.text(), target), names, imports)
        enter = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)
        self._enter = enter(self._code.address(ENTRY))
        if quick:
            self._quick, self._definition = fast_call.bind(self._code.address(fast_call.CALL))
            # The interpreter's lock is held meanwhile, so that one arena serves all threads.
            self._own = _Table(layout, 0)
            self._fixed = np.array(list(self._own.pointers), np.uint64)

    def __call__(self, arrays: Sequence[Any]) -> list[Any]:
        """Compute the outputs.

        Args:
            arrays: one for each input, of its shape; of another dtype or order they are copied.

        Raises:
            GraphError: more or fewer arrays than inputs, or arrays of other shapes.
            IndexError: a whole number names a row that is not there.
        """
        made = [empty(shape, dtype) for shape, dtype in self._outputs]
        if self._quick is not None:
            status = self._quick(*arrays, *made, self._fixed)
            if status == 0:
                return made
            if status != fast_call.DIFFERS:
                raise IndexError(OUTSIDE)
        return self._slowly(arrays, made)

    def quickly(self, arrays: list[Any]) -> list[Any] | None:
        """The outputs, or None where the arrays are not as the code was written for."""
        if self._quick is None:
            return None
        made = [empty(shape, dtype) for shape, dtype in self._outputs]
        return None if self._quick(*arrays, *made, self._fixed) else made

    def _slowly(self, arrays: Sequence[Any], made: list[Any]) -> list[Any]:
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
        table = getattr(self._tables, "mine", None)
        if table is None:
            table = self._tables.mine = _Table(self._layout, len(given) + len(made))
        table.fill([*given, *made])
        if self._enter(table.address):
            raise IndexError(OUTSIDE)
        return made


class CompiledLoop:
    """A graph whose outputs become inputs of the next round, in machine code.

    Args:
        graph: one round.
        states: the places of outputs by those of the inputs that they become.
        target: for which processor.
    """

    def __init__(self, graph: Graph, states: dict[int, int], target: Machine) -> None:
        if len(set(states.values())) < len(states):
            raise GraphError(f"an output becomes one input at most; the states were {states}")
        simple = run_passes(graph)
        updates = find_updates(simple, states)
        self._in_place = frozenset(updates)
        kernels = plan_kernels(simple, updates)
        layout = lay_out(kernels, target, len(graph.inputs), len(graph.outputs))
        module = Module()
        write_loop(module, target, kernels, layout, states)
        self._code = load(object_code(module.text(), target), [ENTRY])
        enter = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p, ctypes.c_int64)
        self._enter = enter(self._code.address(ENTRY))
        self._inputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.inputs]
        self._outputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.outputs]
        self._states, self._layout = states, layout

    def __call__(self, arrays: Sequence[Any], rounds: int) -> tuple[dict[int, Any], list[Any]]:
        """Run so many rounds.

        Args:
            arrays: one for each input; they are not written to.
            rounds: how many, from 1 on.

        Returns:
            The states by the places of their inputs, and, of each other output, a row for each round.

        Raises:
            IndexError: a whole number names a row that is not there.
        """
        given = [
            np.array(array, dtype, order="C", ndmin=0).reshape(shape) if place in self._states
            else np.ascontiguousarray(array, dtype).reshape(shape)
            for place, (array, (shape, dtype)) in enumerate(zip(arrays, self._inputs, strict=True))
        ]  # fmt: skip
        lasting = set(self._states.values())
        made = [
            np.empty(
                () if place in self._in_place else shape if place in lasting else (rounds, *shape),
                dtype,
            )
            for place, (shape, dtype) in enumerate(self._outputs)
        ]
        table = _Table(self._layout, len(given) + len(made))
        table.fill([*given, *made])
        if self._enter(table.address, rounds):
            raise IndexError(OUTSIDE)
        ends = {}
        for source, target in self._states.items():
            large = given[source].nbytes > ON_STACK and target not in self._in_place
            ends[source] = made[target] if large and rounds % 2 else given[source]
        return ends, [array for place, array in enumerate(made) if place not in lasting]


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
    key = (tuple(graph.nodes), tuple(graph.outputs), machine_name)
    return cast(Compiled, _kept(key, lambda: Compiled(graph, machine(machine_name))))


def compile_loop(graph: Graph, states: dict[int, int], machine_name: str = "host") -> CompiledLoop:
    """Compile a graph as one round of a loop, or find it; see `CompiledLoop`.

    Raises:
        NotCompiled: it holds what has no machine code.
    """
    key = (tuple(graph.nodes), tuple(graph.outputs), tuple(states.items()), machine_name)
    return cast(
        CompiledLoop, _kept(key, lambda: CompiledLoop(graph, states, machine(machine_name)))
    )
