"""`python -m benchmarks.vector_math [exp log …]`: look for the largest errors of all or of some functions.

What was found is written with its places; the other functions' entries stay.
"""

from __future__ import annotations

import datetime
import json
import re
import sys
from pathlib import Path

import numpy as np

from benchmarks.environment import processor
from benchmarks.vector_math.exact import wider
from benchmarks.vector_math.stated import BOUNDS
from benchmarks.vector_math.worst import worst
from thalweg.native.machine import MACHINES, machine
from thalweg.native.vector_math import FUNCTIONS

FILE = Path(__file__).with_name("measured.json")
# About how many points on the first machine; the others get a quarter of them.
COUNTS = {"float32": 1 << 26, "float64": 1 << 22}
BY_DIGITS = 50_000


def measured(name: str, dtype: np.dtype, of: str, first: bool) -> dict[str, object]:
    """One entry: units, where, and among how many points."""
    slow = wider(name, dtype) is None
    count = BY_DIGITS if slow else COUNTS[dtype.name] // (1 if first else 4)
    found = worst(name, dtype, of, count)
    place = [float(part) for part in found.place]
    return {"units": round(found.units, 3), "at": place, "points": found.count}


def runnable() -> list[str]:
    """The machines that this processor can be; avx512 adds nothing to a host that is one."""
    names = []
    for name in MACHINES:
        try:
            same = name == "avx512" and machine().vector_bits == machine(name).vector_bits
        except ValueError:
            continue
        names += [] if same else [name]
    return names


def main(words: list[str]) -> None:
    machines = runnable()
    answers: dict[str, dict[str, object]] = {}
    if words:
        answers = json.loads(FILE.read_text(encoding="utf-8"))["errors"]
    for name in words or FUNCTIONS:
        answers[name] = {}
        for dtype, bound in zip(map(np.dtype, ("float32", "float64")), BOUNDS[name], strict=True):
            own = {of: measured(name, dtype, of, of == machines[0]) for of in machines}
            answers[name][dtype.name] = own
            told = ", ".join(f"{of} {one['units']}" for of, one in own.items())
            print(f"{name:10s} {dtype.name}  {told}  (bound {bound})", flush=True)
    found = {
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "processor": processor(),
        "machines": machines,
        "errors": answers,
    }
    text = re.sub(r"\n {4,}| *\n {3}(?=[}\]])", " ", json.dumps(found, indent=1, allow_nan=False))
    FILE.write_text(text + "\n", encoding="utf-8")
    print(f"{FILE.name} is written; `python -m pages` prints it")


main(sys.argv[1:])
