"""`grad`, `value_and_grad`, `vjp`: derivatives of functions in reverse."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.arguments import answer_of, chosen, with_a_slope


def value_and_grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that returns `function`'s value and its gradient.

    Args:
        function: returns a Tensor, or a nesting of them: their sum is differentiated.
        argnums: which positional arguments to differentiate by; a number, or several for a tuple.
            An argument may be a nesting; the gradient has its shape. What the answer does not
            depend on has gradient zero.
        has_aux: whether `function` returns `(answer, extra)`; the extra is passed on as it is.

    Returns:
        A function of the same arguments, with answer `(value, gradient)`.

    Raises:
        ValueError: `function` returned None.
        DTypeError: an argument to differentiate by holds integers, or the answer truth values.

    >>> import thalweg as tw
    >>> value, slope = tw.value_and_grad(lambda x: x**3)(2.0)
    >>> float(value), float(slope)
    (8.0, 12.0)
    """

    @functools.wraps(function)
    def derived(*args: Any, **named: Any) -> Any:
        lifted, places = chosen(args, argnums)
        sources = [lifted[place] for place in places]
        with GradientTape() as tape:
            tape.watch(sources)
            answer = answer_of(function, lifted, named)
        goal = with_a_slope(answer[0] if has_aux else answer)
        grads = tape.gradient(goal, sources, unconnected_gradients="zero")
        return answer, grads[0] if isinstance(argnums, int) else tuple(grads)

    return derived


def grad(
    function: Callable[..., Any], argnums: int | Sequence[int] = 0, has_aux: bool = False
) -> Callable[..., Any]:
    """A function that returns `function`'s gradient.

    Args:
        function: returns a Tensor, or a nesting of them: their sum is differentiated.
        argnums: which positional arguments to differentiate by; a number, or several for a tuple.
        has_aux: whether `function` returns `(answer, extra)`; then so does the result.

    Returns:
        A function of the same arguments; apply `grad` to it again for higher orders.

    >>> import thalweg as tw
    >>> float(tw.grad(tw.grad(tw.sin))(0.0)) == 0.0
    True
    """
    both = value_and_grad(function, argnums, has_aux)

    @functools.wraps(function)
    def derived(*args: Any, **named: Any) -> Any:
        answer, grads = both(*args, **named)
        return (grads, answer[1]) if has_aux else grads

    return derived


def vjp(function: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """`function`'s value, and a function from a cotangent to its gradients.

    Args:
        function: of as many arguments as there are primals.
        primals: Tensors, numbers, arrays, nestings of them.

    Returns:
        `(value, pullback)`; `pullback(cotangent)` is a tuple with one gradient a primal, and can be
        called again.

    >>> import thalweg as tw
    >>> value, pullback = tw.vjp(lambda x: x * x, 3.0)
    >>> float(pullback(2.0)[0])
    12.0
    """
    lifted, _ = chosen(primals, range(len(primals)))
    with GradientTape(persistent=True) as tape:
        tape.watch(lifted)
        answer = answer_of(function, lifted, {})

    def pullback(cotangent: Any = None) -> tuple[Any, ...]:
        grads = tape.gradient(
            answer, lifted, output_gradients=cotangent, unconnected_gradients="zero"
        )
        return tuple(grads)

    return answer, pullback
