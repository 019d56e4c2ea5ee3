"""`custom_gradient`, `grad_pass_through`: rules of the user's own."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE, Happening, caller_site, leave_trace, set_recorders
from thalweg.core.trees import flatten, is_nested, map_leaves
from thalweg.errors import ShapeError
from thalweg.tape.adoption import Adopted, CustomCall, Named
from thalweg.tape.gradient_tape import GradientTape
from thalweg.values.conversion import as_array, weak
from thalweg.values.tensor import Tensor


class Reads:
    """A recorder that only sees which trainable Variables are read."""

    traces = False

    def __init__(self) -> None:
        self.variables: dict[int, Any] = {}

    def read(self, variable: Any) -> None:
        """See a reading."""
        if variable.trainable:
            self.variables.setdefault(variable.key, variable)

    def record(self, *call: Any) -> bool:
        """Not recorded here."""
        return False

    def adopt(self, call: Any) -> bool:
        """Not recorded here."""
        return False

    def note(self, happening: Happening) -> None:
        """Not of interest."""

    def __enter__(self) -> Reads:
        set_recorders((*STATE.recorders, self))
        return self

    def __exit__(self, *exception: object) -> None:
        set_recorders(tuple([one for one in STATE.recorders if one is not self]))


def as_leaf(leaf: Any) -> Any:
    """A leaf of an argument: numbers and arrays as Tensors, anything else as it is."""
    if isinstance(leaf, Handle) or leaf is None:
        return leaf
    if isinstance(leaf, np.ndarray | np.generic | float | int | complex):
        return Tensor(np.asarray(as_array(leaf))[()])
    return leaf


def publish(call: Adopted, inputs: Sequence[Any]) -> None:
    """Show a call, and the reading of its Variables, to every recorder."""
    recorded = False
    for recorder in STATE.recorders:
        for value in inputs:
            if isinstance(value, Trainable):
                recorder.read(value)
        recorded |= recorder.adopt(call)
    if not recorded:
        leave_trace(Named(call.name), call.keys, call.out, caller_site(1))


def answers(result: Any) -> tuple[Any, tuple[Any, ...]]:
    """Fresh Tensors of a function's answer: the whole nesting, and flat."""

    def fresh(leaf: Any) -> Any:
        if not isinstance(leaf, Handle):
            return Tensor(as_array(leaf))
        made = Tensor(leaf.array)
        tracer = STATE.here.tracer
        if tracer is not None:
            tracer.same(made, leaf)
        return made

    whole = map_leaves(fresh, result)
    return whole, tuple(flatten(whole))


