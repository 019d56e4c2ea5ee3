"""Where does a function stand in its file, and how is a changed text of it made to run?

A rule is a Python function; its file is parsed once, its node is found by the places that its code
object carries, and a changed node is compiled in the function's own globals and closure.
"""

from __future__ import annotations
import __future__

import ast
import copy
import functools
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

FLAGS = __future__.annotations.compiler_flag


@functools.cache
def _functions(file: str) -> list[Any]:
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.Lambda | ast.FunctionDef)]


def node_of(function: FunctionType) -> Any:
    """A copy of the Lambda or FunctionDef from which a function was made."""
    code = function.__code__
    arguments = code.co_varnames[: code.co_argcount]
    kind = ast.Lambda if code.co_name == "<lambda>" else ast.FunctionDef
    found = [
        node
        for node in _functions(code.co_filename)
        if isinstance(node, kind)
        and first_line(node) == code.co_firstlineno
        and tuple(one.arg for one in (*node.args.posonlyargs, *node.args.args)) == arguments
    ]
    if not found:
        raise LookupError(f"{function!r} does not stand in {code.co_filename}")
    node = copy.deepcopy(max(found, key=lambda one: (_inside(code, one), -_width(one))))
    if isinstance(node, ast.FunctionDef):
        bare(node)
    return node


def bare(node: ast.FunctionDef) -> None:
    """Take from a function what does not run when it is called: types and decorators."""
    node.returns = None
    node.decorator_list = []
    for one in ast.walk(node.args):
        if isinstance(one, ast.arg):
            one.annotation = None


def first_line(node: Any) -> int:
    """The line that a code object carries as its first: a decorator's where there is one."""
    return min([node.lineno, *[one.lineno for one in getattr(node, "decorator_list", ())]])


def _inside(code: CodeType, node: Any) -> int:
    """How many instructions stand inside a node: lambdas on one line are told apart by columns."""
    first = node.body if isinstance(node, ast.Lambda) else node
    start, end = (first.lineno, first.col_offset), (first.end_lineno, first.end_col_offset)
    return sum(
        start <= (line, column) and (last, after) <= end
        for line, last, column, after in code.co_positions()
        if None not in (line, last, column, after) and after
    )


def _width(node: Any) -> int:
    return len(ast.dump(node))


def compiled(node: Any, function: FunctionType, more: Mapping[str, Any] | None = None) -> Any:
    """A function of a changed node, in the globals and closure of the function it came from.

    Args:
        node: as `node_of` gave it, changed.
        function: the one from which the node is.
        more: names that stand before the globals' own.
    """
    code = code_of(node, function)
    cells = dict(zip(function.__code__.co_freevars, function.__closure__ or (), strict=True))
    known = {**function.__globals__, **(more or {})}
    closure = tuple(cells[name] for name in code.co_freevars)
    made = FunctionType(code, known, function.__name__, function.__defaults__, closure)
    made.__kwdefaults__ = function.__kwdefaults__
    if known.get(function.__name__) is function:
        known[function.__name__] = made  # what calls itself calls the changed one
    return made


def code_of(node: Any, function: FunctionType) -> CodeType:
    """The code object of a node, with the free names that its function had."""
    inner = copy.deepcopy(node)
    inner.args.defaults = []
    inner.args.kw_defaults = [None] * len(inner.args.kwonlyargs)
    body = inner if isinstance(inner, ast.FunctionDef) else ast.Return(inner)
    free = [ast.arg(name) for name in function.__code__.co_freevars]
    arguments = ast.arguments([], free, None, [], [], None, [])
    outer = ast.FunctionDef("outer", arguments, [body], [], lineno=1, col_offset=0)
    module = ast.fix_missing_locations(ast.Module([outer], []))
    file = function.__code__.co_filename
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)  # `0 is None` is a mistake like others
        whole = compile(module, file, "exec", flags=FLAGS, dont_inherit=True)
    wanted = function.__code__.co_name
    return next(one for one in _codes(next(_codes(whole))) if one.co_name == wanted)


def _codes(code: CodeType) -> Iterator[CodeType]:
    return (one for one in code.co_consts if isinstance(one, CodeType))


def essence(code: CodeType) -> Any:
    """What a code object does, without where it stands: equal for texts that mean the same."""
    constants = tuple(
        essence(one) if isinstance(one, CodeType) else (type(one).__name__, repr(one))
        for one in code.co_consts
    )
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_code, constants, names, code.co_argcount


def names_in(code: CodeType) -> frozenset[str]:
    """The global and free names that a code object and those inside it use."""
    own = frozenset((*code.co_names, *code.co_freevars))
    return own.union(*[names_in(one) for one in _codes(code)])
