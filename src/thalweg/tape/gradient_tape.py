"""GradientTape: records what is computed inside `with`, and answers with gradients."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE, Happening, caller_site, set_recorders, tick
from thalweg.core.spans import GRADIENT, leave_span
from thalweg.core.trees import flatten
from thalweg.tape import words
from thalweg.tape.asking import answer_gradient, keys_of
from thalweg.tape.jacobians import batch_jacobian, jacobian
from thalweg.tape.recording import Recording

INTEGER_WARNINGS = 5
_integer_warnings = 0


class GradientTape:
    """Records operations on what it watches, for differentiation in reverse.

    Trainable Variables are watched when they are read, Tensors when `watch` is called on them.
    Tapes nest, to any order. Each thread has its own.

    Args:
        persistent: whether more than one gradient can be asked for; the record is kept until the
            tape is dropped.
        watch_accessed_variables: whether trainable Variables are watched when they are read.
        strict: whether the strong zero is off: a cotangent of 0 times an infinite derivative then
            is NaN, as in other libraries.

    >>> import thalweg as tw
    >>> x = tw.Variable(3.0)
    >>> with tw.GradientTape() as tape:
    ...     y = x * x
    >>> tape.gradient(y, x)
    <tf.Tensor: shape=(), dtype=float32, numpy=6.0>
    """

    _stranded: Recording | None = None
    """What still records on the thread that entered, though another thread ended the recording."""

    def __init__(
        self,
        persistent: bool = False,
        watch_accessed_variables: bool = True,
        *,
        strict: bool = False,
    ) -> None:
        self._persistent = persistent
        self._watch_accessed = watch_accessed_variables
        self._strict = strict
        self._recording: Recording | None = None
        self._active = False
        self._entered = False
        self._blocks: list[int] = []  # those not left yet: each the clock's number at its start
        self._history: list[Happening] = []
        self._spent: Recording | None = None

    def __enter__(self) -> GradientTape:
        if self._active:
            raise ValueError(words.STILL_RECORDING)
        if self._recording is None:
            self._recording = Recording(self._watch_accessed)
        self._entered = True
        self._blocks.append(tick())
        self._push(self._recording, "enter")
        return self

    def __exit__(self, *exception: object) -> None:
        if self._blocks:
            self._blocks.pop()
        if self._active:
            self._pop("exit")
        elif self._stranded is not None:
            set_recorders(tuple([one for one in STATE.recorders if one is not self._stranded]))
            self._stranded = None
        elif not self._blocks and self._history and self._history[-1].kind == "stop_recording":
            self._log("exit")  # in a pause, which ends here

    def _push(self, recording: Recording, why: str) -> None:
        set_recorders((*STATE.recorders, recording))
        self._active = True
        self._log(why)

    def _pop(self, why: str) -> None:
        mine = self._recording
        recorders = STATE.recorders
        alone = len(recorders) == 1 and recorders[0] is mine
        if not alone and mine not in recorders:  # stopped by another thread than it records on
            self._stranded = mine
        set_recorders(() if alone else tuple([one for one in recorders if one is not mine]))
        self._active = False
        self._log(why)

    def _log(self, kind: str) -> None:
        fields = (tick(), kind, (), STATE.here.thread, caller_site(2))
        self._history.append(tuple.__new__(Happening, fields))

    def watch(self, tensor: Any) -> None:
        """Watch a Tensor, a Variable or a nesting of them.

        Args:
            tensor: what to follow from here on; what was computed from it before is not followed.

        Raises:
            ValueError: something that is no Tensor or Variable.
            RuntimeError: the tape was never entered.
        """
        leaves = flatten(tensor)
        for leaf in leaves:
            if not isinstance(leaf, Handle):
                raise ValueError(
                    f"Passed in object {leaf!r} of type '{type(leaf).__name__}', not tf.Tensor or "
                    f"tf.Variable or ExtensionType. Make a Tensor of it first: tw.constant(...)."
                )
        if self._recording is None:
            raise RuntimeError(words.USED if self._spent else f"watch: {words.NEVER_ENTERED}")
        recording = self._recording
        for leaf in leaves:
            kind = leaf.array.dtype
            if kind.kind not in "fc":
                _warn_integer(kind)
            elif leaf.key not in recording.specs:
                recording.follow(leaf.key, leaf.array)
            if isinstance(leaf, Trainable):
                recording.variables[leaf.key] = leaf
            recording.log.append(Happening(tick(), "watch", (leaf.key,), "", caller_site()))

    @contextlib.contextmanager
    def stop_recording(self) -> Iterator[None]:
        """Record nothing inside this `with`; the end of the tape's own block is the end of it too.

        Raises:
            RuntimeError: the tape is not recording.
        """
        if not self._active:
            raise RuntimeError(words.STOP_NOT_RECORDING)
        block = self._blocks[-1]
        self._pop("stop_recording")
        try:
            yield
        finally:
            self._resume(block)

    def _resume(self, block: int) -> None:
        """Record on after a pause, unless the block's end or a gradient ended the recording."""
        if self._recording is not None and not self._active and block in self._blocks:
            self._push(self._recording, "resume")

    def reset(self) -> None:
        """Forget everything recorded so far; what was watched must be watched again.

        Raises:
            ValueError: the tape is not recording.
        """
        if not self._active:
            raise ValueError(words.NOT_RECORDING)
        self._pop("reset")
        forgotten, self._recording = self._recording, Recording(self._watch_accessed)
        if forgotten is not None:
            self._recording.forgotten = forgotten.lineage()
        self._push(self._recording, "resume")

    def watched_variables(self) -> tuple[Any, ...]:
        """The Variables watched so far, in the order in which they were made."""
        recording = self._recording or self._spent
        found = recording.variables if recording is not None else {}
        return tuple([found[key] for key in sorted(found)])

    def gradient(
        self,
        target: Any,
        sources: Any,
        output_gradients: Any = None,
        unconnected_gradients: Any = "none",
    ) -> Any:
        """The gradient of a target with respect to sources.

        Of a target that is no scalar, and of several, it is the gradient of the sum.

        Args:
            target: a Tensor, a Variable or a nesting of them.
            sources: a Tensor, a Variable or a nesting of them; intermediate values too.
            output_gradients: a cotangent for each target, None for ones.
            unconnected_gradients: "none" or "zero", for sources that the target does not depend on.

        Returns:
            A nesting shaped like `sources`: a Tensor of the source's shape and dtype for each, or
            None; `explain` tells why it is None.

        Raises:
            RuntimeError: a second call on a tape that is not persistent, or a tape never entered.
            TypeError: a target or a source that is no Tensor.
            ValueError: a wrong number or shape of `output_gradients`.
            MissingRuleError: an op on the path has no rule.
        """
        recording = self._opened()
        release = not self._persistent
        recorded = len(recording.events)
        try:
            grads = answer_gradient(
                recording, target, sources, output_gradients, unconnected_gradients,
                strict=self._strict, release=release,
            )  # fmt: skip
        except BaseException:
            if release and len(recording.events) < recorded:
                self._close(recording)  # half a record would answer wrongly
            raise
        if release:
            self._close(recording)
        return grads

    def _opened(self) -> Recording:
        """The record, with a tape that is not persistent off the stack for good."""
        if self._recording is None:
            raise RuntimeError(words.USED if self._entered else words.NEVER_ENTERED)
        if self._active:
            if not self._persistent:
                self._pop("gradient")
            else:
                _warn_inside()
        return self._recording

    def _close(self, recording: Recording) -> None:
        self._spent = recording
        self._recording = None

    def jacobian(
        self,
        target: Any,
        sources: Any,
        unconnected_gradients: Any = "none",
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The derivative of every element of a target with respect to every element of sources.

        Args:
            target: a Tensor, or a nesting of them.
            sources: a Tensor, a Variable or a nesting of them.
            unconnected_gradients: "none" or "zero".
            parallel_iterations: accepted for TensorFlow's sake; the answer does not depend on it.
            experimental_use_pfor: likewise, but False asks for a persistent tape.

        Returns:
            For each source a Tensor of shape `target.shape + source.shape`, or None.

        Raises:
            RuntimeError: as `gradient`; and `experimental_use_pfor=False` on a tape that is not
                persistent, as in TensorFlow.
        """
        if not experimental_use_pfor and not self._persistent and self._entered:
            raise RuntimeError(words.LOOP_NEEDS_PERSISTENT)
        recording = self._opened()
        start = tick()
        answer = jacobian(recording, target, sources, unconnected_gradients, strict=self._strict)
        leave_span(start, GRADIENT, keys_of([target, sources]), 2)
        if not self._persistent:
            self._close(recording)
        return answer

    def batch_jacobian(
        self,
        target: Any,
        source: Any,
        unconnected_gradients: Any = "none",
        parallel_iterations: int | None = None,
        experimental_use_pfor: bool = True,
    ) -> Any:
        """The Jacobian of each row of a target with respect to the same row of a source.

        Rows must not depend on other rows: this is not checked, as in TensorFlow.

        Args:
            target: shape `(batch, …)`, rank at least 2.
            source: shape `(batch, …)`, rank at least 2.
            unconnected_gradients: accepted; an unconnected source has zeros either way.
            parallel_iterations: only on a persistent tape, as in TensorFlow.
            experimental_use_pfor: accepted for TensorFlow's sake.

        Returns:
            Shape `(batch, *target.shape[1:], *source.shape[1:])`.

        Raises:
            ValueError: ranks below 2, or first dimensions that differ.
        """
        if self._entered and not self._persistent:
            if not experimental_use_pfor:
                raise RuntimeError(words.BATCH_LOOP_NEEDS_PERSISTENT)
            if parallel_iterations is not None:
                raise RuntimeError(words.PARALLEL_NEEDS_PERSISTENT)
        recording = self._opened()
        start = tick()
        answer = batch_jacobian(recording, target, source, strict=self._strict)
        leave_span(start, GRADIENT, keys_of([target, source]), 2)
        if not self._persistent:
            self._close(recording)
        return answer

    def explain(self, target: Any, source: Any) -> Any:
        """Why the gradient of a target with respect to a source is None, in words with line numbers.

        Args:
            target: as given to `gradient`.
            source: as given to `gradient`.

        Returns:
            An Explanation; `print` it.
        """
        from thalweg.tape.explain import explain

        recording = self._recording or self._spent
        return explain(recording, self._history, target, source, strict=self._strict)


def _warn_integer(kind: np.dtype[Any]) -> None:
    global _integer_warnings
    _integer_warnings += 1
    if _integer_warnings <= INTEGER_WARNINGS:
        warnings.warn(
            f"The dtype of the watched tensor must be floating (e.g. tf.float32), got tf.{kind.name}"
            f"; its gradient is None. Make it a float with tw.cast.",
            stacklevel=3,
        )


_warned_inside = False


def _warn_inside() -> None:
    global _warned_inside
    if not _warned_inside:
        _warned_inside = True
        warnings.warn(
            "Calling GradientTape.gradient on a persistent tape inside its context is significantly "
            "less efficient than calling it outside the context (it causes the gradient ops to be "
            "recorded on the tape, leading to increased CPU and memory usage). Only call "
            "GradientTape.gradient inside the context if you actually want to trace the gradient "
            "in order to compute higher order derivatives.",
            stacklevel=4,
        )


__all__ = ["GradientTape"]
