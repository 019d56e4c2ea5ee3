"""NumPy's functions on Tensors: which row each of them comes to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from thalweg.core.composite import COMPOSITES
from thalweg.core.op import TABLE
from thalweg.core.spans import spanned
from thalweg.errors import DTypeError
from thalweg.values.tensor import Readable

COMES_TO: dict[Any, Callable[..., Any]] = {}
"""From a NumPy function to the eager call of its row, or an adapter of arguments."""

OF_THE_SHAPE: dict[Any, Callable[..., Any]] = {
    np.shape: lambda a: tuple(a.shape),
    np.ndim: lambda a: a.ndim,
    np.size: lambda a, axis=None: a.size if axis is None else a.shape[axis],
}
"""What NumPy answers with Python's numbers: nothing to record."""

REDUCED_BY = {np.add: np.sum, np.multiply: np.prod, np.maximum: np.max, np.minimum: np.min}


def fill() -> None:
    """Read the rows' `numpy` columns."""
    COMES_TO.update(OF_THE_SHAPE)
    for op in TABLE.values():
        for function in op.numpy:
            adapter = op.numpy[function] if isinstance(op.numpy, Mapping) else None
            COMES_TO[function] = spanned(adapter, op.name) if adapter else op.behind
    for made in COMPOSITES.values():
        numpy = made.numpy
        for function in numpy:
            adapter = numpy[function] if isinstance(numpy, Mapping) else None
            COMES_TO[function] = adapter or made.behind


def array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **named: Any) -> Any:
    """NumPy's ufuncs with a Tensor among their arguments."""
    out = named.pop("out", None)
    if out is not None:
        raise DTypeError(
            f"np.{ufunc.__name__}(..., out=) would write into an array behind the tape's back; "
            f"leave `out` away and use the answer"
        )
    if method == "reduce" and ufunc in REDUCED_BY:
        named = {name: value for name, value in named.items() if name in ("axis", "keepdims")}
        named.setdefault("axis", 0)
        return COMES_TO[REDUCED_BY[ufunc]](*inputs, **named)
    call = COMES_TO.get(ufunc) if method == "__call__" else None
    if call is None or named:
        words = f"np.{ufunc.__name__}" + ("" if method == "__call__" else f".{method}")
        raise DTypeError(
            f"{words}{_with(named)} has no thalweg op; write x.numpy() where no gradient is wanted"
        )
    return call(*inputs)


def array_function(self: Any, function: Any, types: Any, args: Any, named: Any) -> Any:
    """NumPy's other functions with a Tensor among their arguments."""
    call = COMES_TO.get(function)
    if call is None:
        raise DTypeError(
            f"np.{function.__name__} has no thalweg op; write x.numpy() where no gradient is wanted"
        )
    if named.get("out", None) is not None:
        raise DTypeError(f"np.{function.__name__}(..., out=) is not possible on Tensors")
    named = {NAMES.get(name, name): value for name, value in named.items() if name != "out"}
    if "a" in named and not args:
        args = (named.pop("a"),)
    return call(*args, **named)


NAMES = {"axes": "perm", "newshape": "shape"}


def _with(named: Mapping[str, Any]) -> str:
    return f" with {', '.join(named)}" if named else ""


def install() -> None:
    """Teach Tensor and Variable NumPy's two protocols."""
    fill()
    Readable.__array_ufunc__ = array_ufunc  # type: ignore[attr-defined]  # installed here
    Readable.__array_function__ = array_function  # type: ignore[attr-defined]  # the same


__all__ = ["COMES_TO", "install"]
