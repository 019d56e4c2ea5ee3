"""Which functions become part of those that call them?

A function of the vector mathematics is marked to be, so that a loop holds its constants in registers and
what two calls have in common is computed once. Written out a thousand times it is machine code that runs
once and takes seconds to make: where the copies would be long, functions that are called often stay
functions.
"""

from __future__ import annotations

import re

__all__ = ["ROOM", "begin_alike", "with_fewer_copies"]

ROOM = 3000
"""Copies take so many lines of a module at most; LLVM makes about twenty lines of them in a millisecond."""

_ALIKE = (("tw.sin.", "tw.cos.", "tw.tan."), ("tw.pow.",))
"""Functions that begin with the same steps: one reduces an angle, the other takes a logarithm."""

_HEAD = re.compile(r"^define [^@\n]*@([\w.$+-]+)\(", re.MULTILINE)
_MARKED = re.compile(r"^define [^@\n]*@([\w.$+-]+)\([^\n]*\balwaysinline\b", re.MULTILINE)


def with_fewer_copies(text: str) -> str:
    """A module in which the functions whose copies take most lines are called, until the rest has room.

    Args:
        text: the module in LLVM's language.
    """
    copies = []
    for found in _MARKED.finditer(text):
        length = text.count("\n", found.start(), text.find("\n}", found.start()))
        copies.append(((text.count(f"@{found[1]}(") - 1) * length, found))
    total = sum([lines for lines, _ in copies])
    for lines, found in sorted(copies, key=lambda one: one[0], reverse=True):
        if total <= ROOM:
            break
        total -= lines
        head = found[0]
        text = text.replace(head, head.replace("alwaysinline", "noinline"), 1)
    return text


def begin_alike(text: str) -> tuple[str, ...]:
    """The functions that hold copies of two functions that begin alike, perhaps with the same number.

    Args:
        text: the module in LLVM's language.
    """
    copied = {found[1] for found in _MARKED.finditer(text)}
    kinds = [[one for one in copied if one.startswith(stems)] for stems in _ALIKE]
    if not any(kinds):
        return ()
    heads = list(_HEAD.finditer(text))
    ends = [*[head.start() for head in heads[1:]], len(text)]
    found = []
    for head, end in zip(heads, ends, strict=True):
        calls = [sum([text.count(f" @{one}(", head.end(), end) for one in kind]) for kind in kinds]
        if max(calls) > 1:
            found.append(head[1])
    return tuple(found)
