"""What to write instead of a character that no formula has.

The messages are ASCII themselves, so that any terminal can show them: a character that is not is
called by its code and its Unicode name.
"""

from __future__ import annotations

import unicodedata
from typing import Final

__all__ = ["refusal"]

_COMPARISON: Final = "comparisons are not read; minimum(x, y), maximum(x, y) and abs(x) are"

# Longer signs stand before those they begin with.
_SIGNS: Final[dict[str, str]] = {
    "==": "an equation is written with one '=', such as y = b1*exp(-b2*x)",
    ":=": "an equation is written with '=' alone, such as y = b1*exp(-b2*x)",
    "!=": _COMPARISON,
    "<=": _COMPARISON,
    ">=": _COMPARISON,
    "<": _COMPARISON,
    ">": _COMPARISON,
    "//": "'//' is not read; write floor(x/y)",
    "%": "'%' is not read; a remainder is x - y*floor(x/y)",
    "^": "'^' is not read; write '**' for a power, such as x**2",
    "||": "'|' is not read; write abs(x) for an absolute value",
    "|": "'|' is not read; write abs(x) for an absolute value",
    "!": "'!' is not read; there are no factorials",
    "]": "']' is not read; write the round bracket ')'",
    "{": "'{' is not read; write the round bracket '('",
    "}": "'}' is not read; write the round bracket ')'",
    "_": "'_' cannot begin a name, nor stand in a number; names begin with a letter",
    "'": "text in quotes is not read; a formula has numbers, names and functions only",
    '"': "text in quotes is not read; a formula has numbers, names and functions only",
    "`": "text in quotes is not read; a formula has numbers, names and functions only",
    "\\": "'\\' is not read; functions are written without it, such as exp(x)",
    "$": "'$' is not read; names are written without it, such as b1",
    ";": "';' is not read; one formula at a time, and arguments are separated by ','",
    "#": "'#' is not read; there are no comments",
    "\0": "a NUL character (code 0) is not read; is this a text file?",
}

_LOOKALIKES: Final[dict[str, str]] = {
    "\N{MULTIPLICATION SIGN}": "*",
    "\N{MIDDLE DOT}": "*",
    "\N{DOT OPERATOR}": "*",
    "\N{ASTERISK OPERATOR}": "*",
    "\N{DIVISION SIGN}": "/",
    "\N{DIVISION SLASH}": "/",
    "\N{FRACTION SLASH}": "/",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\N{HYPHEN}": "-",
    "\N{NON-BREAKING HYPHEN}": "-",
    "\N{SUPERSCRIPT TWO}": "**2",
    "\N{SUPERSCRIPT THREE}": "**3",
    "\N{SQUARE ROOT}": "sqrt(x)",
    "\N{CUBE ROOT}": "cbrt(x)",
    "\N{GREEK SMALL LETTER PI}": "pi",
    "\N{NO-BREAK SPACE}": "a plain space",
    "\N{ZERO WIDTH SPACE}": "nothing there",
    "\N{ZERO WIDTH NO-BREAK SPACE}": "nothing there",
}

_MODULES: Final = frozenset({"np", "numpy", "math", "tf", "tw", "thalweg", "scipy", "torch", "jnp"})


def refusal(text: str, position: int, previous: str) -> str:
    """Returns why the character at `position` is refused, and what to write instead.

    Args:
        text: the whole formula.
        position: where the character stands.
        previous: the token that touches it on the left; "" where there is none.
    """
    sign = text[position]
    if sign == ".":
        return _dot(previous)
    if sign == "[":
        example = f"{previous}(...)" if previous.isidentifier() else "(...)"
        return f"'[' is not read; write round brackets: {example}"
    for length in (2, 1):
        known = _SIGNS.get(text[position : position + length])
        if known is not None:
            return known
    if sign.isascii():
        shown = f"'{sign}'" if sign.isprintable() else f"the control character U+{ord(sign):04X}"
        return f"{shown} is not read; a formula is made of numbers, names, + - * / ** ( ) and ','"
    return _not_ascii(sign)


def _dot(previous: str) -> str:
    """Returns the reason for a '.' that belongs to no number."""
    if previous in _MODULES:
        return f"functions are written without '{previous}.', such as exp(x)"
    if previous.isidentifier():
        return "'.' after a name is not read; names have no parts, and a decimal is written 0.5"
    return "'.' stands without a digit; a decimal is written 0.5"


def _not_ascii(sign: str) -> str:
    """Returns the reason for a character beyond ASCII, with the ASCII one that it looks like."""
    name = unicodedata.name(sign, "")
    shown = f"U+{ord(sign):04X} {name}".rstrip()
    plain = unicodedata.normalize("NFKC", sign)
    instead = _LOOKALIKES.get(sign)
    if instead is None and plain.isascii() and plain.isprintable():
        instead = plain.strip() or "a plain space"
    if instead is not None:
        return f"{shown} is not ASCII; write {instead}"
    if sign.isalpha():
        return f"{shown} is not ASCII; names are written in the letters a-z, such as alpha"
    return f"{shown} is not ASCII; a formula is written in ASCII characters only"
