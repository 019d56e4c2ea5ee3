"""Text to tokens: which characters a formula is made of.

ASCII only. The first character that belongs to no token ends the list with a token of kind
"fault", whose text is the reason; the parser raises it when it gets that far, so that of several
faults the leftmost is the one told.
"""

from __future__ import annotations

import re
from typing import Final, Literal, NamedTuple, cast

from thalweg.expressions.foreign_characters import refusal
from thalweg.expressions.limits import shortened

__all__ = ["Token", "tokenize"]

TokenKind = Literal[
    "number", "name", "operator", "open", "close", "comma", "equals", "fault", "end"
]


class Token(NamedTuple):
    """A piece of the text.

    Args:
        kind: what it is.
        text: its characters; for a fault the reason.
        start: offset of its first character.
        end: offset behind its last.
        number: its value, where it is a number.
    """

    kind: TokenKind
    text: str
    start: int
    end: int
    number: float = 0.0


# [0-9] and [A-Za-z], not \d and \w: those take digits and letters of every script.
_PATTERN: Final = re.compile(
    r"""
    (?P<space>[ \t\r\n]+)
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
  | (?P<name>[A-Za-z][A-Za-z0-9_]*)
  | (?P<refused>==|!=|<=|>=|//|:=|\|\|)
  | (?P<operator>\*\*|[-+*/])
  | (?P<open>\()
  | (?P<close>\))
  | (?P<comma>,)
  | (?P<equals>=)
    """,
    re.VERBOSE,
)


def tokenize(text: str) -> list[Token]:
    """Returns the tokens of `text`; the last one is of kind "end" or "fault".

    Example:
        >>> [token.text for token in tokenize("2*x")]
        ['2', '*', 'x', '']
    """
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None or match.lastgroup == "refused":
            previous = tokens[-1].text if tokens and tokens[-1].end == position else ""
            reason = refusal(text, position, previous)
            tokens.append(Token("fault", reason, position, position + 1))
            return tokens
        kind = match.lastgroup
        if kind == "number":
            tokens.append(_number(match.group(), position))
            if tokens[-1].kind == "fault":
                return tokens
        elif kind != "space":
            tokens.append(Token(cast(TokenKind, kind), match.group(), position, match.end()))
        position = match.end()
    tokens.append(Token("end", "", len(text), len(text)))
    return tokens


def _number(literal: str, start: int) -> Token:
    """Returns the literal's token; a fault where no float64 is near it.

    float() alone reads it: an int of ten thousand digits is never made.
    """
    value = float(literal)
    end = start + len(literal)
    if value == float("inf"):
        reason = f"{shortened(literal)} is too large for a float64, which ends at 1.8e308"
        return Token("fault", reason, start, end)
    if value == 0.0 and re.search("[1-9]", re.split("[eE]", literal)[0]):
        reason = f"{shortened(literal)} is too small for a float64, which ends at 4.9e-324"
        return Token("fault", reason, start, end)
    return Token("number", literal, start, end, value)
