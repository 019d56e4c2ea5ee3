"""Which names were given which numbers? Reads the words `x=5`, `b1=0:10`, `pi/2`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

import click

from thalweg.errors import ExpressionError

__all__ = ["WholeNumber", "listed", "read_bounds", "read_number", "read_starts", "refuse_options"]

_OPTION = re.compile(r"--[A-Za-z][A-Za-z-]*(=.*)?", re.DOTALL)


class WholeNumber(click.IntRange):
    """A whole number from a least one on, called so in messages."""

    name = "whole number"


def refuse_options(context: click.Context, words: Sequence[str]) -> None:
    """Refuses words that are options which the command does not have.

    A formula may begin with a minus, so click is told to let unknown options pass as words.

    Raises:
        click.UsageError: names the option, and the one that was perhaps meant.
    """
    known = [name for one in context.command.params for name in one.opts if name.startswith("--")]
    for word in words:
        if _OPTION.fullmatch(word):
            name = word.partition("=")[0]
            if name in known:
                told = f"{name} comes after --, where no options are read; write it before"
                raise click.UsageError(told, context)
            near = difflib.get_close_matches(name, known, 1)
            meant = f" (did you mean {near[0]}?)" if near else ""
            raise click.UsageError(f"there is no option {name}{meant}", context)


def read_starts(words: Sequence[str]) -> dict[str, float]:
    """Reads words such as `x=5` into a mapping of names to numbers.

    Raises:
        ExpressionError: a word is no assignment.
        click.ClickException: a name came twice.

    >>> read_starts(["x=-3", "y=pi"])
    {'x': -3.0, 'y': 3.141592653589793}
    """
    from thalweg.expressions import parse_assignment

    starts: dict[str, float] = {}
    for word in words:
        name, value = parse_assignment(word)
        if name in starts:
            told = f"{name} has two start values, {starts[name]:g} and {value:g}; give it one"
            raise click.ClickException(told)
        starts[name] = value
    return starts


def read_bounds(words: Sequence[str]) -> dict[str, tuple[float | None, float | None]] | None:
    """Reads words such as `b1=0:10`, `b1=0:` or `b1=:10`; None where there are none.

    Raises:
        click.ClickException: a word is no pair of bounds, or a name came twice.

    >>> read_bounds(["b1=0:10", "b2=:-1"])
    {'b1': (0.0, 10.0), 'b2': (None, -1.0)}
    """
    bounds: dict[str, tuple[float | None, float | None]] = {}
    for word in words:
        name, equals, both = (part.strip() for part in word.partition("="))
        low, colon, high = (part.strip() for part in both.partition(":"))
        if not (name and equals and colon):
            told = f"--bounds {word}: write NAME=LOW:HIGH, such as b1=0:10, b1=0: or b1=:10"
            raise click.ClickException(told)
        if name in bounds:
            raise click.ClickException(
                f"--bounds {word}: {name} has bounds already; give it one pair"
            )
        bounds[name] = (_side(name, low, word), _side(name, high, word))
    return bounds or None


def read_number(context: click.Context, option: click.Parameter, text: str | None) -> float | None:
    """Reads an option's number, which may be a formula without names such as `pi/2`.

    Raises:
        click.BadParameter: it is none.
    """
    if text is None:
        return None
    from thalweg.expressions import parse

    try:
        formula = parse(text)
    except ExpressionError as error:
        raise click.BadParameter(error.reason, context, option) from None
    if formula.names:
        told = f"{formula.names[0]} is not a number; write one such as 0.5, 1e-3 or pi/2"
        raise click.BadParameter(told, context, option)
    return float(formula.evaluate({}))


def listed(names: Sequence[str]) -> str:
    """Returns names as a reader lists them.

    >>> listed(["x"]), listed(["x", "y", "z"])
    ('x', 'x, y and z')
    """
    shown = [*names[:12], *([f"{len(names) - 12} more"] if len(names) > 12 else [])]
    return " and ".join(filter(None, [", ".join(shown[:-1]), shown[-1]])) if shown else "none"


def _side(name: str, text: str, word: str) -> float | None:
    from thalweg.expressions import parse_assignment

    if not text:
        return None
    try:
        return parse_assignment(f"{name}={text}")[1]
    except ExpressionError as error:
        raise click.ClickException(f"--bounds {word}: {error.reason}") from None
