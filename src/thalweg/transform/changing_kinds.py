"""Which argument makes calls of a function come in ever new kinds, so that none is called twice?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

__all__ = ["MANY", "changing_kinds"]

MANY = 5
"""So many kinds of arguments may come once each before that is told."""

SHOWN = 3
"""So many values of what changes are shown."""


def changing_kinds(described: Sequence[tuple[Any, ...]]) -> str:
    """Say what differs between calls.

    Args:
        described: for each call what its arguments' leaves are told apart by: of a Tensor shape and
            dtype, of a number of Python's its type and itself, as a text where it is a float.

    Returns:
        What changes and what to do; empty where there are few calls.

    >>> print(changing_kinds([((float, repr(0.1 * at)),) for at in range(1, 8)]))
    7 kinds of arguments came once each, and the first call of a kind runs as Python: a float changes (0.1, 0.2, 0.30000000000000004, …); pass tw.constant(…)
    """
    if len(described) < MANY:
        return ""
    told = [f"{len(described)} kinds of arguments came once each"]
    told.append(", and the first call of a kind runs as Python")
    size = len(described[0])
    columns = zip(*[one for one in described if len(one) == size], strict=True)
    changes = {one: list(dict.fromkeys(column)) for one, column in enumerate(columns)}
    leaf = max(changes, key=lambda one: len(changes[one]), default=None)
    if leaf is None or len(changes[leaf]) < 2:
        return "".join(told)
    shown = changes[leaf][:SHOWN]
    if all(type(one) is tuple and one[0] in (bool, int, float, complex) for one in shown):
        told.append(
            f": a {shown[0][0].__name__} changes ({', '.join(str(one[1]) for one in shown)}"
        )
        told.append(", …); pass tw.constant(…)")
    elif all(type(one) is tuple and type(one[0]) is tuple for one in shown):
        told.append(f": a shape or dtype changes ({', '.join(map(_kind, shown))}, …)")
    else:
        told.append(": an object that is no Tensor is another one each time")
    return "".join(told)


def _kind(described: tuple[tuple[int, ...], Any]) -> str:
    return f"{described[1]}{list(described[0])}"
