"""What does a function keep in Python from call to call: a count, a list, an attribute of an object?

What is written down of one call is computed again and again, and Python does not run meanwhile: a count
would stand still. So what a function's names lead to is looked at before and after a call. That is no proof
that calls do the same, as a search asks for: what is not known here is passed by.
"""

from __future__ import annotations

import functools
import types
from typing import Any

from thalweg.core.handle import Handle
from thalweg.core.recording import LIBRARIES
from thalweg.transform.follow_all import closed_over, codes_of, plain_function
from thalweg.transform.function import Function

__all__ = ["PythonState"]

DEEPEST = 4
"""Objects in objects are followed so far."""

MOST = 1000
"""Longer lists are not looked through, but for their length."""

MOST_IN_ALL = 10_000
"""So many values are looked at."""

_NUMBERS = (bool, int, float, complex, str, bytes, type(None))
_CALLED = (types.FunctionType, types.MethodType, functools.partial, Function)


class PythonState:
    """What a function's names lead to in Python, as it is when this is made.

    Args:
        function: the user's; it is not run.
    """

    def __init__(self, function: Any) -> None:
        self._function = function
        self._found: list[tuple[str, Any]] = []
        self._met: set[int] = set()
        self._look_at("the function", function, 0)

    def changed(self) -> str:
        """What is another thing now; empty where nothing is."""
        now = PythonState(self._function)._found
        for (called, value), (other_called, other) in zip(self._found, now, strict=False):
            if called != other_called or not _same(value, other):
                return other_called
        fewer = min(len(now), len(self._found))
        return next((called for called, _ in [*now[fewer:], *self._found[fewer:]]), "")

    def _look_at(self, called: str, value: Any, depth: int) -> None:
        self._found.append((called, value))
        if isinstance(value, (*_NUMBERS, Handle, type)):
            return
        if id(value) in self._met or depth > DEEPEST or len(self._found) > MOST_IN_ALL:
            return
        self._met.add(id(value))
        if isinstance(value, _CALLED):
            self._look_into(value, depth)
        elif isinstance(value, list | tuple | dict | set | frozenset):
            self._found.append((called, len(value)))
            if len(value) <= MOST:
                for key, part in value.items() if isinstance(value, dict) else enumerate(value):
                    self._look_at(f"{called}[{key!r}]", part, depth + 1)
        elif not _of_a_library(type(value).__module__):
            for name, part in [*getattr(value, "__dict__", {}).items()]:
                self._look_at(f"{called}.{name}", part, depth + 1)
            self._look_into(getattr(type(value), "__call__", None), depth)  # noqa: B004 # the function itself is wanted

    def _look_into(self, value: Any, depth: int) -> None:
        """Look at what a function's text names, and at the object that a method belongs to."""
        plain = plain_function(value)
        if plain is None or _of_a_library(plain.__globals__.get("__name__")):
            return
        inner = getattr(value, "python_function", None)
        owner = getattr(value, "__self__", getattr(inner, "__self__", None))
        if owner is not None:
            self._look_at("self", owner, depth)
        for name, part in closed_over(plain):
            self._look_at(name, part, depth)
        for code in codes_of(plain.__code__):
            for name in code.co_names:
                part = plain.__globals__.get(name)
                if isinstance(part, types.ModuleType):
                    self._look_at_module(name, part, code, depth)
                elif part is not None:
                    self._look_at(name, part, depth)

    def _look_at_module(self, called: str, module: types.ModuleType, code: Any, depth: int) -> None:
        if not _of_a_library(module.__name__):
            for name in code.co_names:
                if name in vars(module):
                    self._look_at(f"{called}.{name}", vars(module)[name], depth + 1)


def _of_a_library(name: Any) -> bool:
    return f"{name}.".startswith(LIBRARIES)


def _same(one: Any, other: Any) -> bool:
    if one is other:
        return True
    return type(one) is type(other) and isinstance(one, _NUMBERS) and repr(one) == repr(other)
