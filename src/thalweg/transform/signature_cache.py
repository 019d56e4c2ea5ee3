"""Which machine code belongs to which arguments of a function?"""

from __future__ import annotations

import types
import warnings
from collections.abc import Callable, Hashable
from typing import Any, NamedTuple

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE, tick
from thalweg.core.sites import place
from thalweg.core.trees import flatten, is_nested
from thalweg.transform.changing_kinds import changing_kinds
from thalweg.transform.itself import Itself, known_by, of_what_is_gone
from thalweg.transform.own_tensor import own_arguments
from thalweg.transform.tracing import Trace, arranged, in_place_of, site_of, trace
from thalweg.values.floatx import floatx
from thalweg.values.tensor import Tensor
from thalweg.values.variable import Variable

__all__ = ["SignatureCache"]

KINDS_KEPT = 64
"""Of more kinds of arguments than this, further ones run as Python."""

UNFINISHED_CALLS = 3
"""So many calls may make Variables before a function is taken to make them each time."""


class _Key(NamedTuple):
    """By what kinds of arguments are told apart: their nesting, their leaves, and what floats are."""

    args: Hashable
    named: Hashable
    leaves: tuple[Any, ...]
    floats: Hashable


class _Kind:
    """What is known of calls with arguments of one kind."""

    __slots__ = ("attempts", "made", "trace", "why")

    def __init__(self) -> None:
        self.trace: Trace | None = None
        self.made: tuple[Trace, Any] | None = None  # the machine code, and what it was made of
        self.why = ""
        self.attempts = 0


class SignatureCache:
    """The traces and the machine code of one function, by the kind of its arguments.

    Args:
        function: whose; for messages.

    Attributes:
        ready: the shortest way to the latest machine code, for Tensors alone; None where there is none.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        self._kinds: dict[_Key, _Kind] = {}
        self.ready: Any = None
        self._function = function
        self._of_no_kind = ""  # why some calls are of no kind

    def why_not_compiled(self) -> str:
        """One line for each kind of arguments that runs as Python, and for what makes kinds too many."""
        lines = [one.why for one in self._kinds.values() if one.why]
        once = [key.leaves for key, one in self._kinds.items() if one.trace and not one.made]
        here = self._place()
        lines += [f"{here}{words}" for words in (changing_kinds(once), self._of_no_kind) if words]
        return "\n".join(dict.fromkeys(lines))

    def _place(self) -> str:
        site = site_of(self._function)
        return "" if site is None else f"{place(site)}: "

    def call(self, function: Callable[..., Any], args: Any, named: Any) -> Any:
        """Call by machine code where there is some, and otherwise as Python."""
        leaves = flatten([args, named])
        kind = self._kind_of(args, named, leaves)

        def as_python() -> Any:
            own, own_named = own_arguments(args, named)
            return function(*own, **own_named)

        if kind is None or kind.why:
            return as_python()
        found, made = kind.trace, kind.made
        if found is None or not found.holds():
            return self._written_down(kind, function, args, named)
        if made is None or made[0] is not found:
            code = self._compiled(kind, found)
            if code is None:
                return as_python()
            made = kind.made = (found, code)
            if not named and all(type(one) is Tensor for one in args):
                self.ready = _ready(*made)
        return _run(*made, as_python, leaves)

    def explain(self, args: Any, named: Any) -> Any:
        """The stages of the machine code for such arguments, or why there is none; None: not yet called."""
        kind = self._kind_of(args, named, flatten([args, named]))
        if kind is None:
            return f"{self._place()}{self._of_no_kind}"
        if kind.why or kind.trace is None:
            return kind.why or None
        from thalweg.native.stages import stages_of

        return stages_of(kind.trace.graph)

    def _kind_of(self, args: Any, named: Any, leaves: list[Any]) -> _Kind | None:
        described = tuple([_described(leaf) for leaf in leaves])
        key = _Key(_shape_of(args), _shape_of(named), described, floatx())
        try:
            known = self._kinds.get(key)
        except TypeError:
            self._of_no_kind = "an argument cannot be told apart from others: it has no hash"
            return None
        if known is None:
            if len(self._kinds) >= KINDS_KEPT - 1:
                self._forget()
            if len(self._kinds) >= KINDS_KEPT:
                self._of_no_kind = f"{KINDS_KEPT} kinds of arguments are kept, others run as Python"
                return None
            if len(self._kinds) == KINDS_KEPT - 1:
                warnings.warn(
                    f"{getattr(self._function, '__qualname__', self._function)} was called with {KINDS_KEPT} kinds of arguments, and further ones "
                    f"run as Python; pass Tensors in place of Python numbers that change",
                    stacklevel=4,
                )
            known = self._kinds[key] = _Kind()
        return known

    def _forget(self) -> None:
        """Drop what belongs to objects that are gone."""
        for key in [*self._kinds]:
            if of_what_is_gone(key):
                self._kinds.pop(key, None)

    def _written_down(self, kind: _Kind, function: Any, args: Any, named: Any) -> Any:
        """Call as Python under a tracer."""
        args, named = own_arguments(args, named)
        tensors = [leaf for leaf in flatten([args, named]) if isinstance(leaf, Tensor)]
        answer, found = trace(function, args, named, tensors, site_of(self._function))
        kind.attempts += 1
        self.ready = None
        if found.obstacle is None:
            kind.trace = found
        elif not found.unfinished or kind.attempts >= UNFINISHED_CALLS:
            kind.why = str(found.obstacle)
        return answer

    def _compiled(self, kind: _Kind, found: Trace) -> Any:
        try:
            from thalweg.native.compiled import NotCompiled, compile_graph
        except ImportError:
            return self._without(kind)
        try:
            return compile_graph(found.graph)
        except ImportError:
            return self._without(kind)
        except NotCompiled as error:
            kind.why = f"{self._place()}{error}"
            return None
        except Exception as error:  # noqa: BLE001 # the function itself is right, and still there
            kind.why = f"machine code could not be made: {error}"
            return None

    def _without(self, kind: _Kind) -> None:
        kind.why = "llvmlite is not installed: pip install llvmlite"
        _warn_once(kind.why)


class _Ready:
    """The machine code for one kind of Tensors, called without a look at what kind they are.

    The code itself looks, and says so when they are of another kind.
    """

    __slots__ = (
        "answers",
        "arrange",
        "assumed",
        "call",
        "cells",
        "code",
        "floats",
        "holds",
        "written",
    )

    def __init__(self, found: Trace, code: Any, call: Any) -> None:
        self.code, self.call = code, call
        self.cells, self.written, self.answers = found.cells, found.written, found.answers
        self.floats, self.assumed, self.holds = floatx(), bool(found.assumed), found.holds
        self.arrange = arranged(found.answer, len(found.graph.outputs))

    def __call__(self, args: tuple[Any, ...]) -> Any:
        """The function's answer, or `NotImplemented` where this is not the code for it."""
        if STATE.here.recorders or floatx() is not self.floats:
            return NotImplemented
        if self.assumed and not self.holds():
            return NotImplemented
        made = self.call(*args, *self.cells) if self.cells else self.call(*args)
        if type(made) is not tuple:  # its status; those of numbers out of range are told by Python
            from thalweg.native.interrupts import raise_if_stopped

            raise_if_stopped(made)
            return NotImplemented
        if self.written:
            for cell, array in zip(self.written, made[self.answers :], strict=True):
                cell.array = array
        return made if self.arrange is None else self.arrange(made)


