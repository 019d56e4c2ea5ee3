"""The run: every mistake is planted, judged and counted."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mutation.explained import reasons
from mutation.judging import remembered_differences, verdict
from mutation.kept import Kept
from mutation.machinery import mistakes_in_machinery
from mutation.named_tests import Named, in_a_session
from mutation.planting import Mistake, as_it_stands, mistakes_in_helpers, mistakes_of
from mutation.same_answers import same_on
from thalweg.core.op import TABLE, Op

FOUND, NONE, SAME, EXPLAINED, SURVIVED = (
    "found", "no mistake", "same answers", "explained", "survived",
)  # fmt: skip
FEW = 4
"""Rows that are asked whether a mistake changes any answer."""
SECONDS = {SURVIVED: 20.0, SAME: 0.5}
"""Of tests for one mistake, those first that found most, then the quickest."""


@dataclass(frozen=True)
class Outcome:
    """What became of one mistake.

    Found; no mistake (proved); the same answers on all inputs that were drawn for it; explained; or
    survived.
    """

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
        """Found, of those that change an answer; what is only explained counts as not found."""
        return self._share(self.count(NONE, SAME))

    @property
    def strict_score(self) -> float:
        """The same, where those that change no answer on any drawn input count as not found."""
        return self._share(self.count(NONE))

    def _share(self, none: int) -> float:
        planted = len(self.outcomes) - none
        return self.count(FOUND) / planted if planted else 1.0


Told = Callable[[str], None]


def run(
    names: Iterable[str] = (), told: Told = lambda line: None, *, kept: Path | None = None
) -> Run:
    """Plant, judge and count.

    Args:
        names: of rows; by default all, and the machinery around them.
        told: is given a line for each row, and one for each mistake that nobody found.
        kept: a file that remembers outcomes, for a run that goes on where another stopped.
    """
    start = time.perf_counter()
    chosen = [TABLE[name] for name in names] or [TABLE[name] for name in sorted(TABLE)]
    known = Kept(kept)
    with remembered_differences():
        failing, sound = _unplanted(chosen, told)
        found: list[Outcome] = []
        for op in sound:
            began = time.perf_counter()
            some = list(_judged(mistakes_of(op), known, told))
            found += some
            told(f"{op.name}: {len(some)} planted, {time.perf_counter() - began:.1f} s")
        found += _judged(mistakes_in_helpers(sound), known, told)
        if not names:
            found += _judged(mistakes_in_machinery(set(failing)), known, told)
        told(f"{len(found)} judged by the test of all rows, {time.perf_counter() - start:.0f} s")
        found = [_by_answers(one, known) for one in found]
        told(f"asked whether they change an answer, {time.perf_counter() - start:.0f} s")
        found = _by_named_tests(found, known, told)
        told(f"judged by named tests, {time.perf_counter() - start:.0f} s")
        found = [_by_other_rows(one, known) for one in found]
    found, stale = _with_reasons(found)
    for one in found:
        if one.what == SURVIVED:
            where, words = one.mistake.where, one.mistake.words
            told(f"  survived: {where} | {one.mistake.kind} | {words} | {one.mistake.place}")
            told(f"    {one.words}")
    return Run(found, failing, [] if names else stale, time.perf_counter() - start)


def _unplanted(chosen: list[Op], told: Told) -> tuple[dict[str, str], list[Op]]:
    """The rows that fail with nothing planted, and the others, the quickest first."""
    quick: dict[str, float] = {}
    failing: dict[str, str] = {}
    for op in chosen:
        began = time.perf_counter()
        fault = verdict(as_it_stands(op))
        quick[op.name] = time.perf_counter() - began
        if fault:
            failing[op.name] = fault
            told(f"{op.name} fails with nothing planted: {fault}")
    sound = [op for op in chosen if op.name not in failing]
    return failing, sorted(sound, key=lambda op: quick[op.name])


def _judged(mistakes: Iterable[Mistake], known: Kept, told: Told) -> Iterator[Outcome]:
    for mistake in mistakes:
        before = known.of(mistake)
        if before:
            yield Outcome(mistake, *before)
            continue
        passed = known.passed(mistake)
        one = Outcome(mistake, SURVIVED, "") if passed else _judge(mistake)
        if one.what == SURVIVED:
            if not passed:
                known.add_passed(mistake)
            told(f"  passed: {mistake.where} | {mistake.words} | {mistake.place}")
        else:
            known.add(mistake, one.what, one.words)
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


def _by_answers(one: Outcome, known: Kept) -> Outcome:
    """What the first judge let pass: does it change any answer on inputs that are drawn for it?"""
    if one.what != SURVIVED:
        return one
    tried, difference = same_on(one.mistake, one.mistake.rows[:FEW])
    if difference or not tried:
        return Outcome(one.mistake, SURVIVED, difference)
    words = f"on {tried} inputs"
    known.add(one.mistake, SAME, words)
    return Outcome(one.mistake, SAME, words)


def _by_other_rows(one: Outcome, known: Kept) -> Outcome:
    """The first judge again, on the rows that it left for later."""
    if one.what != SURVIVED:
        return one
    fault = _fault(one.mistake, one.mistake.rows[one.mistake.first :])
    if not fault:
        return one
    known.add(one.mistake, FOUND, fault)
    return Outcome(one.mistake, FOUND, fault)


def _by_named_tests(outcomes: list[Outcome], known: Kept, told: Told) -> list[Outcome]:
    """The second judge, for what the first let pass, whether it changed a drawn answer or not."""
    passed = [
        at
        for at, one in enumerate(outcomes)
        if one.what in (SURVIVED, SAME) and not known.asked(one.mistake)
    ]
    again = list(outcomes)

    def work(items: list[Any]) -> None:
        judge = Named(items)
        for at in passed:
            mistake = outcomes[at].mistake
            fault = judge.fault(mistake, SECONDS[outcomes[at].what])
            if fault:
                again[at] = Outcome(mistake, FOUND, fault)
                known.add(mistake, FOUND, fault)
                told(f"  found by {fault}: {mistake.where} | {mistake.words}")
            else:
                known.add_asked(mistake)

    if passed:
        in_a_session(work)
    return again


def _with_reasons(found: list[Outcome]) -> tuple[list[Outcome], list[str]]:
    """What survived, explained where a reason is written; and the reasons that explain nothing."""
    written = reasons()
    used = set()
    again = []
    for one in found:
        mistake = one.mistake
        some = [why for why in written if why.covers(mistake.where, mistake.words)]
        if one.what == SURVIVED and some:
            used.add(some[0])
            again.append(Outcome(mistake, EXPLAINED, some[0].because))
        else:
            again.append(one)
    return again, [f"{why.where}: {why.change}" for why in written if why not in used]
