"""`jvp` and `hvp`: directional derivatives, forward."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.trees import flatten, flatten_up_to, pack
from thalweg.ops.lapack import UndeterminedGradientError
from thalweg.ops.linear_combinations import add_n
from thalweg.ops.reductions import reduce_sum
from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.transform.arguments import answer_of, chosen, differentiable
from thalweg.transform.gradient import grad
from thalweg.values.conversion import as_array
from thalweg.values.tensor import Tensor


def direction(primal: Any, tangent: Any) -> Any:
    """A tangent as a Tensor of its primal's dtype."""
    if isinstance(tangent, Handle):
        return tangent
    return Tensor(np.asarray(as_array(tangent, primal.array.dtype))[()])


def along(primals: Any, tangents: Any) -> Any:
    """Tangents as Tensors, nested as the primals are.

    Raises:
        ValueError: they are nested otherwise.
    """
    leaves = flatten_up_to(primals, tangents)
    if leaves is None:
        raise ValueError("a direction is nested as the point is; theirs differ")
    return pack(primals, [direction(*pair) for pair in zip(flatten(primals), leaves, strict=True)])


def jvp(
    function: Callable[..., Any], primals: Sequence[Any], tangents: Sequence[Any]
) -> tuple[Any, Any]:
    """`function`'s value and its derivative along a direction.

    Args:
        function: of as many arguments as there are primals.
        primals: the arguments, a list or tuple.
        tangents: the direction, of the primals' shapes.

    Returns:
        `(value, tangent)`.

    >>> import thalweg as tw
    >>> value, slope = tw.jvp(tw.exp, (0.0,), (2.0,))
    >>> float(value), float(slope)
    (1.0, 2.0)
    """
    if not isinstance(primals, list | tuple) or not isinstance(tangents, list | tuple):
        raise TypeError(
            "jvp takes the arguments and their directions as tuples: tw.jvp(f, (x,), (v,))"
        )
    lifted, _ = chosen(primals, range(len(primals)))
    with ForwardAccumulator(lifted, along(lifted, list(tangents))) as accumulator:
        answer = answer_of(function, lifted, {})
    return answer, accumulator.jvp(answer, unconnected_gradients="zero")


def hvp(function: Callable[[Any], Any], primal: Any, vector: Any) -> Any:
    """The Hessian of a function times a vector, forward over reverse; the Hessian is never built.

    Args:
        function: of one argument; returns a scalar.
        primal: the point: a Tensor, number, array or a nesting of them.
        vector: the direction, shaped like `primal`.

    Returns:
        A nesting shaped like `primal`.

    >>> import thalweg as tw
    >>> float(tw.hvp(lambda x: x**3, 2.0, 1.0))
    12.0
    """
    point = differentiable(primal)
    ways = along(point, vector)
    try:
        with ForwardAccumulator(point, ways) as accumulator:
            slope = grad(function)(point)
        return accumulator.jvp(slope, unconnected_gradients="zero")
    except UndeterminedGradientError:
        return _over_reverse(function, point, ways)


def _over_reverse(function: Callable[[Any], Any], point: Any, ways: Any) -> Any:
    """The same in reverse over reverse, the gradient of ⟨∇f(x), v⟩.

    Where eigenvalues are equal, tangents of the vectors are not determined, though what a symmetric
    function makes of them is: a tape asks for that alone.
    """

    def part_along(x: Any) -> Any:
        slopes = zip(flatten(grad(function)(x)), flatten(ways), strict=True)
        return add_n([reduce_sum(slope * way) for slope, way in slopes])

    return grad(part_along)(point)
