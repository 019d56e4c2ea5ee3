"""Norms: the length of vectors and matrices, scaled so that nothing overflows on the way."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import axis_tuple, keeps_axes, static
from thalweg.core.composite import composite
from thalweg.core.evidence import NO_TEXT, sample, special
from thalweg.core.handle import Handle
from thalweg.core.op import row
from thalweg.core.recording import STATE
from thalweg.ops.arithmetic import abs, maximum, sign
from thalweg.ops.comparison import equal, greater, select
from thalweg.ops.complex_numbers import conj, imag, real
from thalweg.ops.creation import ones_like, zeros_like
from thalweg.ops.dead_branch import lost
from thalweg.ops.extremes import reduce_max, reduce_min
from thalweg.ops.movement import moved_axis, reshape
from thalweg.ops.reductions import (
    AXES,
    NO_SUCH_AXIS,
    reduce_sum,
    reduction_params,
    with_axes,
)
from thalweg.ops.singular_values import singular_values
from thalweg.ops.summation import accumulate

SOURCE = "definition"
LONG = 0.6
"""The square of a unit vector's component that is told from the others: above a half by what rounding does."""


def direction(x: Any, length: Any) -> Any:
    """x over its length, and 0 where the length is 0."""
    zero = equal(length, 0)
    unit = x / select(zero, ones_like(length), length)
    return select(zero, zeros_like(unit), unit)


def _across(g: Any, ans: Any, input_tensor: Any, axis: Any, keepdims: Any) -> Any:
    """(g - n·⟨n, g⟩) / r, what turns the unit vector n.

    Where one component is nearly the whole length, gᵢ·(1 - nᵢ²) would keep no digits of it, and Σ nⱼ² of
    the others stands in place of 1 - nᵢ². There is one such component at most.
    """
    length = euclidean(input_tensor, axis, True)
    zero = equal(length, 0)
    long = greater(_inner(ans, ans), LONG)
    if not isinstance(long, Handle) and not np.count_nonzero(long):
        across = g - ans * reduce_sum(_inner(ans, g), axis, True)
    else:
        across = _beside_the_long(g, ans, long, axis)
    turned = across / select(zero, ones_like(length), length)
    turned = select(zero, zeros_like(turned), turned)
    return select(lost(g, turned, axis), zeros_like(turned), turned)


def _beside_the_long(g: Any, ans: Any, long: Any, axis: Any) -> Any:
    """g - n·⟨n, g⟩, where one component may be nearly the whole length."""
    rest = select(long, zeros_like(ans), ans)
    part = _inner(rest, g)
    others = reduce_sum(part, axis, True)
    own = g * reduce_sum(_inner(rest, rest), axis, True) - ans * others
    if ans.dtype.kind == "c":  # a phase that turns does so whatever the others are
        own = own + 1j * ans * imag(conj(ans) * g)
    whole = others + reduce_sum(select(long, _inner(ans, g), zeros_like(part)), axis, True)
    return select(long, own, g - ans * whole)


def _inner(x: Any, y: Any) -> Any:
    return real(conj(x) * y) if x.dtype.kind == "c" or y.dtype.kind == "c" else x * y


@row(
    inputs="input_tensor", prepare=reduction_params, vjp={"input_tensor": _across},
    jvp={"input_tensor": _across}, holomorphic=False,
    native=lambda x, axis, keepdims: direction(x, _by_the_largest(x, axis, True)), domain=((0.3, 2.0),),
    samples=(sample((3,)), sample((2, 3), axis=1), sample((2, 3), axis=0), sample((), ),
             sample(np.array([[3.0 + 4.0j, -0.5 + 0.25j]]), axis=1)),
    special=(
        special([0.0, 0.0], value=[0.0, 0.0], grad=([0.0, 0.0],)),
        special([3.0, -4.0], value=[0.6, -0.8], grad=([0.224, 0.168],)),
        special([1e8, 1.0], value=[1.0, 1e-8], grad=([-1e-16 * (1 - 1e-8), 1e-8 * (1 - 1e-8)],), why="Σ of the other squares, not 1 - n²"),
        special([1e200, 1e200], value=[np.sqrt(0.5)] * 2, dtypes=("float64",)),
    ),
    formula="x / √Σ|x|² along the axes, and 0 at 0", wrong=NO_SUCH_AXIS,
)  # fmt: skip
def unit_vector(input_tensor: Any, axis: Any = None, keepdims: Any = True) -> Any:
    """x over its length along axes, and 0 where the length is 0."""
    return direction(input_tensor, euclidean.kernel(input_tensor, axis, True))


