"""Which programs are drawn, and which of them come out otherwise than in TensorFlow?

`python -m peers.sweep` in `tests/` prints the counts and every difference that is not listed;
`--each 40` draws so many programs for each pattern, `--composed 2000` so many of depth 1 to 6,
`--seed 7` others than usual (`--seeds 21 22` those of several), `--only gather` those patterns whose name holds the word, `--show 9`
prints so many of each pattern in full.
"""

from __future__ import annotations

import argparse
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from peers import catalogue
from peers.catalogue import arrangement, elementwise, making, matrices, reductions
from peers.compare import Fault, compare
from peers.draw import LARGEST, Draw, Refused
from peers.listed import reason_for
from peers.oracle import right
from peers.outcome import Outcome, flat, is_float, observe
from peers.program import Program, Ref
from peers.written import PROGRAMS, Written

PATTERNS = catalogue.table(elementwise, reductions, arrangement, matrices, making)
CONSTANT = {
    "floor", "round", "math.ceil", "math.rint", "math.floordiv", "@floordiv", "sign", "stop_gradient",
    "zeros_like", "ones_like", "math.imag", "math.angle", "math.zero_fraction",
}  # fmt: skip
"""Names behind which no gradient passes: in nine of ten composed programs there are none."""

EMPTY = (0, 1, 2, 3)
USUAL = (1, 2, 3, 4)


def single(name: str, count: int, seed: int, reference: Any) -> Iterator[Program]:
    """Programs of one pattern alone; of four, one has empty axes, and one is of whole numbers and halves."""
    for turn in range(count):
        own = zlib.crc32(f"{name}/{turn}/{seed}".encode())
        draw = Draw(own, reference, EMPTY if turn % 4 == 3 else USUAL, halves=turn % 4 == 2)
        try:
            target = PATTERNS[name](draw)
        except Refused:
            target = []
        yield draw.done(target)


def composed(turn: int, seed: int, reference: Any) -> Program:
    """A program of one to six patterns, each going on from the last one's float answer."""
    draw = Draw(zlib.crc32(f"composed/{turn}/{seed}".encode()), reference)
    names = sorted(set(PATTERNS) - (CONSTANT if turn % 10 else set()))
    target: Any = ()
    depth = 1 + turn % 6
    while depth:
        before = (len(draw.steps), len(draw.sources), draw.last)
        draw.used_last = False
        try:
            made = PATTERNS[draw.pick(*names)](draw)
        except Refused:
            _back_to(draw, before)
            continue
        useful = [ref for ref in flat(made) if _can_go_on(draw, ref)]
        if not useful or (draw.last is not None and not draw.used_last):
            _back_to(draw, before)
            continue
        target, draw.last, depth = made, useful[-1], depth - 1
    return draw.done(target)


def _back_to(draw: Draw, before: tuple[int, int, Any]) -> None:
    steps, sources, draw.last = before
    del draw.steps[steps:], draw.run.answers[steps:]
    del draw.sources[sources:], draw.variables[sources:], draw.run.sources[sources:]


def _can_go_on(draw: Draw, ref: Any) -> bool:
    if not isinstance(ref, Ref):
        return False
    value = draw.run.value(ref)
    if not is_float(value) or np.asarray(value).dtype != np.float64:
        return False
    array = np.asarray(value)
    return bool(array.size and np.all(np.isfinite(array)) and np.abs(array).max() < LARGEST)


def judged(
    program: Program | Written, theirs: Any, ours: Any, tally: Counter[str] | None = None
) -> list[tuple[str, Fault]]:
    """Compare in double and in single precision; `tally` counts what is compared."""
    mine, reference = observe(program, ours), observe(program, theirs)
    note(reference, tally)
    found = [("float64", f) for f in compare(reference, mine)]
    narrow = program.in_float32()
    reference, single = observe(narrow, theirs), observe(narrow, ours)
    note(reference, tally)
    faults = compare(reference, single, mine)
    if any(fault.gap is not None for fault in faults):
        moved = tuple(observe(program.shake(turn), ours) for turn in (1, 2, 3))
        faults = compare(reference, single, mine, moved)
    return found + [("float32", f) for f in faults]


def note(outcome: Outcome, tally: Counter[str] | None) -> None:
    if tally is None:
        return
    for aspect in ("values", "gradients", "products"):
        tally[aspect] += sum(part is not None for part in getattr(outcome, aspect))
    tally["refusals"] += bool(outcome.refused)


def accounted(program: Program | Written, fault: Fault, ours: Any) -> str:
    """Return the name of the listed difference that a fault is; one that an oracle denies is none."""
    row = reason_for(program, fault)
    if row is None:
        return ""
    order = "products" if fault.aspect.startswith("products") else "gradients"
    if row.checked and not right(program, ours, order):
        return ""
    return row.name


def programs(
    each: int, count: int, seed: int, only: str, reference: Any
) -> Iterator[tuple[str, Program | Written]]:
    for name in PATTERNS:
        if only in name:
            for program in single(name, each, seed, reference):
                yield name, program
    for program in PROGRAMS:
        if only in program.name:
            yield program.name, program
    for turn in range(count):
        yield "composed", composed(turn, seed, reference)


def main() -> None:
    import tensorflow

    import thalweg

    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("--each", type=int, default=40)
    ask.add_argument("--composed", type=int, default=2000)
    ask.add_argument("--seeds", "--seed", type=int, nargs="+", default=[1])
    ask.add_argument("--only", default="")
    ask.add_argument("--show", type=int, default=3)
    given = ask.parse_args()
    count, tally, listed, unlisted = 0, Counter[str](), Counter[str](), Counter[str]()
    for seed in given.seeds:
        for name, program in programs(given.each, given.composed, seed, given.only, tensorflow):
            count += 1
            for precision, fault in judged(program, tensorflow, thalweg, tally):
                reason = accounted(program, fault, thalweg)
                if reason:
                    listed[reason] += 1
                    continue
                unlisted[name] += 1
                if unlisted[name] <= given.show:
                    print(f"\n== {name}, {precision}, {fault.aspect}: {fault.text}\n{program}")
        print(f"\nafter seed {seed}: {count} programs; arrays compared: {dict(tally)}")
        print(f"listed differences: {dict(listed)}\nothers: {dict(unlisted)}", flush=True)


if __name__ == "__main__":
    main()
