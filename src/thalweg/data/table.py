"""What does a file of measurements hold? Reads CSV, TSV and columns parted by blanks.

The format, in full:

- One row a line. Cells are parted by tabs, semicolons, commas or runs of blanks: the first of
  these that the first line holds. Lines that begin with `#` are comments; blank lines are skipped.
  Row numbers in errors are line numbers of the file, comments and blank lines counted.
- The first line is a header if none of its cells is a number; one of names and numbers is wrong.
- Without a header, columns are named by position: the last is `y`; a single predictor is `x` (and
  `x1`), several are `x1`, `x2`, ... With one, they go by their names, and by position as far as
  `Table.aliases` says. A table of one column has no `x`: none is made up.
- A cell is a number as Python writes it, in ASCII: `-1.5e3`, `.5`, `5.`, `nan`, `inf`. `nan` and
  `inf` are values. Hexadecimal, underscores, decimal commas (also where semicolons part the cells),
  full-width digits, numbers beyond float64 and empty cells are errors.
- Quotes follow the csv module's rules; a quoted cell ends on its own line.
- UTF-8 with or without a byte order mark, UTF-16 and UTF-32 with one; any of the three line ends.
"""

from __future__ import annotations

import math
import os
import re
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NoReturn

import numpy as np
import numpy.typing as npt

from thalweg.data.cells import DELIMITERS, find_delimiter, is_empty, split_cells
from thalweg.data.file_text import read_text, shown_path
from thalweg.data.header import check_names, is_header, names_by_position, position_names
from thalweg.data.numeral import is_numeral, value_of
from thalweg.errors import DataError

__all__ = ["MAX_LINE", "Table", "read_table"]

#: Characters in one line: a longer one is a file of another kind, or a quote that never closes.
MAX_LINE = 1_000_000

# Text is cut into pieces of about this many characters, so that no list of all lines is held.
_BLOCK = 1 << 20

