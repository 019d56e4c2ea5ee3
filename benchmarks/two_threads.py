"""Two threads for everybody: what must be said before any of the libraries is loaded."""

from __future__ import annotations

import os
import sys
from pathlib import Path

THREADS = 2
COUNTS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "THALWEG_NUM_THREADS",
    "NPROC",  # the pool of XLA's processor client
)

ASLEEP_AFTER = {"OPENBLAS_THREAD_TIMEOUT": "20"}
"""The thread of NumPy's products looks for more work for 2²⁰ cycles, not 2²⁸: for the tenth of a second after
a product that it does otherwise, whoever comes next has one core less."""


def settle() -> None:
    """Keep this process, and every pool that it will start, to two threads on two cores.

    `OPENBLAS_CORETYPE` is taken away where somebody set it: it chooses NumPy's kernel, and NumPy is
    measured with the one that it chooses itself.
    """
    if "numpy" in sys.modules:
        raise RuntimeError("NumPy is loaded already, and its pool of threads with it")
    taken = os.environ.pop("OPENBLAS_CORETYPE", None)
    if taken is not None:
        print(f"OPENBLAS_CORETYPE was {taken}; it is unset for this run")
    os.environ.update(dict.fromkeys(COUNTS, str(THREADS)) | ASLEEP_AFTER)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, two_cores(os.sched_getaffinity(0)))


def two_cores(allowed: set[int]) -> set[int]:
    """The first two processors that are cores of their own, as far as the system tells."""
    found: dict[str, int] = {}
    for one in sorted(allowed):
        file = Path(f"/sys/devices/system/cpu/cpu{one}/topology/thread_siblings_list")
        found.setdefault(file.read_text() if file.exists() else str(one), one)
    chosen = [*found.values(), *sorted(allowed - set(found.values()))]
    return set(chosen[:THREADS])
