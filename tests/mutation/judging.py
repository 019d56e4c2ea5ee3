"""Is a planted mistake found? By the one test for all rows, and its complex twin."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import Any

import numpy as np

from ops.test_complex_rules import test_complex_first_order_is_right_or_refused as complex_twin
from thalweg.core.op import TABLE, Op
from thalweg.testing import check_first_order
from thalweg.testing.check_op import check_op

ORDER = (
    "first order", "special", "second order", "invariants", "layouts", "operands", "values",
    "left out", "memory",
)  # fmt: skip
"""The checks that can see a rule, those first that find most."""

SECONDS = 60
"""Of this process alone, after which a planted loop without end counts as found."""


class NoEndError(BaseException):
    """A check ran for too long; no check may catch this."""


@contextlib.contextmanager
def in_the_table(op: Op) -> Iterator[None]:
    """A row stands in the table in place of the one of its name."""
    before = dict(TABLE)
    TABLE[op.name] = op
    try:
        yield
    finally:
        TABLE.clear()
        TABLE.update(before)


@contextlib.contextmanager
def limited() -> Iterator[None]:
    """Raise NoEndError after a while."""

    def stop(number: int, frame: Any) -> None:
        raise NoEndError

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@contextlib.contextmanager
def remembered_differences() -> Iterator[None]:
    """Differences of a kernel are the same for every mistake in a rule: each is taken once."""
    fresh = check_first_order._jacobian
    known: dict[Any, Any] = {}

    def jacobian(judge: Any, case: Any) -> Any:
        arrays = tuple(
            (np.asarray(value).dtype.str, np.asarray(value).tobytes())
            if isinstance(value, np.ndarray | np.generic)
            else repr(value)
            for value in case.inputs
        )
        key = (case.op.name, case.op.kernel, case.told, arrays, tuple(case.wanted))
        if key not in known:
            known[key] = fresh(judge, case)
        return known[key]

    check_first_order._jacobian = jacobian
    try:
        yield
    finally:
        check_first_order._jacobian = fresh


def verdict(op: Op) -> str:
    """What the checks say against a row; empty where they let it pass."""
    try:
        with limited(), in_the_table(op), np.errstate(all="ignore"):
            for check in ORDER:
                check_op(op, checks=(check,))
            if not op.severs:
                complex_twin(op.name)
    except NoEndError:
        return "no end"
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise
        return f"{type(error).__name__}: {error}"[:300]
    return ""
