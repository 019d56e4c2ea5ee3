"""How does an optimizer shorten gradients?"""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from thalweg.core.handle import Handle

__all__ = ["clipped"]


def clipped(optimizer: Any, pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Shorten gradients as the user wished.

    Args:
        optimizer: has `clipvalue`, `clipnorm` and `global_clipnorm`, of which one at most is a number.
        pairs: gradients, Tensors or arrays, and Variables.
    """
    raw = [grad.array if isinstance(grad, Handle) else np.asarray(grad) for grad, _ in pairs]
    if optimizer.clipvalue is not None:
        raw = [np.clip(g, -optimizer.clipvalue, optimizer.clipvalue) for g in raw]
    elif optimizer.clipnorm is not None:
        raw = [_shortened(g, _length(g), optimizer.clipnorm) for g in raw]
    elif optimizer.global_clipnorm is not None:
        length = sqrt(sum(_length(g) ** 2 for g in raw))
        raw = [_shortened(g, length, optimizer.global_clipnorm) for g in raw]
    return [(g, variable) for g, (_, variable) in zip(raw, pairs, strict=True)]


def _length(grad: Any) -> float:
    return float(np.linalg.norm(np.ravel(grad)))


def _shortened(grad: Any, length: float, limit: float) -> Any:
    return grad * (limit / length) if length > limit else grad
