"""`check_op`: everything that a row of the op table brings, checked."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np

from thalweg.core.dispatch import build
from thalweg.core.op import REQUIRED, TABLE, Op
from thalweg.testing.cases import Case, cases
from thalweg.testing.check_alone import check_alone
from thalweg.testing.check_first_order import check_first_order, check_gradients_in_layouts
from thalweg.testing.check_half import check_half
from thalweg.testing.check_invariants import (
    check_linear,
    check_slope_by_cotangent,
    check_snapshot,
    check_untouched,
)
from thalweg.testing.check_left_out import check_left_out
from thalweg.testing.check_memory import check_kept, check_leaks
from thalweg.testing.check_operands import check_operands
from thalweg.testing.check_second_order import check_second_order
from thalweg.testing.check_severed import check_severed
from thalweg.testing.check_special import check_special
from thalweg.testing.check_strong_zero import check_strong_zero
from thalweg.testing.check_values import check_layouts, check_values
from thalweg.testing.check_wrong import check_wrong
from thalweg.testing.mismatch import Judge
from thalweg.values.face import VALUES

CHECKS = (
    "values", "first order", "second order", "float16", "invariants", "layouts", "operands", "memory",
    "special", "left out", "wrong",
)  # fmt: skip
"""The names of the checks, in the order in which they run."""


def check_op(op: Any, *, checks: Any = CHECKS, seed: int | None = None) -> None:
    """Check everything that an op's row states, against oracles that know no rule.

    Values against NumPy's function and against the kernel in higher precision, in units in the last
    place; reverse and forward rules against extrapolated central differences, and against each
    other, ⟨w, J·v⟩ = ⟨Jᵀ·w, v⟩; the stated special values; second derivatives; what holds for
    every gradient (shape, dtype, linear in the cotangent, nothing written to, nothing from elements that
    nothing comes into, each answer alone as among the others); float16; other layouts in
    memory, dtypes and Python's numbers; wrong inputs; what is kept alive.

    Args:
        op: the row, its eager call, or its name in the table.
        checks: which of `CHECKS`; all by default.
        seed: of the drawn inputs; by default made of the op's name, so that a run repeats.

    Raises:
        MismatchError: an `AssertionError` that names the op, the check, the sample, what was expected
            and what came.
        ValueError: a check that does not exist.

    >>> import thalweg as tw
    >>> tw.testing.check_op("add")
    >>> tw.testing.check_op(tw.reduce_sum, checks=("values", "first order"))
    """
    row = _row(op)
    unknown = set(checks) - set(CHECKS)
    if unknown:
        raise ValueError(f"no check is called {sorted(unknown)}; there are {', '.join(CHECKS)}")
    judge = Judge(row.name)
    _evidence(judge, row)
    start = zlib.crc32(row.name.encode()) if seed is None else seed
    found = cases(row, start)
    with np.errstate(all="ignore"):
        for check in checks:
            _run(judge, row, check, found, np.random.default_rng(start))


def _row(op: Any) -> Op:
    """The row that is meant, with its eager call built."""
    if isinstance(op, str):
        if op not in TABLE:
            raise ValueError(f"no op is called {op!r}; the table holds {len(TABLE)} of them")
        row = TABLE[op]
    else:
        row = getattr(op, "op", op)
    if not isinstance(row, Op):
        raise ValueError(f"check_op wants a row of the op table, not {type(op).__name__} {op!r}")
    if row.eager == row._not_built:
        build(row, VALUES)
    return row


def _evidence(judge: Judge, op: Op) -> None:
    if not op.samples and not op.domain:
        judge.refuse("evidence", "the row brings no evidence: give it samples or a domain")
    if not op.elementwise and not op.samples:
        judge.refuse(
            "evidence", "the row brings no evidence: an op that is not elementwise needs samples"
        )
    if REQUIRED in op.defaults and not op.samples:
        judge.refuse("evidence", "the row brings no evidence: a required parameter needs a sample")
    count = len(op.input_names)
    if op.domain and len(op.domain) != count:
        judge.refuse("evidence", f"the domain has {len(op.domain)} intervals for {count} inputs")


def _run(judge: Judge, op: Op, check: str, found: list[Case], rng: Any) -> None:
    """One check on everything that it applies to."""
    if check == "special":
        for special in op.special:
            with judge.watching(f"special point {special.at}"):
                check_special(judge, op, special)
        if op.elementwise and op.domain and not op.severs:
            with judge.watching("strong zero"):
                check_strong_zero(judge, op)
    elif check == "wrong":
        for wrong in op.wrong:
            check_wrong(judge, op, wrong)
    elif check == "operands":
        if op.elementwise and op.domain:
            with judge.watching("other operands"):
                check_operands(judge, op, rng)
    elif check == "layouts":
        for case in _with_axes(op, found):
            with judge.watching(f"layouts, {case.told}"):
                check_layouts(judge, case)
                check_gradients_in_layouts(judge, case, rng)
    elif check == "memory":
        for case in found[:3]:
            with judge.watching(f"memory, {case.told}"):
                check_kept(judge, case)
                check_leaks(judge, case)
    else:
        for case in found:
            with judge.watching(f"{check}, {case.told}"):
                _on_a_case(judge, check, case, rng)


def _on_a_case(judge: Judge, check: str, case: Case, rng: Any) -> None:
    if check == "values":
        check_values(judge, case)
        check_severed(judge, case)
    elif check == "first order":
        check_first_order(judge, case, rng)
    elif check == "second order":
        check_second_order(judge, case, rng)
    elif check == "left out":
        check_left_out(judge, case, rng)
    elif check == "float16":
        check_half(judge, case, rng)
    else:
        check_linear(judge, case, rng)
        check_untouched(judge, case, rng)
        check_snapshot(judge, case, rng)
        check_slope_by_cotangent(judge, case, rng)
        check_alone(judge, case, rng)


def _with_axes(op: Op, found: list[Case]) -> list[Case]:
    """The cases whose memory can lie differently; of an elementwise row's grid one is enough."""
    some = [case for case in found if any(np.ndim(value) for value in case.inputs)]
    if op.elementwise:
        some.sort(key=lambda case: min(np.size(value) for value in case.inputs))
        return some[-1:]
    return some
