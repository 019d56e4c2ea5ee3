"""Does a function do the same each time it is called, as far as its text shows?

A search may call machine code in place of the function only if nobody can tell: no print, no count of
calls, no number drawn by NumPy, nothing that another call would find changed. So the function's compiled
text is read, never run, and that of the functions that it calls: it may name constants, arrays, Tensors,
Variables, NumPy's and thalweg's functions, lists and mappings of such, and objects with attributes like
these. What it reads from outside is remembered (`Outside`). If one run leaves all of that as it was, so
does every other, because a branch by a Tensor's value keeps a function in Python anyway.
"""

from __future__ import annotations

import dis
import functools
import inspect
import types
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.sites import place
from thalweg.transform.function import Function
from thalweg.transform.outside import Outside
from thalweg.transform.steady import CHANGING_NAMES, CONTAINERS, INNER_NAMES, is_steady, is_value

__all__ = ["Reading", "read"]

_STORES = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL", "STORE_ATTR", "DELETE_ATTR"})
_ODD = frozenset(
    {"IMPORT_NAME", "IMPORT_FROM", "LOAD_NAME", "STORE_NAME", "LOAD_BUILD_CLASS", "GET_AWAITABLE"}
)
_MOST = 1000
"""Longer lists are not looked through."""

_UNKNOWN = object()

_LIBRARIES = ("builtins", "collections", "typing", "thalweg")
_NO_OPERATORS = frozenset(
    {"__init__", "__new__", "__call__", "__repr__", "__str__", "__del__", "__set_name__",
     "__init_subclass__", "__class_getitem__", "__reduce__", "__reduce_ex__", "__getstate__",
     "__setstate__", "__copy__", "__deepcopy__", "__getnewargs__", "__setattr__", "__delattr__"}
)  # fmt: skip
"""What no text that is read calls by an operator: it makes no objects of the user's, and sets no attributes."""


@dataclass
class Reading:
    """What was found.

    Attributes:
        why: what may differ from call to call, and the line; empty where nothing does.
        outside: what the function reads that is not its own.
    """

    why: str = ""
    outside: Outside = field(default_factory=Outside)


class _Differs(Exception):  # noqa: N818 - no error, a finding
    """Something may differ from call to call."""


def read(function: Any, *given: Any, into: Outside | None = None) -> Reading:
    """Read a function.

    Args:
        function: anything that is called.
        given: what it is called with each time.
        into: who is told what it reads.

    Returns:
        What was found.

    >>> read(np.sin).why
    ''
    >>> "may not be the same each time" in read(print).why
    True
    """
    found = Reading() if into is None else Reading(outside=into)
    try:
        reader = _Reader(found.outside)
        reader.value("the function", function)
        reader.value("what it is given", given)
    except _Differs as told:
        found.why = str(told)
    return found


