"""Where does one cell of a line end and the next begin? Finds the delimiter and splits by it."""

from __future__ import annotations

import csv
import re

from thalweg.data.numeral import is_numeral, resembles_numeral

__all__ = ["DELIMITERS", "find_delimiter", "is_empty", "split_cells"]

#: The delimiters known, and what messages call them. A blank stands for a run of blanks and tabs.
DELIMITERS = {"\t": "tabs", ";": "semicolons", ",": "commas", " ": "blanks"}

_QUOTED = re.compile(r'"(?:[^"]|"")*"')
_WORD = re.compile(r'"((?:[^"]|"")*)"(?=[ \t]|$)|([^ \t"][^ \t]*)')
_BLANKS = re.compile(r"[ \t]+")


def is_empty(line: str) -> bool:
    """Tells whether a line holds no cells: it is blank, or a comment that `#` begins."""
    stripped = line.lstrip()
    return not stripped or stripped.startswith("#")


def find_delimiter(first: str, second: str | None) -> str:
    """Returns the delimiter of a table: tab, semicolon, comma, or blank for runs of blanks.

    The first of these that the first line holds outside quotes is it; a tab goes before all others
    since nobody writes one inside a cell, and a semicolon before a comma since where it parts
    cells, the comma is a decimal sign. A first line of words parted by blanks alone is one name
    (`Temp (C)`) when the line after it holds one word only.

    Args:
        first: the first line that holds cells.
        second: the next such line; None where there is none.
    """
    bare = _QUOTED.sub("", first.strip())
    for delimiter in "\t;,":
        if delimiter in bare:
            return delimiter
    named = not any(is_numeral(word) or resembles_numeral(word) for word in bare.split())
    if named and second is not None and not _BLANKS.search(second.strip()):
        return ","
    return " "


def split_cells(line: str, delimiter: str) -> list[str]:
    """Returns the cells of a line, without the blanks around each.

    Quotes follow the csv module's strict rules, except that a quoted cell ends on its own line.

    Args:
        line: one line of the file, without its end.
        delimiter: one of `DELIMITERS`.

    Raises:
        ValueError: a quote is not closed, or text follows a closed one.
    """
    line = line.strip(" ") if delimiter == "\t" else line.strip(" \t")
    if '"' not in line:
        if delimiter == " ":
            return _BLANKS.split(line)
        return [cell.strip(" \t") for cell in line.split(delimiter)]
    if delimiter == " ":
        return _split_words(line)
    try:
        rows = list(csv.reader([line], delimiter=delimiter, strict=True, skipinitialspace=True))
    except csv.Error as error:
        raise ValueError(_quote_fault(str(error))) from None
    return [cell.strip(" \t") for cell in rows[0]]


def _split_words(line: str) -> list[str]:
    words = []
    position = 0
    while position < len(line):
        found = _WORD.match(line, position)
        if found is None:
            closed = _QUOTED.match(line, position)
            raise ValueError(_quote_fault("expected after" if closed else "end of data"))
        quoted, bare = found.groups()
        words.append(bare if quoted is None else quoted.replace('""', '"').strip(" \t"))
        blanks = _BLANKS.match(line, found.end())
        position = blanks.end() if blanks else found.end()
    return words


def _quote_fault(reason: str) -> str:
    if "end of data" in reason:
        return 'a cell opens with a quote (") that is not closed on the same line'
    if "expected after" in reason:
        return 'text follows a closed quote ("); double each quote that belongs to the text'
    return reason