def _direction_of(x: Any, length: Any, axis: Any, keepdims: Any) -> Any:
    """The unit vector: on plain arrays by the length that is there, else by a row that turns well."""
    if isinstance(x, Handle):
        return unit_vector(x, axis, True)
    return direction(x, with_axes(length, x.shape, axis, keepdims))


def _length_rule(g: Any, ans: Any, input_tensor: Any, axis: Any, keepdims: Any) -> Any:
    g = with_axes(g, input_tensor.shape, axis, keepdims)
    product = g * _direction_of(input_tensor, ans, axis, keepdims)
    # A norm that is infinite or NaN has no direction; where nothing comes in, nothing goes out. A
    # finite product stays, for its derivative by g is the direction and not zero.
    return select(lost(g, product), zeros_like(product), product)


def _length_tangent(g: Any, ans: Any, input_tensor: Any, axis: Any, keepdims: Any) -> Any:
    unit = _direction_of(input_tensor, ans, axis, keepdims)
    part = real(conj(unit) * g) if input_tensor.dtype.kind == "c" else unit * g
    part = select(lost(g, part), zeros_like(part), part)
    return reduce_sum(part, axis, keepdims)


@row(
    inputs="input_tensor", public="math.reduce_euclidean_norm", prepare=reduction_params,
    name="reduce_euclidean_norm", vjp={"input_tensor": _length_rule},
    jvp={"input_tensor": _length_tangent}, bounded=True, holomorphic=False,
    domain=((0.3, 2.0),), samples=(*AXES, sample(np.array([[0.0, 1.0], [2.0, -1.0]]), axis=1)), wrong=NO_SUCH_AXIS,
    native=lambda x, axis, keepdims: _by_the_largest(x, axis, keepdims),
    special=(
        special([0.0, 0.0], value=0.0, grad=([0.0, 0.0],)),
        special([1e200, 1e200], value=np.sqrt(2) * 1e200, grad=([np.sqrt(0.5)] * 2,), dtypes=("float64",)),
        special([1e-200, 1e-200], value=np.sqrt(2) * 1e-200, grad=([np.sqrt(0.5)] * 2,), dtypes=("float64",)),
        special([1e30, 1e30], value=np.sqrt(2) * 1e30, grad=([np.sqrt(0.5)] * 2,)),
        special([1e-30, 1e-30], value=np.sqrt(2) * 1e-30, grad=([np.sqrt(0.5)] * 2,)),
        special([3.0, -4.0], value=5.0, grad=([0.6, -0.8],)),
        special([np.inf, 1.0], value=np.inf),
        special([np.inf, 1.0], value=np.inf, grad=([0.0, 0.0],), cotangent=0.0),
        special([np.nan, 1.0], value=np.nan, grad=([0.0, 0.0],), cotangent=0.0),
        special([np.nan, 1.0], value=np.nan, grad=([np.nan, np.nan],)),
    ),
    formula="√Σ|x|² along the axes", note="At 0 the gradient is 0. Scaled from 1e-300 to 1e300.",
)  # fmt: skip
def euclidean(input_tensor: Any, axis: Any = None, keepdims: Any = False) -> Any:
    """The Euclidean length along axes.

    Args:
        input_tensor: any shape.
        axis: a number, several, or None for all.
        keepdims: whether the reduced axes stay, with size 1.
    """
    x = np.abs(input_tensor) if input_tensor.dtype.kind == "c" else input_tensor
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    dtype = x.dtype
    if dtype == np.float16:
        x = x.astype(np.float32)
    limits = np.finfo(x.dtype)
    total = accumulate(x * x, axis, keepdims)
    safe = (total > limits.tiny / limits.eps) & (total < limits.max)
    if not np.all(safe):
        total = _scaled(x, axis, keepdims)
        return total.astype(dtype)
    return np.sqrt(total).astype(dtype, copy=False)


