"""The cumulative log-sum-exp: log Σ eˣ up to each place, and its derivatives without overflow.

Rules use differences from the greatest element so far alone, whose exponentials are at most 1.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.core.composite import composite
from thalweg.core.evidence import DO_NOT_FIT, NO_TEXT, sample, special, wrong
from thalweg.core.op import elementwise, row
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.creation import zeros_like
from thalweg.ops.cumulative import recurrence
from thalweg.ops.dead_branch import spared
from thalweg.ops.exponential import exp, multiply_no_nan
from thalweg.ops.indexing import getitem
from thalweg.ops.joining import concat
from thalweg.ops.movement import flipped

SOURCE = "definition; scaled as in Blanchard, Higham & Higham 2021, doi:10.1093/imanum/draa038"

ANY = ((-3.0, 3.0),)


def _gap(a: Any, b: Any) -> Any:
    with np.errstate(invalid="ignore"):
        return np.where((a == b) & np.isinf(a), np.result_type(a, b).type(0), a - b)[()]


gap = elementwise(
    "gap", "a b", _gap, vjp={"a": lambda g: g, "b": lambda g: -g}, linear="a b", bounded=True,
    domain=ANY * 2, formula="a - b, and 0 between equal infinities", wrong=DO_NOT_FIT, real_values=True,
    special=(
        special(-np.inf, -np.inf, value=0.0, grad=(1.0, -1.0)),
        special(-np.inf, 2.0, value=-np.inf, grad=(1.0, -1.0)),
        special(np.inf, np.inf, value=0.0),
        special(np.nan, 1.0, value=np.nan),
    ),
)  # fmt: skip
no_sum = elementwise(
    "no_sum", "x", lambda x: np.where(np.isinf(x), x.dtype.type(np.nan), x.dtype.type(1))[()],
    severs="it tells places apart", domain=ANY, real_values=True, formula="NaN where x is infinite, else 1", wrong=NO_TEXT,
    special=(special(-np.inf, value=np.nan), special(np.inf, value=np.nan), special(2.0, value=1.0)),
)  # fmt: skip


def _next_to(x: Any, axis: int, *, behind: bool) -> Any:
    """The elements one place on (`behind`) or back along an axis; at the end the last stays."""
    before = (slice(None),) * axis
    if behind:
        return concat(
            [getitem(x, (*before, slice(1, None))), getitem(x, (*before, slice(-1, None)))], axis
        )
    return concat([getitem(x, (*before, slice(0, 1))), getitem(x, (*before, slice(0, -1)))], axis)


@row(
    inputs="x", severs="it is subtracted and added again: the answer does not depend on it",
    samples=(sample((4,), axis=0), sample((3, 2), axis=1)), real_values=True,
    special=(special([1.0, 3.0, 2.0, np.nan], value=[1.0, 3.0, 3.0, np.nan], params={"axis": 0}),),
    wrong=(wrong(np.ones(3), error=ShapeError, words="axis", axis=1),),
    formula="max x up to each place",
)  # fmt: skip
def running_max(x: Any, axis: Any) -> Any:
    """The largest element up to each place."""
    return np.maximum.accumulate(x, axis=axis)


def _parts(x: Any, axis: int) -> tuple[Any, Any, Any, Any]:
    """The greatest so far mᵢ, exp(xᵢ - mᵢ), exp(mᵢ₋₁ - mᵢ), and their sums sᵢ = Σ exp(xⱼ - mᵢ).

    Differences from the greatest are exact where those from the sum yᵢ carry yᵢ's rounding.
    """
    top = running_max(x, axis)
    own = exp(gap(x, top))
    on = exp(gap(_next_to(top, axis, behind=False), top))
    return top, own, on, recurrence(on, own, axis)


def _rule(g: Any, x: Any, axis: int) -> Any:
    """∂/∂xⱼ is exp(xⱼ - mⱼ)·uⱼ, where uⱼ = gⱼ/sⱼ + exp(mⱼ - mⱼ₊₁)·uⱼ₊₁."""
    if not x.shape[axis]:
        return g
    top, own, _, sums = _parts(x, axis)
    on = exp(gap(top, _next_to(top, axis, behind=True)))
    given = multiply_no_nan(no_sum(top), g) / sums
    passed = flipped(recurrence(flipped(on, axis), flipped(given, axis), axis), axis)
    return spared(g, own * passed, (axis,))


def _tangent(g: Any, x: Any, axis: int) -> Any:
    """The tangent of yᵢ is vᵢ/sᵢ, where vᵢ = exp(xᵢ - mᵢ)·tᵢ + exp(mᵢ₋₁ - mᵢ)·vᵢ₋₁."""
    if not x.shape[axis]:
        return g
    top, own, on, sums = _parts(x, axis)
    return spared(g, no_sum(top) * recurrence(on, own * g, axis) / sums, (axis,))


def _params(inputs: tuple[Any, ...], params: tuple[Any, ...]) -> tuple[Any, ...]:
    return (one_axis(params[0], np.ndim(inputs[0])),)


def _symbols(x: Any, axis: int) -> Any:
    """The same in words of a graph."""
    if x.dtype.itemsize < 8:
        return np.logaddexp.accumulate(x.astype(np.float64), axis=axis).astype(x.dtype)
    sums, by = np.moveaxis(x, axis, 0), 1
    while by < len(sums):
        sums = np.concatenate([sums[:by], np.logaddexp(sums[by:], sums[:-by])], 0)
        by *= 2
    return np.moveaxis(sums, 0, axis)


@row(
    inputs="x", native=_symbols, prepare=_params, vjp={"x": _rule}, jvp={"x": _tangent}, domain=ANY, real_values=True,
    samples=(
        sample((4,), axis=0), sample((3, 5), axis=-1), sample((0, 2), axis=0), sample((1, 3), axis=0),
        sample((7, 2), axis=0),
    ),
    special=(
        special([1000.0, -1000.0, 1000.0], value=[1000.0, 1000.0, 1000.0 + np.log(2.0)],
                grad=([2.5, 0.0, 0.5],), params={"axis": 0}),
        special([-np.inf, 0.0, 0.0], value=[-np.inf, 0.0, np.log(2.0)], grad=None, params={"axis": 0}),
        special([0.0, np.nan, 0.0], value=[0.0, np.nan, np.nan], params={"axis": 0}),
        special([0.0, np.inf, 0.0], value=[0.0, np.inf, np.inf], params={"axis": 0}),
        special([-np.inf, -np.inf], value=[-np.inf, -np.inf], grad=(np.full(2, np.nan),), params={"axis": 0}),
    ),
    wrong=(
        wrong(np.ones(3), error=ShapeError, words="axis", axis=1),
        wrong(np.ones(3, int), error=DTypeError, words="floats", axis=0),
    ),
    formula="yᵢ = log Σⱼ≤ᵢ exp xⱼ",
    note="Where all elements so far are -∞ the sum is -∞, and where it is infinite its gradient is NaN; an element -∞ has no "
         "share in a later sum.",
)  # fmt: skip
def running_logsumexp(x: Any, axis: Any) -> Any:
    """log Σ exp(x) of all elements up to each place."""
    if x.dtype.kind != "f":
        raise TypeError(f"cumulative_logsumexp takes floats, not {x.dtype.name}")
    if x.dtype.itemsize < 8:
        return np.logaddexp.accumulate(x.astype(np.float64), axis=axis).astype(x.dtype)
    return _joined(x, axis)


def _joined(x: Any, axis: int) -> Any:
    """Stretches of 1, 2, 4, … places are joined, so that roundings pile up log₂ n high and not n."""
    sums = np.array(np.moveaxis(x, axis, 0))
    by = 1
    while by < len(sums):
        sums[by:] = np.logaddexp(sums[by:], sums[:-by])
        by *= 2
    return np.moveaxis(sums, 0, axis)


@composite(inputs="x", public="math.cumulative_logsumexp")
def cumulative_logsumexp(
    x: Any, axis: Any = 0, exclusive: Any = False, reverse: Any = False
) -> Any:
    """log Σ exp(x) of all elements up to each place.

    Args:
        x: floats, at least one axis.
        axis: along which.
        exclusive: whether the element at the place itself is left out; the first sum then is -∞.
        reverse: whether to go from the end.

    >>> import thalweg as tw
    >>> tw.math.cumulative_logsumexp([1000.0, 1000.0]).numpy()
    array([1000.    , 1000.6931], dtype=float32)
    """
    axis = one_axis(axis, len(x.shape))
    turned = flipped(x, axis) if static(reverse) else x
    sums = running_logsumexp(turned, axis)
    if static(exclusive) and x.shape[axis]:
        before = (slice(None),) * axis
        nothing = zeros_like(getitem(sums, (*before, slice(0, 1)))) - float("inf")
        sums = concat([nothing, getitem(sums, (*before, slice(0, -1)))], axis)
    return flipped(sums, axis) if static(reverse) else sums
