"""With what does a reduction begin, and how do two parts of it become one?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["COMBINED", "neutral"]

COMBINED = {"sum": "add", "product": "multiply", "max": "maximum", "min": "minimum",
            "all": "logical_and", "any": "logical_or"}  # fmt: skip
"""The primitive that brings two parts together."""


def neutral(kind: str, dtype: np.dtype[Any]) -> Any:
    """What changes nothing in a reduction."""
    if kind in ("sum", "any"):
        return 0
    if kind in ("product", "all"):
        return 1
    if dtype.kind == "b":
        return kind == "min"
    if dtype.kind == "f":
        return -math.inf if kind == "max" else math.inf
    ends = np.iinfo(dtype)
    return ends.min if kind == "max" else ends.max