def _ready(found: Trace, code: Any) -> _Ready | None:
    """The shortest way to machine code, where all that it takes are Tensors and Variables."""
    from thalweg.native.boxed_call import Boxes

    if {*map(type, found.cells)} - {Tensor, Variable}:
        return None
    given = len(found.graph.inputs) - len(found.cells)
    kinds = (*[Tensor] * given, *map(type, found.cells))
    call = code.boxed(Boxes(kinds, Tensor, tick, found.answers))
    return None if call is None else _Ready(found, code, call)


_warned: set[str] = set()


def _warn_once(words: str) -> None:
    if words not in _warned:
        _warned.add(words)
        warnings.warn(f"functions run as Python: {words}", stacklevel=6)


def _run(found: Trace, code: Any, as_python: Callable[[], Any], leaves: list[Any]) -> Any:
    given = [leaf.array for leaf in leaves if isinstance(leaf, Tensor)]
    try:
        arrays = code([*given, *(cell.array for cell in found.cells)])
    except IndexError:  # NumPy says which number it was
        return as_python()
    for cell, array in zip(found.written, arrays[found.answers :], strict=True):
        cell.array = array if array.ndim else array[()]
    return in_place_of(found.answer, arrays)


def _shape_of(tree: Any) -> Hashable:
    """A nesting without its leaves."""
    if isinstance(tree, Handle) or not is_nested(tree):
        return None
    if isinstance(tree, list | tuple):
        return (type(tree), *map(_shape_of, tree))
    # 1, 1.0 and True are one key to Python, and not the same to the function.
    return (type(tree), *((_described(key), key, _shape_of(value)) for key, value in tree.items()))


def _described(leaf: Any) -> Hashable:
    """What must be the same for machine code to serve another call."""
    if isinstance(leaf, Tensor):
        return leaf.array.shape, leaf.array.dtype
    if isinstance(leaf, Trainable):
        return type(leaf), leaf.key
    if isinstance(leaf, types.MethodType):
        return Itself(leaf.__self__), Itself(leaf.__func__)
    return known_by(leaf)
