"""Which groups of cases are measured against the peers, and how is one run, printed and written down?"""

from __future__ import annotations

import importlib
from typing import Any

from benchmarks.case import FILES, Sizes, missing
from benchmarks.race import race
from benchmarks.seconds import digits, written

GROUPS = {
    "steps": "small_steps",
    "network": "network",
    "regression": "regression",
    "leaves": "many_leaves",
    "rosenbrock": "rosenbrock",
    "solvers": "solvers",
    "elementwise": "elementwise",
    "matrices": "matrices",
    "ocean": "ocean",
    "gradbench": "gradbench",
}
ROUNDS = 11
QUICK_ROUNDS = 3


def run(group: str, quick: bool) -> list[dict[str, Any]]:
    """Race every case of a group; prints each as it ends, returns what goes into the JSON."""
    for name in FILES:
        if missing(name):
            print(f"{name} takes no part: {missing(name)}")
    module = importlib.import_module(f"benchmarks.{GROUPS[group]}")
    rows = []
    for case in module.cases(Sizes(quick)):
        row = {"group": group, **race(case, QUICK_ROUNDS if quick else ROUNDS)}
        print("\n".join(["", *lines(row)]), flush=True)
        rows.append(row)
    return rows


def lines(row: dict[str, Any]) -> list[str]:
    """A row for the terminal: every rival's median and quartiles, and the ratio at the end."""
    found = [row["title"]]
    for name, one in row["rivals"].items():
        if "failed" in one:
            found.append(f"  {name:24s} {one['failed']}")
            continue
        middle, low, high = (written(one[key]) for key in ("median", "low", "high"))
        found.append(
            f"  {name:24s} {middle:>9s}  ({low} to {high})  {one.get('note', '')}".rstrip()
        )
    if "ratio" in row:
        ratio = row["ratio"]
        middle, low, high = (digits(ratio[key]) for key in ("median", "low", "high"))
        found.append(f"  {ratio['peer']} / thalweg = {middle}  ({low} to {high})")
    return found
