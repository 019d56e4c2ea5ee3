"""`python -m benchmarks [eager overhead leastsquares start vectormath products compiled …] [--json FILE]`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np

from benchmarks import eager, least_squares, overhead
from benchmarks.environment import environment
from benchmarks.interleave import Timing, side_by_side
from benchmarks.start import starts

MICRO = 1e6
NANO = 1e9


def show(
    title: str, found: dict[str, Timing], ours: str, unit: str = "µs", scale: float = MICRO
) -> None:
    """Print one comparison: each rival's median, quartiles, and ours as a share of it."""
    print(f"\n{title}")
    for name, (median, low, high) in found.items():
        share = f"   ours / this = {found[ours].median / median:.2f}" if name != ours else ""
        print(
            f"  {name:28s} {median * scale:10.2f} {unit}  ({low * scale:.2f} to {high * scale:.2f}){share}"
        )


def run_eager(results: dict[str, object]) -> None:
    for title, make in eager.CASES.items():
        found = side_by_side(make())
        show(title, found, "thalweg")
        results[title] = found


def run_overhead(results: dict[str, object]) -> None:
    print("\nan op above NumPy's own call, µs (medians)")
    for name in overhead.pairs():
        found = side_by_side(overhead.loops(name), rounds=15)
        numpy, *rest = (found[key].median / overhead.CHAIN * MICRO for key in found)
        print(
            f"  {name:12s} numpy {numpy:5.2f}   unrecorded +{rest[0] - numpy:5.2f}   recorded +{rest[1] - numpy:5.2f}"
        )
        results[f"overhead {name}"] = {"numpy": numpy, "unrecorded": rest[0], "recorded": rest[1]}
    found = side_by_side(overhead.sweep(), rounds=15)
    above = (
        (found["forward and back"].median - found["numpy"].median) / (2 * overhead.CHAIN) * MICRO
    )
    print(f"  a chain of products forward and back: +{above:.2f} an op")
    results["overhead sweep"] = above


def run_leastsquares(results: dict[str, object]) -> None:
    found = side_by_side(
        {"numpy by hand": least_squares.by_hand(), "thalweg": least_squares.ours()}, rounds=11
    )
    show(
        f"Adam on ‖A·x - b‖², n = m = {least_squares.SIZE}, a step", found, "thalweg",
        scale=MICRO / least_squares.STEPS,
    )  # fmt: skip
    results["Adam on least squares"] = found


def run_start(results: dict[str, object]) -> None:
    print("\nstarting, seconds (medians, quartiles)")
    found = starts()
    for name, (median, low, high) in found.items():
        print(f"  {name:28s} {median:.3f}  ({low:.3f} to {high:.3f})")
    print(f"  thalweg above numpy: {found['import thalweg'][0] - found['import numpy'][0]:.3f}")
    results["start"] = found


def run_vectormath(results: dict[str, object]) -> None:
    from benchmarks.vector_math import speed

    print(
        "\nthe vector mathematics, ns an element (medians), one thread; one and two vectors at once"
    )
    for name in speed.FUNCTIONS:
        for dtype in map(np.dtype, ("float32", "float64")):
            found = speed.compared(name, dtype)
            numpy, one, two = (timing.median * NANO for timing in found.values())
            print(
                f"  {name:10s} {dtype.name}  numpy {numpy:7.3f}  ours {one:7.3f} {two:7.3f}"
                f"  numpy / ours = {numpy / min(one, two):.1f}"
            )
            results[f"vectormath {name} {dtype.name}"] = found


def run_products(results: dict[str, object]) -> None:
    from benchmarks.products import products

    print("\nmatrix products on one thread (medians)")
    results["products"] = products()


def run_compiled(results: dict[str, object]) -> None:
    from benchmarks.compiled import CASES

    for title, make in CASES.items():
        calls, steps = make()
        found = side_by_side(calls, rounds=11)
        scale = NANO / steps
        show(f"{title}, a step", found, "thalweg", "ns", scale)
        results[title] = {name: timing.median / steps for name, timing in found.items()}


RUNS = {
    "compiled": run_compiled,
    "eager": run_eager,
    "overhead": run_overhead,
    "leastsquares": run_leastsquares,
    "start": run_start,
    "vectormath": run_vectormath,
    "products": run_products,
}


def main(words: list[str]) -> None:
    """Run what was named, or everything."""
    target = None
    if "--json" in words:
        place = words.index("--json")
        target = Path(words[place + 1])
        del words[place : place + 2]
    unknown = [word for word in words if word not in RUNS]
    if unknown:
        sys.exit(f"no benchmark is called {unknown[0]}; there are {', '.join(RUNS)}")
    facts = environment(eager.THREADS)
    print(json.dumps(facts, indent=2))
    results: dict[str, object] = {"environment": facts}
    for name in words or RUNS:
        RUNS[name](results)
    if target is not None:
        target.write_text(json.dumps(results, indent=2) + "\n")


main(sys.argv[1:])
