"""How is a graph's machine code called with arrays?"""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.graph.graph import Graph
from thalweg.native.compiling import load, object_code
from thalweg.native.listing import Module
from thalweg.native.machine import Machine, machine
from thalweg.native.planning import NotCompiled, plan_kernels
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
        self._code = load(object_code(module.text(), target), [ENTRY])
        enter = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)
        self._enter = enter(self._code.address(ENTRY))
        self._inputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.inputs]
        self._outputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.outputs]
        self._layout = layout
        self._tables = threading.local()

    def __call__(self, arrays: Sequence[Any]) -> list[Any]:
        """Compute the outputs; IndexError where a whole number names a row that is not there."""
        given = [
            np.ascontiguousarray(array, dtype).reshape(shape)
            for array, (shape, dtype) in zip(arrays, self._inputs, strict=True)
        ]
        made = [np.empty(shape, dtype) for shape, dtype in self._outputs]
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
        kernels = plan_kernels(run_passes(graph))
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
            np.empty(shape if place in lasting else (rounds, *shape), dtype)
            for place, (shape, dtype) in enumerate(self._outputs)
        ]
        table = _Table(self._layout, len(given) + len(made))
        table.fill([*given, *made])
        if self._enter(table.address, rounds):
            raise IndexError(OUTSIDE)
        ends = {}
        for source, target in self._states.items():
            large = given[source].nbytes > ON_STACK
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


def compile_graph(graph: Graph, machine_name: str = "host") -> Compiled:
    """Compile a graph.

    Raises:
        NotCompiled: it holds what has no machine code.
    """
    return Compiled(graph, machine(machine_name))


def compile_loop(graph: Graph, states: dict[int, int], machine_name: str = "host") -> CompiledLoop:
    """Compile a graph as one round of a loop; see `CompiledLoop`.

    Raises:
        NotCompiled: it holds what has no machine code.
    """
    return CompiledLoop(graph, states, machine(machine_name))
