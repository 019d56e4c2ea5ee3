"""How are seconds written for a reader: three digits and the unit that fits?"""

from __future__ import annotations

UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))


def written(seconds: float) -> str:
    """`1.23 µs`."""
    scale, unit = next((one for one in UNITS if seconds >= 0.9995 * one[0]), UNITS[-1])
    return f"{digits(seconds / scale)} {unit}"


def digits(number: float) -> str:
    """Three digits, and no exponent: 1.23, 12.3, 123."""
    places = 2 if number < 9.995 else 1 if number < 99.95 else 0
    return f"{number:.{places}f}"
