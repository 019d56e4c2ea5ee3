"""Mistakes in the text of a function: a factor dropped, operands swapped, a branch turned."""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

FLIPPED = {
    "greater": ("greater_equal", "less"),
    "greater_equal": ("greater", "less_equal"),
    "less": ("less_equal", "greater"),
    "less_equal": ("less", "greater_equal"),
    "equal": ("not_equal",),
    "not_equal": ("equal",),
}
OTHER_FUNCTION = {
    "sin": "cos", "cos": "sin", "sinh": "cosh", "cosh": "sinh", "max": "min", "min": "max",
    "zeros_like": "ones_like", "ones_like": "zeros_like", "real": "imag", "imag": "real",
    "maximum": "minimum", "minimum": "maximum",
}  # fmt: skip
OTHER_COMPARISON = {
    ast.Lt: (ast.LtE, ast.Gt), ast.LtE: (ast.Lt, ast.GtE), ast.Gt: (ast.GtE, ast.Lt),
    ast.GtE: (ast.Gt, ast.LtE), ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
}  # fmt: skip
COMMUTES = {"equal", "not_equal", "add", "multiply", "maximum", "minimum", "max", "min", "zip",
            "result_type", "broadcast_shapes", "hypot", "distance_or_one", "logaddexp"}  # fmt: skip
SELECTS = {"where", "select"}
KEEPS_VALUES = {
    "tuple",
    "list",
    "asarray",
    "dtype",
    "type",
    "len",
    "range",
    "slice",
    "isinstance",
    "enumerate",
    "zip",
}
"""Python's own: without them the same comes out, or nothing that runs."""
READS_NO_VALUES = {"zeros_like", "ones_like"}
READS_NO_VALUES_OF_ITSELF = {"type", "fill"}


@dataclass(frozen=True)
class Change:
    """One mistake in a text.

    Attributes:
        kind: of which kind, in words.
        words: what became what.
        line: where it stands in the file.
        node: the whole function, changed.
    """

    kind: str
    words: str
    line: int
    node: Any


@dataclass(frozen=True)
class Names:
    """What the names of a function stand for.

    Attributes:
        values: those that can stand for each other by mistake.
        flags: truth values.
        axes: axes, or orders of them.
        numbers: whole numbers that count something, such as the place in a list.
        default: of a function by its name, the default of an argument by its place or name.
    """

    values: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    axes: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    default: Callable[[str, int | str], Any] = lambda function, argument: ...


def changes(function: Any, names: Names) -> Iterator[Change]:
    """Every mistake that this file knows, planted in the node of a function."""
    told: dict[str, int] = {}
    bound = {one.arg for one in (*function.args.posonlyargs, *function.args.args)}
    apart = _left_alone(function)
    for at, node in enumerate(ast.walk(function)):
        if node is function or at in apart:
            continue
        for kind, new in _alternatives(node, names, bound):
            words = f"{_shown(node)} → {_shown(new)}"
            told[words] = told.get(words, 0) + 1
            if told[words] > 1:
                words += f" ({told[words]})"
            yield Change(kind, words, node.lineno, _with(function, at, new))


def renamed(function: Any, old: str, new: str) -> Any:
    """The function with one argument called otherwise throughout: another value is saved."""
    changed = copy.deepcopy(function)
    for node in ast.walk(changed):
        if isinstance(node, ast.Name) and node.id == old:
            node.id = new
        elif isinstance(node, ast.arg) and node.arg == old:
            node.arg = new
    return changed


def _left_alone(function: Any) -> frozenset[int]:
    """The places in the walk that are no part of the mathematics: arguments, types, messages."""
    apart = [function.args]
    for node in ast.walk(function):
        if isinstance(node, ast.Raise | ast.JoinedStr):
            apart.append(node)
        if isinstance(node, ast.AnnAssign):
            apart.append(node.annotation)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in READS_NO_VALUES:
            apart += node.args  # of which only shape and dtype are read
        if isinstance(node, ast.Call):
            apart += [one.value for one in node.keywords if one.arg == "strict"]
        if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn):
            apart += [one for one in node.comparators if isinstance(one, ast.Tuple)]
    ids = {id(one) for part in apart for one in ast.walk(part)}
    return frozenset(
        at
        for at, node in enumerate(ast.walk(function))
        if id(node) in ids or not isinstance(node, ast.expr | ast.stmt)
    )


