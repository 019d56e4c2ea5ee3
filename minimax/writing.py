"""How do the polynomials come into the package? As a file of tuples, each with its error."""

from __future__ import annotations

from pathlib import Path

import mpmath as mp
import numpy as np

from minimax.remez import Fitted, evaluate, fit
from minimax.wanted import WANTED, Wanted

FILE = Path(__file__).parents[1] / "src/thalweg/native/vector_math/polynomials.py"

A_LINE = 3
"""So many coefficients stand in a line."""

HEAD = '''"""Minimax polynomials, lowest power first, by the width of the float; made by `python -m minimax`.

Each stands for what is left of a function after its first terms, which the code adds exactly. The
error is that of the whole function, relative, with these coefficients in exact arithmetic.
"""

from __future__ import annotations

# fmt: off
'''


def smallest(wanted: Wanted, bits: int) -> Fitted:
    """The polynomial of the smallest degree that reaches the wanted error."""
    goal = mp.mpf(2) ** -wanted.bits[bits]
    for degree in range(1, 40):
        try:
            fitted = fit(wanted.function, wanted.weight, wanted.low, wanted.high, degree)
        except ArithmeticError:
            # The error of too low a degree can be so lopsided that it alternates too seldom.
            continue
        if fitted.error < goal:
            return fitted
    raise ArithmeticError(f"{wanted.name}: no degree below 40 reaches 2^-{wanted.bits[bits]}")


def rounded(fitted: Fitted, narrow: bool) -> list[float]:
    """The coefficients in the float that the code will hold."""
    kind = np.float32 if narrow else np.float64
    return [float(kind(float(c))) for c in fitted.coefficients]


def error_of(wanted: Wanted, coefficients: list[float]) -> mp.mpf:
    """The largest weighted error of the rounded polynomial, on a grid of its own."""
    exact = [mp.mpf(c) for c in coefficients]
    steps = 997
    places = [wanted.low + (wanted.high - wanted.low) * k / steps for k in range(steps + 1)]
    return max(abs(wanted.weight(x) * (evaluate(exact, x) - wanted.function(x))) for x in places)


def _in_rows(coefficients: list[float]) -> list[str]:
    rows = [coefficients[at : at + A_LINE] for at in range(0, len(coefficients), A_LINE)]
    return ["        " + " ".join(f"{c!r}," for c in row) for row in rows]


def text() -> str:
    """Derive all polynomials; return the file that holds them."""
    tables: dict[str, list[str]] = {}
    for wanted in WANTED:
        lines = tables.setdefault(wanted.name, [f"# {wanted.formula}", f"{wanted.name} = {{"])
        if f"# {wanted.formula}" != lines[0]:
            lines.insert(1, f"# and {wanted.formula}")
        for bits in wanted.bits:
            coefficients = rounded(smallest(wanted, bits), bits == 32 and not wanted.wide)
            error = float(mp.log(error_of(wanted, coefficients), 2))
            lines.append(f"    {bits}: (  # error 2^{error:.1f}")
            lines += _in_rows(coefficients)
            lines.append("    ),")
    return HEAD + "".join("\n" + "\n".join([*lines, "}"]) + "\n" for lines in tables.values())
