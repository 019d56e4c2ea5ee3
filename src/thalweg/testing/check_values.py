"""Are an op's values right? Against NumPy, against the kernel in higher precision, in other layouts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thalweg.core.op import Op
from thalweg.testing.cases import Case
from thalweg.testing.layouts import LAYOUTS
from thalweg.testing.mismatch import Judge
from thalweg.testing.reals import differentiable, widened
from thalweg.values.tensor import Tensor

ULPS = 16.0
"""What a kernel may be off from itself in higher precision: a few roundings."""


def check_values(judge: Judge, case: Case) -> None:
    """The public call, the kernel, NumPy's function and the kernel in higher precision agree."""
    came = [answer.array for answer in case.eager(case.tensors())]
    if not _repeats(case, came):
        return  # a draw of random numbers has no one right value
    _shapes(judge, case, came)
    _against_numpy(judge, case, came)
    _against_wider(judge, case, came, np.longdouble)
    narrow = case.with_inputs([widened(value, np.float32) for value in case.inputs], ", float32")
    single = [answer.array for answer in narrow.eager(narrow.tensors())]
    _dtypes(judge, narrow, single, came)
    _against_wider(judge, narrow, single, np.float64)


def check_layouts(judge: Judge, case: Case) -> None:
    """The memory in which the same numbers lie changes nothing, and inputs are not written to."""
    plain = [answer.array for answer in case.eager(case.tensors())]
    if not _repeats(case, plain):
        return
    for words, lay in LAYOUTS.items():
        inputs = [
            lay(value) if isinstance(value, np.ndarray) and value.ndim else value
            for value in case.inputs
        ]
        if all(new is old for new, old in zip(inputs, case.inputs, strict=True)):
            return
        before = [np.array(value, copy=True) for value in inputs]
        again = case.with_inputs(inputs)
        came = [answer.array for answer in again.eager(again.tensors())]
        for one, other in zip(came, plain, strict=True):
            judge.close(f"value in {words}, {case.told}", one, other, 1e-14)
        for place, (old, new) in enumerate(zip(before, inputs, strict=True)):
            if isinstance(new, np.ndarray):
                where = f"input {place} after the call, {words}, {case.told}"
                judge.require(
                    np.array_equal(old, new, equal_nan=old.dtype.kind in "fc"),
                    where,
                    "it was written to",
                )


def _repeats(case: Case, came: list[Any]) -> bool:
    again = case.raw(case.inputs)
    return all(
        np.array_equal(a, b, equal_nan=np.asarray(a).dtype.kind in "fc")
        for a, b in zip(came, again, strict=True)
    )


def _shapes(judge: Judge, case: Case, came: list[Any]) -> None:
    """An elementwise answer has the shape to which its inputs broadcast."""
    if case.op.elementwise:
        shape = np.broadcast_shapes(*[np.shape(value) for value in case.inputs])
        judge.require(
            all(np.shape(answer) == shape for answer in came),
            f"shape of the answer, {case.told}",
            f"expected {shape}, came {[np.shape(answer) for answer in came]}",
        )


def _dtypes(judge: Judge, case: Case, single: list[Any], double: list[Any]) -> None:
    """float32 in, float32 out, unless the call names a dtype."""
    if any("dtype" in name.lower() or "type" in name for name in case.params):
        return
    for came, wide in zip(single, double, strict=True):
        expected = {"float64": "float32", "complex128": "complex64"}.get(wide.dtype.name)
        if expected is None:
            judge.require(
                came.dtype == wide.dtype,
                f"dtype, {case.told}",
                f"expected {wide.dtype}, came {came.dtype}",
            )
        elif any(differentiable(value) for value in case.inputs):
            judge.require(
                came.dtype.name == expected,
                f"dtype, {case.told}",
                f"expected {expected}, came {came.dtype}",
            )


def _against_wider(judge: Judge, case: Case, came: list[Any], dtype: Any) -> None:
    """The kernel on the same numbers in a wider dtype, where it takes that."""
    wide = [widened(value, dtype) for value in case.inputs]
    try:
        with np.errstate(all="ignore"):
            expected = case.raw(wide)
    except (TypeError, ValueError, KeyError, NotImplementedError):
        return  # LAPACK and some of SciPy know no wider dtype
    where = f"value against the kernel in {np.dtype(dtype).name}, {case.told}"
    for one, other in zip(came, expected, strict=True):
        judge.ulps(where, one, other, ULPS, beside=_height(case, one))


def _height(case: Case, answer: Any) -> float:
    """How high the numbers stand from which small ones may come: near a zero, and in a sum."""
    largest = _largest([answer])
    return largest / 8 if case.op.elementwise else max(largest, _largest(case.inputs))


def _largest(values: Any) -> float:
    finite = [
        np.abs(array[np.isfinite(array)]).max(initial=0)
        for array in map(np.asarray, values)
        if array.dtype.kind in "fc"
    ]
    return float(max(finite, default=0.0))


def _against_numpy(judge: Judge, case: Case, came: list[Any]) -> None:
    """NumPy's functions of the row: the same on arrays, and recorded when a Tensor comes."""
    op = case.op
    adapters: Any = op.numpy if isinstance(op.numpy, Mapping) else {}
    for function in op.numpy:
        adapter = adapters.get(function) or op
        found = _called(function, op, case.inputs, case.params)
        if found is None:
            continue
        expected, named = found
        where = f"value against np.{function.__name__}, {case.told}"
        if adapter is op:
            for one, other in zip(came, expected, strict=True):
                judge.ulps(where, one, other, ULPS, beside=_height(case, one))
        given = [
            Tensor(value) if isinstance(value, np.ndarray | np.generic) else value
            for value in case.inputs
        ]
        if not any(isinstance(value, Tensor) for value in given):
            continue
        answer = function(given, **named) if op.variadic else function(*given, **named)
        for one, other in zip(
            answer if isinstance(answer, tuple | list) else [answer], expected, strict=True
        ):
            words = f"np.{function.__name__} on Tensors, {case.told}"
            judge.require(
                isinstance(one, Tensor) or not case.wanted,
                words,
                f"expected a Tensor, came {type(one).__name__}",
            )
            judge.close(words, getattr(one, "array", one), other, 1e-12)


def _called(function: Any, op: Op, inputs: Any, params: Any) -> tuple[list[Any], Any] | None:
    """NumPy's own answers, when it takes the row's arguments under the same names."""
    try:
        with np.errstate(all="ignore"):
            answer = (
                function(list(inputs), **params) if op.variadic else function(*inputs, **params)
            )
    except (TypeError, ValueError):
        return None
    return (list(answer) if isinstance(answer, tuple | list) else [answer]), params
