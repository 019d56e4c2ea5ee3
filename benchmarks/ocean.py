"""How dynamic enthalpy of seawater changes with temperature: over a hundred elementwise terms a point.

The work is that of pyhpc-benchmarks' equation of state; the formula here is written from the published
48-term expression: v = (a₀ + a₁p + a₂p² + a₃p³) / (b₀ + 2b₁p + b₂p²), where a and b are polynomials of
Conservative Temperature and of powers of Absolute Salinity, integrated over pressure in closed form and
differentiated by hand.

Source: IOC, SCOR and IAPSO, "The international thermodynamic equation of seawater - 2010", Manuals and
Guides 56 (2010), appendix K; the integral is that of the Gibbs SeaWater toolbox, version 3
(gsw_dynamic_enthalpy; McDougall and Barker 2011, teos-10.org).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.case import Case, Sizes, of_calls

PASCAL = 1e4
"""One dbar."""

# For each power of salinity the coefficients of rising powers of temperature.
Table = dict[float, tuple[float, ...]]
A0: Table = {
    0: (1.0, 2.775927747785646e-3, -2.349607444135925e-5, 1.119513357486743e-6,
        6.743689325042773e-10),
    1: (-7.521448093615448e-3, -2.764306979894411e-5, 1.262937315098546e-7,
        9.527875081696435e-10, -1.811147201949891e-11),
    1.5: (-3.303308871386421e-5, 3.801564588876298e-7, -7.672876869259043e-9,
          -4.634182341116144e-11, 2.681097235569143e-12),
    2: (5.419326551148740e-6,),
}  # fmt: skip
A1: Table = {
    0: (-2.742185394906099e-5, -3.212746477974189e-7, 3.191413910561627e-9,
        -1.931012931541776e-12),
    1: (-1.105097577149576e-7, 6.211426728363857e-10),
}  # fmt: skip
A2: Table = {
    0: (-1.119011592875110e-10, -1.941660213148725e-11, -1.864826425365600e-14),
    1: (0.0, 1.119522344879478e-14),
}
A3: Table = {0: (-1.200507748551599e-15, 6.057902487546866e-17)}
B0: Table = {
    0: (9.998420897506056e2, 2.839940833161907, -3.147759265588511e-2, 1.181805545074306e-3),
    1: (-6.698001071123802, -2.986498947203215e-2, 2.327859407479162e-4),
    1.5: (-3.988822378968490e-2, 5.095422573880500e-4, -1.426984671633621e-5,
          1.645039373682922e-7),
}  # fmt: skip
TWICE_B1: Table = {
    0: (-2.233269627352527e-2, -3.436090079851880e-4, 3.726050720345733e-6),
    1: (-1.806789763745328e-4, 6.876837219536232e-7),
}
B2: Table = {
    0: (-3.087032500374211e-7, -1.988366587925593e-8, -1.061519070296458e-11),
    1: (1.550932729220080e-10,),
}


def horner(coefficients: tuple[float, ...], x: Any) -> Any:
    total: Any = coefficients[-1]
    for one in reversed(coefficients[:-1]):
        total = total * x + one
    return total


def with_slope(table: Table, t: Any, salinity: dict[float, Any]) -> tuple[Any, Any]:
    """A polynomial and its derivative by temperature."""
    value, slope = None, None
    for power, row in table.items():
        raised = tuple(number * one for number, one in enumerate(row) if number)
        part, part_slope = horner(row, t), horner(raised, t) if raised else 0.0
        if power:
            part, part_slope = part * salinity[power], part_slope * salinity[power]
        value = part if value is None else value + part
        slope = part_slope if slope is None else slope + part_slope
    return value, slope


def enthalpy_slope(m: Any, sa: Any, ct: Any, p: Any) -> Any:
    """d/dT of dynamic enthalpy, J/(kg K).

    Args:
        m: the library's words.
        sa: Absolute Salinity, g/kg.
        ct: Conservative Temperature, °C.
        p: sea pressure, dbar.
    """
    salinity = {1: sa, 1.5: sa * m.sqrt(sa), 2: sa * sa}
    a0, a0t = with_slope(A0, ct, salinity)
    a1, a1t = with_slope(A1, ct, salinity)
    a2, a2t = with_slope(A2, ct, salinity)
    a3, a3t = with_slope(A3, ct, salinity)
    b0, b0t = with_slope(B0, ct, salinity)
    b1, b1t = (0.5 * one for one in with_slope(TWICE_B1, ct, salinity))
    b2, b2t = with_slope(B2, ct, salinity)

    c = b1 / b2
    ct_ = (b1t - c * b2t) / b2
    first = (a2 - 2 * a3 * c + 0.5 * a3 * p) / b2
    first_t = (a2t - 2 * (a3t * c + a3 * ct_) + 0.5 * a3t * p - first * b2t) / b2

    n = (2 * a3 * c - a2) * b0 / b2
    n_t = ((2 * (a3t * c + a3 * ct_) - a2t) * b0 + (2 * a3 * c - a2) * b0t - n * b2t) / b2
    n, n_t = a0 + n, a0t + n_t
    k = (4 * a3 * c - 2 * a2) * b1 - a3 * b0
    k_t = (4 * (a3t * c + a3 * ct_) - 2 * a2t) * b1 + (4 * a3 * c - 2 * a2) * b1t
    k_t = k_t - a3t * b0 - a3 * b0t
    k, k_t = k / b2, (k_t - k / b2 * b2t) / b2
    k, k_t = a1 + k, a1t + k_t

    q = p * (2 * b1 + b2 * p) / b0
    q_t = (p * (2 * b1t + b2t * p) - q * b0t) / b0
    root = m.sqrt(b1 * b1 - b0 * b2)
    root_t = (2 * b1 * b1t - b0t * b2 - b0 * b2t) / (2 * root)
    low, low_t = b1 - root, b1t - root_t
    high, high_t = b1 + root + b2 * p, b1t + root_t + b2t * p
    twice, twice_t = 2 * b2 * root, 2 * (b2t * root + b2 * root_t)
    w = p * twice / (low * high)
    w_t = (p * twice_t - w * (low_t * high + low * high_t)) / (low * high)

    part = (n * b2 - k * b1) / twice
    part_t = (n_t * b2 + n * b2t - k_t * b1 - k * b1t - part * twice_t) / twice
    half = 0.5 * k / b2
    half_t = (0.5 * k_t - half * b2t) / b2
    logs = half_t * m.log(1 + q) + half * q_t / (1 + q)
    logs = logs + part_t * m.log(1 + w) + part * w_t / (1 + w)
    return PASCAL * (p * first_t + logs)


def by_numpy(sa: np.ndarray, ct: np.ndarray, p: np.ndarray) -> np.ndarray:
    found: np.ndarray = enthalpy_slope(np, sa, ct, p)
    return found


def cases(sizes: Sizes) -> Iterator[Case]:
    for side in (24, sizes.shorter(100, 32)):  # 2·side²·side/2 points, pyhpc's proportions
        rng = np.random.default_rng(17)
        shape = (round(2**0.5 * side), round(2**0.5 * side), side // 2)
        sa, ct = rng.uniform(1e-2, 10, shape), rng.uniform(-12, 20, shape)
        p = rng.uniform(0, 1000, (1, 1, side // 2))
        yield of_calls(
            f"equation of state, {sa.size} points, a call",
            enthalpy_slope,
            [sa, ct, p],
            numpy=by_numpy,
            tolerance=1e-7,
        )
