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

_NAME = re.compile(r"@([\w.$+-]+)\(")
_MARK = "alwaysinline"


def with_fewer_copies(text: str) -> str:
    """A module in which the functions whose copies take most lines are called, until the rest has room.

    Args:
        text: the module in LLVM's language.
    """
    copies = []
    for name, head, body in _functions(text):
        if _MARK in head:
            length = body.count("\n", 0, body.find("\n}"))
            copies.append(((text.count(f"@{name}(") - 1) * length, head))
    total = sum([lines for lines, _ in copies])
    for lines, head in sorted(copies, reverse=True):
        if total <= ROOM:
            break
        total -= lines
        text = text.replace(head, head.replace(_MARK, "noinline"), 1)
    return text


def begin_alike(text: str) -> tuple[str, ...]:
    """The functions that hold copies of two functions that begin alike, perhaps with the same number.

    Args:
        text: the module in LLVM's language.
    """
    functions = _functions(text)
    copied = [name for name, head, _ in functions if _MARK in head]
    kinds = [[one for one in copied if one.startswith(stems)] for stems in _ALIKE]
    if not any(kinds):
        return ()
    return tuple([
        name for name, _, body in functions
        if max([sum([body.count(f" @{one}(") for one in kind]) for kind in kinds]) > 1
    ])  # fmt: skip


def _functions(text: str) -> list[tuple[str, str, str]]:
    """Of each function: its name, its first line, and what follows until the next one."""
    found = []
    for part in f"\n{text}".split("\ndefine ")[1:]:
        head, _, body = part.partition("\n")
        name = _NAME.search(head)
        if name is not None:
            found.append((name[1], head, body))
    return found
