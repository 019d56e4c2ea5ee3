"""What all optimizers share: they keep a state for each Variable and move it by a pure rule."""

from __future__ import annotations

import warnings
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from math import sqrt
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.numbers_seen import refuse_traces
from thalweg.core.recording import STATE
from thalweg.optimizers.missing_gradient import levels_to_the_user, name_of, why_missing
from thalweg.optimizers.setting import above_zero, setting
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.worth import TRACED_AT, work_of_tape

__all__ = ["Optimizer"]

Rate = float | Callable[[int], Any]

WORTH_A_TRACE = 32
"""To write a step down takes about as long as so many small steps; fewer run as Python."""

FEW = 4
"""Fewer steps than this are Python's: the first ones are, while machine code is made."""

TOLD = frozenset(
    {"_iterations", "_last", "_learning_rate", "_spent", "_work", "losses", "why_not_compiled"}
)
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
        losses: after `minimize` of a function: the loss before each of its steps.
        why_not_compiled: after `minimize` with many steps: why they ran as Python; empty if compiled.

    Raises:
        ValueError: a setting outside its interval.
        TypeError: a setting that is no number.
    """

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
        self.learning_rate = learning_rate
        self.weight_decay = None if weight_decay is None else setting("weight_decay", weight_decay)
        self.clipnorm = above_zero("clipnorm", clipnorm)
        self.clipvalue = above_zero("clipvalue", clipvalue)
        self.global_clipnorm = above_zero("global_clipnorm", global_clipnorm)
        self.name = name
        self._iterations = 0
        self._last = 0  # tells the step that was last found to be the same each time
        self._loops: Any = None  # machine code for losses that were met
        self._spent = 0.0  # likewise as `_work`, since machine code was made
        self._work = 0.0  # microseconds that its steps have taken as Python, by estimate
        self.losses: Any = None
        self.why_not_compiled = ""
        self._states: dict[int, Any] = {}
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
        # A NumPy float64 would make float64 of every float32 it meets; a Python float is weak.
        self._learning_rate = value if callable(value) else setting("learning_rate", value)

    def _rate(self) -> Any:
        given = self._learning_rate
        if not callable(given):
            return given
        return setting(
            f"the schedule's learning_rate at step {self._iterations}", given(self._iterations)
        )

    def settings(self) -> tuple[Any, ...]:
        """What the rule goes by beside the rate: its numbers and switches, in their order."""
        kinds = (bool, int, float, str, type(None))
        return tuple(
            [one for name, one in vars(self).items() if name not in TOLD and isinstance(one, kinds)]
        )

    @property
    def iterations(self) -> int:
        """Steps taken."""
        refuse_traces("Python asks for the number of steps")
        return self._iterations

    @iterations.setter
    def iterations(self, value: int) -> None:
        refuse_traces("the number of steps is set")
        self._iterations = value

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
        return self._apply([_pair(one) for one in grads_and_vars], None, None)

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
            The loss as it was before the last step. All of them are in `losses`.

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
            self._descend(tape, loss, wanted)
            return loss
        number: Any = steps
        if not isinstance(number, int | np.integer) or number < 0:
            raise ValueError(f"minimize: steps is {steps!r}; a whole number from 0 on was wanted")
        many = steps > 2 if jit_compile else steps >= WORTH_A_TRACE and jit_compile is None
        few = steps >= FEW and jit_compile is None and not many
        if (many or (few and self._work >= TRACED_AT)) and not STATE.here.recorders:
            from thalweg.optimizers.compiled_steps import run_steps  # read where it pays

            return run_steps(self, loss, wanted, steps, jit_compile, many)
        answer, losses = None, []
        for taken in range(steps):
            see = self._count(steps) if few and taken == 0 else None
            answer = self._step(loss, wanted, see)
            losses.append(answer)
        self.losses = np.array([np.asarray(one.array) for one in losses if isinstance(one, Handle)])
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
                pairs = self._without_none(pairs, tape, loss)
                break
        if not pairs:
            raise ValueError("No gradients provided for any variable: there are no variables.")
        tracer = STATE.here.tracer
        if tracer is not None:
            return self._apply_traced(pairs, tracer)  # type: ignore[no-any-return]  # a Tensor of one
        return self._move(pairs)

    def _apply_traced(self, pairs: list[tuple[Any, Any]], tracer: Any) -> Any:
        """Take the step, and write down what it does; the number of steps is then a Tensor."""
        from thalweg.optimizers.written_step import number_of_steps, write_step  # read when traced

        nodes: dict[int, int] = {}
        if tracer.graph is None:
            tracer.refuse(f"a step of {type(self).__name__} inside a loop or branch")
            return self._move(pairs)
        if self.clipnorm or self.clipvalue or self.global_clipnorm:
            tracer.refuse(f"{type(self).__name__} clips gradients")
        elif all(isinstance(variable, Trainable) for _, variable in pairs):
            nodes = write_step(self, pairs, tracer)
        taken = self._move(pairs)
        for _, variable in pairs:
            if variable.key in nodes:
                tracer.write(variable.key, variable, nodes[variable.key])
        return number_of_steps(self, taken, tracer) if nodes else taken

    def _move(self, pairs: list[tuple[Any, Any]]) -> int:
        """Move each Variable by its gradient."""
        rate, states, decay = self._learning_rate, self._states, self.weight_decay
        if type(rate) is not float:
            rate = self._rate()
        if not self._plain:
            pairs = self._clipped(pairs)
        for grad, variable in pairs:
            movable = isinstance(variable, Trainable)
            if not movable:
                raise TypeError(
                    f"an optimizer moves Variables, not a {type(variable).__name__}; make it one "
                    f"first: tw.Variable(...)"
                )
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
                state = self.init(params)
            if decay is not None:
                params = params - params * (rate * decay)
            new, states[key] = self.update(g, state, params, rate)
            if new.__class__ is params.__class__ and new.dtype == params.dtype:
                # What `assign` does, without its search for the caller's line: the new array came
                # from no Tensor, so that there is nothing for `explain` to remember.
                variable.array = new
            else:
                variable.assign(new)
        self._iterations += 1
        return self._iterations

    def _clipped(self, pairs: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
        """Shorten gradients as the user wished."""
        raw = [grad.array if isinstance(grad, Handle) else np.asarray(grad) for grad, _ in pairs]
        if self.clipvalue is not None:
            raw = [np.clip(g, -self.clipvalue, self.clipvalue) for g in raw]
        elif self.clipnorm is not None:
            raw = [_shortened(g, _length(g), self.clipnorm) for g in raw]
        elif self.global_clipnorm is not None:
            length = sqrt(sum(_length(g) ** 2 for g in raw))
            raw = [_shortened(g, length, self.global_clipnorm) for g in raw]
        return [(g, variable) for g, (_, variable) in zip(raw, pairs, strict=True)]

    def _without_none(
        self, pairs: list[tuple[Any, Any]], tape: Any, loss: Any
    ) -> list[tuple[Any, Any]]:
        """Leave out pairs without a gradient and say so; why, where the tape can tell."""
        missing = [variable for grad, variable in pairs if grad is None]
        names = [name_of(variable) for variable in missing]
        if len(missing) == len(pairs) and missing:
            listed = ", ".join(f"'{name}'" for name in names)
            raise ValueError(
                f"No gradients provided for any variable: ({listed}).{why_missing(tape, loss, missing)}\n"
                "A gradient is there where the loss was computed from the variable inside the tape."
            )
        # The next step will leave out the same ones, most likely for the same reason; finding it
        # out takes longer than the step itself.
        which = frozenset(getattr(variable, "key", 0) for variable in missing)
        if tape is not None and which not in self._explained:
            self._explained[which] = why_missing(tape, loss, missing)
        warnings.warn(
            f"Gradients do not exist for variables {names} when minimizing the loss."
            f"{self._explained.get(which, '')}",
            stacklevel=levels_to_the_user(),
        )
        return [(grad, variable) for grad, variable in pairs if grad is not None]


def _pair(one: Any) -> tuple[Any, Any]:
    try:
        grad, variable = one
    except (TypeError, ValueError):
        raise TypeError(
            f"apply_gradients takes pairs (gradient, Variable); a {type(one).__name__} came: write "
            f"zip(gradients, variables)"
        ) from None
    return grad, variable


def _length(grad: Any) -> float:
    return float(np.linalg.norm(np.ravel(grad)))


def _shortened(grad: Any, length: float, limit: float) -> Any:
    return grad * (limit / length) if length > limit else grad
