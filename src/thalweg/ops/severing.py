"""Severing: the same value, and no gradient through it."""

from __future__ import annotations

import numpy as np

from thalweg.core.evidence import sample
from thalweg.core.op import elementwise
from thalweg.ops.arithmetic import unchanged

SOURCE = "definition"

stop_gradient = elementwise(
    "stop_gradient", "input", unchanged, public="stop_gradient",
    severs="stop_gradient was asked for", domain=((-3.0, 3.0),),
    samples=(sample((2, 3)), sample(np.array([1, 2], np.int32)), sample(np.array([True, False]))),
    formula="x, with no gradient",
)  # fmt: skip
