"""The run: every mistake is planted, judged and counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mutation.explained import reasons
from mutation.judging import remembered_differences, verdict
from mutation.machinery import mistakes_in_machinery
from mutation.named_tests import Named, in_a_session
from mutation.planting import Mistake, as_it_stands, mistakes_in_helpers, mistakes_of
from thalweg.core.op import TABLE

FOUND, NONE, EXPLAINED, SURVIVED = "found", "no mistake", "explained", "survived"


@dataclass(frozen=True)
class Outcome:
    """What became of one mistake: found, no mistake (proved), explained, or survived."""

    mistake: Mistake
    what: str
    words: str


@dataclass
class Run:
    """All outcomes; the rows that fail with nothing planted; reasons that explain nothing."""

    outcomes: list[Outcome]
    failing: dict[str, str]
    stale: list[str]
    seconds: float

    def count(self, *whats: str) -> int:
        """How many outcomes are of these kinds."""
        return sum(one.what in whats for one in self.outcomes)

    @property
    def score(self) -> float:
        """Found, of those that are mistakes; what is only explained counts as not found."""
        planted = len(self.outcomes) - self.count(NONE)
        return self.count(FOUND) / planted if planted else 1.0


def run(names: Iterable[str] = (), told: Callable[[str], None] = lambda line: None) -> Run:
    """Plant, judge and count.

    Args:
        names: of rows; by default all, and the machinery around them.
        told: is given a line for each row, and one for each mistake that nobody found.
    """
    start = time.perf_counter()
    chosen = [TABLE[name] for name in names] or [TABLE[name] for name in sorted(TABLE)]
    found: list[Outcome] = []
    written = reasons()
    failing: dict[str, str] = {}
    with remembered_differences():
        quick: dict[str, float] = {}
        for op in chosen:
            began = time.perf_counter()
            fault = verdict(as_it_stands(op))
            quick[op.name] = time.perf_counter() - began
            if fault:
                failing[op.name] = fault
                told(f"{op.name} fails with nothing planted: {fault}")
        sound = sorted(
            (op for op in chosen if op.name not in failing), key=lambda op: quick[op.name]
        )
        for op in sound:
            began = time.perf_counter()
            some = list(_judged(mistakes_of(op), told))
            found += some
            took = time.perf_counter() - began
            told(f"{op.name}: {len(some)} planted, {took:.1f} s")
        found += _judged(mistakes_in_helpers(sound), told)
        if not names:
            found += _judged(mistakes_in_machinery(set(failing)), told)
        found = _by_named_tests(found, told)
        found = [_by_other_rows(one) for one in found]
    found = [_with_reason(one, written) for one in found]
    for one in found:
        if one.what == SURVIVED:
            where, words = one.mistake.where, one.mistake.words
            told(f"  survived: {where} | {one.mistake.kind} | {words} | {one.mistake.place}")
    used = {(one.mistake.where, one.mistake.words) for one in found if one.what == EXPLAINED}
    unused = [] if names else sorted(f"{where}: {words}" for where, words in written.keys() - used)
    return Run(found, failing, unused, time.perf_counter() - start)


def _judged(mistakes: Iterable[Mistake], told: Callable[[str], None]) -> Iterator[Outcome]:
    for mistake in mistakes:
        one = _judge(mistake)
        if one.what == SURVIVED:
            told(f"  passed: {mistake.where} | {mistake.words} | {mistake.place}")
        yield one


def _judge(mistake: Mistake) -> Outcome:
    """The first judge: the test of all rows, on the first few that meet the mistake."""
    fault = _fault(mistake, mistake.rows[: mistake.first])
    if fault:
        return Outcome(mistake, FOUND, fault)
    reason = mistake.idle()
    return Outcome(mistake, NONE if reason else SURVIVED, reason)


def _fault(mistake: Mistake, names: Iterable[str]) -> str:
    for name in names:
        planted = mistake.plant(TABLE[name])
        with mistake.during():
            fault = verdict(planted)
        if fault:
            return fault
    return ""


def _by_other_rows(one: Outcome) -> Outcome:
    """The first judge again, on the rows that it left for later."""
    fault = one.what == SURVIVED and _fault(one.mistake, one.mistake.rows[one.mistake.first :])
    return Outcome(one.mistake, FOUND, fault) if fault else one


def _by_named_tests(outcomes: list[Outcome], told: Callable[[str], None]) -> list[Outcome]:
    """The second judge, for what the first let pass."""
    passed = [at for at, one in enumerate(outcomes) if one.what == SURVIVED]
    again = list(outcomes)

    def work(items: list[Any]) -> None:
        judge = Named(items)
        for at in passed:
            mistake = outcomes[at].mistake
            fault = judge.fault(mistake)
            if fault:
                again[at] = Outcome(mistake, FOUND, fault)
                told(f"  found by {fault}: {mistake.where} | {mistake.words}")

    if passed:
        in_a_session(work)
    return again


def _with_reason(one: Outcome, written: dict[tuple[str, str], str]) -> Outcome:
    because = written.get((one.mistake.where, one.mistake.words))
    if one.what == SURVIVED and because:
        return Outcome(one.mistake, EXPLAINED, because)
    return one
