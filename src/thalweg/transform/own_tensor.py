"""How does a function get a Tensor that is its own, though others hold the same value?"""

from __future__ import annotations

from typing import Any

from thalweg.core.dispatch import publish
from thalweg.core.handle import Handle
from thalweg.core.recording import caller_site, tick
from thalweg.ops.arithmetic import identity
from thalweg.values.tensor import Tensor

__all__ = ["own_tensor"]


def own_tensor(value: Any) -> Any:
    """A Tensor of the same array that tapes tell from the one given, and follow; what has no slope as it is."""
    if not isinstance(value, Handle) or value.array.dtype.kind not in "fc":
        return value
    mine = Tensor.__new__(Tensor)
    mine.array, mine.key = value.array, tick()
    publish(identity, (value.key,), (value.array,), (), mine, caller_site())
    return mine
