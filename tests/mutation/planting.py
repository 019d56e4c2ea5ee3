"""Which mistakes are planted, in which rows: in rules, around them, in what they call, in columns."""

from __future__ import annotations

import ast
import contextlib
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import FunctionType
from typing import Any

import thalweg
from mutation.changes_around_rules import NO_COMPLEX, around, conjugates
from mutation.reached import for_rules_alone, reached, rebuilt
from mutation.source_of_rules import code_of, compiled, essence, node_of
from mutation.textual_changes import FLIPPED, OTHER_FUNCTION, Change, Names, changes, renamed
from thalweg.core.op import TABLE, Op
from thalweg.ops import arithmetic, comparison, complex_numbers, creation, hyperbolic, trigonometric
from thalweg.testing.check_op import _row as called  # it builds the call of a row that is new

TOP = Path(thalweg.__file__).parents[2]
ROOMS = (comparison, arithmetic, complex_numbers, creation, trigonometric, hyperbolic)
KNOWN = {
    name: getattr(room, name)
    for name in {*FLIPPED, *OTHER_FUNCTION, *OTHER_FUNCTION.values()}
    for room in ROOMS[::-1]
    if isinstance(getattr(room, name, None), Op)
}


@dataclass
class Mistake:
    """One mistake, and the rows that must notice it.

    Attributes:
        where: the rule or the function, in words that outlive a change of lines.
        kind: of which kind.
        words: what became what.
        place: file and line.
        rows: the rows in which it is planted; it is found when one of them fails.
        plant: from a row to the row with the mistake.
        idle: after the checks: the reason why it is no mistake, found by the machine.
        during: what else is in force while a row is judged.
        function: where the mistake is one in a text, whose,
        code: and what the text becomes.
        first: how many of the rows are tried at once; the others when nothing else finds it.
    """

    where: str
    kind: str
    words: str
    place: str
    rows: tuple[str, ...]
    plant: Callable[[Op], Op]
    idle: Callable[[], str] = field(default=lambda: "")
    during: Callable[[], contextlib.AbstractContextManager[None]] = contextlib.nullcontext
    function: Any = None
    code: Any = None
    first: int = 3


def with_columns(op: Op, **columns: Any) -> Op:
    """A copy of a row with other columns, ready to be called; the table stays as it is."""
    before = dict(TABLE)
    TABLE.pop(op.name, None)
    try:
        made = replace(op, **columns)
    finally:
        TABLE.clear()
        TABLE.update(before)
    made.__doc__ = op.__doc__
    return called(made)


def rules_of(op: Op) -> list[tuple[str, str, Any]]:
    """`(column, input, function)` of every rule of a row."""
    return [
        (column, name, rule.function)
        for column, rules in (("vjp", op.reverse), ("jvp", op.forward))
        for name, rule in rules.items()
    ]


def with_rule(op: Op, column: str, name: str, function: Any) -> Op:
    """A copy of a row with another rule for one input."""
    return with_columns(op, **{column: {**getattr(op, column), name: function}})


def as_it_stands(op: Op) -> Op:
    """A copy of a row made in the way of planting, with nothing planted: it must pass."""
    made = op
    for column, name, function in rules_of(op):
        if isinstance(function, FunctionType):
            again = compiled(node_of(function), function, KNOWN)
            made = with_rule(made, column, name, again)
    return made


def mistakes_of(op: Op) -> Iterator[Mistake]:
    """Every mistake of one row's own: in its rules, around them and in its columns."""
    if op.severs:
        return
    for column, name, function in rules_of(op):
        yield from _in_a_rule(op, column, name, function)
        yield from _around_a_rule(op, column, name, function)
    yield from _in_columns(op)


def place_of(function: Any, line: int | None = None) -> str:
    """`src/…/file.py:line`."""
    code = function.__code__
    file = Path(code.co_filename)
    told = file.relative_to(TOP) if file.is_relative_to(TOP) else Path(file.name)
    return f"{told.as_posix()}:{line or code.co_firstlineno}"


def _told(column: str, name: str) -> str:
    return f"{'reverse' if column == 'vjp' else 'forward'} rule of {name}"


