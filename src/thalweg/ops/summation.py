"""How sums are accumulated: so that long ones keep their digits, along any axis.

NumPy adds pairwise only along the axis that lies closest in memory; along every other axis it adds
one row after the other, and 2**24 ones in float32 stay 2**24 however many follow. Here a long axis
is folded: its elements are laid in slabs, the slabs added, and the sum, a 64th as long, folded again.

With ε the spacing of the dtype at 1 and n elements a sum, the error is at most
64·⌈log₆₄ n⌉·ε·Σ|x| to first order (256·ε·Σ|x| for n up to 16 million), and float16 is added in
float32 and rounded once. Folding is also the faster way where rows are short, and costs a tenth where
they are long.
"""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

SHORT = 256
"""Arrays of at most this many elements are added as NumPy does."""

FOLD = 64
"""How many slabs a long axis is laid in."""

ADD: Any = np.add.reduce
HALF = np.dtype(np.float16)
SINGLE = np.dtype(np.float32)
DOUBLE = np.dtype(np.float64)


def accumulate(x: Any, axis: tuple[int, ...], keepdims: Any) -> Any:
    """The sum along axes, float16 in float32, every other dtype as NumPy's.

    Args:
        x: an array or NumPy scalar.
        axis: axes from 0 up, each once.
        keepdims: whether summed axes stay, with size 1.
    """
    dtype = x.dtype
    if dtype is not SINGLE and dtype is not DOUBLE:
        if dtype == HALF:
            x = x.astype(SINGLE)
        elif dtype.kind not in "fc":
            return ADD(x, axis, None, None, keepdims)
    if (
        x.size <= SHORT or type(x) is not np.ndarray
    ):  # a Symbol is added in blocks by whoever runs it
        return ADD(x, axis, None, None, keepdims)
    return _long_sum(x, axis, keepdims)


def narrowed(total: Any, dtype: np.dtype[Any]) -> Any:
    """A sum in the dtype of what was added; truth values are counted in int64."""
    if total.dtype == dtype or dtype.kind == "b":
        return total
    return total.astype(dtype)


def _long_sum(x: np.ndarray, axis: tuple[int, ...], keepdims: Any) -> Any:
    shape = x.shape
    count = shape[axis[0]] if len(axis) == 1 else math.prod([shape[one] for one in axis])
    if count == x.size and x.flags.forc:
        total = ADD(x, None, None, None, keepdims)
        if keepdims or len(axis) == len(shape):
            return total
        return np.full([1 for place in range(len(shape)) if place not in axis], total)
    if count <= 2 * FOLD or _lies_together(x, axis):
        return ADD(x, axis, None, None, keepdims)
    if axis == (0,) and len(shape) == 2 and count <= FOLD * FOLD and _for_blas(x):
        total = _two_levels(x, *shape)
        return total[None] if keepdims else total
    left = [one for one in axis if shape[one] > 1]
    while left:
        closest = _closest(x)
        one = next((place for place in left if place != closest), closest)
        left.remove(one)
        x = _fold(x, one) if one != closest else np.add.reduce(x, axis=one, keepdims=True)
    if keepdims:
        return x
    return x.reshape([size for place, size in enumerate(shape) if place not in axis])[()]


def _two_levels(x: np.ndarray, rows: int, columns: int) -> np.ndarray:
    """The sum of at most 4096 rows in about 2·√rows additions an element.

    √rows slabs are added, then the rows of their sum: both by products with ones, which BLAS does in
    half the time of an addition along rows.
    """
    slabs, height, rest = _split(rows)
    head = x[: slabs * height] if rest else x
    total = _ones(slabs, x.dtype) @ head.reshape(slabs, height * columns)
    total = _ones(height, x.dtype) @ total.reshape(height, columns)
    if rest:
        total += _ones(rest, x.dtype) @ x[slabs * height :]
    return total  # type: ignore[no-any-return]  # an array, as it came


@functools.lru_cache(maxsize=256)
def _split(rows: int) -> tuple[int, int, int]:
    """Slabs, rows a slab, and rows left over: by a divisor near the root where there is one."""
    root = math.isqrt(rows)
    for slabs in range(root, max(1, root // 2), -1):
        if rows % slabs == 0:
            return slabs, rows // slabs, 0
    return root, rows // root, rows - root * (rows // root)


@functools.lru_cache(maxsize=256)
def _ones(count: int, dtype: np.dtype[Any]) -> np.ndarray:
    return np.ones(count, dtype)


def _for_blas(x: np.ndarray) -> bool:
    return x.flags.c_contiguous and (x.dtype == SINGLE or x.dtype == DOUBLE)


def _lies_together(x: np.ndarray, axis: tuple[int, ...]) -> bool:
    """Whether what is summed lies side by side in memory, so that NumPy adds it pairwise."""
    flags = x.flags
    if flags.c_contiguous:
        return min(axis) == x.ndim - len(axis)
    return bool(flags.f_contiguous) and max(axis) == len(axis) - 1


def _closest(x: np.ndarray) -> int:
    """The axis whose elements lie closest in memory: NumPy's innermost."""
    strides = [
        (abs(stride) or math.inf, -place)
        for place, (stride, size) in enumerate(zip(x.strides, x.shape, strict=True))
        if size > 1
    ]
    return -min(strides)[1] if strides else 0


def _fold(x: np.ndarray, axis: int) -> np.ndarray:
    """The sum along one axis, of size 1 afterwards."""
    lead = (slice(None),) * axis
    while x.shape[axis] > FOLD:
        size = x.shape[axis]
        rows = size // FOLD
        slabs = x[(*lead, slice(FOLD * rows))]
        folded = np.add.reduce(
            slabs.reshape(*x.shape[:axis], FOLD, rows, *x.shape[axis + 1 :]), axis=axis
        )
        if FOLD * rows < size:
            folded = np.concatenate([folded, x[(*lead, slice(FOLD * rows, None))]], axis=axis)
        x = folded
    return np.add.reduce(x, axis=axis, keepdims=True)
