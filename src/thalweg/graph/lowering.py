"""What does a row of the op table become in a graph? The nodes that its kernel writes for Symbols."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.core.op import Op
from thalweg.errors import GraphError
from thalweg.graph import numpy_orders
from thalweg.graph.graph import Graph
from thalweg.graph.numpy_functions import WRITTEN
from thalweg.graph.symbol import Symbol, Unwritten, symbol_of

__all__ = ["WRITTEN", "NotLowered", "lower", "named_dtype", "number"]

assert numpy_orders.WRITTEN is WRITTEN  # noqa: S101 # two files write into one table


NUMPY_ALONE = "it is computed by NumPy alone"


class NotLowered(Exception):  # noqa: N818 # no mistake of anybody's: the function stays with NumPy
    """A row has no machine code; the message says why."""


def lower(graph: Graph, op: Op, inputs: Sequence[Any], params: Sequence[Any], answer: Any) -> Any:
    """Write the nodes of one call of a row.

    Args:
        graph: where they go.
        op: the row.
        inputs: numbers of nodes, or numbers of Python's.
        params: as the kernel takes them.
        answer: what the eager call answered: the node must have its shape and dtype.

    Returns:
        The number of the answer's node; of several answers a tuple of them.

    Raises:
        NotLowered: the row, with these dtypes and parameters, stays with NumPy.
    """
    given = [Symbol(graph, one) if type(one) is _Number else one for one in inputs]
    answers = answer if type(answer) is tuple else (answer,)
    arrays = [one for one in (*given, *answers) if hasattr(one, "dtype")]
    if any(one.dtype.kind not in "biuf" or one.dtype == np.float16 for one in arrays):
        kinds = sorted({one.dtype.name for one in arrays})
        raise NotLowered(f"{op.name} works with {', '.join(kinds)}, which has no machine code")
    written: Any = getattr(op, "native", None) or getattr(op, "kernel", NUMPY_ALONE)
    if isinstance(written, str):
        raise NotLowered(f"{op.name}: {written}")
    try:
        found = written(tuple(given), *params) if op.variadic else written(*given, *params)
        parts = found if type(answer) is tuple else (found,)
        nodes = [symbol_of(graph, part) for part in parts]
    except (Unwritten, GraphError) as error:
        raise NotLowered(f"{op.name}: {error}") from None
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise NotLowered(f"{op.name}: its kernel wants an array of numbers ({error})") from None
    for node, wanted in zip(nodes, answers, strict=True):
        if node.shape != wanted.shape or node.dtype != wanted.dtype:
            raise NotLowered(
                f"{op.name}: it would become {named_dtype(node.dtype)}{list(node.shape)}, not "
                f"{named_dtype(wanted.dtype)}{list(wanted.shape)}"
            )
    numbers = tuple([node.number for node in nodes])
    return numbers if type(answer) is tuple else numbers[0]


def named_dtype(dtype: np.dtype[Any]) -> str:
    """A dtype's name, which NumPy gives to both orders of bytes."""
    return dtype.name if dtype.isnative else f"{dtype.name} of the other byte order"


class _Number(int):
    """A node's number, told apart from a number of the user's."""


def number(node: int) -> int:
    """Mark a node's number as such, for `lower`."""
    return _Number(node)
