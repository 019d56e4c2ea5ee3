"""What all optimizers share: they keep a state for each Variable and move it by a pure rule."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from copy import copy, deepcopy
from functools import partial
from typing import Any, ClassVar

import numpy as np

from thalweg.core.axes import static
from thalweg.core.handle import Handle, Trainable
from thalweg.core.numbers_seen import refuse_traces
from thalweg.core.recording import STATE
from thalweg.core.whole_number import whole_number
from thalweg.optimizers.arguments import arguments_of, in_words
from thalweg.optimizers.clipping import clipped
from thalweg.optimizers.kept import Number
from thalweg.optimizers.loop_losses import LoopLosses
from thalweg.optimizers.loss_value import loss_value
from thalweg.optimizers.memory import Memory
from thalweg.optimizers.missing_gradient import without_none
from thalweg.optimizers.not_finite import warn_if_not_finite
from thalweg.optimizers.pairs import apply_constraints, pair_of
from thalweg.optimizers.setting import above_zero, setting
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.worth import TRACED_AT, work_of_tape
from thalweg.values.tensor import Tensor

__all__ = ["Optimizer"]

Rate = float | Callable[[int], Any]

WORTH_A_TRACE = 32
"""To write a step down takes about as long as so many small steps; fewer run as Python."""

FEW = 4
"""Fewer steps than this are Python's: the first ones are, while machine code is made."""

TOLD = frozenset({"_last", "_spent", "_work", "losses", "why_not_compiled"})
"""What changes from step to step, and what the user is told after them."""


