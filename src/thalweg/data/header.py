"""Is a table's first line its header, and which names do the columns answer to?"""

from __future__ import annotations

import re
from collections.abc import Sequence

from thalweg.data.numeral import is_numeral, resembles_numeral
from thalweg.errors import DataError

__all__ = ["check_names", "is_header", "names_by_position", "position_names"]

_WRITABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_POSITIONAL = re.compile(r"y|x[0-9]*")


def is_header(cells: Sequence[str]) -> bool:
    """Tells whether the first line names the columns: it does if no cell of it is a number.

    A line of data with a slip in it must not be taken for a header, for its values would be lost in
    silence. So a line is data (and wrong, as its reader will say) when one cell is a number and
    another is not, and also when a cell is meant as a number: `1_000`, `0x10`, `1,5`.
    """
    return not any(is_numeral(cell) or resembles_numeral(cell) for cell in cells)


def check_names(names: Sequence[str], file: str, row: int) -> None:
    """Checks a header: names not empty, printable, each of them once.

    Raises:
        DataError: with the row and the number of the column.
    """
    seen: dict[str, int] = {}
    for column, name in enumerate(names, 1):
        if not name:
            reason = "the column has no name; does the header end in a delimiter?"
            raise DataError(reason, file, row, column)
        if not name.isprintable():
            reason = f"the column's name {name[:40]!a} holds a character that cannot be shown"
            raise DataError(reason, file, row, column)
        if name in seen:
            reason = f"the name {name[:40]!r} is column {seen[name]}'s already; name each once"
            raise DataError(reason, file, row, column)
        seen[name] = column


def names_by_position(width: int) -> tuple[str, ...]:
    """Returns the names of a headerless table's columns: the last is `y`, those before it `x`.

    Two columns are `x`, `y`; more are `x1`, `x2`, ..., `y`; one column is `y`.
    """
    if width == 2:
        return ("x", "y")
    return (*(f"x{i}" for i in range(1, width)), "y")


def position_names(names: Sequence[str], header: bool) -> dict[str, str]:
    """Returns the further names that columns answer to, each with the column's own name.

    By position, the column called `y`, or else the last, is `y`; the others in their order are
    `x1`, `x2`, ..., and one alone is `x` too. A column's own name always goes first. Where the
    header itself uses such a name (`y`, `x`, `x1`, ...), positions are offered to those columns
    only whose names a formula cannot write, as `Temp (C)`: in a table of `x`, `y` a formula's `x1`
    is free to be a parameter. Without a header all are by position, and of `x`, `y` the first is
    `x1` too.

    Args:
        names: the columns' own names.
        header: whether the file gave them.
    """
    response = "y" if "y" in names else names[-1]
    others = [name for name in names if name != response]
    places = {"y": response}
    places.update({f"x{i}": name for i, name in enumerate(others, 1)})
    if len(others) == 1:
        places["x"] = others[0]
    known = set(names)
    by_name = header and any(_POSITIONAL.fullmatch(name) for name in known)
    return {
        place: name
        for place, name in places.items()
        if place not in known and not (by_name and _WRITABLE.fullmatch(name))
    }
