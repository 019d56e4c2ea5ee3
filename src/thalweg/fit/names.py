"""Which name in a formula is a parameter, which a column; which argument of a callable is what."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from thalweg.errors import DescentError

__all__ = ["callable_parameters", "formula_parameters", "predictor_name"]

_NUMBERED = re.compile(r"([A-Za-z_]+?)_?(\d+)")


def formula_parameters(
    names: Sequence[str], taken: Sequence[str], left: Sequence[str]
) -> tuple[str, ...]:
    """The names of a formula that no column has, in document order.

    Parameters that are numbered alike (b1, b2, …) stand in the order of their numbers, so that a
    start given as a sequence means what it looks like.

    Args:
        names: the right side's names, in order of appearance.
        taken: names of columns.
        left: names on the left side.

    Raises:
        DescentError: nothing is left to fit, or a measured name stands on the right too.

    >>> formula_parameters(("b1", "b3", "x", "b2"), ("x",), ("y",))
    ('b1', 'b2', 'b3')
    """
    both = [name for name in names if name in left]
    if both:
        raise DescentError(
            f"{both[0]} stands on both sides of the formula; the right side says what the left "
            "should be, by other columns and parameters"
        )
    found = tuple(name for name in names if name not in taken)
    if not found:
        listed = ", ".join(names) or "no name"
        raise DescentError(
            f"there is nothing to fit: the right side has {listed}, and all of that are columns"
        )
    numbered = [_NUMBERED.fullmatch(name) for name in found]
    matches = [match for match in numbered if match]
    if len(matches) == len(found) and len({match[1] for match in matches}) == 1:
        return tuple(name for _, name in sorted((int(m[2]), m[0]) for m in matches))
    return found


def predictor_name(names: Sequence[str], given: Sequence[str]) -> str | None:
    """What a formula calls the one column that came without a name.

    Args:
        names: the right side's names, in order of appearance.
        given: names that have a start value.

    Returns:
        `x` where the formula has it, else the one name without a start; None where the formula has
        only parameters.

    Raises:
        DescentError: it cannot be told which name is the predictor.
    """
    if "x" in names:
        return "x"
    rest = [name for name in names if name not in given]
    if not rest or len(names) == 1:
        return None
    if len(rest) == 1 and given:
        return rest[0]
    listed = ", ".join(rest)
    raise DescentError(f"which of {listed} is the predictor? Name it: x={{{rest[-1]!r}: values}}")


def callable_parameters(
    function: Callable[..., Any], start: Any
) -> tuple[tuple[str, ...], dict[str, float]]:
    """Parameter names of `f(x, b1, b2, …)` or `f(x, *params)`, and starts from its defaults.

    Args:
        function: the model; its first argument is x.
        start: names and starts as they came; they name what `*params` does not.

    Raises:
        DescentError: the names can be had neither from the signature nor from `start`.
    """
    try:
        arguments = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        arguments = [inspect.Parameter("params", inspect.Parameter.VAR_POSITIONAL)] * 2
    positional = [a for a in arguments if a.kind in (a.POSITIONAL_ONLY, a.POSITIONAL_OR_KEYWORD)]
    starred = any(a.kind == a.VAR_POSITIONAL for a in arguments)
    own = positional[1:]
    if own and not starred:
        defaults = {
            a.name: float(a.default)
            for a in own
            if isinstance(a.default, int | float) and not isinstance(a.default, bool)
        }
        return tuple(a.name for a in own), defaults
    if not starred:
        raise DescentError("the model takes no parameters; write it as f(x, a, b) or f(x, *params)")
    if isinstance(start, Mapping):
        return tuple(str(name) for name in start), {}
    if start is None:
        raise DescentError(
            "the model takes *params, so start must say how many: a mapping of names to numbers, "
            "or a sequence"
        )
    count = len(start) if hasattr(start, "__len__") else 1
    fixed = [a.name for a in own]
    return (*fixed, *(f"b{k + 1}" for k in range(count - len(fixed)))), {}
