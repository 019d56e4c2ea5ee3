"""How long does it take until a function is machine code, and how does that grow with its length?

Seconds of the processor, since other programs may hold it meanwhile. Each measurement has a process of
its own, as a user's first call does: "first" is the first thing that it compiles.
"""

from __future__ import annotations

import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any

VARIABLE = "THALWEG_CACHE"
LENGTHS = (10, 100, 1000, 10_000)
ROUNDS = 3


def chain(count: int, shape: tuple[int, ...]) -> tuple[Callable[..., Any], list[Any]]:
    """One operation after the other on the same elements."""
    import numpy as np

    import thalweg as tw

    def function(x: Any) -> Any:
        y = x
        for turn in range(count // 2):
            y = y * x if turn % 2 else y / x
            y = y + 0.25 if turn % 3 else y - x
        return y

    return function, [tw.constant(np.full(shape, 0.5))]


def tree(count: int, shape: tuple[int, ...]) -> tuple[Callable[..., Any], list[Any]]:
    """Many terms side by side, added up pair by pair."""
    import numpy as np

    import thalweg as tw

    def function(x: Any) -> Any:
        terms = [(x + float(place)) * x / (x + 1.0) for place in range(max(count // 4, 1))]
        while len(terms) > 1:
            rest = terms[-1:] if len(terms) % 2 else []
            terms = [one + two for one, two in zip(terms[::2], terms[1::2], strict=False)] + rest
        return terms[0]

    return function, [tw.constant(np.full(shape, 0.5))]


def turns(count: int) -> tuple[Callable[..., Any], list[Any]]:
    """The gradient through a recurrence that Python writes down turn by turn, about 23 operations a turn."""
    import numpy as np

    import thalweg as tw

    rounds = max(1, count // 23)
    rows = tw.constant(np.linspace(-1, 1, rounds * 4).reshape(rounds, 4))
    weights = tw.constant(np.eye(4) / 2)

    def function(weights: Any, rows: Any) -> Any:
        with tw.GradientTape() as tape:
            tape.watch(weights)
            state = tw.zeros((1, 4), tw.float64)
            for turn in range(rounds):
                state = tw.tanh(state @ weights + rows[turn])
            loss = tw.reduce_sum(state * state)
        return tape.gradient(loss, weights)

    return function, [weights, rows]


SHAPES = {
    "chain of scalars": lambda count: chain(count, ()),
    "chain over 1000 elements": lambda count: chain(count, (1000,)),
    "tree of scalars": lambda count: tree(count, ()),
    "tree over 1000 elements": lambda count: tree(count, (1000,)),
    "gradient through turns": turns,
}


def stages(name: str, count: int) -> dict[str, float]:
    """Seconds in which a function is written down, planned, and made machine code by LLVM."""
    from thalweg.native.compiled import program_text
    from thalweg.native.compiling import load, object_code
    from thalweg.native.machine import machine
    from thalweg.transform.tracing import trace

    importlib.import_module("thalweg.native.program_code")  # reading files is not what is measured
    object_code("define void @nothing() {\n  ret void\n}\n", machine())
    function, given = SHAPES[name](count)
    seconds = {}

    def timed(stage: str, work: Callable[[], Any]) -> Any:
        begin = time.process_time()
        found = work()
        seconds[stage] = time.process_time() - begin
        return found

    found = timed("written down", lambda: trace(function, given, {}, given))[1]
    if found.obstacle is not None:
        return {"nodes": -1}
    text = timed("planned", lambda: program_text(found.graph, machine()))
    code = timed("machine code", lambda: object_code(text, machine()))
    timed("loaded", lambda: load(code, ["run"]))
    return {"nodes": len(found.graph), **seconds, "in all": sum(seconds.values())}


def network() -> dict[str, float]:
    """Seconds from the graph of a network's step, 784-128-10 with batch 128, to a loop to be called."""
    import numpy as np

    import thalweg as tw
    from thalweg.native import compiled, program
    from thalweg.native.machine import machine
    from thalweg.transform.tracing import trace

    rng = np.random.default_rng(0)
    x = tw.constant(rng.normal(size=(128, 784)).astype("f"))
    y = tw.constant(np.eye(10, dtype="f")[rng.integers(0, 10, 128)])
    sizes = ((784, 128), (128,), (128, 10), (10,))
    weights = [tw.Variable((rng.normal(size=size) / 20).astype("f")) for size in sizes]

    def step() -> Any:
        w1, b1, w2, b2 = weights
        with tw.GradientTape() as tape:
            logits = tw.nn.relu(x @ w1 + b1) @ w2 + b2
            loss = tw.reduce_mean(tw.nn.softmax_cross_entropy_with_logits(y, logits))
        for one, slope in zip(weights, tape.gradient(loss, weights), strict=True):
            one.assign_sub(0.01 * slope)
        return loss

    begin = time.process_time()
    found = trace(step, (), {}, ())[1]
    seconds = {"written down, with the first step": time.process_time() - begin}
    if found.obstacle is not None:
        raise RuntimeError(str(found.obstacle))
    begin = time.process_time()
    target = machine()
    seconds["LLVM read from disk"] = time.process_time() - begin
    real, inner = program.Program.__init__, [0.0]

    def timed(*given: Any, **named: Any) -> None:
        begin = time.process_time()
        real(*given, **named)
        inner[0] += time.process_time() - begin

    program.Program.__init__ = timed
    for title in ("first", "again"):
        inner[0], begin = 0.0, time.process_time()
        compiled.CompiledLoop(found.graph, found.states(), target, compiled.threads())
        seconds[f"{title}: in all"] = time.process_time() - begin
        seconds[f"{title}: from text to function"] = inner[0]
    return seconds


def _in_a_process(words: list[str], cache: str) -> dict[str, float]:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.compile_time", *words],
        env={**os.environ, VARIABLE: cache}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(ended.stdout)


def _best(words: list[str], cache: str) -> dict[str, float]:
    found = [_in_a_process(words, cache) for _ in range(ROUNDS)]
    return {key: min([one[key] for one in found]) for key in found[0]}


def measured() -> dict[str, Any]:
    """Everything, in a table; the least of three processes each."""
    results: dict[str, Any] = {"network": {}, "lengths": {}}
    with tempfile.TemporaryDirectory() as folder:
        kept = os.path.join(folder, "code")
        _in_a_process(["network"], kept)
        for title, cache in (("cold", "off"), ("from disk", kept)):
            found = results["network"][title] = _best(["network"], cache)
            print(f"784-128-10, batch 128, {title}, ms of the processor")
            for stage, seconds in found.items():
                print(f"  {stage:36s} {seconds * 1e3:8.1f}")
    for name in SHAPES:
        print(f"{name}, ms of the processor")
        for count in LENGTHS:
            found = results["lengths"][f"{name}, {count}"] = _best([name, str(count)], "off")
            told = "".join(
                f"  {key} {1e3 * value:.1f}" for key, value in found.items() if key != "nodes"
            )
            print(f"  {count:6d} operations, {found['nodes']:6.0f} nodes: {told}", flush=True)
    return results


if __name__ == "__main__":
    name, *rest = sys.argv[1:]
    print(json.dumps(network() if name == "network" else stages(name, int(rest[0]))))
