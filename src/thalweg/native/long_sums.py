"""Which sums are so long that they are added block by block?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from thalweg.native.kernels import Buffer, Map
from thalweg.native.loop_axes import CHAIN, chain_of, merged, views_of

__all__ = ["with_partials"]


def with_partials(buffers: list[Buffer], step: Any) -> Any:
    """The same kernel with memory for the sums of blocks, where a sum of floats becomes long."""
    if not isinstance(step, Map):
        return step
    long = [
        one.kind == "sum"
        and one.out.dtype.kind == "f"
        and math.prod([step.shape[axis] for axis in one.axes]) > CHAIN
        for one in step.reductions
    ]
    if not any(long):
        return step
    sizes, strides = merged(step.shape, [view.strides for view in views_of(step)])
    found = []
    first = len(strides) - len(long)
    for one, steps, asked in zip(step.reductions, strides[first:], long, strict=True):
        if asked and chain_of(sizes, steps) > CHAIN:
            whole = buffers[one.out.buffer]
            buffers.append(replace(whole, number=len(buffers), kind="scratch"))
            partial = replace(one.out, buffer=len(buffers) - 1)
            found.append(replace(one, partial=partial))
        else:
            found.append(one)
    return replace(step, reductions=found)
