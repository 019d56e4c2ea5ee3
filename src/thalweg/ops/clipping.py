"""Clipping: values held within bounds, vectors held to a length."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.composite import composite
from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import Op, elementwise
from thalweg.errors import ShapeError
from thalweg.ops.comparison import equal, greater, less, less_equal, select
from thalweg.ops.creation import ones_like, zeros_like
from thalweg.ops.joining import concat
from thalweg.ops.movement import reshape
from thalweg.ops.norms import euclidean
from thalweg.ops.selection import weak

SOURCE = "definition"

ANY = (-3.0, 3.0)
BEYOND = np.array([[-2.7, 0.3, 2.4, 0.8], [2.8, -0.6, -2.3, 2.5], [0.1, -2.5, -0.9, -2.9]])
"""Either side of bounds between 1.2 and 2, and no number near them."""


def _within(x: Any, low: Any, high: Any) -> Any:
    inside = ((x >= low) & (x <= high)).astype(x.dtype)
    return np.where(np.isnan(x), x, inside)


within: Op = elementwise(
    "within", "x low high", _within, real_values=True,
    wrong=(wrong(np.ones(3), np.ones(2), np.ones(3), error=ShapeError, words="broadcast"),), severs="constant but for jumps at the bounds",
    domain=(ANY, (-2.0, -1.0), (1.0, 2.0)), samples=(sample((3, 4), (4,), ()),),
    formula="1 where low ≤ x ≤ high, 0 outside, NaN where x is NaN",
)  # fmt: skip


def _passed(g: Any, share: Any) -> Any:
    """g times a share; exactly 0 where the share is, also where g is infinite."""
    product = g * share
    return select(equal(share, 0), zeros_like(product), product)


def _only(g: Any, condition: Any) -> Any:
    return select(condition, g, zeros_like(g))


clip: Op = elementwise(
    "clip", "t clip_value_min clip_value_max",
    lambda t, low, high: np.minimum(np.maximum(t, low), high), real_values=True,
    vjp={
        "t": lambda g, t, clip_value_min, clip_value_max: _passed(
            g, within(t, clip_value_min, clip_value_max)),
        "clip_value_min": lambda g, t, clip_value_min: _only(g, less(t, clip_value_min)),
        "clip_value_max": lambda g, t, clip_value_max: _only(g, greater(t, clip_value_max)),
    },
    domain=((-0.9, 0.9), (-2.0, -1.2), (1.2, 2.0)),
    samples=(sample((3, 4), (), ()), sample(BEYOND, (4,), (3, 1)), sample(BEYOND, -1.5, 1.5)),
    special=(
        special(1.0, -1.0, 1.0, value=1.0, grad=(1.0, 0.0, 0.0)),
        special(-1.0, -1.0, 1.0, value=-1.0, grad=(1.0, 0.0, 0.0)),
        special(2.0, -1.0, 1.0, value=1.0, grad=(0.0, 0.0, 1.0)),
        special(np.nan, -1.0, 1.0, value=np.nan, grad=(np.nan, 0.0, 0.0)),
        special(np.inf, -1.0, 1.0, value=1.0, grad=(0.0, 0.0, 1.0)),
        special(-2.0, -1.0, 1.0, value=-1.0, grad=(0.0, np.inf, 0.0), cotangent=np.inf,
                why="0 times infinity would be NaN"),
        special(0.5, -1.0, 1.0, value=0.5, grad=(np.inf, 0.0, 0.0), cotangent=np.inf),
    ),
    wrong=(wrong(np.ones(3), np.ones(2), 2.0, error=ShapeError, words="broadcast"),),
    formula="min(max(t, low), high)", note="At a bound the gradient goes to t, as in TensorFlow.",
)  # fmt: skip


@composite(inputs="t")
def clip_by_value(t: Any, clip_value_min: Any, clip_value_max: Any) -> Any:
    """Values held within bounds; at a bound the gradient is 1.

    Args:
        t: any shape.
        clip_value_min: numbers, or shapes that broadcast with `t`.
        clip_value_max: likewise.

    >>> import thalweg as tw
    >>> tw.clip_by_value([-2.0, 0.5, 2.0], -1.0, 1.0).numpy()
    array([-1. ,  0.5,  1. ], dtype=float32)
    """
    return clip(t, weak(clip_value_min, t), weak(clip_value_max, t))


@composite(inputs="t")
def clip_by_norm(t: Any, clip_norm: Any, axes: Any = None) -> Any:
    """A vector longer than `clip_norm` is scaled to that length; others stay.

    Args:
        t: any shape.
        clip_norm: the greatest length.
        axes: which axes make a vector; all by default.

    >>> import thalweg as tw
    >>> tw.clip_by_norm([3.0, 4.0], 1.0).numpy()
    array([0.6, 0.8], dtype=float32)
    """
    norm = euclidean(t, axes, True)
    limit = weak(clip_norm, norm)
    within_limit = less_equal(norm, limit)  # A NaN is not, and makes all of its vector NaN.
    return select(within_limit, t, t * (limit / select(within_limit, ones_like(norm), norm)))


@composite(inputs="t_list*", public="linalg.global_norm")
def global_norm(t_list: Any) -> Any:
    """The length of several arrays taken together: √Σ‖t‖²; scaled, so that nothing overflows.

    Args:
        t_list: a list of arrays; None among them does not count.

    >>> import thalweg as tw
    >>> float(tw.linalg.global_norm([tw.constant([3.0]), tw.constant([4.0])]))
    5.0
    """
    # One vector of them all: the length of lengths would have no second derivative at an array of zeros.
    parts = [reshape(t, (-1,)) for t in t_list if t is not None]
    return euclidean(concat(parts, 0), None, False)


@composite(inputs="t_list* use_norm")
def clip_by_global_norm(t_list: Any, clip_norm: Any, use_norm: Any = None) -> Any:
    """Several arrays scaled together, so that their common length is at most `clip_norm`.

    Args:
        t_list: a list of arrays; None stays None.
        clip_norm: the greatest length.
        use_norm: their length, where it is known.

    Returns:
        `(list, length before)`. An infinite or NaN length makes all of them NaN, as in TensorFlow.

    >>> import thalweg as tw
    >>> parts, length = tw.clip_by_global_norm([tw.constant([3.0]), tw.constant([4.0])], 1.0)
    >>> float(length)
    5.0
    """
    norm = global_norm(t_list) if use_norm is None else use_norm
    limit = weak(clip_norm, norm)
    longer = greater(norm, limit)
    scale = select(longer, limit / norm, ones_like(norm)) + (norm - norm)
    return [None if t is None else t * scale for t in t_list], norm
