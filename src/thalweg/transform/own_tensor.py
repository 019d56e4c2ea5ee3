"""How does a function get a Tensor that is its own, though others hold the same value?"""

from __future__ import annotations

from typing import Any

from thalweg.core.dispatch import publish
from thalweg.core.handle import Handle
from thalweg.core.recording import STATE, caller_site, tick
from thalweg.core.trees import flatten, is_nested, map_leaves
from thalweg.ops.arithmetic import identity
from thalweg.values.tensor import Tensor

__all__ = ["own_arguments", "own_tensor"]


def own_tensor(value: Any) -> Any:
    """A Tensor of the same array that tapes tell from the one given, and follow; what is no Tensor as it is."""
    if not isinstance(value, Handle):
        return value
    mine = Tensor.__new__(Tensor)
    mine.array, mine.key = value.array, tick()
    if STATE.here.recorders:
        publish(identity, (value.key,), (value.array,), (), mine, caller_site())
    return mine


def own_arguments(args: Any, named: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments of a function with Tensors of its own: one may come in twice, and be read outside too."""
    return tuple([_own(one) for one in args]), {name: _own(one) for name, one in named.items()}


def _own(value: Any) -> Any:
    if isinstance(value, Tensor):
        return own_tensor(value)
    if is_nested(value) and any(isinstance(leaf, Tensor) for leaf in flatten(value)):
        return map_leaves(_own, value)
    return value
