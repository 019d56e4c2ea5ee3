"""Which number does a cell hold? Stricter than Python's `float`: what it reads, everybody reads."""

from __future__ import annotations

import math
import re
import unicodedata

__all__ = ["is_numeral", "resembles_numeral", "value_of"]

_NUMERAL = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN])"
)
_HEXADECIMAL = re.compile(r"[+-]?0[xX][0-9a-fA-F]+")
_DECIMAL_COMMA = re.compile(r"[+-]?[0-9]+,[0-9]+(?:[eE][+-]?[0-9]+)?")
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[ ,'][0-9]{3})+(?:\.[0-9]*)?")
_FORTRAN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)[dD][+-]?[0-9]+")
_MISSING = frozenset({"na", "n/a", "#n/a", "null", "none", "-", "--", "?", "."})


def is_numeral(cell: str) -> bool:
    """Tells whether a cell is written as a number: `-1.5e3`, `.5`, `5.`, `nan`, `inf`."""
    return _NUMERAL.fullmatch(cell) is not None


def resembles_numeral(cell: str) -> bool:
    """Tells whether a cell is meant as a number that is not written as one: `1_000`, `0x10`, `1,5`.

    Such a cell in a first line is a slip in the data, not the name of a column.
    """
    if not any(map(str.isdigit, cell)):
        return False
    plain = unicodedata.normalize("NFKC", cell[:400]).replace("−", "-").replace("_", "").strip()
    forms = (_NUMERAL, _HEXADECIMAL, _DECIMAL_COMMA, _GROUPED, _FORTRAN)
    return any(form.fullmatch(plain) for form in forms)


def value_of(cell: str) -> float:
    """Returns the float64 nearest to the number in a cell.

    `nan` and `inf` (also `infinity`, signed, in any case) are values. A number too small for a
    float64 rounds to 0, as everywhere; one too large is refused, since infinity is not near it.

    Args:
        cell: the text, without blanks around it.

    Raises:
        ValueError: with the reason, one line.
    """
    if not is_numeral(cell):
        raise ValueError(_fault(cell))
    value = float(cell)
    if math.isinf(value) and "n" not in cell.lower():
        raise ValueError(f"{_quoted(cell)} is too large for a float64 (at most 1.8e308)")
    return value


def _fault(cell: str) -> str:
    if not cell:
        return "the value is missing; write it, or leave the row out"
    said = _quoted(cell)
    if cell.lower() in _MISSING:
        return f"{said} is not a number; where there is no value, leave the row out"
    if _DECIMAL_COMMA.fullmatch(cell):
        return f"{said} is not a number; write the decimal sign as a point"
    if "_" in cell and resembles_numeral(cell):
        return f"{said} is not a number; write it without the underscores"
    if _GROUPED.fullmatch(cell):
        return f"{said} is not a number; write it without separators between the thousands"
    if _HEXADECIMAL.fullmatch(cell):
        return f"{said} is not a number; write it in decimal"
    if _FORTRAN.fullmatch(cell):
        return f"{said} is not a number; write the exponent with e"
    foreign = next((letter for letter in cell if ord(letter) > 126), "")
    if foreign and resembles_numeral(cell):
        return f"{said} is not a number (it holds U+{ord(foreign):04X}); write it in plain ASCII"
    return f"{said} is not a number"


def _quoted(cell: str) -> str:
    """Returns the cell as a message shows it: escaped, and cut where it is long."""
    return ascii(cell) if len(cell) <= 40 else ascii(cell[:37]) + "..."
