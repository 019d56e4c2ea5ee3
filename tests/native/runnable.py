"""Which machines can this processor be made to be?"""

from __future__ import annotations

import numpy as np

from thalweg.native.machine import MACHINES, machine

DTYPES = [np.dtype(np.float32), np.dtype(np.float64)]


def _runs(name: str) -> bool:
    try:
        machine(name)
    except ValueError:
        return False
    return True


RUNNABLE = [name for name in MACHINES if _runs(name)]
