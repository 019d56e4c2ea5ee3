"""Which kernels are long enough that threads share them?"""

from __future__ import annotations

import math
from typing import Any

from thalweg.native.expression import weight_of
from thalweg.native.kernels import Kernels, Map, Products

__all__ = ["is_long", "is_long_fill", "work_to_share"]

LONG_MAP = 8192
"""Loops of so many operations on elements are shared."""

LONG_PRODUCT = 1 << 16
"""Products of so many multiplications are shared."""


def work_to_share(kernels: Kernels) -> int:
    """About how many operations on elements could be shared among threads."""
    return sum([_work(step) for step in kernels.steps if is_long(step)])


def _work(step: Any) -> int:
    if isinstance(step, Map):
        weights = [weight_of(node.op) for _, node in step.nodes]
        return math.prod(step.shape) * (1 + sum(weights) + len(step.reductions))
    if isinstance(step, Products):  # with few rows or columns, most of the time goes into reading
        touched = sum([math.prod(one.shape) for one in (step.a, step.b, step.out)])
        return max(_multiplications(step) // 4, touched)
    return 0


def _multiplications(step: Products) -> int:
    return math.prod(step.a.shape) * step.b.shape[2]


def is_long(step: Any) -> bool:
    """Whether threads share a kernel."""
    if isinstance(step, Products):
        return _multiplications(step) >= LONG_PRODUCT
    return isinstance(step, Map) and _work(step) >= LONG_MAP


def is_long_fill(size: int) -> bool:
    """Whether zeros all over so many elements are shared."""
    return size >= LONG_MAP