def _shown(node: Any) -> str:
    text = "nothing" if node is None else ast.unparse(node)
    text = " ".join(text.split())
    return f"`{text if len(text) <= 70 else text[:67] + '...'}`"


def _with(function: Any, at: int, new: Any) -> Any:
    """A copy of the function whose node at a place of the walk is another; None takes it away."""
    changed = copy.deepcopy(function)
    old = list(ast.walk(changed))[at]
    new = ast.copy_location(copy.deepcopy(new), old) if new is not None else ast.Pass()
    for parent in ast.walk(changed):
        for name, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, name, new)
            elif isinstance(value, list):
                value[:] = [new if one is old else one for one in value]
    return ast.fix_missing_locations(changed)


Alternatives = Iterable[tuple[str, Any]]


def _alternatives(node: Any, names: Names, bound: set[str]) -> Alternatives:
    if isinstance(node, ast.BinOp):
        return _of_operation(node)
    if isinstance(node, ast.UnaryOp):
        kind = "sign" if isinstance(node.op, ast.USub | ast.UAdd) else "condition"
        return [(kind, node.operand)]
    if isinstance(node, ast.Constant):
        return _of_constant(node)
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        others = OTHER_COMPARISON.get(type(node.ops[0]), ())
        return [("comparison", ast.Compare(node.left, [op()], node.comparators)) for op in others]
    if isinstance(node, ast.BoolOp):
        other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
        return [("condition", ast.BoolOp(other, node.values)), *(("condition", v) for v in node.values)]  # fmt: skip
    if isinstance(node, ast.IfExp):
        return [("branch", node.body), ("branch", node.orelse)]
    if isinstance(node, ast.If):
        never, always = ast.Constant(False), ast.Constant(True)
        return [("branch", ast.If(test, node.body, node.orelse)) for test in (never, always)]
    if isinstance(node, ast.Call):
        return _of_call(node, names)
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
        return _of_name(node, names)
    if isinstance(node, ast.Assign | ast.AugAssign):
        return _of_assignment(node, bound)
    if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
        if isinstance(node.slice, ast.Tuple) and not node.slice.elts:
            return []  # of an array without axes it makes a scalar
        return [("index left out", node.value)]
    if isinstance(node, ast.Tuple) and isinstance(node.ctx, ast.Load) and len(node.elts) == 2:
        return [("swapped operands", ast.Tuple(node.elts[::-1], node.ctx))]
    if isinstance(node, ast.GeneratorExp | ast.ListComp):
        return _of_comprehension(node)
    return []


def _of_operation(node: ast.BinOp) -> Alternatives:
    left, right, op = node.left, node.right, type(node.op)
    swapped = ("swapped operands", ast.BinOp(right, node.op, left))
    if op is ast.Mult:
        return [("missing factor", left), ("missing factor", right),
                ("other operation", ast.BinOp(left, ast.Div(), right))]  # fmt: skip
    if op is ast.Div:
        return [("missing factor", left), ("other operation", ast.BinOp(left, ast.Mult(), right)), swapped]  # fmt: skip
    if op is ast.Add:
        return [("missing term", left), ("missing term", right), ("sign", ast.BinOp(left, ast.Sub(), right))]  # fmt: skip
    if op is ast.Sub:
        minus = ast.UnaryOp(ast.USub(), right)
        return [("missing term", left), ("missing term", minus), ("sign", ast.BinOp(left, ast.Add(), right)), swapped]  # fmt: skip
    if op is ast.MatMult:
        return [("missing factor", left), ("missing factor", right), swapped]
    if op is ast.Pow:
        return [("missing factor", left), swapped]
    if op in (ast.BitAnd, ast.BitOr):
        other = ast.BitOr() if op is ast.BitAnd else ast.BitAnd()
        return [("condition", left), ("condition", right), ("condition", ast.BinOp(left, other, right))]  # fmt: skip
    return [swapped]