def _in_a_rule(op: Op, column: str, name: str, function: Any) -> Iterator[Mistake]:
    if not isinstance(function, FunctionType):
        return
    node = node_of(function)
    for change in distinct(node, function, _names_of(op, function), op):
        made = compiled(change.node, function, KNOWN)

        def plant(row: Op, made: Any = made) -> Op:
            return with_rule(row, column, name, made)

        place = place_of(function, change.line)
        where = f"{op.name}, {_told(column, name)}"
        row = (op.name,)
        yield Mistake(
            where,
            change.kind,
            change.words,
            place,
            row,
            plant,
            function=function,
            code=made.__code__,
        )


def _names_of(op: Op, function: FunctionType) -> Names:
    code = function.__code__
    given = code.co_varnames[: code.co_argcount]
    return Names(
        tuple(one for one in given if one in ("g", "ans", *op.input_names)),
        tuple(one for one in given if type(op.parameters.get(one)) is bool),
        tuple(one for one in given if one in op.parameters and _of_axes(one)),
        tuple(one for one in given if one == "i"),
        _default_in(function),
    )


def _default_in(function: FunctionType) -> Callable[[str, int | str], Any]:
    """The defaults of what a function's globals name."""

    def default(name: str, argument: int | str) -> Any:
        called = function.__globals__.get(name)
        if isinstance(called, Op):
            parameters = list(called.signature().parameters.values())
        elif callable(called):
            parameters = list(inspect.signature(called).parameters.values())
        else:
            return ...
        for at, one in enumerate(parameters):
            if argument in (at, one.name):
                return one.default
        return ...

    return default


def _of_axes(name: str) -> bool:
    return any(word in name for word in ("axis", "axes", "perm", "dims"))


def distinct(node: Any, function: FunctionType, names: Names, op: Op | None) -> Iterator[Change]:
    """The changes of a text that are no repetition and not what stood there."""
    seen = {essence(code_of(node, function))}
    found = list(changes(node, names))
    if op is not None:
        found += _other_saved_values(node, function, op)
    for change in found:
        try:
            mark = essence(code_of(change.node, function))
        except SyntaxError:
            continue
        if mark not in seen:
            seen.add(mark)
            yield change


def _other_saved_values(node: Any, function: FunctionType, op: Op) -> Iterator[Change]:
    """A rule that asks for the answer where it wants the input, or for another input."""
    code = function.__code__
    given = code.co_varnames[: code.co_argcount]
    saved = ("ans", *op.input_names)
    for old in given:
        for new in saved:
            if old in saved and new not in given and not (op.variadic and new != "ans"):
                words = f"`{new}` kept for `{old}`"
                changed = ast.fix_missing_locations(renamed(node, old, new))
                yield Change("wrong saved value", words, code.co_firstlineno, changed)


def _around_a_rule(op: Op, column: str, name: str, function: Any) -> Iterator[Mistake]:
    where = f"{op.name}, {_told(column, name)}"
    line = place_of(function) if isinstance(function, FunctionType) else ""
    for one in around(op, function, name, reverse=column == "vjp"):

        def plant(row: Op, made: Any = one.function) -> Op:
            return with_rule(row, column, name, made)

        yield Mistake(
            where, one.kind, one.words, line, (op.name,), plant, lambda one=one: one.idle(one.calls)
        )


