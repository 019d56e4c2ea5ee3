"""Which names of a formula are columns of the file, and which are parameters?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from thalweg.cli.start_words import listed
from thalweg.data import Table
from thalweg.errors import DataError
from thalweg.expressions import Equation

__all__ = ["Columns", "find_columns", "sigma_column"]


@dataclass(frozen=True)
class Columns:
    """What a formula uses of a table.

    Attributes:
        values: the columns by the names that the formula has for them, float64 `(n,)`.
        own: for each of these names the name that the file has.
        parameters: the formula's other names.
    """

    values: Mapping[str, npt.NDArray[np.float64]]
    own: Mapping[str, str]
    parameters: tuple[str, ...]

    @property
    def renamed(self) -> dict[str, str]:
        """The names that are not the file's own, such as x for the first column."""
        return {name: own for name, own in self.own.items() if own != name}


def find_columns(table: Table, equation: Equation, starts: Mapping[str, float]) -> Columns:
    """Tells columns from parameters.

    Names on the left are columns. On the right a column's own name is that column; a name by
    position (x, x1, ...) is, unless it has a start value; the rest are parameters.

    Raises:
        DataError: a column is not there, holds a value that is no finite number, or has a start;
            a start is given for a name that the formula does not have; or no column stands on the
            right beside several parameters (`y = c`, a mean, is fitted).
    """
    left, right = equation.left.names, equation.right.names
    by_position = [n for n in right if n in table.aliases and n not in starts]
    used = [n for n in right if n in table.columns or n in by_position]
    own = {name: table.resolve(name) for name in dict.fromkeys([*left, *used])}
    parameters = tuple(name for name in right if name not in own)
    _check_starts(table, own, parameters, starts)
    for name in parameters:
        if name not in starts:
            _refuse_lost_column(table, name, own)
    if not parameters:
        told = f"there is nothing to fit: on the right stand {listed(right)}, all of them columns"
        raise DataError(told if right else "there is nothing to fit: the right side has no name")
    if not used and len(parameters) > 1:
        told = (
            f"no column stands on the right: {listed(parameters)} are none of the file's columns, "
        )
        raise DataError(f"{told}which are {listed(table.names)}", table.file)
    for name in dict.fromkeys(own.values()):
        _require_finite(table, name)
    return Columns({name: table[column] for name, column in own.items()}, own, parameters)


def sigma_column(
    table: Table, name: str | None, fitted: Mapping[str, str]
) -> npt.NDArray[np.float64] | None:
    """The column of standard deviations; None where none is named.

    Args:
        table: the file.
        name: the column.
        fitted: the formula's columns, each with the file's own name for it.

    Raises:
        DataError: it is not there, is a column of the formula too, or holds a value that is not positive and finite.
    """
    if name is None:
        return None
    own = table.resolve(name)
    for word, column in fitted.items():
        if column == own:
            told = (
                f"column {own!r} is {word} in the formula, and cannot be its sigma; the file has "
            )
            raise DataError(f"{told}{listed(table.names)}", table.file)
    values = table[own]
    bad = np.flatnonzero(~(np.isfinite(values) & (values > 0)))
    if bad.size:
        told = f"is {values[bad[0]]:g}; a standard deviation is positive and finite"
        raise DataError(told, table.file, int(table.lines[bad[0]]), own)
    return values


def _check_starts(
    table: Table, own: Iterable[str], parameters: tuple[str, ...], starts: Mapping[str, float]
) -> None:
    for name in starts:
        if name in own:
            told = f"{name}=... is of no use: {name} is a column of {table.file}, not a parameter"
            raise DataError(told)
        if name not in parameters:
            told = f"{name}=... is of no use: the formula has no {name}; its parameters are "
            raise DataError(told + listed(parameters))


def _refuse_lost_column(table: Table, name: str, own: Mapping[str, str]) -> None:
    """Refuses a parameter that was perhaps meant as a column: x3 where there is x2, temp for Temp."""
    stems = {_stem(one) for one in own} | {"x"}
    alike = [one for one in table.names if one.lower() == name.lower()]
    if _stem(name) not in stems and not alike:
        return
    columns = [*table.names, *(f"{a} (for {b})" for a, b in table.aliases.items())]
    told = f"there is no column {name!r}; the columns are {listed(columns)}"
    raise DataError(f"{told}; if it is a parameter, give it a start: {name}=1", table.file)


def _stem(name: str) -> str:
    return name.rstrip("0123456789")


def _require_finite(table: Table, own: str) -> None:
    values = table[own]
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        more = f", as are {bad.size - 1} more" if bad.size > 1 else ""
        told = f"is {values[bad[0]]:g}{more}; a fit needs a number in every row: take such rows out"
        raise DataError(told, table.file, int(table.lines[bad[0]]), own)
