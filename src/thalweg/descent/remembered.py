"""What did earlier searches with the same function take, and which machine code did they make?

Many short searches pay for machine code as one long one does, and what was made serves all that follow, as
long as the function reads what it read then. A function is known by itself and forgotten with it; a
formula is known by its text.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Hashable
from typing import TYPE_CHECKING, Any, NamedTuple

from thalweg.core.trees import map_leaves
from thalweg.descent.layout import Layout
from thalweg.transform.outside import Outside
from thalweg.values.floatx import floatx

if TYPE_CHECKING:
    from thalweg.transform.tracing import Trace

__all__ = ["Account", "Made", "account_of", "form_of"]

KEPT = 64
"""So many functions and formulas have accounts; the one that was not asked for longest makes room."""


class Made(NamedTuple):
    """Machine code of one function.

    Attributes:
        code: what is called with arrays; None where it is written down only, until more is spent.
        trace: what it was made of.
        outside: what the function reads, as it was; None for a formula, which reads nothing.
        small: whether a call costs next to nothing.
    """

    code: Any
    trace: Trace
    outside: Outside | None
    small: bool


class Account:
    """What the searches so far took in one kind of call, and what was made.

    Attributes:
        spent: estimated microseconds in Python.
        made: what was written down, with its machine code if there is any; None before that.
        refused: why the function cannot be compiled.
    """

    __slots__ = ("made", "refused", "spent")

    def __init__(self) -> None:
        self.spent = 0.0
        self.made: Made | None = None
        self.refused = ""


_kept: OrderedDict[Hashable, tuple[Any, dict[Hashable, Account]]] = OrderedDict()
_lock = threading.Lock()


def account_of(owner: Any, kind: Hashable) -> Account:
    """The account of one kind of call, kept for searches to come.

    Args:
        owner: the function, or a formula's text; one that cannot be referred to weakly has a new
            account each time.
        kind: what is computed, and in which form.
    """
    try:
        reference = owner if isinstance(owner, str) else weakref.ref(owner)
    except TypeError:
        return Account()
    name = owner if isinstance(owner, str) else id(owner)
    with _lock:
        known = _kept.get(name)
        if known is None or not _is(known[0], owner):
            for one in [one for one, (other, _) in _kept.items() if _gone(other)]:
                del _kept[one]
            known = _kept[name] = (reference, {})
            while len(_kept) > KEPT:
                _kept.popitem(last=False)
        _kept.move_to_end(name)
        return known[1].setdefault((kind, floatx()), Account())


def form_of(layout: Layout) -> Hashable:
    """What must be the same for code to serve another start."""
    tree = None if layout.tree is None else repr(map_leaves(lambda _: 0, layout.tree))
    return tree, tuple(layout.shapes), layout.one_by_one


def _is(reference: Any, owner: Any) -> bool:
    return reference == owner if isinstance(reference, str) else reference() is owner


def _gone(reference: Any) -> bool:
    return not isinstance(reference, str) and reference() is None
