"""A formula as a callable that runs at the speed of its operations.

The tree is laid out once as a list of instructions over registers: arguments first, then
constants, then the intermediate values. Operands that are arguments or constants cost nothing;
an operation costs one tuple and one call. No code is generated.
"""

from __future__ import annotations

import numbers
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from thalweg.errors import ExpressionError
from thalweg.expressions.constant_parts import OPERATORS
from thalweg.expressions.limits import shortened
from thalweg.expressions.steps import Step

__all__ = ["as_program"]

_INT_EXPONENT_BOUND: Final = 2.0**31
_FLOAT64: Final = np.dtype(np.float64)
_ARRAYS: Final = (np.ndarray, list, tuple)
_REALS: Final = (numbers.Real, np.bool_)


class _Instruction(NamedTuple):
    """`registers[result] = function(registers[first], registers[second])`.

    `second` is -1 where the function takes one argument.
    """

    function: Callable[..., Any]
    first: int
    second: int
    result: int


class _Layout(NamedTuple):
    instructions: tuple[_Instruction, ...]
    constants: tuple[float, ...]
    temporaries: int
    result: int


def as_program(
    steps: Sequence[Step], order: Sequence[str], functions: Mapping[str, Callable[..., Any]]
) -> Callable[..., Any]:
    """Returns a callable of as many values as `order` has names.

    Args:
        steps: a tree whose constant parts are numbers already.
        order: the names, in the order in which their values will be passed.
        functions: canonical function name to callable.

    Raises:
        ExpressionError: `order` names something twice, a name of the formula is not in `order`,
            or a function of the formula is not in `functions`.
    """
    if len(set(order)) != len(order):
        raise ExpressionError(f"a name stands twice in the order {', '.join(order)}")
    layout = _lay_out(steps, order, functions)
    names = tuple(order)
    instructions = layout.instructions
    rest = [*layout.constants, *([None] * layout.temporaries)]
    last = layout.result

    def compute(*values: Any) -> Any:
        if len(values) != len(names):
            wanted = f"{len(names)} ({', '.join(names)})" if names else "none"
            raise ExpressionError(f"{len(values)} values came where the formula takes {wanted}")
        registers = [_as_real(value) for value in values]
        registers += rest
        with np.errstate(all="ignore"):
            for function, first, second, result in instructions:
                if second < 0:
                    registers[result] = function(registers[first])
                else:
                    registers[result] = function(registers[first], registers[second])
        answer = registers[last]
        return np.float64(answer) if type(answer) is float else answer

    return compute


def _lay_out(
    steps: Sequence[Step], order: Sequence[str], functions: Mapping[str, Callable[..., Any]]
) -> _Layout:
    """Gives every value of the formula its register.

    Temporaries are used as a stack, so there are as many as are alive at once, not as many as
    there are operations.
    """
    argument = {name: index for index, name in enumerate(order)}
    constants: list[float] = []
    base = len(order) + sum(step.kind == "number" for step in steps)
    instructions: list[_Instruction] = []
    stack: list[int] = []
    alive = most = 0
    for step in steps:
        if step.kind == "number":
            stack.append(len(order) + len(constants))
            constants.append(step.number)
            continue
        if step.kind == "name":
            if step.word not in argument:
                reason = f"the formula needs a value for {shortened(step.word)}"
                raise ExpressionError(reason)
            stack.append(argument[step.word])
            continue
        operands = stack[-step.arity :]
        del stack[-step.arity :]
        if step.word in ("**", "pow") and len(order) <= operands[1] < base:
            slot = operands[1] - len(order)
            constants[slot] = _exponent(constants[slot])
        alive -= sum(register >= base for register in operands)
        second = operands[1] if step.arity == 2 else -1
        function = _function(step, functions)
        instructions.append(_Instruction(function, operands[0], second, base + alive))
        stack.append(base + alive)
        alive += 1
        most = max(most, alive)
    return _Layout(tuple(instructions), tuple(constants), most, stack[0])


def _exponent(number: float) -> float:
    """Returns a whole exponent as an int: x**3 then is a power with a whole exponent for any value.

    An op may treat it apart (its gradient has no logarithm), and NumPy computes the same float64.
    """
    whole = number.is_integer() and abs(number) < _INT_EXPONENT_BOUND
    return int(number) if whole else number


def _function(step: Step, functions: Mapping[str, Callable[..., Any]]) -> Callable[..., Any]:
    if step.kind == "operator":
        return OPERATORS[step.word]
    found = functions.get(step.word)
    if found is None:
        raise ExpressionError(f"the function {step.word} is not available here")
    return found


def _as_real(value: Any) -> Any:
    """Returns numbers as float64; what brings its own arithmetic, such as a Tensor, as it is.

    NumPy's float64 answers 1/0 with inf and (-8)**(1/3) with NaN where Python's float raises or
    turns complex.
    """
    kind = type(value)
    if kind is np.float64 or (kind is np.ndarray and value.dtype is _FLOAT64):
        return value
    if kind is float:
        return np.float64(value)
    if isinstance(value, _ARRAYS):
        return _as_real_array(value)
    if isinstance(value, _REALS):
        try:
            return np.float64(float(value))
        except OverflowError:
            raise ExpressionError("a value is too large for a float64") from None
    if isinstance(value, numbers.Number) or not hasattr(kind, "__rtruediv__"):
        raise ExpressionError(f"a value is a real number or an array of them; {kind.__name__} came")
    return value


def _as_real_array(value: Any) -> Any:
    try:
        array = np.asarray(value)
    except ValueError as error:
        raise ExpressionError(f"a value is not a regular array: {error}") from None
    if array.dtype.kind not in "biuf":
        raise ExpressionError(
            f"a value is a real number or an array of them; an array of {array.dtype} came"
        )
    return array.astype(np.float64, copy=False)
