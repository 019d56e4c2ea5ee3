"""Where nothing comes in, nothing goes out: rules that mix along an axis keep the strong zero too.

The sweep gives the strong zero to rules that work element by element. Softmax and its kin mix the
elements of a row, and a row whose shares are NaN, such as one of -inf alone, would make NaN of
cotangents that are all zero: a branch that `where` did not take.
"""

from __future__ import annotations

import cmath
from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special, wrong
from thalweg.core.handle import Handle
from thalweg.core.op import row
from thalweg.core.recording import STATE
from thalweg.errors import ShapeError
from thalweg.ops.comparison import select
from thalweg.ops.creation import zeros_like

LONG = 8192
"""Elements from which on BLAS may take a second thread."""


def spared(g: Any, product: Any, axis: tuple[int, ...] | None = None) -> Any:
    """What a rule made of g, with zeros in place of no numbers where g is zero.

    A finite product stays, for its derivative by g is not zero.

    Args:
        g: the cotangent, or tangent, of a shape that broadcasts to the product's.
        product: what the rule made of it.
        axis: the axes along which the rule mixes: g is zero where all along them are.
    """
    if isinstance(product, Handle):
        if STATE.here.tracer is not None:
            return select(lost(g, product, axis), zeros_like(product), product)
        found = product.array
    else:
        found = product
    if finite(found):
        return product
    nothing = np.equal(g.array if isinstance(g, Handle) else g, 0)
    if axis is not None:
        nothing = np.logical_and.reduce(nothing, axis=axis, keepdims=True)
    gone = nothing & ~np.isfinite(found)
    return select(gone, zeros_like(product), product) if gone.any() else product


@row(
    inputs="g product", severs="it answers with truth values, which carry no gradient",
    samples=(sample((3,), (3,)), sample(np.array([[0.0, 1.0]]), np.array([[np.inf, np.nan]])),
             sample(np.array([[0.0], [1.0]]), np.array([[np.nan], [np.inf]]), axis=(0,))),
    wrong=(wrong(np.ones(3), np.ones(2), error=ShapeError, words="broadcast"),),
    special=(special(0.0, np.inf, value=True), special(0.0, 2.0, value=False), special(1.0, np.nan, value=False)),
    formula="g = 0 and the product is not finite", source="definition",
)  # fmt: skip
def lost(g: Any, product: Any, axis: Any = None) -> Any:
    """Where nothing came in and no number came out; along axes, where nothing came in at all."""
    nothing = np.equal(g, 0)
    if axis is not None:
        nothing = np.logical_and.reduce(nothing, axis=axis, keepdims=True)
    return np.logical_and(nothing, np.logical_not(np.isfinite(product)))


def finite(array: Any) -> bool:
    """Whether all is finite. A sum of squares that overflows says no, which costs time alone."""
    if array.ndim and array.size > LONG:  # where BLAS would wait for a second thread
        return bool(np.isfinite(array).all())
    if array.ndim:
        array = array.ravel("K")  # A transposed matrix is not copied.
        array = np.vdot(array, array)
    return cmath.isfinite(array)
