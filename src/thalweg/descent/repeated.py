"""When do functions that a search calls again and again become machine code?

A search begins in Python. What the calls take is added up (`transform/worth`), and when a function has
taken about what its machine code will take to make, it is made. What a search calls must then do the same
each time (`may_compile`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.core.sites import place
from thalweg.descent.may_compile import Search
from thalweg.descent.remembered import Account, Made
from thalweg.transform import worth
from thalweg.values.tensor import Tensor

if TYPE_CHECKING:
    from thalweg.transform.tracing import Trace

__all__ = ["Repeated", "Work", "in_columns"]

SMALL = 20_000
"""Elements of all nodes together."""

SURELY = 10.0
"""What is surely ahead is compiled in one go where it takes so many times what else is written down for."""

SEEN = 1e-3
"""A function that is compiled on demand runs as Python once, so that its mistakes are told as ever."""


class Work:
    """How many microseconds a value with its gradient takes in Python, as far as ops tell.

    Attributes:
        each: of the latest call.
    """

    def __init__(self) -> None:
        self.each, self._ops = worth.A_CALL, -1

    def of(self, tape: Any, sweeps: int = 1) -> float:
        """What a tape has recorded, with so many sweeps back.

        Args:
            tape: before it is asked.
            sweeps: how often it will be.
        """
        ops = len(tape._recording.events)
        if ops != self._ops:
            self._ops = ops
            self.each = worth.work_of_tape(tape) * (1.0 + sweeps) / 2.0
        return self.each


class Repeated:
    """A function of flat float64 arrays: nothing at first, and machine code once it pays.

    Args:
        search: which calls it.
        write: the same function on Tensors; returns a list of Tensors.
        fixed: arrays that it is called with each time, after the others.
        kind: what it computes and in which form, to find the code again; None where nobody will.
        first: whether the first call is Python's, because it tells mistakes.
        known: unless an earlier search has made machine code, which then answers it.

    Attributes:
        small: whether there is machine code, for few enough elements that a call costs next to nothing.
    """

    def __init__(
        self,
        search: Search,
        write: Callable[..., list[Any]],
        fixed: Sequence[Any] = (),
        kind: Hashable = None,
        first: bool = True,
        known: bool = False,
    ) -> None:
        self._search, self._write, self._fixed = search, write, fixed
        self._kind = kind
        self._account: Account | None = None
        self._waits, self._known = first, known
        self._code: Any = None
        self._trace: Trace | None = None
        self._enough = SEEN if search.asked else worth.TRACED_AT
        self._over = bool(search.why)
        self._ahead = 0.0
        self.small = False

    def __call__(self, *arrays: Any) -> Any:
        """The answers as arrays, or None where Python has to compute them."""
        if self._code is None:
            if self._over or (self._waits and not self._known):
                return None
            account = self._account or self._opened()
            if self._code is None:
                if self._waits:
                    return None
                work = account.spent + self._ahead
                if work < self._enough:
                    return None
                if self._trace is None and self._ahead < SURELY * worth.TRACED_AT:
                    return self._written_down(arrays)
                found = self._trace or self._shortly_written(arrays, work)
                if found is None:
                    return None
                self._compile(found)
        return self._computed(arrays)

    def _opened(self) -> Account:
        """Look what earlier searches have spent, and what they have made."""
        account = self._account = self._search.account(self._kind)
        if account.refused:
            self._refuse(account.refused)
        elif account.made is not None and self._search.serves(account.made):
            self._take(account.made)
        return account

    def _take(self, made: Made) -> None:
        self._code, self._trace, self.small = made.code, made.trace, made.small
        self._enough = worth.cost_of_code(len(made.trace.graph))
        if self._code is not None:
            self._over = self._search.compiled = True

    def spend(self, work: float) -> None:
        """Note what a call in Python took, in estimated microseconds."""
        if not self._over:
            (self._account or self._opened()).spent += work
            self._ahead = max(self._ahead - work, 0.0)
            self._waits = False

    def expect(self, work: float) -> None:
        """Note what calls that are sure to come will take in Python, in estimated microseconds."""
        self._ahead, self._waits = work, False

    def _shortly_written(self, arrays: Sequence[Any], work: float) -> Trace | None:
        """Write it down for machine code alone: loops take one turn. None where that is not for now."""
        from thalweg.transform.loop import of_no_account

        with of_no_account():
            self._written_down(arrays)
        return None if self._over or work < self._enough else self._trace

    def in_use(self) -> Trace | None:
        """What the machine code was made of; None where Python computes."""
        found = self._trace
        if self._code is None or found is None or not self._search.still() or found.assumed:
            return None
        return found

    def _computed(self, arrays: Sequence[Any]) -> Any:
        found = self._trace
        if self._code is None or found is None or not self._search.still():
            return None
        if found.assumed and not found.holds():
            return None
        try:
            return self._code([*arrays, *self._fixed, *[cell.array for cell in found.cells]])
        except IndexError:  # Python will say which number it was
            return None

    def _refuse(self, why: str) -> None:
        self._over = True
        self._search.told = self._search.told or why
        if self._account is not None:
            self._account.refused = why

    def _written_down(self, arrays: Sequence[Any]) -> Any:
        """Call it as Python, and write down what it does."""
        search = self._search
        if not search.may_compile():
            self._over = True
            return None
        # It stands on all of `graph/`, and is read when that pays.
        from thalweg.transform.tracing import trace

        given = [Tensor(np.array(one)) for one in (*arrays, *self._fixed)]
        try:
            with np.errstate(all="ignore"):
                answer, found = trace(self._write, given, {}, given, search.site)
            computed = [np.asarray(one.array) for one in answer]
        except Exception as error:  # noqa: BLE001 # Python computes it, and says what is wrong
            self._refuse(f"it cannot be written down ({error})")
            return None
        if found.obstacle is not None:
            self._refuse(str(found.obstacle))
        elif found.written:
            self._refuse("it sets Variables")
        elif search.unchanged():
            self._keep(None, found)
        else:
            self._over = True
        return computed

    def _keep(self, code: Any, found: Trace) -> None:
        small = sum([math.prod(node.shape) for node in found.graph.nodes]) < SMALL
        made = self._search.made(code, found, small and code is not None)
        self._take(made)
        if self._search.asked:
            self._enough = 0.0
        if self._account is not None:
            self._account.made = made

    def _compile(self, found: Trace) -> None:
        try:
            from thalweg.native.compiled import compile_graph

            self._keep(compile_graph(found.graph), found)
        except ImportError:
            self._refuse("llvmlite is not installed: pip install llvmlite")
        except Exception as error:  # noqa: BLE001 # Python computes it
            self._refuse(f"{place(self._search.site)}: {error}")


def in_columns(repeated: Repeated, x: Any) -> Any:
    """The answers of a function that is given the unit vectors as well, of which the last is a matrix.

    Args:
        repeated: the function; what it makes of each unit vector is a row of its last answer.
        x: where, `(n,)`.

    Returns:
        The answers, of the last the transposed, `(m, n)`; None where Python has to compute them.
    """
    found = repeated(x, np.eye(x.size))
    return None if found is None else (*found[:-1], found[-1].T)