def _in_columns(op: Op) -> Iterator[Mistake]:
    """Mistakes in what a row says about its rules."""
    functions = [function for _, _, function in rules_of(op) if isinstance(function, FunctionType)]
    line = place_of(functions[0]) if functions else ""

    def told(kind: str, words: str, **columns: Any) -> Mistake:
        def plant(row: Op) -> Op:
            return with_columns(row, **columns)

        return Mistake(f"{op.name}, row", kind, words, line, (op.name,), plant)

    for column in ("vjp", "jvp"):
        rules = {n: f for n, f in getattr(op, column).items() if f}
        names = list(rules)
        for at, one in enumerate(names):
            for other in names[at + 1 :]:
                if not _alike(rules[one], rules[other]):
                    swapped = {**getattr(op, column), one: rules[other], other: rules[one]}
                    words = f"the {'reverse' if column == 'vjp' else 'forward'} rules of {one} and {other} exchanged"  # fmt: skip
                    yield told("swapped rules", words, **{column: swapped})
    if op.unbounded:
        mistake = told("strong zero lost", "`bounded=True`", bounded=True)
        mistake.idle = lambda: "its slopes are finite at every hard point that is a number"
        yield mistake
    watched = {name: conjugates(rule.function) for name, rule in op.reverse.items()}
    rules = {**op.vjp, **{name: one.function for name, one in watched.items()}}
    if op.real_only:
        mistake = told("complex let in", "`real_only=False`", real_only=False, vjp=rules)
        mistake.idle = lambda: "" if any(one.met for one in watched.values()) else NO_COMPLEX
    else:
        words = f"`holomorphic={not op.holomorphic}`"
        mistake = told("conjugate lost", words, holomorphic=not op.holomorphic, vjp=rules)
        mistake.idle = lambda: _all([one.idle(one.calls) for one in watched.values()])
    yield mistake
    by_rules = bool(op.forward) or (op.elementwise and not (op.linear and not op.holomorphic))
    carried = len((op.linear or op.multilinear).split()) + op.variadic
    if not by_rules and carried > 1:
        words = "`linear` and `multilinear` exchanged"
        yield told("wrong forward", words, linear=op.multilinear, multilinear=op.linear)


def _all(reasons: list[str]) -> str:
    return "; ".join(dict.fromkeys(reasons)) if all(reasons) else ""


def _alike(one: Any, other: Any) -> bool:
    both = isinstance(one, FunctionType) and isinstance(other, FunctionType)
    return one is other or (both and essence(one.__code__) == essence(other.__code__))


def mistakes_in_helpers(rows: list[Op]) -> Iterator[Mistake]:
    """Mistakes in the functions that rules call, each planted in all rows that come to it."""
    called = {op.name: [f for _, _, one in rules_of(op) for f in reached(one)] for op in rows}
    own = {function for op in TABLE.values() for _, _, function in rules_of(op)}
    users: dict[Any, list[str]] = {}
    for op in rows:
        for function in () if op.severs else dict.fromkeys(called[op.name]):
            users.setdefault(function, []).append(op.name)
    for op in rows:  # the row whose kernel it is looks at its values
        if op.name in for_rules_alone():
            for function in {op.kernel, *reached(op.kernel)} & users.keys():
                users[function].append(op.name)
    for function, names in users.items():
        if function in own or function.__closure__:
            continue  # a closure stands around a formula, and is none
        node = node_of(function)
        code = function.__code__
        given = code.co_varnames[: code.co_argcount]
        kinds = Names(
            tuple(one for one in given if not _of_axes(one) and one not in FLAGS),
            tuple(one for one in given if one in FLAGS),
            tuple(one for one in given if _of_axes(one)),
            default=_default_in(function),
        )
        for change in distinct(node, function, kinds, None):
            made = compiled(change.node, function, KNOWN)
            place = place_of(function, change.line)
            words = Path(code.co_filename).stem + "." + function.__qualname__

            def plant(row: Op, old: Any = function, new: Any = made) -> Op:
                return _with_helper(row, old, new)

            rows_of = tuple(dict.fromkeys(names))
            yield Mistake(
                words, change.kind, change.words, place, rows_of, plant,
                function=function, code=made.__code__,
            )  # fmt: skip


FLAGS = {
    name
    for op in TABLE.values()
    for name, default in op.parameters.items()
    if type(default) is bool
} - {name for op in TABLE.values() for name in op.input_names}  # fmt: skip


def _with_helper(op: Op, old: Any, new: Any) -> Op:
    columns: dict[str, Any] = {
        column: {
            name: rebuilt(rule, old, new, with_columns) if rule else rule
            for name, rule in getattr(op, column).items()
        }
        for column in ("vjp", "jvp")
    }
    if op.name in for_rules_alone():
        columns["kernel"] = rebuilt(op.kernel, old, new, with_columns)
    return with_columns(op, **columns)
