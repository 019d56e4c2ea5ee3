"""What did each stage make of a function: graph, simplified graph, kernels, LLVM's language, assembly?"""

from __future__ import annotations

from typing import NamedTuple

from thalweg.graph.graph import Graph
from thalweg.graph.printing import text_of
from thalweg.native.compiling import assembly
from thalweg.native.kernel_text import text_of_kernels
from thalweg.native.layout import lay_out
from thalweg.native.listing import Module
from thalweg.native.machine import machine
from thalweg.native.planning import plan_kernels
from thalweg.native.program_code import write_program
from thalweg.passes.order import run_passes

__all__ = ["Stages", "stages_of"]


class Stages(NamedTuple):
    """One text a stage; `print` shows those that are short enough to read.

    Attributes:
        graph: what the function computes, as it was written down.
        simplified: the same after the passes.
        kernels: loops, products and the memory between them.
        llvm: the program in LLVM's language.
        assembly: the program as the processor runs it.
    """

    graph: str
    simplified: str
    kernels: str
    llvm: str
    assembly: str

    def __str__(self) -> str:
        lengths = (
            f"{len(self.llvm.splitlines())} lines of LLVM (.llvm), "
            f"{len(self.assembly.splitlines())} of assembly (.assembly)"
        )
        return "\n\n".join(["graph", self.simplified, "kernels", self.kernels, lengths])


def stages_of(graph: Graph, machine_name: str = "host") -> Stages:
    """Go through the stages again, and keep what each made.

    Raises:
        NotCompiled: the graph holds what has no machine code.
    """
    target, simple = machine(machine_name), run_passes(graph)
    kernels = plan_kernels(simple)
    layout = lay_out(kernels, target, len(graph.inputs), len(graph.outputs))
    module = Module()
    write_program(module, target, kernels, layout)
    text = module.text()
    return Stages(
        text_of(graph), text_of(simple), text_of_kernels(kernels), text, assembly(text, target)
    )
