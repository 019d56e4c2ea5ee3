"""Matrix products: the generated ones against NumPy's, on one thread, in a process of their own.

NumPy's library reads its number of threads and its kernel's name when it is loaded, so the process
starts with one thread and without a kernel that somebody chose.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import numpy as np

from benchmarks.environment import environment
from benchmarks.interleave import side_by_side
from thalweg.native.compiling import object_code
from thalweg.native.machine import machine
from thalweg.native.matrix_product import shares
from thalweg.native.product import Product, dense
from thalweg.native.product_call import compiled_product, product_text

ROUNDS = 21


def step_of(batch: int) -> dict[str, Product]:
    """The products of a step of a 784-128-10 perceptron."""
    rate = {"alpha": -1e-6, "accumulate": True}
    return {
        f"X·W1, batch {batch}": dense(batch, 128, 784, 32),
        f"H·W2, batch {batch}": dense(batch, 10, 128, 32),
        f"D·W2ᵀ, batch {batch}": dense(batch, 128, 10, 32, transpose_b=True),
        f"W2 -= lr·Hᵀ·D, batch {batch}": dense(128, 10, batch, 32, transpose_a=True, **rate),
        f"W1 -= lr·Xᵀ·D, batch {batch}": dense(784, 128, batch, 32, transpose_a=True, **rate),
    }


CASES = {
    "float32 128×784×128": dense(128, 128, 784, 32),
    "float64 512³": dense(512, 512, 512, 64),
    **step_of(1),
    **step_of(16),
    **step_of(128),
    **step_of(512),
    "float32 512³": dense(512, 512, 512, 32),
    "float64 512³, A transposed": dense(512, 512, 512, 64, transpose_a=True),
    "float64 512³, B transposed": dense(512, 512, 512, 64, transpose_b=True),
    **{f"float64 {n}³": dense(n, n, n, 64) for n in (4, 8, 16, 32, 64, 100, 128, 256, 1024)},
    "float32 2048³": dense(2048, 2048, 2048, 32),
    "float64 matrix·vector 1000": dense(1000, 1, 1000, 64),
    "float64 matrixᵀ·vector 1000": dense(1000, 1, 1000, 64, transpose_a=True),
    "float32 matrix·vector 100000×100": dense(100_000, 1, 100, 32),
    "float32 matrixᵀ·vector 100000×100": dense(100, 1, 100_000, 32, transpose_a=True),
}


def compile_seconds(product: Product) -> float:
    """The least processor time that a cold compilation takes, of a few."""
    seconds = []
    for _ in range(3):
        begin = time.thread_time()
        object_code(product_text(product, machine()), machine())
        seconds.append(time.thread_time() - begin)
    return min(seconds)


def measure(product: Product) -> dict[str, float]:
    """Seconds of both, their ratio, and what compiling took."""
    draw = np.random.default_rng(0)
    dtype = np.dtype(f"f{product.itemsize}")
    turned_a, turned_b = product.a[1] != 1, product.b[1] != 1
    m, n, k = product.m, product.n, product.k
    a = draw.standard_normal((k, m) if turned_a else (m, k)).astype(dtype)
    b = draw.standard_normal((n, k) if turned_b else (k, n)).astype(dtype)
    c, other = np.zeros((m, n), dtype), np.zeros((m, n), dtype)
    left, right = a.T if turned_a else a, b.T if turned_b else b
    compiled = compiled_product(product, machine())
    ((first, last),) = shares(product, machine(), 1)
    pointers = [one.ctypes.data for one in (c, a, b, compiled.workspace)]
    room = np.empty((m, n), dtype)
    rate = dtype.type(product.alpha)

    def by_numpy() -> None:
        if not product.accumulate:
            np.matmul(left, right, out=other)
            return
        np.matmul(left, right, out=room)
        np.multiply(room, rate, out=room)
        np.add(other, room, out=other)

    found = side_by_side(
        {"numpy": by_numpy, "thalweg": lambda: compiled.enter(*pointers, first, last)},
        rounds=ROUNDS if m * n * k < 1 << 28 else 5,
        clock=time.thread_time,
    )
    ours, theirs = found["thalweg"], found["numpy"]
    return {
        "thalweg": ours.median,
        "thalweg low": ours.low,
        "thalweg high": ours.high,
        "numpy": theirs.median,
        "numpy low": theirs.low,
        "numpy high": theirs.high,
        "ratio": theirs.median / ours.median,
        "gflops": 2e-9 * m * n * k / ours.median,
        "compile": compile_seconds(product),
    }


def products() -> dict[str, object]:
    """Measure in a process with one thread; prints as it goes and returns everything."""
    quiet = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    quiet |= {"OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "benchmarks.products"]
    found: dict[str, object] = {}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=quiet) as process:
        for line in process.stdout or ():
            name, values = json.loads(line)
            found[name] = values
            if name == "environment":
                print(json.dumps(values, indent=2))
                continue
            print(
                f"  {name:34s} thalweg {values['thalweg'] * 1e6:10.2f} µs"
                f"   numpy {values['numpy'] * 1e6:10.2f} µs   numpy / thalweg = {values['ratio']:5.2f}"
                f"   {values['gflops']:6.1f} GFLOP/s   compiled in {values['compile'] * 1e3:4.1f} ms"
            )
    if process.returncode:
        sys.exit(f"the products' process ended with {process.returncode}")
    return found


def main() -> None:
    """Print a line of JSON for each case."""
    print(json.dumps(["environment", environment(1)]), flush=True)
    for name, product in CASES.items():
        print(json.dumps([name, measure(product)]), flush=True)


if __name__ == "__main__":
    main()