class Optimizer(ABC):
    """The thin shell with a memory around a pure pair (init, update).

    Args:
        learning_rate: a number from 0 on, or a schedule: a function of the number of steps taken.
        weight_decay: where given, each step first takes the share rate·weight_decay off every
            Variable (decoupled, after Loshchilov and Hutter).
        clipnorm: where given, each gradient longer than this is shortened to it.
        clipvalue: where given, each element of a gradient is clipped to ±this.
        global_clipnorm: where given, all gradients together are shortened to this length.
        name: shown in messages.

    Attributes:
        iterations: a Variable, steps taken; a loss that reads it counts also in machine code.
        losses: after `minimize` of a function: the loss before each of its steps.
        why_not_compiled: after `minimize` with many steps: why they ran as Python; empty if
            compiled, or if they were too few to pay for it.

    Raises:
        ValueError: a setting outside its interval.
        TypeError: a setting that is no number.
    """

    memory: ClassVar[dict[str, str]] = {}
    """What Keras calls the fields of the state; it decides their order in `variables`."""

    def __init__(
        self,
        learning_rate: Rate,
        weight_decay: float | None,
        clipnorm: float | None,
        clipvalue: float | None,
        global_clipnorm: float | None,
        name: str,
    ) -> None:
        if sum(limit is not None for limit in (clipnorm, clipvalue, global_clipnorm)) > 1:
            raise ValueError("At most one of clipnorm, clipvalue and global_clipnorm can be set.")
        tracer = STATE.here.tracer
        if tracer is not None:
            tracer.unfinished = True
            tracer.refuse("an optimizer is made in here")
        self._schedule: Callable[[int], Any] | None = None
        self._rate_now: Any = Number("learning_rate", 0.0, partial(setting, "learning_rate"))
        self.learning_rate = learning_rate
        self.weight_decay = None if weight_decay is None else setting("weight_decay", weight_decay)
        self.clipnorm = above_zero("clipnorm", clipnorm)
        self.clipvalue = above_zero("clipvalue", clipvalue)
        self.global_clipnorm = above_zero("global_clipnorm", global_clipnorm)
        self.name = name
        self._taken: Any = Number("iteration", 0, partial(whole_number, "iterations"))
        self._last = 0  # tells the step that was last found to be the same each time
        self._loops: Any = None  # machine code for losses that were met
        self._spent = 0.0  # likewise as `_work`, since machine code was made
        self._work = 0.0  # microseconds that its steps have taken as Python, by estimate
        self.losses: Any = None
        self.why_not_compiled = ""
        self._states = Memory(self.memory)
        self._explained: dict[frozenset[int], str] = {}
        self._plain = weight_decay is None and not (clipnorm or clipvalue or global_clipnorm)

    @property
    def learning_rate(self) -> Any:
        """The rate of the next step."""
        refuse_traces("Python asks for the learning rate")
        return self._rate()

    @learning_rate.setter
    def learning_rate(self, value: Rate) -> None:
        refuse_traces("the learning rate is set")
        if callable(value):
            self._schedule = value
        else:
            # A NumPy float64 would make float64 of every float32 it meets; a Python float is weak.
            self._schedule, self._rate_now.number = None, setting("learning_rate", value)

    def _rate(self) -> Any:
        if self._schedule is None:
            return self._rate_now.number
        taken = self._taken.number
        return setting(f"the schedule's learning_rate at step {taken}", self._schedule(taken))

    def settings(self) -> tuple[Any, ...]:
        """What the rule goes by beside the rate: its numbers and switches, in their order."""
        kinds = (bool, int, float, str, type(None))
        return tuple(
            [one for name, one in vars(self).items() if name not in TOLD and isinstance(one, kinds)]
        )

    @property
    def iterations(self) -> Any:
        """Steps taken, a Variable of int64: `int(optimizer.iterations)` is a number of Python's."""
        return self._taken

    @iterations.setter
    def iterations(self, value: Any) -> None:
        refuse_traces("the number of steps is set")
        self._taken.number = whole_number("iterations", value)

    @property
    def variables(self) -> list[Any]:
        """All that it keeps, as Variables: `iterations`, the rate where it is a number, its memory.

        The memory is there from the first step on, or from `build`; for one Variable after the other, in
        the order in which they came. Who saves these values, and assigns them to the variables of an
        optimizer that `from_config` makes and that is built for the same Variables, goes on to the bit;
        but for the first steps of a compiled `minimize`, which run as Python again, to rounding.

        >>> import thalweg as tw
        >>> adam = tw.optimizers.Adam(0.1)
        >>> adam.build([tw.Variable([1.0], name="w")])
        >>> [one.name for one in adam.variables]
        ['iteration:0', 'learning_rate:0', 'w_momentum:0', 'w_velocity:0', 'w_steps:0']
        """
        numbers = [self._taken] if self._schedule else [self._taken, self._rate_now]
        return [*numbers, *self._states.variables()]

    def build(self, variables: Iterable[Any]) -> None:
        """Make the memory for Variables, all zero as before the first step; what is there stays.

        Raises:
            TypeError: one of them is no Variable.
        """
        for one in [variables] if isinstance(variables, Handle) else variables:
            if not isinstance(one, Trainable):
                raise TypeError(_NO_VARIABLE.format(type(one).__name__))
            if one.key not in self._states:
                self._begin(one)

    def _begin(self, variable: Any) -> Any:
        """The state of a Variable that has none yet."""
        name = variable.name.removesuffix(":0")
        return self._states.begin(variable.key, name, self.init(variable.array))

    def get_config(self) -> dict[str, Any]:
        """The arguments that make the same optimizer, with the rate as it is now; its memory is in `variables`.

        >>> import thalweg as tw
        >>> config = tw.optimizers.SGD(0.1, momentum=0.9).get_config()
        >>> tw.optimizers.SGD.from_config(config)
        SGD(learning_rate=0.1, momentum=0.9)
        """
        return arguments_of(self)

    @classmethod
    def from_config(cls, config: dict[str, Any], custom_objects: Any = None) -> Any:
        """Make an optimizer of what `get_config` gave; `custom_objects` is accepted for Keras' sake."""
        return cls(**config)

    def __repr__(self) -> str:
        return in_words(self)

    def __getstate__(self) -> dict[str, Any]:
        """A copy counts by itself, and has a memory of its own."""
        own = {"_taken": deepcopy(self._taken), "_rate_now": deepcopy(self._rate_now)}
        return {**vars(self), **own, "_states": copy(self._states)}

    @abstractmethod
    def init(self, params: Any) -> Any:
        """Make the state for one array of parameters."""

    @abstractmethod
    def update(self, grad: Any, state: Any, params: Any, rate: float) -> tuple[Any, Any]:
        """Give the new parameters and the new state; pure."""

    def apply_gradients(self, grads_and_vars: Iterable[tuple[Any, Any]], name: Any = None) -> int:
        """Move each Variable by its gradient, one step.

        Args:
            grads_and_vars: pairs (gradient, Variable); a gradient that is None is left out, told.
            name: accepted for TensorFlow's sake.

        Returns:
            The number of steps taken.

        Raises:
            ValueError: there is no gradient at all, or one has another shape than its Variable.

        >>> import thalweg as tw
        >>> w = tw.Variable([1.0, 2.0])
        >>> tw.optimizers.SGD(0.5).apply_gradients([(tw.constant([1.0, 1.0]), w)])
        1
        >>> w.numpy()
        array([0.5, 1.5], dtype=float32)
        """
        return self._apply([pair_of(one) for one in grads_and_vars], None, None)

    def apply(self, grads: Sequence[Any], trainable_variables: Sequence[Any]) -> int:
        """Do what `apply_gradients` does, with gradients and Variables in two lists (Keras 3)."""
        return self._apply(list(zip(grads, trainable_variables, strict=True)), None, None)

    def minimize(
        self,
        loss: Any,
        var_list: Any = None,
        tape: Any = None,
        steps: int = 1,
        *,
        variables: Any = None,
        jit_compile: bool | None = None,
    ) -> Any:
        """Compute a loss' gradients and take steps down them.

        Many steps run as one loop in machine code, where as Python they would take longer than that
        takes to make: the first runs as Python, the next are written down as they run. Where that
        cannot be, they run as Python, one by one; `why_not_compiled` then says why. So it is where the
        loss computes something else from step to step (it takes the next batch, or counts). A print
        in the loss is heard in the steps that run as Python alone. Later calls run the loop of the
        first, of 4 steps on, where what the loss reads is as it was, or is data of the same shape.

        Args:
            loss: a function of no arguments that returns the loss; or, with `tape`, the loss.
            var_list: the Variables to move, a list or one; left out, all that the loss reads.
            tape: the tape that recorded `loss`, where that is a Tensor.
            steps: how many steps to take; 1 where `loss` is a Tensor.
            variables: another name for `var_list`.
            jit_compile: True for machine code from the third step on, whatever the loss does in Python
                beside; False for none; None for machine code where it pays and nobody can tell.

        Returns:
            The loss as it was before the last step. All of them are in `losses`; where the last of
            several is NaN or infinite, a warning names the step at which that began.

        Raises:
            ValueError: there is no gradient at all, the message says why, with the tape's words; or
                `steps` is no whole number from 0 on.

        >>> import thalweg as tw
        >>> w = tw.Variable(1.0)
        >>> last = tw.optimizers.SGD(0.25).minimize(lambda: (w - 3.0) ** 2, [w], steps=20)
        >>> round(float(w), 4)
        3.0
        """
        wanted = variables if var_list is None else var_list
        if isinstance(wanted, Handle):
            wanted = [wanted]
        if not callable(loss):
            if tape is None:
                raise ValueError(
                    "minimize got a loss that is no function, and no tape. Give a function of no "
                    "arguments, minimize(lambda: ..., variables), or the tape that recorded it."
                )
            before = Tensor(loss.array) if isinstance(loss, Trainable) else loss
            self._descend(tape, loss, wanted)
            return before
        number: Any = static(steps)
        if not isinstance(number, int) or number < 0:
            raise ValueError(f"minimize: steps is {steps!r}; a whole number from 0 on was wanted")
        steps = number
        many = steps > 2 if jit_compile else steps >= WORTH_A_TRACE and jit_compile is None
        few = steps >= FEW and jit_compile is None and not many
        if (many or (few and self._work >= TRACED_AT)) and not STATE.here.recorders:
            from thalweg.optimizers.compiled_steps import run_steps  # read where it pays

            answer = run_steps(self, loss, wanted, steps, jit_compile, many)
        else:
            see = self._count(steps) if few else None
            answers = [self._step(loss, wanted, None if taken else see) for taken in range(steps)]
            self.losses = LoopLosses(answers).all([])
            answer = answers[-1] if answers else None
        if steps > 1:
            warn_if_not_finite(self)
        return answer

    def _count(self, steps: int) -> Callable[[Any], None]:
        """What counts the work of so many steps when it is shown the tape of one."""

        def see(tape: Any) -> None:
            work = work_of_tape(tape) * steps
            self._work += work
            self._spent += work

        return see

    def _step(self, loss: Any, wanted: Any, see: Any = None) -> Any:
        """One step down a loss that is a function; the loss as it was before it."""
        with GradientTape() as recorded:
            answer = loss()
            if type(answer) is not Tensor:
                answer = loss_value(answer, loss)
        if see is not None:
            see(recorded)
        self._descend(recorded, answer, wanted)
        return answer

    def _descend(self, tape: Any, loss: Any, wanted: Any) -> None:
        variables = list(tape.watched_variables() if wanted is None else wanted)
        grads = tape.gradient(loss, variables)
        self._apply(list(zip(grads, variables, strict=True)), tape, loss)

    def _apply(self, pairs: list[tuple[Any, Any]], tape: Any, loss: Any) -> int:
        for grad, _ in pairs:
            if grad is None:
                pairs = without_none(pairs, tape, loss, self._explained)
                break
        if not pairs:
            raise ValueError("No gradients provided for any variable: there are no variables.")
        tracer = STATE.here.tracer
        if tracer is not None:
            from thalweg.optimizers.written_step import apply_traced  # read when traced

            taken: int = apply_traced(
                self, pairs, tracer
            )  # a Tensor of it, where it is written down
            return taken
        return self._move(pairs)

    def _move(self, pairs: list[tuple[Any, Any]]) -> int:
        """Move each Variable by its gradient."""
        rate, states, decay = self._rate(), self._states, self.weight_decay
        if not self._plain:
            pairs = clipped(self, pairs)
        for grad, variable in pairs:
            movable = isinstance(variable, Trainable)
            if not movable:
                raise TypeError(_NO_VARIABLE.format(type(variable).__name__))
            params = variable.array
            g = grad.array if isinstance(grad, Handle) else np.asarray(grad)
            if g.dtype != params.dtype:
                if g.dtype.kind not in "biuf" and g.dtype.kind != params.dtype.kind:
                    raise TypeError(
                        f"the gradient for Variable '{variable.name}' holds {g.dtype.name}, the "
                        f"Variable {params.dtype.name}"
                    )
                g = g.astype(params.dtype)
            if g.shape != params.shape:
                raise ValueError(
                    f"The gradient for Variable '{variable.name}' has shape {g.shape}, the Variable "
                    f"{params.shape}; they must be the same."
                )
            key = variable.key
            state = states.get(key)
            if state is None:
                state = self._begin(variable)
            if decay is not None:
                params = params - params * (rate * decay)
            new, states[key] = self.update(g, state, params, rate)
            if new.__class__ is params.__class__ and new.dtype == params.dtype:
                # What `assign` does, without its search for the caller's line: the new array came
                # from no Tensor, so that there is nothing for `explain` to remember.
                variable.array = new
            else:
                variable.assign(new)
        apply_constraints(pairs)
        self._taken.number += 1
        return int(self._taken.number)


_NO_VARIABLE = "an optimizer moves Variables, not a {}; make it one first: tw.Variable(...)"
