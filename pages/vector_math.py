"""The page of the vector mathematics: the largest errors found, and the answers at the special values."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.vector_math.stated import BOUNDS, SPECIAL
from thalweg.native.vector_math import FUNCTIONS

PAGE = "vector-math.md"
MEASURED = Path(__file__).parents[1] / "benchmarks" / "vector_math" / "measured.json"
DTYPES = ("float32", "float64")
# Powers of two beyond this are written as such.
POWERS = 17
NAMES = {
    "host": "the processor as it is",
    "avx512": "AVX-512",
    "avx2": "AVX2 with FMA",
    "baseline": "SSE2 alone, without FMA",
}

TOP = """\
<!-- Made by `python -m pages` from benchmarks/vector_math: stated.py and measured.json. -->

# The vector mathematics

Compiled code computes these functions itself, with vectors as wide as the processor has them. Each
reduces its argument, evaluates a minimax polynomial (`python -m minimax` derives them) and scales the
answer; the file of its family says how, and after whom.

## Errors

In units of the last place (ULP): half a unit is a correctly rounded answer, or one that is as near to
it. "Bound" is what the tests hold each function to on every processor, and beside it stands the largest
error that was found on {date} ({processor}), and the argument where it was. Searched were, for each
function, every 64th float32 (for two arguments: {pairs:,} pairs), and {doubles:,} float64s or more, drawn
over the whole range and close to every border of the formula; a fourth of that on the forced machines.
Exact answers came from float64 and from x86's 80-bit floats, those of float64's erf and of what
holds erfc from mpmath.

The tests ask mpmath for all of them, at some 1500 points of each function and dtype on every machine;
`pytest -m sweep tests/native` asks at millions. Vectors of every width and single floats give the same
bits on one machine. Machines with and without FMA may differ in the last place.

`logaddexp` was asked where the larger number is not negative: where its answer nearly cancels, the error
is one of the larger number's units; and `gelu_slope` left of -1.2 and right of -0.4, between which its
terms cancel. sin, cos and tan keep their bounds to the largest floats, for
the angle is reduced with as many digits of π as it takes (Payne and Hanek).
"""

SPECIAL_TOP = """\
## Special values

As C's annex F and IEEE 754-2019 have them, and as NumPy answers; the tests compare all of these on every
machine, in both dtypes, with the signs of zeros. Denormals are numbers like others, as arguments and as
answers; nothing is flushed to zero.
"""


def vector_math(measured: Path = MEASURED) -> dict[str, str]:
    """The page by its path below `docs/`."""
    found = json.loads(measured.read_text(encoding="utf-8"))
    first = found["machines"][0]
    of_first = {n: {d: own[d][first] for d in DTYPES} for n, own in found["errors"].items()}
    pairs = [of_first[n]["float32"]["points"] for n, f in FUNCTIONS.items() if f.arguments == 2]
    doubles = [own["float64"]["points"] for n, own in of_first.items() if not _by_digits(n)]
    parts = [
        TOP.format(
            date=found["date"],
            processor=found["processor"],
            pairs=round(min(pairs), -6),
            doubles=round(min(doubles), -6),
        ).rstrip(),
        _told(found["machines"]),
        *(_errors(dtype, found) for dtype in DTYPES),
        SPECIAL_TOP.rstrip(),
        _special(),
    ]
    return {PAGE: "\n\n".join(parts) + "\n"}


def unmeasured(measured: Path = MEASURED) -> list[str]:
    """One line for each function that was not measured, or is above its bound."""
    errors = json.loads(measured.read_text(encoding="utf-8"))["errors"]
    again = "run `python -m benchmarks.vector_math`"
    lines = [f"{name}: it was not measured; {again}" for name in FUNCTIONS if name not in errors]
    lines += [
        f"{name}: there is no such function; {again}" for name in errors if name not in FUNCTIONS
    ]
    for name, bounds in BOUNDS.items():
        for dtype, bound in zip(DTYPES, bounds, strict=True):
            for machine, one in errors.get(name, {}).get(dtype, {}).items():
                if one["units"] > bound:
                    lines.append(
                        f"{name} ({dtype}, {machine}): {one['units']} units, stated are {bound}"
                    )
    return lines


def _by_digits(name: str) -> bool:
    """Whether float64's exact answers are mpmath's, which takes longer."""
    return name in ("erf", "erfc")


def _told(machines: list[str]) -> str:
    listed = "; ".join(f"`{name}`: {NAMES[name]}" for name in machines)
    return f"Machines: {listed}."


def _errors(dtype: str, found: dict[str, Any]) -> str:
    machines = found["machines"]
    rows = [["", "bound", *(f"`{name}`" for name in machines), "largest at"]]
    for name in FUNCTIONS:
        own = found["errors"][name][dtype]
        largest = max(own.values(), key=lambda one: one["units"])
        bound = BOUNDS[name][DTYPES.index(dtype)]
        units = [f"{own[machine]['units']:.3f}" for machine in machines]
        places = ", ".join(_number(part, dtype) for part in largest["at"])
        rows.append([f"`{name}`", f"{bound:g}", *units, places if largest["units"] else "–"])
    return f"### {dtype}\n\n{_table(rows)}"


def _special() -> str:
    rows = [["", "answers"]]
    for name in FUNCTIONS:
        groups: dict[str, list[str]] = {}
        for *given, answer in SPECIAL[name]:
            arguments = ", ".join(map(_exact, given))
            groups.setdefault(_exact(answer), []).append(
                arguments if len(given) == 1 else f"({arguments})"
            )
        told = [f"{', '.join(given)} → {answer}" for answer, given in groups.items()]
        rows.append([f"`{name}`", "; ".join(told)])
    return _table(rows)


def _number(value: float, dtype: str) -> str:
    """The shortest digits that read back as the same float."""
    return str(np.dtype(dtype).type(value))


_NAMED = {
    math.pi: "π",
    math.pi / 2: "π/2",
    math.pi / 4: "π/4",
    math.pi * 3 / 4: "3π/4",
    math.log(2): "log 2",
    1.0000001192092896: "(1 + 2^-23)",
}


def _exact(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    sign = "-" if math.copysign(1.0, value) < 0 else ""
    size = abs(value)
    if math.isinf(size):
        return f"{sign}∞"
    if size in _NAMED:
        return sign + _NAMED[size]
    fraction, power = math.frexp(size)
    if fraction == 0.5 and abs(power) > POWERS:
        return f"{sign}2^{power - 1}"
    return f"{sign}{size:g}" if float(f"{size:g}") == size else f"{sign}{size:.17g}"


def _table(rows: list[list[str]]) -> str:
    head, *rest = rows
    lines = [head, ["---"] * len(head), *rest]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
