"""What a figure was measured on: machine, versions, threads, BLAS settings."""

from __future__ import annotations

import ctypes
import datetime
import importlib.metadata
import importlib.util
import os
import platform
from pathlib import Path

PACKAGES = ("numpy", "scipy", "torch", "tensorflow_cpu", "tensorflow", "jax", "autograd")
VARIABLES = ("OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS",
             "TF_NUM_INTRAOP_THREADS", "NPROC", "THALWEG_NUM_THREADS", "OPENBLAS_THREAD_TIMEOUT")  # fmt: skip


def processor() -> str:
    """The processor's name, where the system tells it."""
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def openblas_kernel() -> str:
    """Which kernel NumPy's own OpenBLAS has chosen for this processor, where NumPy came as a wheel."""
    spec = importlib.util.find_spec("numpy")
    folder = Path(spec.origin).parents[1] / "numpy.libs" if spec and spec.origin else Path()
    for file in folder.glob("libscipy_openblas64_*"):
        name = ctypes.CDLL(str(file)).scipy_openblas_get_corename64_
        name.restype = ctypes.c_char_p
        return str(name().decode())
    return "unknown"


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
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "processor": processor(),
        "numpy_kernel": openblas_kernel(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "threads": threads,
        "versions": versions(),
        "variables": {name: os.environ.get(name, "unset") for name in VARIABLES},
        "load": os.getloadavg()[0],
    }
