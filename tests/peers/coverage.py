"""Which names do programs call, and which of their parameters do they give?"""

from __future__ import annotations

import inspect
from typing import Any

from peers.draw import STORED
from peers.program import Program
from peers.signatures import rebuilt


class Watching:
    """A library, or a room of it, that notes what is asked of it and hands it on."""

    def __init__(self, inner: Any, given: dict[str, set[str]], prefix: str = "") -> None:
        self._inner, self._given, self._prefix = inner, given, prefix

    def __getattr__(self, name: str) -> Any:
        value, dotted = getattr(self._inner, name), f"{self._prefix}{name}"
        if inspect.ismodule(value):
            return Watching(value, self._given, f"{dotted}.")
        note(dotted, (), {}, self._given)
        if not callable(value) or inspect.isclass(value):
            return value

        def call(*args: Any, **named: Any) -> Any:
            note(dotted, args, named, self._given)
            return value(*args, **named)

        return call


def note(
    dotted: str, args: tuple[Any, ...], named: dict[str, Any], given: dict[str, set[str]]
) -> None:
    """Add the parameters that a call gives to those given so far."""
    seen = given.setdefault(dotted, set())
    parameters = STORED.get(dotted)
    if isinstance(parameters, list):
        seen |= set(rebuilt(parameters).bind_partial(*args, **named).arguments)


def note_steps(program: Program, given: dict[str, set[str]]) -> None:
    for step in program.steps:
        note(step.name, step.args, step.named, given)


def missing(given: dict[str, set[str]], names: set[str], exempt: dict[str, str]) -> list[str]:
    """Return the names that no program calls, and the parameters that none gives."""
    found = []
    alike: dict[str, set[str]] = {}
    for name, seen in given.items():
        alike.setdefault(name.rpartition(".")[2], set()).update(seen)
    for name in sorted(names):
        last = name.rpartition(".")[2]
        if name not in given and last not in alike:
            found.append(name)
            continue
        if last[
            0
        ].isupper():  # a class: it is there, and its arguments are the business of test_names
            continue
        for parameter, kind, *_ in STORED[name] if isinstance(STORED[name], list) else []:
            if kind == "either" and parameter not in alike[last] and parameter not in exempt:
                found.append(f"{name}({parameter}=)")
    return found
