"""What to write where a token stands at a place that it cannot have.

The parser knows that something is wrong; here it is said in the words of somebody who wrote a
formula: implicit multiplication, a function without brackets, a name that is not a function.
"""

from __future__ import annotations

import difflib
from typing import Final

from thalweg.expressions.functions import CONSTANTS, Function, find_function, function_names
from thalweg.expressions.limits import shortened
from thalweg.expressions.tokens import Token

__all__ = [
    "no_operator_between",
    "no_value",
    "not_a_function",
    "reserved_name",
    "wrong_argument_count",
]

_NOT_FINITE: Final = frozenset({"nan", "inf", "infinity"})


def no_value(token: Token) -> str:
    """Returns the reason for a token where a number, a name or a bracket should begin."""
    wanted = "where a number, a name or '(' was expected"
    if token.kind == "end":
        return "the formula ends where a number, a name or '(' was expected"
    if token.kind == "close":
        return f"')' stands {wanted}"
    if token.kind == "equals":
        return f"'=' stands {wanted}; an equation is written as y = FORMULA"
    return f"'{token.text}' stands {wanted}"


def no_operator_between(left: Token, right: Token) -> str:
    """Returns the reason for two values side by side."""
    touching = left.end == right.start
    first, second = shortened(left.text, 20), shortened(right.text, 20)
    if left.kind == "name" and right.kind == "open":
        return not_a_function(left.text)
    if left.kind == "number" and right.kind == "number":
        if touching:
            return f"{first}{second} is not a number; it has two decimal points"
        return f"no operator between {first} and {second}"
    if left.kind == "number" and right.text in ("e", "E") and touching:
        return f"{first}{second} has no exponent; write {first}e3 or {first}*e"
    if right.kind == "open":
        second = "(...)"
    if left.kind == "close":
        first = "(...)"
    return f"no operator between {first} and {second}; write {first}*{second} to multiply"


def not_a_function(name: str) -> str:
    """Returns the reason for a call of something that cannot be called."""
    shown = shortened(name)
    if name in CONSTANTS:
        return f"{shown} is a constant, not a function; write {shown}*(...) to multiply"
    near = difflib.get_close_matches(shown.lower(), function_names(), n=1, cutoff=0.7)
    if near:
        return f"there is no function {shown}; did you mean {near[0]}?"
    return f"there is no function {shown}; write {shown}*(...) to multiply"


def reserved_name(name: str) -> str | None:
    """Returns why `name` cannot be a variable; None where it can."""
    row = find_function(name)
    shown = shortened(name)
    if row is not None:
        usage = row.usage.replace(row.name, name, 1)
        return f"{shown} is a function; write {usage}, or give the variable another name"
    if name in CONSTANTS:
        return f"{shown} is the constant {CONSTANTS[name]!r}; give the variable another name"
    if name.lower() in _NOT_FINITE:
        return f"{shown} is not read; numbers are finite"
    return None


def wrong_argument_count(row: Function, count: int) -> str:
    """Returns the reason for a call with too few or too many arguments."""
    wanted = len(row.arguments)
    noun = "argument" if wanted == 1 else "arguments"
    came = "none" if count == 0 else str(count)
    return f"{row.name} takes {wanted} {noun}, {came} came; write {row.usage}"
