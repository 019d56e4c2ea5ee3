"""Measurements of thalweg by itself or beside NumPy: eager calls, overhead, starting, mathematics, products."""

from __future__ import annotations

from typing import Any

import numpy as np

from benchmarks.interleave import Timing, side_by_side

MICRO = 1e6
NANO = 1e9


def show(title: str, found: dict[str, Timing], scale: float = MICRO) -> None:
    """Print one comparison: each rival's median, quartiles, and ours as a share of it."""
    print(f"\n{title}")
    for name, (median, low, high) in found.items():
        share = found["thalweg"].median / median
        print(
            f"  {name:28s} {median * scale:10.2f} µs  ({low * scale:.2f} to {high * scale:.2f})"
            + (f"   ours / this = {share:.2f}" if name != "thalweg" else "")
        )


def eager() -> dict[str, Any]:
    from benchmarks.eager import CASES

    results = {title: side_by_side(make()) for title, make in CASES.items()}
    for title, found in results.items():
        show(title, found)
    return results


def overhead() -> dict[str, Any]:
    from benchmarks.overhead import CHAIN, loops, pairs, sweep

    results: dict[str, Any] = {}
    print("\nan op above NumPy's own call, µs (medians)")
    for name in pairs():
        found = side_by_side(loops(name), rounds=15)
        numpy, *rest = (one.median / CHAIN * MICRO for one in found.values())
        print(
            f"  {name:12s} numpy {numpy:5.2f}   unrecorded +{rest[0] - numpy:5.2f}   recorded +{rest[1] - numpy:5.2f}"
        )
        results[name] = {"numpy": numpy, "unrecorded": rest[0], "recorded": rest[1]}
    found = side_by_side(sweep(), rounds=15)
    above = found["forward and back"].median - found["numpy"].median
    results["sweep"] = above / (2 * CHAIN) * MICRO
    print(f"  a chain of products forward and back: +{results['sweep']:.2f} an op")
    return results


def leastsquares() -> dict[str, Any]:
    from benchmarks.least_squares import SIZE, STEPS, by_hand, ours

    found = side_by_side({"numpy by hand": by_hand(), "thalweg": ours()}, rounds=11)
    show(f"Adam on ‖A·x - b‖², n = m = {SIZE}, a step", found, MICRO / STEPS)
    return {"a step of Adam": {name: one.median / STEPS for name, one in found.items()}}


def start() -> dict[str, Any]:
    from benchmarks.start import starts

    print("\nstarting, seconds (medians, quartiles)")
    found = starts()
    for name, (median, low, high) in found.items():
        print(f"  {name:28s} {median:.3f}  ({low:.3f} to {high:.3f})")
    print(f"  thalweg above numpy: {found['import thalweg'][0] - found['import numpy'][0]:.3f}")
    return found


def vectormath() -> dict[str, Any]:
    from benchmarks.vector_math import speed
    from thalweg.native.vector_math import FUNCTIONS

    results: dict[str, Any] = {}
    print(
        "\nthe vector mathematics, ns an element (medians), one thread; one and two vectors at once"
    )
    for name in FUNCTIONS:
        for dtype in map(np.dtype, ("float32", "float64")):
            found = speed.compared(name, dtype)
            numpy, one, two = (timing.median * NANO for timing in found.values())
            print(
                f"  {name:10s} {dtype.name}  numpy {numpy:7.3f}  ours {one:7.3f} {two:7.3f}"
                f"  numpy / ours = {numpy / min(one, two):.1f}"
            )
            results[f"{name} {dtype.name}"] = found
    return results


def products() -> dict[str, Any]:
    from benchmarks.products import products as measured

    print("\nmatrix products on one thread (medians)")
    return measured()


def compiletime() -> dict[str, Any]:
    from benchmarks.compile_time import measured

    print("\nfrom Python to machine code")
    return measured()


def chains() -> dict[str, Any]:
    from benchmarks.chains import measured

    print("\nchains of operations that wait for each other, on one number")
    return measured()


RUNS = {
    "products": products,
    "start": start,
    "eager": eager,
    "overhead": overhead,
    "leastsquares": leastsquares,
    "vectormath": vectormath,
    "compiletime": compiletime,
    "chains": chains,
}
SHOWN = ("products", "start")
"""Those in the README."""
