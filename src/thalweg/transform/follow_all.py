"""Follow whatever a function computes, so that it can ask for gradients without a tape of its own."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.recording import LIBRARIES, STATE, Happening, set_recorders
from thalweg.core.trees import flatten
from thalweg.tape.recording import Recording

ASKING = frozenset({"gradients", "hessians"})
"""The functions that ask for derivatives of what was computed, with no tape in their hands."""


class FollowAll:
    """A recorder that follows every float that an op meets: what a graph is to TensorFlow.

    A tape follows what is watched and costs nothing else; this one keeps what any gradient may need,
    so it records only functions that ask for one in this way.
    """

    traces = False

    def __init__(self) -> None:
        self.recording = Recording(watch_accessed=True)

    def meet(self, tree: Any) -> None:
        """Follow the Tensors and Variables of a nesting."""
        for leaf in flatten(tree):
            if isinstance(leaf, Handle):
                self._follow(leaf.key, leaf.array.shape, leaf.array.dtype)

    def _follow(self, key: Any, shape: Any, dtype: Any) -> None:
        recording = self.recording
        if key is not None and key not in recording.specs and dtype.kind in "fc":
            recording.specs[key] = (shape, dtype)
            recording.roots.add(key)

    def record(self, op: Any, keys: Any, values: Any, params: Any, out: Any, site: Any) -> bool:
        """See one call; true when it was recorded."""
        for key, value in zip(keys, values, strict=True):
            if isinstance(value, np.ndarray | np.generic):
                self._follow(key, value.shape, value.dtype)
        return self.recording.record(op, keys, values, params, out, site)

    def adopt(self, call: Any) -> bool:
        """See a call that brings its own derivative; true when it was recorded."""
        for key, spec in zip(call.keys, call.specs, strict=True):
            self._follow(key, *spec)
        return self.recording.adopt(call)

    def read(self, variable: Any) -> None:
        """See that a Variable is read."""
        self.recording.read(variable)

    def note(self, happening: Happening) -> None:
        """See something that a gradient does not pass."""
        self.recording.note(happening)

    def __enter__(self) -> FollowAll:
        set_recorders((*STATE.recorders, self))
        return self

    def __exit__(self, *exception: object) -> None:
        set_recorders(tuple([one for one in STATE.recorders if one is not self]))


def asks_for_gradients(function: Callable[..., Any]) -> bool:
    """Whether a function's text names one of `ASKING`, or that of a function that it calls by name.

    Only the compiled code is looked at, nothing is run; what is reached through an object's attributes
    is not found.
    """
    met: set[Any] = set()
    open_ends: list[Any] = [function]
    while open_ends:
        plain = plain_function(open_ends.pop())
        if plain is None or plain.__code__ in met or (met and _of_a_library(plain)):
            continue
        met.add(plain.__code__)
        for code in codes_of(plain.__code__):
            if not ASKING.isdisjoint(code.co_names):
                return True
            open_ends += [plain.__globals__.get(name) for name in code.co_names]
        open_ends += [value for _, value in closed_over(plain)]
    return False


def plain_function(value: Any) -> types.FunctionType | None:
    """The Python function behind a method, a partial or a wrapper."""
    while True:
        if isinstance(value, types.MethodType):
            value = value.__func__
        elif isinstance(value, functools.partial):
            value = value.func
        elif not isinstance(value, types.FunctionType) and hasattr(value, "python_function"):
            value = value.python_function
        else:
            break
    return value if isinstance(value, types.FunctionType) else None


def _of_a_library(function: types.FunctionType) -> bool:
    return str(function.__globals__.get("__name__")).startswith(LIBRARIES)


def codes_of(code: types.CodeType) -> Iterator[types.CodeType]:
    """A function's code, and that of the functions written inside it."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from codes_of(constant)


def closed_over(function: types.FunctionType) -> Iterator[tuple[str, Any]]:
    """What a function takes from the functions around it, with the names."""
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            yield name, cell.cell_contents
        except ValueError:  # a name that is not bound yet
            continue


__all__ = ["FollowAll", "asks_for_gradients", "closed_over", "codes_of", "plain_function"]
