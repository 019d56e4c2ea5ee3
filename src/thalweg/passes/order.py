"""Which passes are there, and in which order do they run?"""

from __future__ import annotations

from thalweg.graph.graph import Graph
from thalweg.passes.hoist import hoist
from thalweg.passes.outer import outer
from thalweg.passes.prune import prune
from thalweg.passes.simplify import simplify

__all__ = ["PASSES", "run_passes"]

PASSES = (simplify, outer, hoist, prune)
"""Every pass, in order; each walks from the first node to the last, `prune` until nothing more goes."""


def run_passes(graph: Graph) -> Graph:
    """Run them all.

    >>> graph = Graph()
    >>> x = graph.input((3,), "float64")
    >>> graph.outputs = [graph.add("negative", [graph.add("negative", [x])])]
    >>> run_passes(graph).outputs
    [0]
    """
    for one in PASSES:
        graph = one(graph)
    return graph
