"""Which ops compute a formula, so that the tape sees them?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from thalweg.core.op import TABLE
from thalweg.expressions import FUNCTIONS

__all__ = ["op_table"]


def op_table() -> Mapping[str, Callable[..., Any]]:
    """The functions of a formula as ops: canonical name to the row that computes it on Tensors.

    A function without a row is composed of others, or keeps NumPy's, which finds its op by NumPy's
    protocols.
    """
    ops = {name: op for op in TABLE.values() for name in op.public.split()}
    return {row.name: ops.get(row.op, row.numpy) for row in FUNCTIONS}
