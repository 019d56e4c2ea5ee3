"""Mistakes in what stands around all rules: the fit of a gradient to its value, the strong zero, the steps."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import Any

from mutation.planting import Mistake, distinct, place_of
from mutation.source_of_rules import code_of, node_of
from mutation.textual_changes import Names
from thalweg.core.op import TABLE
from thalweg.diff import fit, forward, reverse, strong_zero

ROOMS = (fit, strong_zero, forward, reverse)
FIRST = (
    "multiply", "add", "divide", "matmul", "reduce_sum", "stack", "split_at", "complex", "select",
    "log", "transpose", "abs", "squared_difference", "power", "take", "solve", "reduce_max",
)  # fmt: skip
"""Rows that between them take every way through the sweep; the others follow."""


def functions() -> list[Any]:
    """Every function of the sweep's files, in their order."""
    return [
        value
        for room in ROOMS
        for value in vars(room).values()
        if isinstance(value, FunctionType) and value.__module__ == room.__name__
    ]


def mistakes_in_machinery(without: set[str]) -> Iterator[Mistake]:
    """Every mistake in the text of the sweep, judged by all rows but some."""
    names = [*[name for name in FIRST if name in TABLE], *sorted(TABLE)]
    rows = tuple(name for name in dict.fromkeys(names) if name not in without)
    for function in functions():
        node = node_of(function)
        code = function.__code__
        given = code.co_varnames[: code.co_argcount]
        for change in distinct(node, function, Names(given), None):
            changed = code_of(change.node, function)
            yield Mistake(
                f"{function.__module__.rpartition('.')[2]}.{function.__name__}",
                change.kind,
                change.words,
                place_of(function, change.line),
                rows,
                lambda op: op,
                during=lambda function=function, changed=changed: other_code(function, changed),
                function=function,
                code=changed,
                first=len(FIRST),
            )


@contextlib.contextmanager
def other_code(function: Any, code: CodeType) -> Iterator[None]:
    """A function does something else, for everybody who calls it."""
    before = function.__code__
    function.__code__ = code
    try:
        yield
    finally:
        function.__code__ = before