class _Reader:
    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        self._met: dict[Any, int] = {}
        self._site: Any = None

    def differs(self, why: str) -> _Differs:
        """What is said of something, with the line that is being read."""
        at = "" if self._site is None else f"{place(self._site)}: "
        return _Differs(f"{at}{why}; jit_compile=True says that each call does the same")

    def value(self, called: str, value: Any) -> None:
        """Look at a value that the function uses."""
        self.outside.met(value)
        if is_steady(value):
            if isinstance(value, types.FunctionType):
                self._closed_over(value)
        elif isinstance(value, types.FunctionType):
            self.function(value, {})
        elif isinstance(value, types.MethodType):
            self.method(called, value.__func__, value.__self__)
        elif isinstance(value, CONTAINERS):
            self._container(called, value)
        elif isinstance(value, functools.partial):
            self._partly_called(called, value)
        elif isinstance(value, Function):
            self.value(called, value.python_function)
        elif isinstance(getattr(type(value), "__call__", None), types.FunctionType):  # noqa: B004 # the function itself is wanted
            self.method(called, type(value).__call__, value)
            self._of_users_class(called, value)
        else:
            raise self.differs(f"{called} may not be the same each time")

    def _container(self, called: str, value: Any) -> None:
        if isinstance(value, np.ndarray):
            if value.dtype.kind not in "biufc":
                raise self.differs(f"{called} holds {value.dtype.name}")
            if type(value) not in (np.ndarray, np.memmap):  # it may keep more than its elements
                raise self.differs(f"{called} is a {type(value).__name__}")
            self.outside.contents(called, value)
            return
        self._of_users_class(called, value)
        if len(value) > _MOST:
            raise self.differs(f"{called} is long, and may not be the same each time")
        if not isinstance(value, tuple | frozenset) and not self.outside.contents(called, value):
            return
        for part in [*value.keys(), *value.values()] if isinstance(value, dict) else value:
            self.value(f"an element of {called}", part)

    def _of_users_class(self, called: str, value: Any) -> None:
        """Read what an object of a user's class does where its name is not seen.

        That is for operators, brackets and loops, and where it is asked for what Tensors and lists have
        as well: `x.mean` of an x that comes from a loop may be its own.
        """
        kinds = [kind for kind in type(value).__mro__ if _is_users(kind)]
        for kind in kinds:
            for name, found in vars(kind).items():
                special = name[:2] == name[-2:] == "__" and name not in _NO_OPERATORS
                if special and isinstance(found, types.FunctionType):
                    self.method(f"{called}.{name}", found, value)
        if kinds:
            own = {*getattr(value, "__dict__", ())}.union(*map(vars, kinds))
            for name in sorted(own & INNER_NAMES):
                self._asked(called, value, name)

    def _asked(self, called: str, value: Any, name: str) -> None:
        """Read what an object answers when it is asked for an attribute."""
        if (id(value), name) in self._met:
            return
        self._met[id(value), name] = len(self._met)
        home = _home(value, name)
        if name not in home:
            self._of_class(value, f"{called}.{name}", name)
            return
        self.outside.name(f"{called}.{name}", home, name, home[name])
        self.value(f"{called}.{name}", home[name])

    def _closed_over(self, function: types.FunctionType) -> None:
        """Look at the user's functions that one of the library's holds, as `tw.grad(f)` does."""
        if id(function) in self._met:
            return
        self._met[id(function)] = len(self._met)
        for cell in function.__closure__ or ():
            held = cell.cell_contents
            if isinstance(held, _CALLED) or (callable(held) and _is_users(type(held))):
                self.value(function.__name__, held)

    def _partly_called(self, called: str, partial: functools.partial[Any]) -> None:
        """Read a function with the arguments that it has already; these are looked at where it uses them."""
        function, given = partial.func, partial.args
        if isinstance(function, types.FunctionType) and not is_steady(function):
            code = function.__code__
            names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
            if len(given) <= code.co_argcount and {*partial.keywords} <= {*names}:
                bound = dict(zip(names, given, strict=False)) | partial.keywords
                self.function(function, bound)
                return
        for part in (function, given, partial.keywords):
            self.value(called, part)

    def method(self, called: str, function: Any, owner: Any) -> None:
        """Read a method of an object."""
        if not isinstance(function, types.FunctionType):
            raise self.differs(f"{called} may not be the same each time")
        names = function.__code__.co_varnames
        bound = {names[0]: owner} if function.__code__.co_argcount else {}
        self.function(function, bound)

    def function(self, function: types.FunctionType, bound: dict[str, Any]) -> None:
        """Read a function of which some arguments are known."""
        known = (id(function), *[(name, id(one)) for name, one in bound.items()])
        self.outside.entered(function.__code__, self._met.get(known, -1))
        if known in self._met:
            return
        self._met[known] = len(self._met)
        before = self._site
        self._site = (function.__code__, 0)
        for default in (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values()):
            self.value(f"an argument of {function.__name__}", default)
        cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
        self._text(function.__code__, function.__globals__, cells, bound)
        self._site = before

    def _text(self, code: Any, names: dict[str, Any], cells: Any, bound: dict[str, Any]) -> None:
        text = _text_of(code)
        bound = {name: one for name, one in bound.items() if name not in text.rebound}
        for offset, name, attributes, what in text.actions:
            self._site = (code, offset)
            if what in (_LOADS, _LOADS_GLOBAL):
                value, called = self._named(what == _LOADS_GLOBAL, name, names, cells, bound)
                self._along(value, called, attributes)
            elif what == _SETS:
                if name in cells:
                    raise self.differs(_IS_SET.format(name))
            else:
                raise self.differs(what)
        for inner in text.inner:
            self._text(inner, names, {k: v for k, v in cells.items() if k in inner.co_freevars}, {})

    def _named(
        self, is_global: bool, name: str, names: dict[str, Any], cells: Any, bound: dict[str, Any]
    ) -> tuple[Any, str]:
        """What a name stands for, remembered; `_UNKNOWN` for what the function makes itself."""
        if is_global:
            home: Any = names
            if name not in home:
                home = names.get("__builtins__", {})
                home = vars(home) if isinstance(home, types.ModuleType) else home
            if name not in home:
                raise self.differs(f"{name} is not known")
            self.outside.name(name, home, name, home[name])
            return home[name], name
        if name in cells:
            try:
                value = cells[name].cell_contents
            except ValueError:
                raise self.differs(f"{name} is not known") from None
            self.outside.name(name, cells[name], None, value)
            return value, name
        return bound.get(name, _UNKNOWN), name

    def _along(self, value: Any, called: str, attributes: tuple[str, ...]) -> None:
        """Follow `a.b.c` from what `a` stands for, as far as that can be known."""
        for at, name in enumerate(attributes):
            if value is _UNKNOWN or is_value(value):
                self._inner(called, attributes[at:], value is not _UNKNOWN)
                break
            called = f"{called}.{name}"
            home = _home(value, name)
            if name not in home:
                self._of_class(value, called, name)
                return
            self.outside.name(called, home, name, home[name])
            value = home[name]
        if value is not _UNKNOWN:
            self.value(called, value)

    def _inner(self, called: str, names: tuple[str, ...], known: bool) -> None:
        """Look at what a Tensor, an array or a list is asked for."""
        for name in names:
            if name not in INNER_NAMES or (known and name in CHANGING_NAMES):
                raise self.differs(_MAY_DIFFER.format(called, name))

    def _of_class(self, owner: Any, called: str, name: str) -> None:
        """Read a method or a property that an object has from its class."""
        home = next(
            (vars(one) for one in type(owner).__mro__ if name in vars(one)), {name: object()}
        )
        found = home[name]
        self.outside.name(called, home, name, found)
        if isinstance(found, staticmethod):
            self.value(called, found.__func__)
        elif isinstance(found, property) and found.fget is not None:
            self.method(called, found.fget, owner)
        elif isinstance(found, types.FunctionType):
            self.method(called, found, owner)
        elif is_steady(found):
            self.value(called, found)
        else:
            raise self.differs(f"{called} may not be the same each time")


