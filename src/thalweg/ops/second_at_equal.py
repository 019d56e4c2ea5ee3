"""Second derivatives of functions of eigenvalues and singular values, where some of these are equal.

Of A = V·diag(λ)·Vᴴ and a function f of λ, the gradient is V·diag(f′)·Vᴴ. Along a direction G, with
P = Vᴴ·G·V, its derivative holds Pᵢⱼ·(f′ᵢ - f′ⱼ) / (λᵢ - λⱼ), and inside of a group of equal values the
limit of the quotient: f″ᵢᵢ - f″ᵢⱼ, one number a for the whole group where f is symmetric. The cotangents f′
do not hold it. But a second sweep passes through f, from f′ to λ: sent there with the eigenvalues pᵢ of
the group's part of P, less their mean, it comes back with a·pᵢ, and a·P is the answer.

What a second sweep sends and what its answer belongs to meet in the trail: zeros that go with the values,
whose cotangent is the part of P inside of the groups, and below it its size in each group. Sizes that add
up to more than the sum's size tell that directions differ, and then the answers cannot be told apart.

Singular values are the same, with the Hermitian part of P = Uᴴ·G·V. Those that are 0 make a group with
all that the vectors of the others leave over, U₀·P₀·V₀ᴴ, whatever its shape; p are its singular values, and
of an f that is even (σ², not σ) f′ is 0 there and the answer a·P₀.

A function that is not symmetric (of three equal values or more: that comes back with anything else than
a·p) has no second derivative there, and is refused. Of a pair the derivative is along G and one-sided.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import sample
from thalweg.core.handle import Handle
from thalweg.core.op import row
from thalweg.ops.creation import zeros_like
from thalweg.ops.degenerate import refuse, repeated
from thalweg.ops.equal_groups import NO_SECOND, Groups, added, even, free_part, smooth_part
from thalweg.ops.lapack import raw

SOURCE = "Lewis & Sendov 2001, Twice differentiable spectral functions"
NO_THIRD = "values are equal, and derivatives beyond the second are not determined"
STAYS = "it goes by which values of a matrix are equal"
_TWO, _NONE = np.eye(2), np.zeros(2, bool)
_TURNED = np.array([[0.6, -0.8], [0.8, 0.6]])


def some_equal(same: Any, zero: Any = None) -> bool:
    """Whether any values are equal, or 0."""
    return repeated(same) or (zero is not None and bool(np.any(zero)))


def trail_of(x: Any) -> Any:
    """The zeros that go with the values of a matrix of shape `(..., m, n)`: shape `(..., m + 1, n)`."""
    kind = x.dtype if x.dtype.kind in "fc" else np.dtype(np.float64)
    return np.zeros((*x.shape[:-2], x.shape[-2] + 1, x.shape[-1]), kind)


def _refused(g: Any, source: Any, free: Any, of: Any) -> Any:
    _refuse_third(g, free, of)
    return zeros_like(source)


def _refused_tangent(g: Any, ans: Any, free: Any, of: Any) -> Any:
    _refuse_third(g, free, of)
    return zeros_like(ans)


def _refuse_third(g: Any, free: Any, of: Any) -> None:
    # Where more is recorded, a cotangent of 0 may have a derivative that is none.
    if free == "even by 0" or (free and (isinstance(g, Handle) or np.any(g))):
        refuse(of, NO_SECOND if free == "even by 0" else NO_THIRD)


@row(
    inputs="value source", native=STAYS,
    vjp={"value": lambda g: g, "source": _refused},
    jvp={"value": lambda g: g, "source": _refused_tangent},
    samples=(sample((3,), (2, 2), free=False),), domain=((-3.0, 3.0),) * 2,
    formula="the value, as a function of a source by which no derivative is known",
    note="With `free` a derivative by the source is refused, `UndeterminedGradientError`.",
)  # fmt: skip
def as_found(value: Any, source: Any, free: Any = True, of: Any = "eigh") -> Any:
    """A value that was found from another, whose derivative by that one is refused.

    Args:
        value: the value.
        source: the other.
        free: whether there is such a derivative; "even by 0": where it is multiplied by 0, too.
        of: the function's name, for the message.
    """
    return value + 0


def _final(value: Any, sources: tuple[Any, ...], at: Groups, of: str) -> Any:
    free = some_equal(at.same, at.zero)
    for source in sources:
        value = as_found(value, source, free, of)
    return value


def _at(left: Any, right: Any, same: Any, zero: Any, falling: bool) -> Groups:
    return Groups(raw(left), raw(right), raw(same), raw(zero), falling)


def _to_weights(
    g: Any, weights: Any, tensor: Any, left: Any, right: Any, same: Any, zero: Any,
    of: Any, falling: Any,
) -> Any:  # fmt: skip
    at = _at(left, right, same, zero, falling)
    return _final(smooth_part(g, weights, at, of)[2], (g, weights, tensor), at, of)


def _to_trail(
    g: Any, weights: Any, tensor: Any, left: Any, right: Any, same: Any, zero: Any,
    of: Any, falling: Any,
) -> Any:  # fmt: skip
    at = _at(left, right, same, zero, falling)
    part, sizes, _ = smooth_part(g, weights, at, of)
    below = np.zeros((*part.shape[:-2], 1, part.shape[-1]), part.dtype)
    below[..., 0, : sizes.shape[-1]] = sizes
    return _final(np.concatenate([part, below], -2), (g, weights, tensor), at, of)


def _along_tensor(
    g: Any, ans: Any, left: Any, right: Any, same: Any, zero: Any, of: Any, falling: Any
) -> Any:
    if np.any(free_part(g, _at(left, right, same, zero, falling))[1]):
        refuse(of, NO_SECOND)
    return zeros_like(ans)


def _along_weights(
    g: Any, ans: Any, left: Any, right: Any, same: Any, zero: Any, of: Any, falling: Any
) -> Any:
    if not even(g, _at(left, right, same, zero, falling)):
        refuse(of, NO_SECOND)
    return zeros_like(ans)


@row(
    inputs="weights trail tensor left right same zero", native=STAYS, holomorphic=False,
    vjp={
        "weights": _to_weights, "trail": _to_trail, "tensor": lambda g: zeros_like(g),
        "left": None, "right": None, "same": None, "zero": None,
    },
    jvp={
        "weights": _along_weights, "trail": lambda g, ans: zeros_like(ans), "tensor": _along_tensor,
    },
    samples=(sample(np.array([1.0, 2.0]), np.zeros((3, 2)), _TURNED, _TURNED, _TURNED, _TWO > 0, _NONE),),
    formula="0, whose cotangent is the part inside of groups of equal values",
    note="Where values are equal, f″ of a symmetric function f of them is found; of any other it is refused.",
)  # fmt: skip
def inside_of_groups(
    weights: Any, trail: Any, tensor: Any, left: Any, right: Any, same: Any, zero: Any,
    of: Any = "eigh", falling: Any = False,
) -> Any:  # fmt: skip
    """Zeros, shape `(..., m, n)`: through them a second sweep finds what equal values hide."""
    return zeros_like(left @ np.swapaxes(right, -1, -2))


def _checked(g: Any, left: Any, right: Any, same: Any, zero: Any, of: Any) -> Any:
    if np.any(free_part(g, _at(left, right, same, zero, False))[1]):
        refuse(of, NO_SECOND)
    return once(g, left, right, same, zero, of)


@row(
    inputs="x left right same zero", native=STAYS, holomorphic=False,
    vjp={"x": _checked, "left": None, "right": None, "same": None, "zero": None},
    jvp={"x": lambda g: g},
    samples=(sample((2, 2), _TURNED, _TURNED, _TWO > 0, _NONE),), domain=((-3.0, 3.0),) * 5,
    formula="x, with no derivative along what tells equal values apart",
    note="Where values are equal, a derivative that tells them apart is refused.",
)  # fmt: skip
def once(x: Any, left: Any, right: Any, same: Any, zero: Any, of: Any = "eigh") -> Any:
    """A gradient made of vectors, of which a derivative along what tells equal values apart is refused."""
    return x + 0


def with_second(
    name: str, base: Any, weights: Any, of_trail: Any, trail: Any, tensor: Any, at: Groups
) -> Any:
    """The gradient of a function of values alone, with a second derivative where values are equal.

    Args:
        name: the function's, for messages.
        base: the gradient by the means of each group.
        weights: the cotangent of the values.
        of_trail: the cotangent of the trail, None where none came: then this is a first sweep.
        trail: the trail that came with the values.
        tensor: the matrix.
        at: the groups.
    """
    found = base
    if any(isinstance(one, Handle) for one in (weights, tensor, trail)):
        found = base + inside_of_groups(weights, trail, tensor, *at[:4], name, at.falling)
    if of_trail is not None:
        more = added(name, weights, of_trail, at)
        found = found + _final(more, (weights, of_trail, tensor), at, name)
    return found


def no_bend_seen(name: str, vectors: Any, way: Any, at: Groups) -> Any:
    """Vectors for tangents of values along a way.

    Equal values share their tangents. What f″ would make of their difference is lost by that, even where
    f′ is 0: a derivative of what comes out is refused if the way tells them apart.
    """
    if isinstance(vectors, Handle) and np.any(free_part(way, at)[1]):
        return as_found(raw(vectors), vectors, "even by 0", name)
    return vectors
