"""Where nothing comes in, nothing goes out: rules that mix along an axis keep the strong zero too.

The sweep gives the strong zero to rules that work element by element. Softmax and its kin mix the
elements of a row, and a row whose shares are NaN, such as one of -inf alone, would make NaN of
cotangents that are all zero: a branch that `where` did not take.
"""

from __future__ import annotations

import cmath
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.ops.comparison import select
from thalweg.ops.creation import zeros_like


def spared(g: Any, product: Any, axis: tuple[int, ...] | None = None) -> Any:
    """What a rule made of g, with zeros in place of no numbers where g is zero.

    A finite product stays, for its derivative by g is not zero.

    Args:
        g: the cotangent, or tangent, of a shape that broadcasts to the product's.
        product: what the rule made of it.
        axis: the axes along which the rule mixes: g is zero where all along them are.
    """
    found = product.array if isinstance(product, Handle) else product
    if finite(found):
        return product
    nothing = np.equal(g.array if isinstance(g, Handle) else g, 0)
    if axis is not None:
        nothing = np.logical_and.reduce(nothing, axis=axis, keepdims=True)
    lost = nothing & ~np.isfinite(found)
    return select(lost, zeros_like(product), product) if lost.any() else product


def finite(array: Any) -> bool:
    """Whether all is finite. A sum of squares that overflows says no, which costs time alone."""
    if array.ndim:
        array = array.ravel("K")  # A transposed matrix is not copied.
        array = np.vdot(array, array)
    return cmath.isfinite(array)
