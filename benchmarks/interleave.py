"""Timing side by side: rivals take turns, so that what disturbs one disturbs all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

ROUNDS = 31
SLICE = 0.02


class Timing(NamedTuple):
    """Seconds a call: the median of the rounds, and the quartiles around it."""

    median: float
    low: float
    high: float


def repetitions(call: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> int:
    """How many calls make a slice of time long enough for the clock."""
    count = 1
    while True:
        begin = clock()
        for _ in range(count):
            call()
        taken = clock() - begin
        if taken > SLICE / 4:
            return max(1, round(count * SLICE / taken))
        count *= 4


def side_by_side(
    calls: Mapping[str, Callable[[], object]],
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Timing]:
    """Time rivals in turns.

    Args:
        calls: name and a call without arguments, warmed up here.
        rounds: how many turns each one has.
        clock: seconds; `time.thread_time` where one thread does all, so that others' work counts less.
    """
    counts = {}
    for name, call in calls.items():
        for _ in range(3):
            call()
        counts[name] = repetitions(call, clock)
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            count = counts[name]
            begin = clock()
            for _ in range(count):
                call()
            seconds[name].append((clock() - begin) / count)
    return {name: timing(values) for name, values in seconds.items()}


def timing(values: list[float]) -> Timing:
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(values, n=4)
    return Timing(middle, low, high)