def _by_the_largest(x: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """The length with the largest element taken out before squaring, in whole arrays' words."""
    scale = magnitude.kernel(x, axis, True)
    small = x / scale
    root = np.sqrt(np.add.reduce(small * small, axis, keepdims=True))
    length = scale * root
    return length if keepdims else length.reshape(_without(x, axis))


def _scaled(x: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    """The length with the largest element, brought to a power of two, taken out before squaring."""
    magnitude = np.abs(x)
    largest = np.maximum.reduce(magnitude, axis=axis, keepdims=True, initial=0)
    usable = (largest > 0) & np.isfinite(largest)
    exponent = np.where(usable, np.frexp(np.where(usable, largest, 1))[1], 0)
    small = np.ldexp(x, -exponent)
    root = np.sqrt(accumulate(small * small, axis, keepdims))
    if not keepdims:
        exponent = exponent.reshape(np.shape(root))
    return np.ldexp(root, exponent)


@row(
    inputs="x", severs="a scale that the norm does not depend on", prepare=reduction_params,
    samples=(sample((2, 3), axis=1),), formula="max |x|, and 1 where it is 0 or not finite",
    wrong=NO_TEXT,
)  # fmt: skip
def magnitude(x: Any, axis: Any = None, keepdims: Any = True) -> Any:
    """The largest absolute value along axes, and 1 where it is 0 or not finite."""
    largest = np.maximum.reduce(np.abs(x), axis=axis, keepdims=keepdims, initial=0)
    good = (largest > 0) & np.isfinite(largest)
    return np.where(good, largest, largest.dtype.type(1))


def _p_parts(x: Any, p: float, axis: tuple[int, ...]) -> tuple[Any, Any, Any]:
    """A scale, where an element is nearly the whole norm, and Σ|x/scale|ᵖ.

    Such an element is the scale itself and its share 1, which does not turn with it: what it would take
    from 1 then is the sum of the others' shares. Elsewhere the scale is the largest, taken as a constant.
    """
    scale = magnitude(x, axis)
    long = _long(x, scale, p, axis) if isinstance(x, Handle) else None
    if long is not None:
        own = reduce_sum(select(long, abs(x), zeros_like(abs(x))), axis, True)
        scale = select(equal(own, 0), scale, own)
    powers = _power(x / scale, p)
    if long is not None:
        powers = select(long, ones_like(powers), powers)
    return scale, long, reduce_sum(powers, axis, True)


def _long(x: Any, scale: Any, p: float, axis: tuple[int, ...]) -> Any:
    """Which element is nearly the whole p-norm; None where it can be seen that none is."""
    written = STATE.here.tracer is not None
    x, scale = (x, scale) if written else (x.array, scale.array)
    shares = _power(x / scale, p)
    long = greater(shares, LONG * reduce_sum(shares, axis, True))
    return long if written or long.any() else None


def _power(x: Any, p: float) -> Any:
    """|x|ᵖ: an even power needs no size, whose slope at 0 would hide the higher derivatives there."""
    return real(x * conj(x)) ** (p / 2) if p % 2 == 0 else abs(x) ** p


def _p_norm(x: Any, p: float, axis: tuple[int, ...], keepdims: bool) -> Any:
    """(Σ|x|ᵖ)^(1/p), scaled, with gradient 0 at 0."""
    scale, _, total = _p_parts(x, p, axis)
    zero = equal(total, 0)
    root = select(zero, ones_like(total), total) ** (1 / p)
    length = scale * select(zero, zeros_like(root), root)
    return length if keepdims else reshape(length, _without(x, axis))


def _p_unit(x: Any, p: float, axis: tuple[int, ...]) -> Any:
    """Real x over its p-norm; the element that is nearly all of it is its sign over the root."""
    scale, long, total = _p_parts(x, p, axis)
    unit = x / scale
    if long is not None:
        unit = select(long, sign(x), unit)
    return unit / total ** (1 / p)


def _without(x: Any, axis: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(size for place, size in enumerate(x.shape) if place not in axis)


def _vector_norm(x: Any, ord: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    if ord in ("euclidean", "fro", 2, None):
        return euclidean(x, axis, keepdims)
    if ord == np.inf:
        return reduce_max(abs(x), axis, keepdims)
    if ord == -np.inf:
        return reduce_min(abs(x), axis, keepdims)
    if ord == 1:
        return reduce_sum(abs(x), axis, keepdims)
    if isinstance(ord, str) or ord <= 0:
        raise ValueError(f"norm of a vector takes ord='euclidean' or a number above 0, not {ord!r}")
    return _p_norm(x, float(ord), axis, keepdims)


def _matrix_norm(x: Any, ord: Any, axis: tuple[int, ...], keepdims: bool) -> Any:
    rows, columns = axis
    if ord in ("euclidean", "fro", None):
        return euclidean(x, axis, keepdims)
    if ord in (2, -2, "nuc"):
        values = singular_values(moved_axis(x, axis, (-2, -1)))
        found = {2: reduce_max, -2: reduce_min, "nuc": reduce_sum}[ord](values, -1)
        kept = [1 if place in axis else size for place, size in enumerate(x.shape)]
        return reshape(found, tuple(kept)) if keepdims else found
    if ord not in (1, np.inf):
        raise ValueError(
            f"norm of a matrix takes ord='euclidean', 'fro', 'nuc', 1, 2, -2 or np.inf, not {ord!r}; "
            f"for a vector norm over both axes flatten them first"
        )
    summed, taken = (rows, columns) if ord == 1 else (columns, rows)
    largest = reduce_max(reduce_sum(abs(x), summed, True), taken, True)
    return largest if keepdims else reshape(largest, _without(x, axis))


@composite(inputs="tensor", public="norm linalg.norm")
def norm(tensor: Any, ord: Any = "euclidean", axis: Any = None, keepdims: Any = None) -> Any:
    """The norm of vectors, or of matrices when two axes are named.

    Args:
        tensor: any shape.
        ord: "euclidean", 1, 2, np.inf; for vectors any number above 0; for matrices "fro" and, of
            the singular values, 2 for the largest, -2 for the least, "nuc" for their sum.
        axis: one axis for vectors, two for matrices; None for the vector of all elements.
        keepdims: whether the reduced axes stay, with size 1.

    The gradient at 0 is 0. Where the largest singular value is there more than once, it is shared.

    >>> import thalweg as tw
    >>> float(tw.norm([3.0, 4.0]))
    5.0
    """
    rank = len(tensor.shape)
    order = static(ord)
    axes = axis_tuple(axis, rank)
    if _of_matrices(axis, axes):
        return _matrix_norm(tensor, order, axes, keeps_axes(keepdims))
    if axis is not None and len(axes) > 2:
        raise ValueError(f"norm takes one axis or two, not {axis}")
    return _vector_norm(tensor, order, axes, keeps_axes(keepdims))


def _of_matrices(axis: Any, axes: tuple[int, ...]) -> bool:
    return axis is not None and len(axes) == 2


@composite(inputs="tensor", public="linalg.normalize")
def normalize(tensor: Any, ord: Any = "euclidean", axis: Any = None) -> Any:
    """A tensor over its norm, and the norm.

    Args:
        tensor: as `norm` takes them.
        ord: as `norm` takes them.
        axis: as `norm` takes them.

    Returns:
        `(tensor / norm, norm)`; the norm keeps its axes.
    """
    length, kind = norm(tensor, ord, axis, True), tensor.dtype.kind
    axes, order = axis_tuple(axis, len(tensor.shape)), static(ord)
    if not isinstance(tensor, Handle) or kind not in "fc":
        return tensor / length, length
    # These turn by what is across; a quotient would take the long element's share from 1 and lose it.
    if order in ("euclidean", "fro", None) or (order == 2 and not _of_matrices(axis, axes)):
        unit = unit_vector(tensor, axes, True)
    elif _of_matrices(axis, axes) or order == np.inf or kind == "c":
        return tensor / length, length
    else:
        unit = _p_unit(tensor, float(order), axes)
    if STATE.here.tracer is None and length.array.all():
        return unit, length
    return select(equal(length, 0), tensor / length, unit), length


@composite(inputs="x", public="math.l2_normalize nn.l2_normalize linalg.l2_normalize")
def l2_normalize(
    x: Any, axis: Any = None, epsilon: Any = 1e-12, name: Any = None, dim: Any = None
) -> Any:
    """x over its Euclidean length, which counts as at least √epsilon.

    Args:
        x: any shape.
        axis: which axes make a vector; all by default.
        epsilon: the least square of the length.
        name: accepted for TensorFlow's sake.
        dim: the older word for axis.
    """
    if axis is not None and dim is not None:
        raise ValueError("l2_normalize: axis and dim are one thing; give one of them")
    axis, least = dim if axis is None else axis, float(np.sqrt(static(epsilon)))
    if not isinstance(x, Handle):
        return x / maximum(euclidean(x, axis, True), least)
    # The unit vector turns by what is across; a quotient would take 1 - n² from 1 and n² there.
    unit = unit_vector(x, axis, True)
    if STATE.here.tracer is None and (euclidean(x.array, axis, True) > least).all():
        return unit
    length = euclidean(x, axis, True)
    return select(greater(length, least), unit, x / maximum(length, least))


@composite(inputs="t", public="nn.l2_loss")
def l2_loss(t: Any) -> Any:
    """Half the sum of the squares.

    Args:
        t: any shape.

    >>> import thalweg as tw
    >>> float(tw.nn.l2_loss([3.0, 4.0]))
    12.5
    """
    return reduce_sum(t * t) / 2
