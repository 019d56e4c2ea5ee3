"""Convolving: one row of numbers drawn over another."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import sample, wrong
from thalweg.core.op import Op
from thalweg.errors import ShapeError
from thalweg.ops.indexing import getitem
from thalweg.ops.movement import flipped

SOURCE = "definition; linear in each operand"


def _pulled(g: Any, other: Any, size: int) -> Any:
    """∂/∂aᵢ is Σⱼ gᵢ₊ⱼ·vⱼ: the cotangent drawn over the other row the other way round."""
    first = other.shape[0] - 1
    return getitem(convolution(g, flipped(other, 0)), slice(first, first + size))


convolution = Op(
    "convolution", "a v", np.convolve, multilinear="a v",
    vjp={
        "a": lambda g, a_shape, v: _pulled(g, v, a_shape[0]),
        "v": lambda g, a, v_shape: _pulled(g, a, v_shape[0]),
    },
    samples=(sample((5,), (3,)), sample((2,), (4,)), sample((1,), (1,))),
    wrong=(wrong(np.ones((2, 2)), np.ones(2), error=ShapeError, words="convolution"),),
    formula="Σᵢ aᵢ·vₖ₋ᵢ, at every k where the rows overlap",
)  # fmt: skip
"""The full convolution of two rows."""
