"""Which combination of the parameters the data do not determine, in words.

A direction v with J v = 0 leaves the prediction as it is, as far as the Jacobian sees. Whether it is
a sum (`a + b`) or a product (`a*b`) that the data hold is found by going a good way along v, once
by adding and once by multiplying: the one that leaves the prediction alone is the form told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction

import numpy as np

from thalweg.fit.model import Array

__all__ = ["undetermined"]

_ZERO = 1e-7


def _sparse(basis: Array) -> Array:
    """The same space with as many zeros as elimination gives: reduced rows, `(k, p)`."""
    rows: Array = (basis / np.abs(basis).max(axis=0)).T.copy()
    for k in range(rows.shape[0]):
        rest = np.abs(rows[k:])
        at_row, column = np.unravel_index(int(np.argmax(rest)), rest.shape)
        if rest[at_row, column] <= _ZERO:
            return np.array(rows[:k])
        rows[[k, k + int(at_row)]] = rows[[k + int(at_row), k]]
        rows[k] /= rows[k, column]
        for other in range(rows.shape[0]):
            if other != k:
                rows[other] -= rows[other, column] * rows[k]
    rows[np.abs(rows) <= _ZERO] = 0.0
    return rows


def _groups(rows: Array) -> list[list[int]]:
    """Rows that share a parameter belong together: lists of row numbers."""
    groups: list[list[int]] = []
    for number in range(rows.shape[0]):
        touching = [g for g in groups if np.any((rows[g] != 0) & (rows[number] != 0))]
        merged = [number, *(member for g in touching for member in g)]
        groups = [g for g in groups if g not in touching] + [merged]
    return groups


def _number(value: float) -> str:
    nice = Fraction(value).limit_denominator(12)
    return str(nice) if abs(float(nice) - value) <= 1e-5 * abs(value) else f"{value:.4g}"


def _sum(names: Sequence[str], weights: Array) -> str:
    text = ""
    for name, weight in zip(names, weights, strict=True):
        size = _number(abs(float(weight)))
        term = name if size == "1" else f"({size})*{name}" if "/" in size else f"{size}*{name}"
        if text:
            text += f" - {term}" if weight < 0 else f" + {term}"
        else:
            text = f"-{term}" if weight < 0 else term
    return text


def _product(names: Sequence[str], powers: Array) -> str:
    over: list[str] = []
    under: list[str] = []
    for name, power in zip(names, powers, strict=True):
        size = _number(abs(float(power)))
        factor = name if size == "1" else f"{name}**({size})" if "/" in size else f"{name}**{size}"
        (over if power > 0 else under).append(factor)
    below = f"({'*'.join(under)})" if len(under) > 1 else "".join(under)
    return "*".join(over or ["1"]) + (f"/{below}" if under else "")


def _change(predict: Callable[[Array], Array], params: Array, moved: Array) -> float:
    """How much the prediction changes between two points, against its own size."""
    with np.errstate(all="ignore"):
        before, after = predict(params), predict(moved)
        size = float(np.linalg.norm(before)) or 1.0
        change = float(np.linalg.norm(after - before)) / size
    return change if np.isfinite(change) else float("inf")


def _kept(rows: Array) -> Array | None:
    """The one combination that all these directions leave alone, or None where there are several."""
    if rows.shape[1] - rows.shape[0] != 1:
        return None
    weights: Array = np.linalg.svd(rows, full_matrices=True)[2][-1]
    if np.any(np.abs(weights) < 1e-6):
        return None
    first = weights[0]
    smallest = np.abs(weights).min()
    kept: Array = weights / smallest * np.sign(first)
    return kept


def _tell(
    names: Sequence[str], params: Array, basis: Array, predict: Callable[[Array], Array]
) -> str:
    """One sentence on one group of parameters: `basis` `(k, p)` are the moves within it."""
    members = [int(j) for j in np.flatnonzero(np.any(basis != 0, axis=0))]
    own = [names[j] for j in members]
    if len(members) == basis.shape[0]:
        which = " and ".join(own)
        verb = "does" if len(own) == 1 else "do"
        return f"{which}: {verb} not change the prediction here at all"
    apart = " and ".join(own) if len(own) == 2 else ", ".join(own[:-1]) + " and " + own[-1]
    # A move of about a tenth of the parameters' size shows whether the form holds far from here.
    reach = 0.1 * (float(np.abs(params[members]).max()) or 1.0)
    added = max(_change(predict, params, params + reach * row / np.abs(row).max()) for row in basis)
    multiplied, powers = float("inf"), basis
    if np.all(params[members] != 0):
        powers = np.zeros_like(basis)
        powers[:, members] = basis[:, members] / params[members]
        powers = powers / np.abs(powers).max(axis=1, keepdims=True)
        multiplied = max(_change(predict, params, params * np.exp(0.1 * row)) for row in powers)
    # Along a ray through zero both hold, and a quotient is the simpler word for it.
    as_product = multiplied <= max(added, 1e-9)
    form, rows = (_product, powers) if as_product else (_sum, basis)
    near = "" if min(added, multiplied) < 1e-6 else ", as far as one sees from here"
    weights = _kept(rows[:, members])
    if weights is not None:
        return f"{form(own, weights)} is determined, {apart} apart are not{near}"
    moves = "; ".join(
        ("change in proportion " if form is _product else "change by ")
        + ", ".join(f"{names[j]}: {_number(float(row[j]))}" for j in members if row[j] != 0)
        for row in rows
    )
    return f"{apart} can change together without changing the prediction ({moves}){near}"


def undetermined(
    names: Sequence[str], params: Array, loose: Array, predict: Callable[[Array], Array]
) -> tuple[str, ...]:
    """Say what the data leave open.

    Args:
        names: the parameters' names.
        params: their values at the minimum, `(p,)`.
        loose: directions that leave the prediction as it is, `(p, k)`.
        predict: the model, from `(p,)` to `(n,)`.

    Returns:
        One sentence a group of parameters; empty where the data determine everything.

    >>> import numpy as np
    >>> undetermined(("a", "b"), np.array([2.0, 3.0]), np.array([[2.0], [-3.0]]),
    ...              lambda p: p[0] * p[1] * np.ones(4))
    ('a*b is determined, a and b apart are not',)
    """
    if loose.shape[1] == 0:
        return ()
    rows = _sparse(loose)
    return tuple(_tell(names, params, rows[group], predict) for group in _groups(rows))
