"""What does a rule call? Functions of the ops' files, and the kernels of rows that only rules call.

A row without a public name that no public function comes to is a part of some rule: which of two
equal numbers takes the gradient, what the slope is. Its kernel is looked at like a rule. How sums are
added up (`ops/summation.py`), or brought to LAPACK, is no rule's business and has tests of its own.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from types import CellType, FunctionType
from typing import Any

from mutation.source_of_rules import names_in
from thalweg.core.composite import COMPOSITES, Composite
from thalweg.core.op import TABLE, Op

ROOM = "thalweg.ops."
NO_RULES = ("thalweg.ops.summation", "thalweg.ops.lapack")


def reached(function: Any) -> list[Any]:
    """The functions that a rule comes to, itself left out."""
    found: dict[Any, None] = {}
    _walk(function, found)
    found.pop(function, None)
    return list(found)


def _walk(function: Any, found: dict[Any, None]) -> None:
    if not _ours(function) or function in found:
        return
    found[function] = None
    for _, value in _named(function):
        _walk(_inside(value), found)


def _ours(function: Any) -> bool:
    """A function of an ops' file."""
    room = getattr(function, "__module__", None) or ""
    return isinstance(function, FunctionType) and room.startswith(ROOM) and room not in NO_RULES


def _inside(value: Any) -> Any:
    """A function itself; the kernel of a row that only rules call."""
    if isinstance(value, Op):
        return value.kernel if value.name in for_rules_alone() else None
    return value


@functools.cache
def for_rules_alone() -> frozenset[str]:
    """The rows that neither have a public name nor are called by a public function."""
    called: set[str] = set()
    waiting: list[Any] = [one.function for one in COMPOSITES.values()]
    waiting += [one for op in TABLE.values() for one in _adapters(op)]
    seen: set[Any] = set()
    while waiting:
        function = waiting.pop()
        if function in seen or not isinstance(function, FunctionType):
            continue
        seen.add(function)
        for _, value in _named(function):
            if isinstance(value, Op):
                called.add(value.name)
            elif _ours(value):
                waiting.append(value)
    return frozenset(n for n, op in TABLE.items() if not op.public and not op.numpy) - called


@functools.cache
def rows_called(function: Any) -> frozenset[str]:
    """The rows that a public function comes to, by way of others too."""
    found: set[str] = set()
    waiting, seen = [function], set()
    while waiting:
        one = waiting.pop()
        if one in seen or not isinstance(one, FunctionType):
            continue
        seen.add(one)
        for _, value in _named(one):
            if isinstance(value, Op):
                found.add(value.name)
            elif isinstance(value, Composite):
                waiting.append(value.function)
            elif _ours(value):
                waiting.append(value)
    return frozenset(found)


@functools.cache
def rows_whose_rules_call(name: str) -> frozenset[str]:
    """The rows to whose rules a row is a part, by way of others too."""
    found: set[str] = set()
    waiting = [name]
    while waiting:
        part = waiting.pop()
        users = {
            op.name
            for op in TABLE.values()
            for rules in (op.reverse, op.forward)
            for rule in rules.values()
            if part in rows_called(rule.function)
        }
        waiting += users - found if part in for_rules_alone() else ()
        found |= users
    return frozenset(found)


def _adapters(op: Op) -> list[Any]:
    return list(op.numpy.values()) if isinstance(op.numpy, Mapping) else []


def _named(function: FunctionType) -> Iterator[tuple[str, Any]]:
    """The global and free names of a function with what they stand for."""
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    for name in sorted(names_in(function.__code__)):
        if name in cells:
            yield name, cells[name].cell_contents
        elif name in function.__globals__:
            yield name, function.__globals__[name]


def rebuilt(function: Any, old: Any, new: Any, with_columns: Callable[..., Op]) -> Any:
    """A function that comes to `new` wherever it came to `old`; itself where it does not.

    Args:
        function: any; what is no function of an ops' file is returned as it is.
        old: a function that it may reach.
        new: what stands for it.
        with_columns: makes a row with another kernel.
    """
    if function is old:
        return new
    if not _ours(function) or old not in reached(function):
        return function
    others = {}
    for name, value in _named(function):
        inside = _inside(value)
        if inside is function or not _ours(inside):
            continue
        if inside is old or old in reached(inside):
            changed = rebuilt(inside, old, new, with_columns)
            others[name] = with_columns(value, kernel=changed) if isinstance(value, Op) else changed
    code = function.__code__
    closure = tuple(
        CellType(others[name]) if name in others else cell
        for name, cell in zip(code.co_freevars, function.__closure__ or (), strict=True)
    )
    known = {**function.__globals__, **others}
    made = FunctionType(code, known, function.__name__, function.__defaults__, closure)
    made.__kwdefaults__ = function.__kwdefaults__
    return made
