"""How is a graph's machine code called with arrays?"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.graph.graph import Graph
from thalweg.native.compiling import load, object_code
from thalweg.native.listing import Module
from thalweg.native.machine import Machine, machine
from thalweg.native.planning import NotCompiled, plan_kernels
from thalweg.native.program_code import ENTRY, lay_out, write_program

__all__ = ["Compiled", "NotCompiled", "compile_graph", "program_text"]


class Compiled:
    """A graph in machine code: called with an array for each input, it answers with one for each output."""

    def __init__(self, graph: Graph, target: Machine) -> None:
        kernels = plan_kernels(graph)
        layout = lay_out(kernels, target, len(graph.inputs), len(graph.outputs))
        module = Module()
        write_program(module, target, kernels, layout)
        self._code = load(object_code(module.text(), target), [ENTRY])
        self._enter = ctypes.CFUNCTYPE(ctypes.c_int32, ctypes.c_void_p)(self._code.address(ENTRY))
        self._inputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.inputs]
        self._outputs = [(graph.nodes[at].shape, graph.nodes[at].dtype) for at in graph.outputs]
        self._constants = [np.ascontiguousarray(one) for one in layout.constants]
        self._arena = np.empty(layout.bytes + 64, np.uint8)
        fixed = [one.ctypes.data for one in self._constants]
        fixed.append(self._arena.ctypes.data + -self._arena.ctypes.data % 64)
        self._table = (ctypes.c_void_p * (len(self._inputs) + len(self._outputs) + len(fixed)))()
        for place, pointer in enumerate(fixed, len(self._inputs) + len(self._outputs)):
            self._table[place] = pointer

    def __call__(self, arrays: Sequence[Any]) -> list[Any]:
        """Compute the outputs; IndexError where a whole number names a row that is not there."""
        given = [
            np.ascontiguousarray(array, dtype).reshape(shape)
            for array, (shape, dtype) in zip(arrays, self._inputs, strict=True)
        ]
        made = [np.empty(shape, dtype) for shape, dtype in self._outputs]
        for place, array in enumerate([*given, *made]):
            self._table[place] = array.ctypes.data
        if self._enter(ctypes.addressof(self._table)):
            raise IndexError("a whole number names a row that is not there")
        return made


def program_text(graph: Graph, target: Machine) -> str:
    """A graph's program in LLVM's language."""
    kernels = plan_kernels(graph)
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
