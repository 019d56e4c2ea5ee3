"""`jacobian` and `hessian`: all derivatives of a function at once."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.core.recording import STATE
from thalweg.core.trees import flatten, is_nested, map_leaves
from thalweg.errors import MissingRuleError
from thalweg.ops.joining import concat, stack
from thalweg.ops.movement import reshape, transpose
from thalweg.tape.adoption import CustomCall
from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.tape.jacobians import FEW, Loops
from thalweg.transform.arguments import answer_of, chosen, differentiable, with_a_slope
from thalweg.transform.gradient import grad
from thalweg.transform.map_fn import vectorized_map
from thalweg.values.tensor import Tensor


def jacobian(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, mode: str | None = None
) -> Callable[..., Any]:
    """A function that returns the derivative of every element of the answer by every element.

    Args:
        function: returns a Tensor or a nesting of them.
        argnums: which positional arguments to differentiate by.
        mode: "reverse", one sweep an element of the answer; "forward", one evaluation an element
            of the arguments; None for "forward" where the arguments are arrays with fewer elements than
            the answer and no gradient is the user's own, for "reverse" elsewhere.

    Returns:
        A function of the same arguments; its answer holds Tensors of shape
        `answer.shape + argument.shape`.

    >>> import thalweg as tw
    >>> tw.jacobian(lambda x: x * x)([1.0, 2.0]).numpy().tolist()
    [[2.0, 0.0], [0.0, 4.0]]
    """
    if mode not in (None, "reverse", "forward"):
        raise ValueError(f"mode is 'reverse', 'forward' or None, not {mode!r}")

    @functools.wraps(function)
    def derived(*args: Any, **named: Any) -> Any:
        lifted, places = chosen(args, argnums)
        sources = [lifted[place] for place in places]

        def forward() -> list[Any]:
            return [_columns(function, lifted, place, named) for place in places]

        if mode == "forward":
            return matching(forward())
        with GradientTape(persistent=True) as tape:
            tape.watch(sources)
            answer = with_a_slope(answer_of(function, lifted, named))
        if mode is None and _is_tall(answer, sources) and not _has_own_gradient(tape):
            with contextlib.suppress(MissingRuleError):  # of a rare op
                return matching(forward())
        return matching(
            [tape.jacobian(answer, one, unconnected_gradients="zero") for one in sources]
        )

    def matching(blocks: list[Any]) -> Any:
        return blocks[0] if isinstance(argnums, int) else tuple(blocks)

    return derived


def _is_tall(answer: Any, sources: list[Any]) -> bool:
    """Whether an answer has more elements than what it is differentiated by, and forward sweeps will do."""
    arrays = [[np.asarray(getattr(leaf, "array", leaf)) for leaf in flatten(one)]
              for one in (answer, sources)]  # fmt: skip
    # Derivatives of complex numbers, and of one dtype by another, are what reverse sweeps make them.
    dtypes = {array.dtype for side in arrays for array in side}
    alike = len(dtypes) == 1 and dtypes.pop().kind == "f"
    if not alike or any(is_nested(one) for one in sources):
        return False
    sizes = [sum([array.size for array in side]) for side in arrays]
    return sizes[0] > sizes[1]


def _has_own_gradient(tape: Any) -> bool:
    """Whether a gradient of the user's own was recorded, which forward sweeps take for the transpose of one."""
    return any(isinstance(event[0], CustomCall) for event in tape._recording.events)


def _columns(
    function: Callable[..., Any], args: list[Any], place: int, named: dict[str, Any]
) -> Any:
    """The Jacobian by one argument, column by column."""
    source = args[place]
    leaves = flatten(source)
    if is_nested(source):
        raise ValueError("jacobian(mode='forward') takes an array argument, not a nesting")
    (leaf,) = leaves
    shape = leaf.array.shape

    def column(direction: Any) -> Any:
        with ForwardAccumulator(leaf, direction) as accumulator:
            answer = with_a_slope(answer_of(function, args, named))
        return accumulator.jvp(answer, unconnected_gradients="zero")

    axes = np.eye(leaf.array.size, dtype=leaf.array.dtype).reshape(-1, *shape)
    if len(axes) > FEW and STATE.here.tracer is not None and not STATE.here.tracer.obstacles:
        rows = vectorized_map(column, Tensor(axes))  # they are written down once

        def turned(part: Any) -> Any:
            order = (*range(1, part.array.ndim), 0)
            return reshape.eager(transpose.eager(part, order), (*part.array.shape[1:], *shape))

        return map_leaves(turned, rows)
    columns = [column(Tensor(one)) for one in axes]

    def joined(*parts: Any) -> Any:
        return reshape.eager(stack.eager(list(parts), axis=-1), (*parts[0].shape, *shape))

    return map_leaves(joined, columns[0], *columns[1:])


def hessian(
    function: Callable[..., Any], argnums: int = 0, flat: bool = False
) -> Callable[..., Any]:
    """A function that returns all second derivatives of a scalar function.

    Args:
        function: returns a scalar Tensor.
        argnums: which positional argument to differentiate by; it may be a nesting.
        flat: whether to return one square matrix over all elements of the argument, in the order
            in which the nesting is flattened, instead of blocks.

    Returns:
        A function of the same arguments. For an array of shape `s` its answer has shape `s + s`;
        for a nesting it is a nesting of nestings of such blocks; with `flat` it is `(n, n)`.

    >>> import thalweg as tw
    >>> tw.hessian(lambda x: x[0] ** 2 * x[1])([1.0, 2.0]).numpy().tolist()
    [[4.0, 2.0], [2.0, 0.0]]
    """

    @functools.wraps(function)
    def derived(*args: Any, **named: Any) -> Any:
        lifted = list(args)
        lifted[argnums] = differentiable(args[argnums])
        point = lifted[argnums]
        with GradientTape(persistent=True) as tape:
            tape.watch(point)
            slope = grad(function, argnums)(*lifted, **named)
            if flat:
                slope = concat.eager(
                    [reshape.eager(part, (-1,)) for part in flatten(slope)], axis=0
                )
        blocks = tape.jacobian(slope, point, unconnected_gradients="zero")
        if not flat:
            return blocks
        count = slope.array.size
        return concat.eager([reshape.eager(part, (count, -1)) for part in flatten(blocks)], axis=1)

    return derived


Loops.along = vectorized_map
