"""What the user's own source says at a call site: an expression, and where a value goes from there.

A tape sees values, not names. Where a value leaves it as a plain array, only the program's text can
tell whether that array came back in later. The text is parsed, never run; where it cannot be read
(an interactive session, say) the answer is "not known".
"""

from __future__ import annotations

import ast
import builtins
import functools
import itertools
import linecache
from collections.abc import Iterator
from typing import Any, NamedTuple

from thalweg.core.recording import Site

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.Module)
ESCAPING = {"numpy", "item", "tolist"}
PRINTING = {"print", "log", "debug", "info", "warning", "error", "pprint", "display", "write"}


class Span(NamedTuple):
    """Where an expression stands: lines from 1, columns in bytes."""

    line: int
    column: int
    end_line: int
    end_column: int

    def holds(self, other: Span) -> bool:
        """Whether the other stands inside this one."""
        return self[:2] <= other[:2] and other[2:] <= self[2:]


class Spot(NamedTuple):
    """An expression, the file it is in, and the function (or module) around it."""

    file: str
    span: Span
    node: ast.AST
    scope: Any


@functools.lru_cache(maxsize=8)
def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def _span(node: ast.AST) -> Span | None:
    end = getattr(node, "end_lineno", None)
    if end is None:
        return None
    return Span(node.lineno, node.col_offset, end, node.end_col_offset)  # type: ignore[attr-defined]  # a node with an end has a start


