"""What else may come as an operand of an elementwise op: integers, truth values, Python's numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.op import Op
from thalweg.errors import ThalwegError
from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import Case, draw, params_of_grid
from thalweg.testing.mismatch import Judge
from thalweg.values.tensor import Tensor


def check_operands(judge: Judge, op: Op, rng: Any) -> None:
    """Integers and truth values give what NumPy gives, or a refusal; Python's numbers are weak."""
    for kind in ("int64", "int32", "bool"):
        _whole_numbers(judge, op, np.dtype(kind))
    if len(op.input_names) > 1 and not op.severs:
        _mixed(judge, op, rng)
        if not op.public:
            return  # called by the library alone, with arrays
        for dtype in ("float64", "float32"):
            _python_numbers(judge, op, np.dtype(dtype), rng)


def _whole_numbers(judge: Judge, op: Op, dtype: np.dtype[Any]) -> None:
    inputs = [np.full(3, _whole_in(domain), np.int64).astype(dtype) for domain in op.domain]
    case = Case(op, f"{dtype.name} operands", tuple(inputs), params_of_grid(op))
    where = f"value, {case.told}"
    try:
        with GradientTape() as tape:
            answers = case.eager([Tensor(array) for array in inputs])
    except ThalwegError:
        return
    except Exception as error:  # noqa: BLE001 # named in the message
        judge.refuse(
            where, f"expected an answer or a ThalwegError, came {type(error).__name__}: {error}"
        )
        return
    del tape
    with np.errstate(all="ignore"):
        for one, other in zip(answers, case.raw(inputs), strict=True):
            judge.exact(where, one.array, other)
            judge.require(
                one.array.dtype == other.dtype,
                where,
                f"expected {other.dtype}, came {one.array.dtype}",
            )


def _whole_in(domain: tuple[float, float]) -> int:
    low, high = domain
    inside = math.ceil(low)
    return 1 if low <= 1 <= high or inside > high else inside


def _python_numbers(judge: Judge, op: Op, dtype: np.dtype[Any], rng: Any) -> None:
    """`op(t, 1.5)` and `op(1.5, t)`: as with a Tensor of t's dtype, and t's dtype stays."""
    count = len(op.input_names)
    drawn = [array.astype(dtype) for array in draw([(3,)] * count, op.domain, rng)]
    for place in range(count):
        number = float(drawn[place][0])
        for plain in (number, _whole_in(op.domain[place])):
            _weak(judge, op, drawn, place, plain)


def _weak(judge: Judge, op: Op, drawn: list[Any], place: int, plain: Any) -> None:
    dtype = drawn[0].dtype
    told = f"{dtype.name} operands, Python's {plain!r} as input {place}"
    arrays = [dtype.type(plain) if at == place else array for at, array in enumerate(drawn)]
    case = Case(op, told, tuple(arrays), params_of_grid(op))
    others = [at for at in case.wanted if at != place]
    if not others:
        return
    found = []
    for operand in (arrays[place], plain):
        values = [Tensor(array) for array in arrays]
        with GradientTape() as tape:
            sources = [values[at] for at in others]
            tape.watch(sources)
            given: list[Any] = list(values)
            given[place] = operand
            (answer,) = case.eager(given)
        found.append((answer, tape.gradient(answer, sources)))
    (expected, slopes), (came, grads) = found
    judge.require(
        came.dtype == expected.dtype,
        f"dtype, {told}",
        f"expected {expected.dtype}, came {came.dtype}",
    )
    judge.close(f"value, {told}", came.array, expected.array, 4 * float(np.finfo(dtype).eps))
    for one, other in zip(grads, slopes, strict=True):
        judge.require(one is not None, f"gradient, {told}", "expected an array, came None")
        judge.require(
            one.dtype == dtype, f"gradient, {told}", f"expected {dtype}, came {one.dtype}"
        )
        judge.close(f"gradient, {told}", one.array, other.array, 16 * float(np.finfo(dtype).eps))


def _mixed(judge: Judge, op: Op, rng: Any) -> None:
    """float32 beside float64: the answer is NumPy's, and each gradient has its input's dtype."""
    count = len(op.input_names)
    drawn = list(draw([(3,)] * count, op.domain, rng))
    for place in range(count):
        arrays = [a.astype(np.float32) if at == place else a for at, a in enumerate(drawn)]
        case = Case(
            op, f"float32 as input {place} beside float64", tuple(arrays), params_of_grid(op)
        )
        values = [Tensor(array) for array in arrays]
        with GradientTape() as tape:
            tape.watch(values)
            (answer,) = case.eager(values)
        sources = [values[at] for at in case.wanted]
        (expected,) = case.raw(arrays)
        judge.require(
            answer.dtype == expected.dtype,
            f"dtype, {case.told}",
            f"expected {expected.dtype}, came {answer.dtype}",
        )
        for source, grad in zip(sources, tape.gradient(answer, sources), strict=True):
            judge.require(
                grad is not None, f"gradient, {case.told}", "expected an array, came None"
            )
            judge.require(
                grad.dtype == source.dtype,
                f"gradient, {case.told}",
                f"expected {source.dtype}, came {grad.dtype}",
            )
