"""The page about a run: how many mistakes of each kind, and every one that was not found."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

from mutation.running import EXPLAINED, FOUND, NONE, SAME, SURVIVED, Outcome, Run

PAGE = Path(__file__).parents[2] / "docs" / "mutation.md"

HEAD = """\
# Planted mistakes

Would the tests notice a wrong gradient rule? This page is what came of trying: mistakes are planted in
every rule of the op table, in the functions that rules call, and in the sweep around them, one at a time,
and tests are run against each. `tests/mutation/` plants and judges; nothing of it knows any row by name,
so a new row is tried like the others.

    PYTHONPATH=tests python -m mutation                 # all of it, about an hour on one core
    PYTHONPATH=tests python -m mutation --only matmul   # one row
    PYTHONPATH=tests python -m mutation --write         # all of it, and this page
    PYTHONPATH=tests python -m mutation --kept FILE     # remember what was found, and go on from there
    pytest -m sweep tests/mutation                      # all of it as a test

- A mistake is **found** when the checks of `thalweg.testing.check_op`, or their complex twin, refuse a row
  that carries it, or when a test of `tests/ops`, `tests/numerics` or `tests/tape` that names the op and comes
  to the function fails with it, passes again without it, and fails with it again. A row that fails with
  nothing planted is not tried.
- **No mistake**: the planted text compiles to the same code, repeats another, or the machine shows that it
  changes nothing (a rule that answers 0 doubled, a value detached in which the rule is constant, a conjugate
  of a real slope). Of these only those that needed a run are counted, and none is in the score.
- **Same answers**: the checks let it pass, and so do as many tests that name the op as run in half a second,
  those first that found most. The row with it and the row without were asked for gradients, tangents and the
  derivatives of both on many more drawn inputs, in the forms of the row's samples, with hard points, ties,
  matrices of low rank and complex numbers among them (a mistake in the sweep, or in what many rows call: four
  rows). All answers agree, refusals included. Most of these texts say the same in another way: a short cut
  taken or not, a zero put where the sweep puts one anyway, a condition that the rest of the rule makes good,
  operands of a product exchanged. But it is a search and no proof, and a mistake that shows where nobody drew
  may be among them; therefore the score is given twice, without them and with them counted as not found.
- **Explained**: not found, with a reason in `tests/mutation/reasons.toml`. They count as not found.
"""


def page(run: Run) -> str:
    """The page's text."""
    tried = len(run.outcomes) - run.count(NONE, SAME)
    lines = [
        HEAD,
        f"**{run.count(FOUND)} of {tried} found: {run.score:.2%}.** "
        f"{run.count(EXPLAINED)} explained, {run.count(SURVIVED)} not. {run.count(SAME)} more change no "
        f"answer that was drawn; with these counted as not found it is {run.strict_score:.2%}. "
        f"{run.count(NONE)} were no mistakes. "
        f"Every rule of every row has at least {_least(run)} planted in or around it.",
        "",
        *_kinds(run),
        *_failing(run),
        *_list("Not found", run, SURVIVED),
        *_by_reason("Explained", run, EXPLAINED),
        *_list("Same answers on all that was drawn", run, SAME),
        *_by_reason("No mistake, as a run shows", run, NONE, rows_alone=True),
    ]
    return "\n".join(lines).rstrip() + "\n"


def _failing(run: Run) -> list[str]:
    """The rows that were not tried."""
    if not run.failing:
        return []
    lines = [f"- {name}: {fault}" for name, fault in run.failing.items()]
    return ["## Rows that fail with nothing planted", "", *lines, ""]


def _least(run: Run) -> int:
    """The fewest mistakes of any rule."""
    rules = Counter(
        one.mistake.where
        for one in run.outcomes
        if " rule of " in one.mistake.where and one.what not in (NONE, SAME)
    )
    return min(rules.values(), default=0)


def _kinds(run: Run) -> list[str]:
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for one in run.outcomes:
        kinds[one.mistake.kind][one.what] += 1
    lines = [
        "| kind | planted | found | explained | not found | same answers | no mistake |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for kind in sorted(kinds):
        counts = kinds[kind]
        planted = counts.total() - counts[NONE] - counts[SAME]
        cells = [planted, *[counts[what] for what in (FOUND, EXPLAINED, SURVIVED, SAME, NONE)]]
        lines.append(f"| {kind} | {' | '.join(map(str, cells))} |")
    return [*lines, ""]


def _list(title: str, run: Run, what: str) -> list[str]:
    some = [one for one in run.outcomes if one.what == what]
    if not some:
        return []
    return [f"## {title}", "", *[_line(one) for one in some], ""]


def _line(one: Outcome) -> str:
    mistake = one.mistake
    return f"- {mistake.where}, {mistake.kind}: {mistake.words} ({mistake.place})"


def _by_reason(title: str, run: Run, what: str, *, rows_alone: bool = False) -> list[str]:
    reasons: dict[str, list[Outcome]] = defaultdict(list)
    for one in run.outcomes:
        if one.what == what:
            reasons[one.words].append(one)
    lines = [f"## {title}", ""] if reasons else []
    for reason in sorted(reasons):
        lines += [f"{reason[0].upper()}{reason[1:].rstrip('.')}:", ""]
        if rows_alone:
            names = dict.fromkeys(one.mistake.where.partition(",")[0] for one in reasons[reason])
            lines += [f"- {len(reasons[reason])} in {', '.join(names)}", ""]
        else:
            lines += [*[_line(one) for one in reasons[reason]], ""]
    return lines
