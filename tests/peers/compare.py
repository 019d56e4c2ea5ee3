"""When are two outcomes of one program equal, and what is it that differs?

float64: each number within 1e-9 of the largest in its array, or of 1 where all are smaller. float32 has a
bound of its own: within 2e-5 in the same sense, or no further from the float64 answer than ten times
TensorFlow is, or than ten times what the float64 answer itself moves by when each source and each answer
on the way is put off by half a unit in float32's last place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from peers.outcome import Outcome

DOUBLE, SINGLE, HALF = 1e-9, 2e-5, 4e-3


@dataclass(frozen=True)
class Fault:
    """One thing that differs: `aspect` of TensorFlow's outcome and of ours."""

    aspect: str
    text: str
    theirs: object = None
    ours: object = None
    gap: float | None = None


def bound_of(array: np.ndarray) -> float:
    kind = array.dtype.name
    return HALF if kind == "float16" else SINGLE if kind in ("float32", "complex64") else DOUBLE


def distance(theirs: np.ndarray, ours: np.ndarray) -> float:
    """The largest difference over the largest number, or over 1; infinite where NaN or infinity stand elsewhere."""
    if theirs.size == 0:
        return 0.0
    odd = ~(np.isfinite(theirs) & np.isfinite(ours))
    same = (theirs == ours) | (np.isnan(theirs) & np.isnan(ours))
    if not np.all(same[odd]):
        return float("inf")
    finite = np.where(
        odd, 0, theirs.astype("complex128" if theirs.dtype.kind == "c" else "float64")
    )
    mine = np.where(odd, 0, ours.astype(finite.dtype))
    largest = max(float(np.abs(finite).max()), 1.0)
    return float(np.abs(finite - mine).max()) / largest


def differing(
    aspect: str,
    theirs: np.ndarray,
    ours: np.ndarray,
    exact: np.ndarray | None,
    moved: list[np.ndarray],
) -> list[Fault]:
    shown = f"{theirs!r} but {ours!r}"
    if theirs.shape != ours.shape:
        return [Fault(f"{aspect}: shape", f"{theirs.shape} but {ours.shape}", theirs, ours)]
    if theirs.dtype != ours.dtype:
        return [Fault(f"{aspect}: dtype", f"{theirs.dtype} but {ours.dtype}", theirs, ours)]
    if theirs.dtype.kind not in "fc":
        return [] if np.array_equal(theirs, ours) else [Fault(aspect, shown, theirs, ours)]
    gap = distance(theirs, ours)
    if gap <= bound_of(theirs):
        return []
    if exact is not None and exact.shape == ours.shape:
        swing = [distance(exact, m) for m in moved if m.shape == exact.shape]
        near = max(bound_of(ours), 10 * distance(exact, theirs), *(10 * s for s in swing))
        if distance(exact, ours) <= near:
            return []
    return [Fault(aspect, f"{gap:.2g} apart: {shown}", theirs, ours, gap)]


def compare(
    theirs: Outcome, ours: Outcome, exact: Outcome | None = None, moved: tuple[Outcome, ...] = ()
) -> list[Fault]:
    """Return what differs.

    Where float32 is compared, `exact` is our float64 outcome, and `moved` are what it
    becomes when the program is shaken by half a unit in float32's last place.
    """
    if theirs.refused == "values" or ours.refused == "values":
        if theirs.refused == ours.refused:
            return []
        if theirs.refused == "values":
            return [Fault("only TensorFlow refuses", theirs.said)]
        return [Fault("only thalweg refuses", ours.said)]
    faults: list[Fault] = []
    for aspect in ("values", "gradients", "products"):
        if aspect in (theirs.refused, ours.refused):
            if theirs.refused != ours.refused:
                who = "TensorFlow" if theirs.refused == aspect else "thalweg"
                faults.append(Fault(f"{aspect}: only {who} refuses", theirs.said or ours.said))
            return faults
        a, b = getattr(theirs, aspect), getattr(ours, aspect)
        best = getattr(exact, aspect) if exact is not None else [None] * len(a)
        if len(a) != len(b):
            faults.append(Fault(aspect, f"{len(a)} but {len(b)}", a, b))
            return faults
        for i, (p, q) in enumerate(zip(a, b, strict=True)):
            if aspect == "products":
                if None in (_at(theirs.gradients, i), _at(ours.gradients, i)):
                    continue  # the gradient itself is None in one of them: told above
                p, q = _none_is_zero(p, q)
            if p is None or q is None:
                if p is not q:
                    faults.append(Fault(f"{aspect}: None", f"{p!r} but {q!r}", p, q))
                continue
            others = [row[i] for m in moved if i < len(row := getattr(m, aspect))]
            known = [part for part in others if part is not None]
            faults += differing(aspect, p, q, best[i] if i < len(best) else None, known)
    return faults


def _at(gradients: list[np.ndarray | None], place: int) -> str | None:
    """None where the gradient is None whose derivative stands at a place among the products."""
    return None if gradients[place // len(gradients)] is None else "known"


def _none_is_zero(
    p: np.ndarray | None, q: np.ndarray | None
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """A second derivative that is nought everywhere may be None in one library and zeros in the other."""
    if p is None and q is not None and not np.any(q):
        return q, q
    if q is None and p is not None and not np.any(p):
        return p, p
    return p, q
