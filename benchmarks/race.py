"""One case: is every rival's answer ours, and how long does each take, in turns?"""

from __future__ import annotations

import gc
import statistics
from collections.abc import Iterable
from typing import Any

import numpy as np

from benchmarks.case import PEERS, Case, Rival
from benchmarks.interleave import timing, turns

LONGEST = 300
"""Characters of a rival's own message that are kept."""


def race(case: Case, rounds: int) -> dict[str, Any]:
    """Check, then time.

    Returns:
        For each rival its seconds a step, or why it has none; and `ratio`, the best peer's median
        over ours, with the quartiles of that ratio turn by turn.
    """
    told: dict[str, Any] = {}
    ready = _ready(case, told)
    seconds = turns({name: rival.call for name, rival in ready.items()}, rounds)
    for name, rival in ready.items():
        found = [one / rival.steps for one in seconds[name].values()]
        median, low, high = timing(found)
        told[name] = {"median": median, "low": low, "high": high, "turns": len(found)}
        if rival.note():
            told[name]["note"] = rival.note()
    row: dict[str, Any] = {
        "title": case.title,
        "rivals": {name: told[name] for name in case.makers},
    }
    best = quickest(row["rivals"], (*PEERS, "SciPy"), "NumPy")
    if best and "median" in told["thalweg"]:
        row["ratio"] = _ratio(seconds, ready, best, told)
    ready.clear()
    gc.collect()
    return row


def quickest(rivals: dict[str, Any], libraries: Iterable[str], *more: str) -> str:
    """The rival with the least median; empty if none was timed.

    Args:
        rivals: what was found, by the rival's name.
        libraries: all ways of these count, "JAX, jit" as well as "JAX, fori_loop".
        more: so do these, by their full names.
    """
    wanted = tuple(libraries)
    timed = {
        name: one["median"]
        for name, one in rivals.items()
        if "median" in one and (name in more or name.partition(",")[0] in wanted)
    }
    return min(timed, key=timed.__getitem__, default="")


def _ready(case: Case, told: dict[str, Any]) -> dict[str, Rival]:
    """The rivals that gave our answer; of the others it is told what happened."""
    ready: dict[str, Rival] = {}
    ours: list[np.ndarray] | None = None
    for name, maker in case.makers.items():
        try:
            rival = maker()
            answer = as_arrays(rival.answer())
        except Exception as error:  # noqa: BLE001 # whatever a rival fails at is part of the result
            told[name] = {"failed": _short(error)}
            continue
        if ours is None:
            ours = answer
        apart = distance(answer, ours)
        if not apart <= case.tolerance:
            far = f": {apart:.1e} away" if np.isfinite(apart) else ", or of another shape"
            told[name] = {"failed": f"another answer than ours{far}"}
            continue
        ready[name] = rival
    return ready


def _ratio(
    seconds: dict[str, dict[int, float]], ready: dict[str, Rival], best: str, told: dict[str, Any]
) -> dict[str, Any]:
    """The best peer over ours: of the medians, and its quartiles over the turns that both had."""
    scale = ready["thalweg"].steps / ready[best].steps
    ours, theirs = seconds["thalweg"], seconds[best]
    each = [theirs[turn] / ours[turn] * scale for turn in theirs if turn in ours]
    low, _, high = statistics.quantiles(each, n=4, method="inclusive")
    median = told[best]["median"] / told["thalweg"]["median"]
    return {"median": median, "low": low, "high": high, "peer": best}


def as_arrays(answer: Any) -> list[np.ndarray]:
    """Tensors of any library, alone or nested in lists, as float64 arrays."""
    if isinstance(answer, list | tuple):
        return [array for one in answer for array in as_arrays(one)]
    if hasattr(answer, "detach"):
        answer = answer.detach()
    return [np.asarray(answer, np.float64)]


def distance(found: list[np.ndarray], wanted: list[np.ndarray]) -> float:
    """The largest difference, relative to the largest element of its array; infinite for other shapes."""
    if [one.shape for one in found] != [one.shape for one in wanted]:
        return float("inf")
    return max(
        float(np.max(np.abs(one - other)) / max(float(np.max(np.abs(other))), 1e-30))
        for one, other in zip(found, wanted, strict=True)
    )


def _short(error: Exception) -> str:
    first = next((line for line in str(error).splitlines() if line.strip()), "")
    return f"{type(error).__name__}: {first}"[:LONGEST]