_CALLED = (types.FunctionType, types.MethodType, functools.partial, Function)


def _is_users(kind: type) -> bool:
    """Whether a class is none of Python's or ours."""
    return kind.__module__.partition(".")[0] not in _LIBRARIES


_LOADS, _LOADS_GLOBAL, _SETS = "loads", "loads a global", "sets"
_IS_SET = "{} is set, which is not the function's own"
_MAY_DIFFER = "{}.{} may not be the same each time"


class _Text(NamedTuple):
    """What is found in a function's compiled text, whatever its names stand for.

    Attributes:
        actions: offset, name, attributes, and what is done: a name is loaded or set; or why calls differ.
        rebound: names that stand for something else from some line on.
        inner: the texts of functions inside.
    """

    actions: list[tuple[int, str, tuple[str, ...], str]]
    rebound: frozenset[str]
    inner: tuple[Any, ...]


_texts: weakref.WeakKeyDictionary[Any, _Text] = weakref.WeakKeyDictionary()


def _text_of(code: Any) -> _Text:
    """The text of a function, read once."""
    known = _texts.get(code)
    if known is not None:
        return known
    steps = list(dis.get_instructions(code))
    actions: dict[Any, tuple[int, str, tuple[str, ...], str]] = {}

    def add(at: int, name: str, attributes: tuple[str, ...], what: str) -> None:
        actions.setdefault((name, attributes, what), (at, name, attributes, what))

    for at, one in enumerate(steps):
        there = one.offset
        if one.opname in _STORES:
            add(there, "", (), _IS_SET.format(one.argval))
        elif one.opname in ("STORE_DEREF", "DELETE_DEREF"):
            add(there, one.argval, (), _SETS)
        if one.opname in _ODD or (one.opname == "YIELD_VALUE" and code.co_name != "<genexpr>"):
            add(there, "", (), "this may not be the same each time")
        what = _LOADS_GLOBAL if one.opname.startswith("LOAD_GLOBAL") else _LOADS
        for last, name in _loaded(one):
            add(there, name, tuple(_attributes(steps, at)) if last else (), what)
        inside = one.opname in ("LOAD_ATTR", "LOAD_METHOD") and not _follows_a_name(steps, at)
        if inside and one.argval not in INNER_NAMES:
            add(there, "", (), _MAY_DIFFER.format("", one.argval))
    rebound = {one.argval for one in steps if one.opname.startswith(("STORE_FAST", "DELETE_FAST"))}
    inner = [one for one in code.co_consts if isinstance(one, types.CodeType)]
    found = _texts[code] = _Text([*actions.values()], frozenset(rebound), tuple(inner))
    return found


def _loaded(one: Any) -> Iterator[tuple[bool, str]]:
    """The names that an instruction brings, and whether attributes may follow."""
    if not one.opname.startswith(("LOAD_GLOBAL", "LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FAST")):
        return
    if isinstance(one.argval, tuple):  # two at once, from CPython 3.13 on
        yield False, one.argval[0]
        yield True, one.argval[1]
    elif one.argval is not None:
        yield True, one.argval


def _attributes(steps: list[Any], at: int) -> list[str]:
    """The attributes that are taken one after the other of what an instruction brings."""
    found = []
    for one in steps[at + 1 :]:
        if one.opname not in ("LOAD_ATTR", "LOAD_METHOD"):
            break
        found.append(one.argval)
    return found


def _follows_a_name(steps: list[Any], at: int) -> bool:
    """Whether an attribute belongs to a chain that begins with a name, which was followed already."""
    while at and steps[at].opname in ("LOAD_ATTR", "LOAD_METHOD"):
        at -= 1
    return any(True for _ in _loaded(steps[at]))


def _home(value: Any, name: str) -> dict[str, Any]:
    """Where an object keeps an attribute of its own; nothing where its class decides."""
    if isinstance(value, types.ModuleType):
        if name not in vars(value):
            getattr(value, name, None)  # what a module reads when it is first asked for
        return vars(value)
    kind: Any = type(value)
    if kind is types.SimpleNamespace:  # whose attributes are what it holds, and nothing else
        held: dict[str, Any] = vars(value)
        return held
    if kind.__getattribute__ is not object.__getattribute__:
        return {}
    if hasattr(inspect.getattr_static(kind, name, None), "__set__"):
        return {}
    home: dict[str, Any] = getattr(value, "__dict__", {})
    return home
