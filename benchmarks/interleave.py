"""Timing side by side: rivals take turns, so that what disturbs one disturbs all."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple

ROUNDS = 31
SLICE = 0.02
WARM = 0.5
"""Seconds after which a rival is warm, though it was not called three times."""

PATIENCE = 2.0
"""A rival has so many seconds, or the fewest turns; slow ones then sit out some rounds."""

FEWEST = 3
PAUSE = 0.002
"""Between two rivals: the first one's threads, which spin for a while, go to sleep."""


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
    found = turns(calls, rounds, clock, patience=float("inf"))
    return {name: timing(list(seconds.values())) for name, seconds in found.items()}


def turns(
    calls: Mapping[str, Callable[[], object]],
    rounds: int = ROUNDS,
    clock: Callable[[], float] = time.perf_counter,
    patience: float = PATIENCE,
) -> dict[str, dict[int, float]]:
    """Seconds a call of each rival, by the number of the round.

    Args:
        calls: as in `side_by_side`.
        rounds: how many turns a rival has, as long as it is quick.
        clock: as in `side_by_side`.
        patience: seconds for a rival's turns; one that needs longer for all rounds has fewer, spread
            evenly over them.
    """
    counts, strides = {}, {}
    for name, call in calls.items():
        turn = _warm(call, clock)
        counts[name] = 1 if turn > SLICE else repetitions(call, clock)
        turn = max(turn, SLICE)
        affordable = max(FEWEST, int(patience / turn) if turn * rounds > patience else rounds)
        strides[name] = max(1, rounds // affordable)
    seconds: dict[str, dict[int, float]] = {name: {} for name in calls}
    for number in range(rounds):
        for name, call in calls.items():
            if number % strides[name]:
                continue
            time.sleep(PAUSE)
            count = counts[name]
            begin = clock()
            for _ in range(count):
                call()
            seconds[name][number] = (clock() - begin) / count
    return seconds


def _warm(call: Callable[[], object], clock: Callable[[], float]) -> float:
    """Seconds that the last of a few calls took."""
    first = clock()
    for _ in range(3):
        begin = clock()
        call()
        if clock() - first > WARM:
            break
    return clock() - begin


def timing(values: list[float]) -> Timing:
    """Median and quartiles."""
    low, middle, high = statistics.quantiles(values, n=4, method="inclusive")
    return Timing(middle, low, high)
