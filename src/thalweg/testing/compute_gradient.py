"""`compute_gradient`: a function's Jacobians, by the tape and by differences, side by side."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import refuse_traces
from thalweg.core.trees import flatten, pack
from thalweg.errors import DTypeError
from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.differences import derivative
from thalweg.testing.reals import arrays_of, differentiable, reals
from thalweg.values.conversion import PLAIN, as_array
from thalweg.values.tensor import Tensor


def compute_gradient(
    f: Callable[..., Any], x: Any, delta: float | None = None
) -> tuple[tuple[Any, ...], tuple[Any, ...]]:
    """The Jacobians of a function by each of its arguments: by the tape, and by differences.

    Args:
        f: a function of as many arguments as `x` has elements; answers with a Tensor, or a nesting of
            them, whose elements then are taken one after the other.
        x: a list or tuple of floats, arrays or Tensors, or of nestings of them.
        delta: the step of central differences. By default they are extrapolated to step 0.

    Returns:
        `(theoretical, numerical)`, each a tuple with one array for each argument, of shape
        `(elements of the answer, elements of the argument)`; for a nested argument a nesting of
        arrays. A complex number counts as two, its real and its imaginary part.

    Raises:
        ValueError: `x` is no list or tuple, or `delta` no positive number.
        DTypeError: an argument that is no float.

    >>> import thalweg as tw
    >>> theoretical, numerical = tw.test.compute_gradient(lambda a: a * a, [tw.constant([1.0, 2.0])])
    >>> theoretical[0]
    array([[2., 0.],
           [0., 4.]], dtype=float32)
    >>> bool(abs(theoretical[0] - numerical[0]).max() < 1e-4)
    True

    Source of the extrapolation: Ridders, see `thalweg.testing.differences`.
    """
    refuse_traces("compute_gradient compares numbers")
    if not isinstance(x, list | tuple):
        raise ValueError(
            f"compute_gradient: x is a list or tuple of the arguments of f, not {type(x).__name__}"
        )
    arguments = tuple([_argument(one) for one in x])
    arrays = [_float(leaf, place) for place, one in enumerate(arguments) for leaf in flatten(one)]
    if delta is not None and not (delta > 0 and np.isfinite(delta)):
        raise ValueError(f"compute_gradient: delta is {delta}; a step is positive and finite")
    by_tape = _theoretical(f, arguments, arrays)
    by_steps = _numerical(f, arguments, arrays, delta)
    return _like(arguments, by_tape), _like(arguments, by_steps)


def _argument(one: Any) -> Any:
    """A list of numbers is an array, as wherever a Tensor is wanted; other nestings stay."""
    numbers = isinstance(one, list | tuple) and all(type(leaf) in PLAIN for leaf in flatten(one))
    return as_array(one) if numbers else one


def _float(leaf: Any, place: int) -> Any:
    array = leaf.array if isinstance(leaf, Handle) else as_array(leaf)
    if not differentiable(array):
        raise DTypeError(
            f"compute_gradient: argument {place} holds {array.dtype.name}, which has no gradient; give floats"
        )
    return array


def _answers(f: Callable[..., Any], arguments: tuple[Any, ...], leaves: list[Any]) -> list[Any]:
    """The floats that the function answers with, as Tensors."""
    found = flatten(f(*pack(arguments, leaves)))
    kept = [one for one in found if isinstance(one, Handle) and differentiable(one.array)]
    if len(kept) != len(found) or not kept:
        raise DTypeError("compute_gradient: f is to answer with Tensors of floats alone")
    return kept


def _theoretical(f: Callable[..., Any], arguments: tuple[Any, ...], arrays: list[Any]) -> list[Any]:
    """Row by row: the gradient of each element of the answer."""
    leaves: list[Any] = [Tensor(array) for array in arrays]
    with GradientTape(persistent=True) as tape:
        tape.watch(leaves)
        answers = _answers(f, arguments, leaves)
    models = [one.array for one in answers]
    whole = reals(models)
    rows: list[list[Any]] = [[] for _ in arrays]
    for at in range(whole.size):
        one = np.zeros_like(whole)
        one[at] = 1
        cotangents = [
            Tensor(part.astype(model.dtype)[()])
            for part, model in zip(arrays_of(one, models), models, strict=True)
        ]
        grads = tape.gradient(answers, leaves, cotangents, unconnected_gradients="zero")
        for mine, grad in zip(rows, grads, strict=True):
            mine.append(reals([grad.array]))
    return [
        np.reshape(np.array(mine, np.asarray(array).real.dtype), (whole.size, reals([array]).size))
        for mine, array in zip(rows, arrays, strict=True)
    ]


def _numerical(
    f: Callable[..., Any], arguments: tuple[Any, ...], arrays: list[Any], delta: float | None
) -> list[Any]:
    """Column by column: the answer with one element of the arguments moved either way."""

    def moved(place: int, at: int, by: float) -> Any:
        vector = reals([arrays[place]]).copy()
        vector[at] += by
        leaf = arrays_of(vector, [arrays[place]])[0].astype(arrays[place].dtype)[()]
        leaves: list[Any] = [Tensor(leaf if k == place else one) for k, one in enumerate(arrays)]
        return reals([one.array for one in _answers(f, arguments, leaves)]).astype(np.float64)

    still = [one.array for one in _answers(f, arguments, [Tensor(one) for one in arrays])]
    size = reals(still).size
    found = []
    for place, array in enumerate(arrays):
        columns = []
        for at in range(reals([array]).size):
            if delta is None:
                columns.append(derivative(lambda by, p=place, i=at: moved(p, i, by))[0])  # type: ignore[misc]  # defaults bind the loop's numbers
            else:
                columns.append((moved(place, at, delta) - moved(place, at, -delta)) / (2 * delta))
        matrix = np.stack(columns, 1) if columns else np.zeros((size, 0))
        found.append(matrix.astype(np.asarray(array).real.dtype))
    return found


def _like(arguments: tuple[Any, ...], matrices: list[Any]) -> tuple[Any, ...]:
    """One matrix for each argument, nested as the argument is."""
    packed: tuple[Any, ...] = pack(arguments, matrices)
    return packed


__all__ = ["compute_gradient"]
