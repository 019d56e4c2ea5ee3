"""Operators and indexing of Tensors and Variables: each is a row's eager call."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import leaves
from thalweg.core.recording import STATE
from thalweg.ops import arithmetic, comparison
from thalweg.ops.contraction import product
from thalweg.ops.indexing import getitem
from thalweg.ops.logic import logical_and, logical_not, logical_or, logical_xor
from thalweg.values.tensor import Readable
from thalweg.values.traced_index import part_by_rows
from thalweg.values.variable import Variable

BINARY = {
    "add": arithmetic.add,
    "sub": arithmetic.subtract,
    "mul": arithmetic.multiply,
    "truediv": arithmetic.divide,
    "floordiv": arithmetic.floordiv,
    "mod": arithmetic.floormod,
    "pow": arithmetic.power,
    "matmul": product,
    "and": logical_and,
    "or": logical_or,
    "xor": logical_xor,
}
COMPARISONS = {
    "eq": comparison.equal,
    "ne": comparison.not_equal,
    "lt": comparison.less,
    "le": comparison.less_equal,
    "gt": comparison.greater,
    "ge": comparison.greater_equal,
}
UNARY = {
    "neg": arithmetic.negative,
    "pos": arithmetic.identity,
    "abs": arithmetic.abs,
    "invert": logical_not,
}


def reflected(call: Callable[..., Any]) -> Callable[..., Any]:
    """The call with its operands exchanged: what `2 - t` does."""

    def swapped(self: Any, other: Any) -> Any:
        return call(other, self)

    return swapped


def _equality(call: Callable[..., Any], unlike: bool) -> Callable[..., Any]:
    """`==` and `!=`: None and texts compare unequal instead of being refused."""

    def compare(self: Any, other: Any) -> Any:
        if other is None or (isinstance(other, str) and self.array.dtype.kind != "U"):
            return unlike
        return call(self, other)

    return compare


BOUND = (int, type(None))
"""What stands in a slice that holds no Tensor."""


def _index(part: Any) -> Any:
    """An index without Tensors in it."""
    if isinstance(part, Handle):
        leaves(part, "an index", depth=2)
        array = part.array
        return int(array) if array.ndim == 0 and array.dtype.kind in "iu" else array
    if isinstance(part, tuple):
        return tuple([_index(one) for one in part])
    if isinstance(part, list):
        return np.array([_index(one) for one in part])
    if isinstance(part, slice):
        if type(part.start) in BOUND and type(part.stop) in BOUND and type(part.step) in BOUND:
            return part
        return slice(_index(part.start), _index(part.stop), _index(part.step))
    if isinstance(part, np.ndarray):
        return part.copy()
    return part


class _Whole:
    """A Variable of which a part is set at an index that still has Tensors in it."""

    def __init__(self, variable: Variable) -> None:
        self._variable = variable

    def _set_part(self, index: Any, value: Any) -> Any:
        return self._variable._set_part(_index(index), value)


def _getitem(self: Any, index: Any) -> Any:
    if type(index) is not int:
        if STATE.here.tracer is not None:
            part = part_by_rows(self, index)
            if part is not None:
                if isinstance(self, Variable):
                    part.part_of = (_Whole(self), index)
                return part
        index = _index(index)
    part = getitem.behind(self, index)
    if isinstance(self, Variable):
        part.part_of = (self, index)
    return part


def install() -> None:
    """Give Tensor and Variable their operators, from the rows' eager calls."""
    for name, op in BINARY.items():
        setattr(Readable, f"__{name}__", op.eager)
        commutes = op in (arithmetic.add, arithmetic.multiply)
        setattr(Readable, f"__r{name}__", op.eager if commutes else reflected(op.behind))
    for name, op in COMPARISONS.items():
        setattr(Readable, f"__{name}__", op.eager)
    Readable.__eq__ = _equality(comparison.equal.behind, False)  # type: ignore[method-assign]  # == answers by element
    Readable.__ne__ = _equality(comparison.not_equal.behind, True)  # type: ignore[method-assign]  # the same
    Readable.__hash__ = None  # type: ignore[assignment]  # setting __eq__ outside the class keeps the hash
    for name, op in UNARY.items():
        setattr(Readable, f"__{name}__", op.eager)
    setattr(Readable, "__getitem__", _getitem)  # noqa: B010 # installed here, mypy knows no such method
