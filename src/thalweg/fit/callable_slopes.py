"""Which way do a callable's slopes come quickest: row by row, by sweeps, or in machine code?

Most models compute each row of the answer from its own row of the data, by operations on elements. With a
copy of each parameter for each row, one reverse sweep then gives all slopes, whatever the number of
parameters. Whether a model is of that kind is seen on the tape of that very call: all that was computed has
a row's element for each row. Any other model takes a forward sweep a parameter.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.recording import tick
from thalweg.descent.may_compile import Search
from thalweg.descent.repeated import Repeated
from thalweg.descent.written import FEW, Written
from thalweg.fit.model import Array
from thalweg.fit.slopes import parameter_slopes, written_columns, written_slopes
from thalweg.ops.joining import stack
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.worth import A_CALL, work_of_tape, work_of_ticks
from thalweg.values.tensor import Tensor

__all__ = ["CallableSlopes", "slopes_row_by_row"]

SHORT = 1000
"""A function of more ops is not tried row by row: that would take as long as it saves."""

SURE = 4.0
"""So many Jacobians any fit takes."""

WORTH_READING = 2_000.0
"""Microseconds ahead for which a function's text is read: it may only be called in another way unnoticed."""

MANY = 10_000
"""Elements of a Jacobian for which it is read in any case: NumPy's own work is seen by no clock."""

_SWEEP = 2.5  # a value with its tangent, in values
_SAME = 1e-9  # two ways to compute a value agree to so much


class CallableSlopes:
    """The derivative of a function of numbers by each of them.

    Args:
        search: whether, and when, it becomes machine code.
        function: of p numbers; its answer is the model's.
        size: p.
        count: rows of the answer; None where nobody said.
        kind: what machine code is found again by.
    """

    def __init__(
        self,
        search: Search,
        function: Callable[..., Any],
        size: int,
        count: int | None,
        kind: Any,
    ) -> None:
        self._search, self._function, self._size, self._count = search, function, size, count
        self._code = Repeated(search, self._written(), (), kind, known=True)
        self._by_rows: bool | None = None
        self._ticks = -1

    def met(self, ticks: int, elements: int) -> None:
        """Be told how far the clock of values went in one call, which tells what slopes will take.

        Args:
            ticks: how far.
            elements: of the answer.
        """
        if self._ticks >= 0:
            return
        self._ticks = ticks
        ahead = SURE * self._size * (A_CALL + _SWEEP * work_of_ticks(ticks, 1, elements))
        few = self._size < 2 or self._count is None or self._count < 2
        little = ahead < WORTH_READING and self._size * elements < MANY
        if few or ticks > SHORT or little or not self._search.repeats():
            self._by_rows = False
        if ticks > SHORT:
            self._code.expect(ahead)

    def __call__(self, params: Array, value: Callable[[], Array]) -> list[Any]:
        """For each parameter an array with the answer's elements, None where it is not connected.

        Args:
            params: the parameters, `(p,)`.
            value: gives the answer for them, `(n,)`.
        """
        # What is compiled on demand is seen in Python once, which tells the better way.
        unseen = self._search.asked and self._by_rows is None and self._ticks >= 0
        found = None if unseen else self._code(params)
        if found is not None:
            return list(found[0])
        if self._ticks < 0:  # its value is in machine code since an earlier search
            before = tick()
            self._function(*params)
            self.met(tick() - before, self._count or 1)
        if self._by_rows is not False:
            rows = slopes_row_by_row(self._function, params, value())
            self._by_rows = rows is not None
            if rows is not None:
                slopes, work = rows
                self._code.spend(work)
                return slopes
        ticks = tick()
        slopes = parameter_slopes(self._function, params)
        self._code.spend(work_of_ticks(tick() - ticks, params.size, self._count or 1))
        return slopes

    def _written(self) -> Written:
        """The slopes written in ops: parameters ↦ `(p, …)`."""
        sweeps = written_slopes(
            self._function, self._size, lambda: self._size > FEW or self._ticks > SHORT
        )

        def written(params: Any) -> list[Any]:
            if not self._by_rows:
                return sweeps(params)
            columns = written_columns(self._function, self._size, self._count or 1)
            return [stack.eager(columns(params)[1:])]

        return written


def slopes_row_by_row(
    function: Callable[..., Any], params: Array, value: Array
) -> tuple[list[Any], float] | None:
    """All slopes by one reverse sweep, where each row of the answer is computed from its own row.

    Args:
        function: of p numbers.
        params: the parameters, `(p,)`.
        value: the function's value there, `(n,)`.

    Returns:
        For each parameter the slopes `(n,)`, None where it is not connected, and what that took, in
        estimated microseconds; None where the function is of another kind.
    """
    count = value.size
    spread = [Tensor(np.full(count, one)) for one in params]
    with np.errstate(all="ignore"):
        try:
            with GradientTape(watch_accessed_variables=False) as tape:
                tape.watch(spread)
                answer = function(*spread)
            if not isinstance(answer, Handle) or not _row_by_row(tape, count):
                return None
        except Exception:  # noqa: BLE001 # it takes numbers, and is called with numbers next
            return None
        found = np.asarray(answer.array)
        if found.shape != (count,) or found.dtype != np.float64:
            return None
        size = float(np.max(np.abs(value), initial=0.0, where=np.isfinite(value)))
        if not np.allclose(found, value, rtol=_SAME, atol=_SAME * 1e-3 * size, equal_nan=True):
            return None
        work = work_of_tape(tape)
        slopes = tape.gradient(answer, spread)
    return [None if one is None else np.asarray(one) for one in slopes], work


def _row_by_row(tape: Any, count: int) -> bool:
    """Whether all that was computed from what is watched has one element a row, of its own row."""
    return all(
        spec[0] == (count,) and getattr(spec[2], "elementwise", False)
        for spec in tape._recording.specs.values()
        if len(spec) > 2
    )