def custom_gradient(f: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """Give a function a gradient of its own.

    Args:
        f: returns `(answer, grad_fn)`; `grad_fn(*upstream)` takes one cotangent an answer and
            returns one gradient an input, flattened, or None. If `f` reads trainable Variables that
            are no arguments, `grad_fn` must take `variables=` and return
            `(gradients of inputs, gradients of variables)`.

    Returns:
        A function of the same arguments. Forward mode works too: the rule is transposed.

    Raises:
        ValueError: `grad_fn` returned a wrong number of gradients.
        ShapeError: a gradient does not fit its input.
        TypeError: `f` reads Variables and `grad_fn` does not take `variables`.

    >>> import thalweg as tw
    >>> @tw.custom_gradient
    ... def twice(x):
    ...     return x, lambda upstream: 2.0 * upstream
    >>> float(tw.grad(twice)(3.0))
    2.0
    """
    if f is None:
        return custom_gradient
    function = f

    @functools.wraps(function)
    def decorated(*args: Any, **named: Any) -> Any:
        lifted = [map_leaves(as_leaf, arg) for arg in args]
        with Reads() as reads:
            pair = function(*lifted, **named)
        if not isinstance(pair, tuple) or len(pair) != 2 or not callable(pair[1]):
            raise TypeError(
                f"{_name(function)} must return (answer, grad_fn) under custom_gradient, not "
                f"{type(pair).__name__}"
            )
        result, grad_fn = pair
        inputs = [leaf for leaf in flatten(lifted) if isinstance(leaf, Handle)]
        mine = {leaf.key for leaf in inputs}
        variables = [one for key, one in reads.variables.items() if key not in mine]
        _check_takes_variables(grad_fn, variables)
        whole, flat = answers(result)
        rule = _Rule(_name(function), grad_fn, inputs, variables)
        call = CustomCall(_name(function), [*inputs, *variables], flat, rule.reverse, rule.forward)
        rule.answers = flat
        publish(call, [*inputs, *variables])
        return whole if is_nested(result) else flat[0]

    return decorated


def _name(function: Callable[..., Any]) -> str:
    return getattr(function, "__name__", "custom_gradient")


def _check_takes_variables(grad_fn: Callable[..., Any], variables: Sequence[Any]) -> None:
    if not variables:
        return
    try:
        parameters = inspect.signature(grad_fn).parameters.values()
    except (TypeError, ValueError):  # a callable without a readable signature is trusted
        return
    if any(p.name == "variables" or p.kind is p.VAR_KEYWORD for p in parameters):
        return
    raise TypeError(
        f"@tf.custom_gradient grad_fn must accept keyword argument 'variables', since function uses "
        f"variables: {[one.name for one in variables]}"
    )


class _Rule:
    """A user's `grad_fn`, checked, with its transpose for forward mode."""

    def __init__(
        self,
        name: str,
        grad_fn: Callable[..., Any],
        inputs: Sequence[Any],
        variables: Sequence[Any],
    ) -> None:
        self.name = name
        self.grad_fn = grad_fn
        self.inputs = inputs
        self.variables = variables
        self.answers: tuple[Any, ...] = ()

    def reverse(self, upstream: tuple[Any, ...]) -> list[Any]:
        """One gradient an input, then one a variable."""
        if self.variables:
            pair = self.grad_fn(*upstream, variables=list(self.variables))
            if not isinstance(pair, tuple) or len(pair) != 2:
                raise ValueError(
                    f"{self.name}: grad_fn must return (gradients of inputs, gradients of "
                    f"variables), since the function uses variables"
                )
            grads, variable_grads = flatten(pair[0]), flatten(pair[1])
            if len(variable_grads) != len(self.variables):
                raise ValueError(
                    f"Must return gradient for each variable from @custom_gradient grad_fn: "
                    f"{len(self.variables)} variables, {len(variable_grads)} gradients."
                )
        else:
            grads, variable_grads = flatten(self.grad_fn(*upstream)), []
        if len(grads) != len(self.inputs):
            raise ValueError(
                f"custom_gradient function expected to return {len(self.inputs)} gradients, but "
                f"returned {len(grads)} instead. ({self.name})"
            )
        pairs = zip([*self.inputs, *self.variables], [*grads, *variable_grads], strict=True)
        return [self._checked(value, grad) for value, grad in pairs]

    def _checked(self, value: Any, grad: Any) -> Any:
        if grad is None:
            return None
        if not isinstance(grad, Handle):
            grad = Tensor(np.asarray(weak(grad, value.array.dtype)))
        came, wanted = grad.array.shape, value.array.shape
        if came != wanted and (came != () or grad.array.size != 1):
            raise ShapeError(
                f"the gradient that {self.name} returned has shape {came}, but its input has shape "
                f"{wanted}"
            )
        return grad

    def forward(self, tangents: Sequence[Any]) -> list[Any]:
        """The transpose: the derivative by the cotangent of <grad_fn(cotangent), tangent>."""
        cotangents = [Tensor(np.ones(one.array.shape, one.array.dtype)) for one in self.answers]
        with GradientTape() as tape:
            tape.watch([one for one in cotangents if one.array.dtype.kind in "fc"])
            grads = self.reverse(tuple(cotangents))
            total: Any = None
            for grad, tangent in zip(grads, tangents, strict=True):
                if grad is not None and tangent is not None:
                    part = grad * tangent
                    total = part if total is None else total + part
        if total is None:
            return [None] * len(cotangents)
        return list(tape.gradient(total, cotangents))


def grad_pass_through(f: Callable[..., Any]) -> Callable[..., Any]:
    """`f` forward, the identity backward.

    Variables that `f` reads receive no gradient.

    >>> import thalweg as tw
    >>> float(tw.grad(tw.grad_pass_through(tw.round))(2.4))
    1.0
    """

    def passing(*args: Any, **named: Any) -> Any:
        def grad_fn(*upstream: Any, variables: Any = None) -> Any:
            if variables is not None:
                return upstream, [None] * len(variables)
            return upstream

        return f(*args, **named), grad_fn

    return (
        functools.wraps(f)(custom_gradient(passing))
        if hasattr(f, "__name__")
        else custom_gradient(passing)
    )


__all__ = ["Reads", "answers", "as_leaf", "custom_gradient", "grad_pass_through", "publish"]
