"""When is a loop's answer worth machine code of its own, while the function around it is written down?

A loop of many calls takes Python about a microsecond each; to compile it takes as long as some ten
thousand of them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from thalweg.graph.graph import Graph

__all__ = ["WORTH", "computed", "is_long"]

WORTH = 100_000
"""Loops of so many calls in all are compiled for their answer alone."""


def is_long(turns: int, calls: int) -> bool:
    """Whether so many turns of so many calls are worth it."""
    return turns * calls >= WORTH


def computed(
    write: Callable[[Graph, tuple[int, ...]], tuple[int, list[int]]], arrays: Sequence[Any]
) -> tuple[Any, ...] | None:
    """A loop's answers by machine code; None where there is none.

    Args:
        write: writes the loop into a graph, for the nodes of its inputs.
        arrays: the inputs.
    """
    from thalweg.graph.graph import Graph

    graph = Graph()
    try:
        from thalweg.native.compiled import compile_graph

        given = [graph.input(np.shape(one), np.asarray(one).dtype) for one in arrays]
        number, places = write(graph, tuple(given))
        graph.outputs = [graph.add("output", (number,), place) for place in places]
        made = compile_graph(graph)([np.asarray(one) for one in arrays])
    except Exception:  # noqa: BLE001 # Python computes it, and says what is wrong where something is
        return None
    return tuple([one if one.ndim else one[()] for one in made])
