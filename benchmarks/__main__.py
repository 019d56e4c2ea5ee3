"""`python -m benchmarks [--quick] [--json FILE] [name …]`: measure what is named.

Against TensorFlow, PyTorch and JAX, which the extra `bench` installs: steps, network, regression,
leaves, rosenbrock, solvers, elementwise, matrices, ocean, gradbench. By itself or beside NumPy: products, start,
eager, overhead, leastsquares, vectormath, compiletime, chains. Without a name: what the README shows, which is all of the
first and of the others products and start. `--quick` shows that everything runs; its numbers mean
nothing.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

from benchmarks.two_threads import THREADS, settle


def main() -> None:
    """Run what was named."""
    settle()
    from benchmarks import alone, peers  # they load NumPy, whose pool of threads is settled now
    from benchmarks.environment import environment

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [*peers.GROUPS, *alone.RUNS]
    shown = [*peers.GROUPS, *alone.SHOWN]
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(names))
    parser.add_argument("--json", type=Path, metavar="FILE", help="write what was measured")
    parser.add_argument("--quick", action="store_true", help="small sizes, few turns")
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in names]
    if unknown:
        parser.error(f"no benchmark is called {unknown[0]}; there are {', '.join(names)}")
    facts = environment(THREADS)
    print(json.dumps(facts, indent=2, ensure_ascii=False))
    results: dict[str, Any] = {"environment": facts, "quick": given.quick, "rows": [], "alone": {}}
    begin = time.perf_counter()
    for name in given.names or shown:
        if name in peers.GROUPS:
            results["rows"] += peers.run(name, given.quick)
        else:
            results["alone"][name] = alone.RUNS[name]()
        print(f"\n{name}: {time.perf_counter() - begin:.0f} s since the start", flush=True)
        if given.json is not None:  # after each, so that an interruption loses little
            text = json.dumps(results, indent=1, ensure_ascii=False)
            given.json.write_text(text + "\n", encoding="utf-8")


main()
