"""A tree back to text, with the fewest brackets that make it the same tree again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from thalweg.expressions.steps import NEGATE, Step

__all__ = ["formula_text"]

_SUM, _PRODUCT, _NEGATION, _POWER, _ATOM = 1, 2, 3, 4, 5

# Sign: how it is written, how tight it binds, and how tight its left and its right operand must
# bind to stand without brackets. A minus sign may stand bare on the right of anything but
# another operator's left side: 2**-x and a*-b read back as they are.
_BINARY: Final = {
    "+": (" + ", _SUM, _SUM, _PRODUCT),
    "-": (" - ", _SUM, _SUM, _PRODUCT),
    "*": ("*", _PRODUCT, _PRODUCT, _NEGATION),
    "/": ("/", _PRODUCT, _PRODUCT, _NEGATION),
    "**": ("**", _POWER, _ATOM, _NEGATION),
}


def formula_text(steps: Sequence[Step]) -> str:
    """Returns a text that parses to `steps`; aliases come out as the canonical names.

    Two spaces stand around each + and -, so a text within a few per cent of the cap on its
    length may print longer than the cap.
    """
    done: list[tuple[str, int]] = []
    for step in steps:
        if step.kind == "number":
            done.append((number_text(step.number), _ATOM))
        elif step.arity == 0:
            done.append((step.word, _ATOM))
        elif step.kind == "call":
            arguments = ", ".join(text for text, _ in done[-step.arity :])
            done[-step.arity :] = [(f"{step.word}({arguments})", _ATOM)]
        elif step.word == NEGATE:
            done[-1] = ("-" + _bracketed(done[-1], _NEGATION), _NEGATION)
        else:
            sign, binds, left, right = _BINARY[step.word]
            text = _bracketed(done[-2], left) + sign + _bracketed(done[-1], right)
            done[-2:] = [(text, binds)]
    return done[0][0]


def number_text(number: float) -> str:
    """Returns the shortest literal that reads back as the same float64, without a bare ".0"."""
    return repr(number).removesuffix(".0").replace("e+", "e")


def _bracketed(piece: tuple[str, int], least: int) -> str:
    text, binds = piece
    return text if binds >= least else f"({text})"