@functools.lru_cache(maxsize=256)
def spot(site: Site | None) -> Spot | None:
    """The expression that a call site stands for; None where the source cannot be read."""
    if site is None:
        return None
    code, offset = site
    found = next(itertools.islice(code.co_positions(), offset // 2, None), None)
    if found is None or None in found:
        return None
    line, end_line, column, end_column = found
    here = Span(line or 0, column or 0, end_line or 0, end_column or 0)
    tree = _parsed("".join(linecache.getlines(code.co_filename)))
    if tree is None:
        return None
    scope: Any = tree
    best: ast.AST | None = None
    pending: list[Any] = [tree]
    while pending:
        node = pending.pop()
        span = _span(node)
        if span is not None and not span.holds(here):
            continue
        if span == here:
            best = node
        if isinstance(node, SCOPES):
            scope = node
        pending.extend(ast.iter_child_nodes(node))
    return None if best is None else Spot(code.co_filename, here, best, scope)


def arguments(site: Site | None, name: str) -> tuple[str, ...]:
    """The texts of the arguments of a call of the method `name` at a site; empty if it is no such."""
    found = spot(site)
    if found is None or not isinstance(found.node, ast.Call):
        return ()
    called = found.node.func
    if not isinstance(called, ast.Attribute) or called.attr != name:
        return ()
    given = [*found.node.args, *[one.value for one in found.node.keywords]]
    texts = [ast.unparse(one) for one in given if not isinstance(one, ast.Starred)]
    return tuple(text if len(text) <= 40 else "" for text in texts)


def takes_plain(site: Site | None, tensors: int) -> bool:
    """Whether a call may have taken a plain value that is no literal, besides its Tensors.

    Args:
        site: the call.
        tensors: how many Tensors went in.
    """
    found = spot(site)
    if found is None:
        return True
    node = found.node
    given: list[Any] = []
    if isinstance(node, ast.BinOp):
        given = [node.left, node.right]
    elif isinstance(node, ast.Compare):
        given = [node.left, *node.comparators]
    elif isinstance(node, ast.Call):
        given = [*node.args, *[one.value for one in node.keywords]]
    else:
        return True
    return len([one for one in given if not _literal(one)]) > tensors


def _literal(node: Any) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    if isinstance(node, ast.List | ast.Tuple):
        return all(_literal(one) for one in node.elts)
    return isinstance(node, ast.Constant)


def carries(escape: Site, use: Site) -> bool | None:
    """Whether a plain value made at one place is among what is computed with at another.

    Args:
        escape: where a Tensor was turned into a plain value.
        use: a later call.

    Returns:
        True or False where both stand in one function, by following names through assignments;
        None where that cannot be told.
    """
    out, into = spot(escape), spot(use)
    if out is None:
        return None
    statement = _statement(out)
    if _goes_nowhere(statement):
        return False
    if into is None or out.file != into.file or out.scope is not into.scope:
        return None
    if into.span.holds(out.span):
        return True
    local = {name for one in _statements(out.scope) for name in _assigned(one)}
    tainted = _written(statement, local) if statement is not None else set()
    flows = [(_read(one), _written(one, local)) for one in _statements(out.scope)]
    grown = True
    while grown:
        grown = False
        for read, written in flows:
            if not written <= tainted and not read.isdisjoint(tainted):
                tainted |= written
                grown = True
    return not tainted.isdisjoint(_names(into.node, indices=True))


def _statements(scope: Any) -> Iterator[Any]:
    """The statements of a function or module, without those of functions inside it."""
    body = scope.body if isinstance(scope.body, list) else []
    pending = list(body)
    while pending:
        one = pending.pop()
        yield one
        if isinstance(one, SCOPES):
            continue
        for field in ("body", "orelse", "finalbody"):
            pending.extend(getattr(one, field, []))
        for handler in getattr(one, "handlers", []):
            pending.extend(handler.body)
        for case in getattr(one, "cases", []):
            pending.extend(case.body)


def _statement(where: Spot) -> Any:
    """The innermost statement around an expression."""
    around = [
        one
        for one in _statements(where.scope)
        if (span := _span(one)) is not None and span.holds(where.span)
    ]
    return max(around, key=lambda one: (one.lineno, one.col_offset), default=None)


def _goes_nowhere(statement: Any) -> bool:
    """Whether a statement only looks at its values: it prints, decides, asserts, drops them."""
    if statement is None or _assigned(statement):
        return False
    if isinstance(statement, ast.If | ast.While | ast.Assert | ast.Raise):
        return True
    if not isinstance(statement, ast.Expr):
        return False
    if not isinstance(statement.value, ast.Call):
        return True
    called = statement.value.func
    if isinstance(called, ast.Attribute):
        return called.attr in PRINTING or (called.attr in ESCAPING and not statement.value.args)
    return getattr(called, "id", "") in PRINTING or hasattr(builtins, getattr(called, "id", ""))


def _headers(statement: Any) -> list[Any]:
    """The expressions whose values a statement hands on."""
    if isinstance(statement, ast.For | ast.AsyncFor):
        return [statement.iter]
    if isinstance(statement, ast.With | ast.AsyncWith):
        return [item.context_expr for item in statement.items]
    if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign | ast.Expr):
        return [statement.value] if statement.value is not None else []
    return []


def _targets(statement: Any) -> list[Any]:
    if isinstance(statement, ast.Assign):
        return list(statement.targets)
    if isinstance(statement, ast.AugAssign | ast.AnnAssign | ast.For | ast.AsyncFor):
        return [statement.target]
    if isinstance(statement, ast.With | ast.AsyncWith):
        return [item.optional_vars for item in statement.items if item.optional_vars is not None]
    return []


def _assigned(statement: Any) -> set[str]:
    """The names that a statement gives a value to."""
    names = {name for target in _targets(statement) for name in _names(target)}
    for header in _headers(statement):
        for node in ast.walk(header):
            if isinstance(node, ast.NamedExpr):
                names.add(node.target.id)
    return names


def _written(statement: Any, local: set[str]) -> set[str]:
    """The names that a statement gives a value to, a local `box` of `box.append(…)` among them."""
    names = _assigned(statement)
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        called = statement.value.func
        if isinstance(called, ast.Attribute):
            names |= {name for name in _names(called.value) if name in local or "." in name}
    return names


def _read(statement: Any) -> set[str]:
    return {name for header in _headers(statement) for name in _names(header, indices=True)}


def _names(node: ast.AST, indices: bool = False) -> set[str]:
    """Names in an expression; of `self.a.b` the whole, not `self`."""
    found: set[str] = set()
    pending = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, ast.Name):
            found.add(one.id)
        elif isinstance(one, ast.Attribute) and isinstance(_root(one), ast.Name):
            found.add(ast.unparse(one))
            if _root(one).id != "self":
                found.add(_root(one).id)
        elif isinstance(one, ast.Subscript):
            pending += [one.value, one.slice] if indices else [one.value]
        else:
            pending.extend(ast.iter_child_nodes(one))
    return found


def _root(node: Any) -> Any:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


__all__ = ["arguments", "carries", "spot", "takes_plain"]
