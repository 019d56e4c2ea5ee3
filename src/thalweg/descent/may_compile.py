"""May a search go on in machine code: was it wished, and does the function do the same each time?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from thalweg.core.recording import STATE
from thalweg.descent.remembered import Account, Made, account_of
from thalweg.errors import DescentError
from thalweg.transform.outside import Outside
from thalweg.transform.repeatable import read

if TYPE_CHECKING:
    from thalweg.transform.tracing import Trace

__all__ = ["EARLY", "Search"]

EARLY = "the search was over before machine code would have paid"


class Search:
    """One search, and what it may do with the user's function.

    Args:
        jit_compile: True for machine code from the first calls on, False for none, None for machine
            code where it pays and the function does the same each time.
        function: the user's, or the text of a formula, which reads nothing and does nothing else.
        listened: whether a callback is called meanwhile, which may change what the function reads.
        given: what the function is called with each time, such as data.

    Attributes:
        why: why functions run as Python; empty where they may be compiled.
        compiled: whether anything was.
        told: why a part could not be compiled.
    """

    def __init__(
        self,
        jit_compile: Any = None,
        function: Any = None,
        listened: bool = False,
        given: tuple[Any, ...] = (),
    ) -> None:
        if jit_compile not in (None, True, False, "auto"):
            raise DescentError(
                f"jit_compile is {jit_compile!r}; True, False, or None for 'where it pays' was wanted."
            )
        self.asked = jit_compile is True
        self.function, self.listened, self.given = function, listened, given
        self.compiled = False
        self.told = ""
        self.why = "jit_compile is False" if jit_compile is False else ""
        if STATE.here.recorders:
            self.why = "a tape around the search records"
        self._outside: Outside | None = None
        self._stale = False
        self._repeats: bool | None = None

    @property
    def why_not_compiled(self) -> str:
        """Why the search ran as Python; empty where it ran in machine code."""
        return "" if self.compiled else self.why or self.told or EARLY

    def interrupted(self) -> None:
        """Note that other code than the function itself has run, which may have changed what it reads."""
        self._stale = True

    def may_compile(self) -> bool:
        """Whether the function does the same each time; it is read when this is first asked."""
        if self.why:
            return False
        if self._outside is None and not self.asked and callable(self.function):
            found = read(self.function, *self.given)
            self.why = found.why
            if not self.why:
                self._look_at(found.outside)
        return not self.why

    def repeats(self) -> bool:
        """Whether the function does the same each time, and nothing besides, so that it may be called otherwise."""
        if self._repeats is None:
            self._repeats = self.may_compile() or (
                callable(self.function) and not read(self.function, *self.given).why
            )
        return self._repeats

    def _look_at(self, outside: Outside) -> None:
        self._outside = outside
        if self.listened and outside.large:
            self.why = (
                f"{outside.large} is an array that the callback could write to, too large to be "
                "looked at after each step: make it a Tensor by tw.constant"
            )

    @property
    def site(self) -> Any:
        """Where the function's text begins, if Python has compiled it."""
        from thalweg.transform.tracing import site_of  # read where something is written down

        return site_of(self.function if callable(self.function) else read)

    def account(self, kind: Any) -> Account:
        """What was spent on, and made for, one kind of call: by earlier searches too, where they count."""
        known = self.function is not None and kind is not None and not self.asked
        return account_of(self.function, kind) if known else Account()

    def serves(self, made: Made | None) -> bool:
        """Whether what an earlier search has made serves this one."""
        if made is None or self.why or (made.outside is not None and made.outside.changed()):
            return False
        if made.outside is not None:
            self._look_at(made.outside)
        return not self.why

    def made(self, code: Any, trace: Trace, small: bool) -> Made:
        """What was written down and made, with what it rests on."""
        return Made(code, trace, self._outside, small)

    def still(self) -> bool:
        """Whether what the function reads is still what was written down."""
        if self._stale:
            self._stale = False
            self.unchanged("during the search")
        return not self.why

    def unchanged(self, when: str = "from call to call") -> bool:
        """Whether what the function reads is as it was; if not, it runs as Python from here on."""
        changed = "" if self._outside is None else self._outside.changed()
        if changed:
            self.why = f"{changed} changes {when}; jit_compile=True says that this does not matter"
            self.compiled = False
        return not changed
