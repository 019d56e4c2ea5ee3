"""Are wrong inputs refused with the stated words, and is the tape as good as before?"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import Wrong
from thalweg.core.op import Op
from thalweg.core.recording import STATE
from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.mismatch import Judge
from thalweg.testing.reals import differentiable
from thalweg.values.tensor import Tensor


def check_wrong(judge: Judge, op: Op, wrong: Wrong) -> None:
    """One stated refusal, on arrays and on watched Tensors."""
    for lifted in (False, True):
        given = list(wrong.inputs[0]) if op.variadic else list(wrong.inputs)
        values = [Tensor(v) if lifted and differentiable(v) else v for v in given]
        shown = ", ".join(
            [*[_brief(v) for v in given], *[f"{k}={v!r}" for k, v in wrong.params.items()]]
        )
        where = f"wrong inputs ({shown}){' as Tensors' if lifted else ''}"
        x = Tensor(np.float64(3.0))
        with GradientTape(persistent=True) as tape:
            tape.watch([x, *[v for v in values if isinstance(v, Tensor)]])
            before = STATE.recorders
            refusal = _refusal(op, values, wrong)
            judge.require(STATE.recorders is before, where, "the refusal changed who is recording")
            y = x * x  # type: ignore[operator]  # operators are installed by values
        judge.require(
            refusal is not None, where, f"expected {wrong.error.__name__}, nothing was raised"
        )
        judge.require(
            isinstance(refusal, wrong.error), where,
            f"expected {wrong.error.__name__}, came {type(refusal).__name__}: {refusal}",
        )  # fmt: skip
        judge.require(
            wrong.words.lower() in str(refusal).lower(), where,
            f"expected words {wrong.words!r}, came {str(refusal)!r}",
        )  # fmt: skip
        judge.exact(f"the tape after {where}", tape.gradient(y, x).array, np.float64(6.0))


def _refusal(op: Op, values: Any, wrong: Wrong) -> Exception | None:
    try:
        op.eager(*((values,) if op.variadic else values), **wrong.params)
    except Exception as error:  # noqa: BLE001 # whatever came is compared with what was stated
        return error
    return None


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype.name}{list(value.shape)}"
    return repr(value)