# A piece of these characters alone has no quotes, comments, underscores, control or non-ASCII
# characters. In it Python's split and float agree with split_cells and value_of, infinities apart.
_SIMPLE = re.compile(r"[\t\n !$-^`-~]*")


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of measurements, by name.

    Attributes:
        names: the columns' names, in the file's order.
        columns: the values of each, float64, shape `(rows,)`, read-only.
        file: the file's name as it was given.
        aliases: further names that columns answer to, by position, with the column's own name.
        lines: the line of the file that each row came from, counted from 1, shape `(rows,)`.
    """

    names: tuple[str, ...]
    columns: Mapping[str, npt.NDArray[np.float64]]
    file: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)
    lines: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64), repr=False)

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.columns[self.names[0]])

    def resolve(self, name: str) -> str:
        """Returns the own name of the column that a name or a position's name stands for.

        Raises:
            DataError: no column answers to it; the message lists those there are.
        """
        if name in self.columns:
            return name
        if name in self.aliases:
            return self.aliases[name]
        raise DataError(f"there is no column {name!r}; {self._listing()}", self.file)

    def __getitem__(self, name: str) -> npt.NDArray[np.float64]:
        """Returns a column, by its name or its position's.

        Raises:
            DataError: no column answers to the name.
        """
        return self.columns[self.resolve(name)]

    def __contains__(self, name: object) -> bool:
        """Tells whether a column answers to a name."""
        return name in self.columns or name in self.aliases

    def _listing(self) -> str:
        shown = []
        for name in self.names[:12]:
            others = [alias for alias, own in self.aliases.items() if own == name]
            shown.append(name + (f" (also {', '.join(others)})" if others else ""))
        more = f" and {len(self.names) - 12} more" if len(self.names) > 12 else ""
        plural = "the columns are" if len(self.names) > 1 else "the only column is"
        return f"{plural} {', '.join(shown)}{more}"


def read_table(path: str | os.PathLike[str]) -> Table:
    r"""Reads a file of measurements: CSV, TSV or columns parted by blanks, with or without header.

    Args:
        path: the file's name. The file is a regular one, at most a gigabyte.

    Returns:
        A `Table` whose columns are float64. Every number is the float64 nearest to its text.

    Raises:
        DataError: the file cannot be read, is no table, or holds a row or cell that is wrong, with
            its line and column. Nothing is guessed, skipped or shifted.

    Example:
        >>> import os, tempfile
        >>> folder = tempfile.TemporaryDirectory()
        >>> file = os.path.join(folder.name, "lamp.csv")
        >>> with open(file, "w") as stream:
        ...     _ = stream.write("# a lamp\nTemp (K),power\n1.309,2.138\n1.471,3.421\n")
        >>> table = read_table(file)
        >>> table.names, table.rows
        (('Temp (K)', 'power'), 2)
        >>> table["power"]
        array([2.138, 3.421])
        >>> table["x"] is table["Temp (K)"]
        True
        >>> folder.cleanup()
    """
    file = shown_path(path)
    text = read_text(path)
    return _Reader(text, file).table()


class _Reader:
    """One reading of one text: the layout from its first lines, then the values."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        records = ((row, line) for row, line in self._lines() if not is_empty(line))
        first = next(records, None)
        if first is None:
            raise DataError("holds no data: write one row of numbers a line", file)
        self.first_row, line = first
        self._require_short(self.first_row, line)
        second = next(records, None)
        self.delimiter = find_delimiter(line, second[1][:MAX_LINE] if second else None)
        cells = self._split(self.first_row, line)
        self.width = len(cells)
        self.header = is_header(cells)
        if self.header:
            check_names(cells, file, self.first_row)
            if second is None:
                reason = "holds a header and no data: write one row of numbers a line under it"
                raise DataError(reason, file, self.first_row)
        self.names = tuple(cells) if self.header else names_by_position(self.width)
        self.values = array("d")
        self.rows = array("q")

    def table(self) -> Table:
        """Reads all values into a table."""
        row = 1
        for block in self._blocks():
            lines = block.split("\n")
            # What stands before the header, and the header itself, is not for the quick way.
            quick = row > self.first_row and _SIMPLE.fullmatch(block)
            if not quick or not self._read_quickly(lines, row):
                self._read_carefully(lines, row)
            row += len(lines)
        matrix = np.frombuffer(self.values, np.float64).reshape(-1, self.width)
        by_column = np.ascontiguousarray(matrix.T)
        by_column.flags.writeable = False
        lines_read = np.frombuffer(self.rows, np.int64)
        lines_read.flags.writeable = False
        return Table(
            names=self.names,
            columns=MappingProxyType(dict(zip(self.names, by_column, strict=True))),
            file=self.file,
            aliases=MappingProxyType(position_names(self.names, self.header)),
            lines=lines_read,
        )

    def _blocks(self) -> Iterator[str]:
        """Yields the text in pieces that end at line ends, without the last line end of each."""
        start = 0
        size = len(self.text)
        while start < size:
            end = self.text.find("\n", start + _BLOCK)
            if end < 0:
                end = size - 1 if self.text[-1] == "\n" else size
            yield self.text[start:end]
            start = end + 1

    def _lines(self) -> Iterator[tuple[int, str]]:
        row = 1
        for block in self._blocks():
            for line in block.split("\n"):
                yield row, line
                row += 1

    def _read_quickly(self, lines: list[str], row: int) -> bool:
        """Reads lines of plain numbers; False, and nothing read, where any line is otherwise."""
        # str.split without an argument parts by runs of blanks, and here there are no others.
        delimiter = None if self.delimiter == " " else self.delimiter
        width = self.width
        values: list[float] = []
        try:
            for line in lines:
                cells = line.split(delimiter)
                if len(cells) != width or len(line) > MAX_LINE:
                    return False
                values += map(float, cells)
        except ValueError:
            return False
        if math.inf in values or -math.inf in values:
            return False
        self.values.extend(values)
        self.rows.extend(range(row, row + len(lines)))
        return True

    def _read_carefully(self, lines: list[str], row: int) -> None:
        for number, line in enumerate(lines, row):
            self._require_short(number, line)
            if is_empty(line) or (self.header and number == self.first_row):
                continue
            cells = self._split(number, line)
            if len(cells) != self.width:
                self._refuse_width(number, len(cells))
            for column, cell in enumerate(cells):
                try:
                    self.values.append(value_of(cell))
                except ValueError as error:
                    self._refuse_cell(str(error), number, column, cells)
            self.rows.append(number)

    def _split(self, row: int, line: str) -> list[str]:
        try:
            return split_cells(line, self.delimiter)
        except ValueError as error:
            raise DataError(str(error), self.file, row) from None

    def _require_short(self, row: int, line: str) -> None:
        if len(line) > MAX_LINE:
            reason = f"the line is longer than {MAX_LINE:,} characters; write one row a line"
            raise DataError(reason, self.file, row)

    def _shown(self, column: int) -> str | int:
        return self.names[column] if self.header else column + 1

    def _refuse_cell(self, reason: str, row: int, column: int, cells: list[str]) -> NoReturn:
        if row == self.first_row and cells[column] and any(map(is_numeral, cells)):
            reason += " (the row is no header either, for it holds numbers)"
        raise DataError(reason, self.file, row, self._shown(column)) from None

    def _refuse_width(self, row: int, found: int) -> NoReturn:
        what = "the header" if self.header else "the first row"
        some = f"{self.width} cell" + ("s" if self.width > 1 else "")
        wanted = f"{some}, as {what} (row {self.first_row}) has, parted by "
        reason = f"{found} instead of {wanted}{DELIMITERS[self.delimiter]}"
        place = self._shown(found) if found < self.width else self.width + 1
        raise DataError(reason, self.file, row, place)