def _of_constant(node: ast.Constant) -> Alternatives:
    value = node.value
    if isinstance(value, bool):
        return [("flag", ast.Constant(not value))]
    if isinstance(value, int):
        return [("wrong constant", ast.Constant(value + 1)), ("wrong constant", ast.Constant(value - 1))]  # fmt: skip
    if isinstance(value, float):
        found = [("wrong constant", ast.Constant(value * 2 if value else 1.0))]
        single = float(np.float32(value))
        return [*found, ("precision", ast.Constant(single))] if single != value else found
    if value is None:
        return [("wrong axis or index", ast.Constant(0))]
    return []


def _of_call(node: ast.Call, names: Names) -> Alternatives:
    function = node.func
    ours, name = _called(function)
    given = node.args
    plain = not any(isinstance(one, ast.Starred) for one in given)
    found: list[tuple[str, Any]] = []
    others = [("comparison", one) for one in FLIPPED.get(name, ())]
    others += [("other function", OTHER_FUNCTION[name])] if name in OTHER_FUNCTION else []
    for kind, other in others:
        called = ast.Name(other, ast.Load())
        if not ours:
            called = ast.Attribute(ast.Name("np", ast.Load()), other, ast.Load())
        found.append((kind, ast.Call(called, given, node.keywords)))
    if not name:
        if isinstance(function, ast.Attribute) and function.attr not in READS_NO_VALUES_OF_ITSELF:
            found.append(("step left out", function.value))
    elif plain and given:
        if name in SELECTS and len(given) == 3:
            found += [("branch", given[1]), ("branch", given[2])]
        elif name not in KEEPS_VALUES:
            found.append(("conjugate lost" if name == "conj" else "step left out", given[0]))
    if plain and len(given) > 1:
        for at in range(len(given) - 1):
            if name in COMMUTES and len(given) == 2:
                break
            swapped = [*given[:at], given[at + 1], given[at], *given[at + 2 :]]
            kind = "branch" if name in SELECTS and at == 1 else "swapped operands"
            found.append((kind, ast.Call(node.func, swapped, node.keywords)))
        if not _is(given[-1], names.default(name, len(given) - 1)):
            found.append(("argument left out", ast.Call(node.func, given[:-1], node.keywords)))
    for at, one in enumerate(node.keywords):
        if one.arg == "strict" or _is(one.value, names.default(name, one.arg or "")):
            continue
        rest = [*node.keywords[:at], *node.keywords[at + 1 :]]
        found.append(("argument left out", ast.Call(node.func, given, rest)))
    return found


def _called(function: Any) -> tuple[bool, str]:
    """Whether a call is of a name of ours or NumPy's, and which; a method has no name."""
    if isinstance(function, ast.Name):
        return True, function.id
    of_numpy = isinstance(function, ast.Attribute) and getattr(function.value, "id", "") == "np"
    return False, function.attr if of_numpy else ""


def _is(node: Any, value: Any) -> bool:
    """Whether a node is a constant that stands there anyway."""
    return (
        isinstance(node, ast.Constant) and type(node.value) is type(value) and node.value == value
    )


def _of_name(node: ast.Name, names: Names) -> Alternatives:
    name = node.id
    if name in names.values:
        others = [one for one in names.values if one != name]
        return [("wrong value", ast.Name(one, ast.Load())) for one in others]
    if name in names.flags:
        return [("flag", ast.UnaryOp(ast.Not(), node))]
    if name in names.axes:
        first = ast.Constant(0)
        return [("wrong axis or index", one) for one in (
            first, ast.UnaryOp(ast.USub(), ast.Constant(1)), ast.Tuple([first], ast.Load()))]  # fmt: skip
    if name in names.numbers:
        return [("wrong axis or index", ast.Constant(0))]
    return []


def _of_assignment(node: Any, bound: set[str]) -> Alternatives:
    if isinstance(node, ast.AugAssign):
        return [("step left out", None)]
    targets = {one.id for one in ast.walk(node) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}  # fmt: skip
    again = targets <= bound
    bound |= targets
    return [("step left out", None)] if again and targets else []


def _of_comprehension(node: Any) -> Alternatives:
    found = []
    for at, one in enumerate(node.generators):
        if one.ifs:
            free = ast.comprehension(one.target, one.iter, [], one.is_async)
            rest = [*node.generators[:at], free, *node.generators[at + 1 :]]
            found.append(("condition", type(node)(node.elt, rest)))
    return found
