"""Which machine code was made for a function by a search before?

Whoever searches with the same function again, from other starts, in a loop, need not wait until machine
code pays once more: what was made serves as long as the function reads what it read then. A function is
known by itself and forgotten with it; a formula is known by its text.
"""

from __future__ import annotations

import threading
import weakref
from collections import OrderedDict
from collections.abc import Hashable
from typing import Any, NamedTuple

from thalweg.core.trees import map_leaves
from thalweg.descent.layout import Layout
from thalweg.descent.outside import Outside
from thalweg.transform.tracing import Trace
from thalweg.values.floatx import floatx

__all__ = ["Made", "form_of", "recall", "remember"]

KEPT = 64
"""Of so many functions and formulas code is kept; the one that was not asked for longest makes room."""


class Made(NamedTuple):
    """Machine code of one function.

    Attributes:
        code: what is called with arrays.
        trace: what it was made of.
        outside: what the function reads, as it was; None for a formula, which reads nothing.
        small: whether a call costs next to nothing.
    """

    code: Any
    trace: Trace
    outside: Outside | None
    small: bool


_kept: OrderedDict[Hashable, tuple[Any, dict[Hashable, Made]]] = OrderedDict()
_lock = threading.Lock()


def recall(owner: Any, kind: Hashable) -> Made | None:
    """The code of one kind that was made for a function, or for a formula's text.

    Args:
        owner: the function or the text.
        kind: what was computed, and in which form.
    """
    with _lock:
        known = _kept.get(_name(owner))
        if known is None or not _is(known[0], owner):
            return None
        _kept.move_to_end(_name(owner))
        made = known[1].get((kind, floatx()))
    if made is None or (made.outside is not None and made.outside.changed()):
        return None
    return made


def remember(owner: Any, kind: Hashable, made: Made) -> None:
    """Keep code for searches to come; a function that cannot be referred to weakly is not known again."""
    try:
        reference = owner if isinstance(owner, str) else weakref.ref(owner)
    except TypeError:
        return
    with _lock:
        known = _kept.get(_name(owner))
        if known is None or not _is(known[0], owner):
            known = _kept[_name(owner)] = (reference, {})
        known[1][kind, floatx()] = made
        for name in [name for name, (one, _) in _kept.items() if _gone(one)]:
            del _kept[name]
        while len(_kept) > KEPT:
            _kept.popitem(last=False)


def form_of(layout: Layout) -> Hashable:
    """What must be the same for code to serve another start."""
    tree = None if layout.tree is None else repr(map_leaves(lambda _: 0, layout.tree))
    return tree, tuple(layout.shapes), layout.one_by_one


def _name(owner: Any) -> Hashable:
    return owner if isinstance(owner, str) else id(owner)


def _is(reference: Any, owner: Any) -> bool:
    return reference == owner if isinstance(reference, str) else reference() is owner


def _gone(reference: Any) -> bool:
    return not isinstance(reference, str) and reference() is None
