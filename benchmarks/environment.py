"""What a figure was measured on: machine, versions, threads, BLAS settings."""

from __future__ import annotations

import importlib.metadata
import os
import platform
from pathlib import Path

PACKAGES = ("numpy", "scipy", "torch", "tensorflow_cpu", "tensorflow", "jax", "autograd")
VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def processor() -> str:
    """The processor's name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def versions() -> dict[str, str]:
    """The versions of the packages that are installed."""
    found = {"python": platform.python_version(), "thalweg": importlib.metadata.version("thalweg")}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def environment(threads: int) -> dict[str, object]:
    """Everything that a figure depends on."""
    return {
        "processor": processor(),
        "cores": len(os.sched_getaffinity(0)),
        "threads": threads,
        "versions": versions(),
        "variables": {name: os.environ.get(name, "unset") for name in VARIABLES},
        "load": os.getloadavg()[0],
    }
