"""How does a rule read in its own file: its arguments and its expression, or its lines?

The text is cut out of the source by the place that the function's code object carries. A rule's
private helpers are shown with it, and the values that a factory put into it.
"""

from __future__ import annotations

import ast
import functools
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

from thalweg.core.composite import Composite
from thalweg.core.op import Op

Written = ast.Lambda | ast.FunctionDef


@dataclass(frozen=True)
class RuleText:
    """A rule as text.

    Attributes:
        name: the function's name; empty for a lambda.
        arguments: `g, x`.
        expression: what it answers with, where it is one expression; empty otherwise.
        lines: the function's own lines, without its text and types, where it is more.
        given: what a factory filled in, as `name = value`.
        helpers: the private functions that it calls, each once.
    """

    name: str
    arguments: str
    expression: str
    lines: str
    given: tuple[str, ...] = ()
    helpers: tuple[RuleText, ...] = ()


def rule_text(function: Any) -> RuleText:
    """The text of a rule, a kernel or a composite's function."""
    seen: set[CodeType] = set()
    return _text(function, seen)


def _text(function: FunctionType, seen: set[CodeType]) -> RuleText:
    seen.add(function.__code__)
    file = function.__code__.co_filename
    node = _node(function)
    helpers = [_text(one, seen) for one in _helpers(function) if one.__code__ not in seen]
    flat: list[RuleText] = []
    for one in helpers:
        flat += [one, *one.helpers]
    return RuleText(
        name="" if isinstance(node, ast.Lambda) else node.name,
        arguments=_arguments(node.args),
        expression=_expression(file, node),
        lines="" if _expression(file, node) else _lines(file, node),
        given=tuple(_given(function)),
        helpers=tuple({(one.name, one.lines, one.expression): one for one in flat}.values()),
    )


def referred(function: FunctionType) -> Iterator[Any]:
    """What a function's code names: globals and what a factory put into it, nested code too."""
    free = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    for name in _names(function):
        if name in free:
            yield _content(free[name])
        elif name in function.__globals__:
            yield function.__globals__[name]


def is_private(one: Any) -> bool:
    """A function of the package without a public name, whose text a reader would have to look up."""
    return (
        isinstance(one, FunctionType)
        and one.__module__.startswith("thalweg.")
        and one.__name__.startswith(("_", "<lambda>"))
    )


def _helpers(function: FunctionType) -> list[FunctionType]:
    """In the order of the files; that of the code's names changes with Python's version."""
    found = [one for one in referred(function) if is_private(one)]
    return sorted(found, key=lambda one: (one.__module__, one.__code__.co_firstlineno))


def _content(cell: Any) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # a name that its factory has not filled
        return None


def _names(function: FunctionType) -> list[str]:
    """The names in a function's text, not those of attributes, each once."""
    nodes = ast.walk(_node(function))
    return list(dict.fromkeys(node.id for node in nodes if isinstance(node, ast.Name)))


def _given(function: FunctionType) -> Iterator[str]:
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        value = _content(cell)
        if isinstance(value, Op | Composite):
            if value.name != name:
                yield f"{name} = {value.name}"
        elif isinstance(value, bool | int | float | str | tuple | type(None)):
            yield f"{name} = {value!r}"
        elif hasattr(value, "__name__") and not is_private(value) and value.__name__ != name:
            yield f"{name} = {value.__name__}"


@functools.cache
def _source(file: str) -> str:
    return Path(file).read_text(encoding="utf-8")


@functools.cache
def _written(file: str) -> list[Written]:
    return [node for node in ast.walk(ast.parse(_source(file))) if isinstance(node, Written)]


def _node(function: FunctionType) -> Written:
    """The node of a function: lambdas on one line are told apart by their columns."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount]
    found = [
        node
        for node in _written(code.co_filename)
        if _first_line(node) == code.co_firstlineno
        and tuple(one.arg for one in (*node.args.posonlyargs, *node.args.args)) == names
        and isinstance(node, ast.Lambda) == (code.co_name == "<lambda>")
    ]
    if not found:
        raise LookupError(f"{function!r} does not stand in its file")
    return max(found, key=lambda node: _instructions_inside(code, node))


def _first_line(node: Written) -> int:
    """The line that a code object carries as its first: a decorator's where there is one."""
    decorators = node.decorator_list if isinstance(node, ast.FunctionDef) else []
    return min([node.lineno, *[one.lineno for one in decorators]])


def _instructions_inside(code: CodeType, node: Written) -> tuple[int, int]:
    """How many instructions stand inside a node, and of equals the one that is shorter."""
    first = node.body if isinstance(node, ast.Lambda) else node
    start = (first.lineno, first.col_offset)
    end = (first.end_lineno or 0, first.end_col_offset or 0)
    inside = sum(
        start <= (line, column) and (last, after) <= end
        for line, last, column, after in code.co_positions()
        if line is not None and last is not None and column is not None and after
    )
    return inside, start[1] - end[1]


def _arguments(given: ast.arguments) -> str:
    plain = [one.arg for one in (*given.posonlyargs, *given.args)]
    if given.vararg:
        plain.append(f"*{given.vararg.arg}")
    plain += [one.arg for one in given.kwonlyargs]
    if given.kwarg:
        plain.append(f"**{given.kwarg.arg}")
    return ", ".join(plain)


def _statements(node: ast.FunctionDef) -> list[ast.stmt]:
    return (
        node.body[1:] if ast.get_docstring(node) is not None and len(node.body) > 1 else node.body
    )


def _expression(file: str, node: Written) -> str:
    """The one expression that a function answers with, on one line; empty where there is more."""
    if isinstance(node, ast.Lambda):
        answer: ast.expr | None = node.body
    else:
        only = _statements(node)[0] if len(_statements(node)) == 1 else None
        answer = only.value if isinstance(only, ast.Return) else None
    if answer is None:
        return ""
    text = ast.get_source_segment(_source(file), answer) or ""
    lines = [line.partition("  # ")[0].strip() for line in text.splitlines()]
    text = " ".join(line for line in lines if not line.startswith("#"))
    return text.replace("( ", "(").replace(" )", ")").replace(",)", ")")


def _lines(file: str, node: Written) -> str:
    """A function's statements in its own lines, comments too, below a first line without types."""
    if isinstance(node, ast.Lambda):
        return ""
    body = _statements(node)
    first = body[0].lineno
    if body is not node.body:
        first = (
            node.body[0].end_lineno or 0
        ) + 1  # comments above the first statement belong to it
    source = _source(file).splitlines()[first - 1 : node.end_lineno]
    own = textwrap.indent(textwrap.dedent("\n".join(source)).strip("\n"), "    ")
    return f"def {node.name}({_arguments(node.args)}):\n{own}"
