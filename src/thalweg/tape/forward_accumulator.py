"""ForwardAccumulator: Jacobian-vector products, computed beside the values as they come."""

from __future__ import annotations

import warnings
import weakref
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.op import Op
from thalweg.core.recording import STATE, Happening, Recorder, set_recorders
from thalweg.core.trees import flatten, flatten_up_to, is_nested, pack
from thalweg.diff.forward import forward_step
from thalweg.diff.reverse import known
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.casting import cast
from thalweg.tape.adoption import Adopted
from thalweg.tape.unconnected import UnconnectedGradients, unconnected
from thalweg.values.conversion import as_array
from thalweg.values.tensor import Tensor


class ForwardAccumulator:
    """Carries tangents forward from `primals` through everything computed inside `with`.

    Accumulators nest with each other and with tapes, to any order. An inner recorder does not see
    the products of an outer one.

    Args:
        primals: a Tensor, a Variable or a nesting of them.
        tangents: a nesting of the same shape: the direction.

    Raises:
        ValueError: the same primal twice, or a tangent of another shape.

    >>> import thalweg as tw
    >>> x = tw.constant(3.0)
    >>> with tw.autodiff.ForwardAccumulator(x, tw.constant(1.0)) as acc:
    ...     y = x * x
    >>> acc.jvp(y)
    <tf.Tensor: shape=(), dtype=float32, numpy=6.0>
    """

    traces = False

    def __init__(self, primals: Any, tangents: Any) -> None:
        self._tangents: dict[int, Any] = {}
        self._alive: dict[int, weakref.ref[Any]] = {}
        self._active = False
        values = flatten(primals)
        directions = flatten_up_to(primals, tangents)
        if directions is None:
            raise ValueError(
                f"ForwardAccumulator got {len(values)} primals and {len(flatten(tangents))} tangents; "
                f"the direction is nested as the primals are"
            )
        for primal, direction in zip(values, directions, strict=True):
            self._watch(primal, direction)

    def _watch(self, primal: Any, direction: Any) -> None:
        if not isinstance(primal, Handle):
            raise DTypeError(
                f"a primal is a {type(primal).__name__}, not a Tensor or Variable; make it one "
                f"before it is used: tw.constant(...)"
            )
        if primal.key in self._tangents:
            raise ValueError(
                f"Tensor {primal!r} was specified as a primal multiple times. This may indicate an "
                f"error. If it was intended, please sum the corresponding tangents."
            )
        dtype = primal.array.dtype
        if dtype.kind not in "fc":
            warnings.warn(
                f"The dtype of the primal must be floating (e.g. tf.float32), got tf.{dtype.name}",
                stacklevel=3,
            )
            return
        if not isinstance(direction, Handle):
            direction = Tensor(np.asarray(as_array(direction, dtype))[()])
        if direction.array.dtype.kind == "c" and dtype.kind != "c":
            raise DTypeError(
                f"a tangent is complex, but its primal is {dtype.name}; the imaginary part would be "
                f"lost: take tw.math.real first"
            )
        if direction.array.dtype != dtype:
            direction = cast.eager(direction, dtype)
        if direction.array.shape != primal.array.shape:
            raise ShapeError(
                f"a tangent of shape {direction.array.shape} does not fit its primal of shape "
                f"{primal.array.shape}"
            )
        self._remember(primal, direction)

    def _remember(self, value: Any, tangent: Any) -> None:
        """Keep a tangent for as long as its value lives.

        Beside another recorder it is kept as long as the accumulator: a tape keeps arrays, not
        Tensors, and may ask for a value again after its Tensor is gone.
        """
        key = value.key
        self._tangents[key] = tangent
        if len(STATE.recorders) > 1:
            return

        mine = weakref.ref(self)

        def forget(_: Any) -> None:
            # Whoever is called back is not held by what calls: nothing is left to collect.
            one = mine()
            if one is not None:
                one._tangents.pop(key, None)
                one._alive.pop(key, None)

        self._alive[key] = weakref.ref(value, forget)

    def __enter__(self) -> ForwardAccumulator:
        if self._active:
            raise ValueError("Accumulator is already recording.")
        self._active = True
        set_recorders((*STATE.recorders, self))
        return self

    def __exit__(self, *exception: object) -> None:
        self._active = False
        set_recorders(tuple([one for one in STATE.recorders if one is not self]))

    def jvp(self, primals: Any, unconnected_gradients: Any = "none") -> Any:
        """The tangents of values computed inside `with`; nothing is computed here.

        Args:
            primals: a Tensor, a Variable or a nesting of them.
            unconnected_gradients: "none" or "zero", for values that carry no tangent.

        Returns:
            A nesting of the same shape.
        """
        missing = unconnected(unconnected_gradients)
        found = []
        for value in flatten(primals):
            tangent = self._tangents.get(value.key) if isinstance(value, Handle) else None
            if tangent is None and missing is UnconnectedGradients.ZERO:
                tangent = Tensor(np.zeros(np.shape(value.array), value.array.dtype))
            found.append(tangent)
        return pack(primals, found) if is_nested(primals) else found[0]

    def record(
        self,
        op: Op,
        keys: tuple[Any, ...],
        values: tuple[Any, ...],
        params: tuple[Any, ...],
        out: Any,
        site: Any,
    ) -> bool:
        """Carry tangents through one call; what stands outside of this accumulator sees it."""
        mine = self._tangents
        tangents = tuple([mine.get(key) for key in keys])
        if all(tangent is None for tangent in tangents):
            return False
        everyone = STATE.recorders
        if len(everyone) > 1:
            for key in keys:
                self._alive.pop(key, None)
        set_recorders(self._outer(everyone))
        try:
            if STATE.recorders:
                inputs = tuple(map(known, values, keys))
                result = forward_step(op, inputs, params, out, tangents)
            else:
                result = self._plain(op, values, params, out, tangents)
        finally:
            set_recorders(everyone)
        return self._keep(out, result)

    def _plain(self, op: Op, values: Any, params: Any, out: Any, tangents: Any) -> Any:
        answer = tuple([part.array for part in out]) if type(out) is tuple else out.array
        raw = tuple([None if tangent is None else tangent.array for tangent in tangents])
        with np.errstate(all="ignore"):
            result = forward_step(op, values, params, answer, raw)
        if type(result) is tuple:
            return tuple([None if part is None else Tensor(part) for part in result])
        return None if result is None else Tensor(result)

    def _outer(self, everyone: tuple[Recorder, ...]) -> tuple[Recorder, ...]:
        return everyone[: everyone.index(self)]

    def _keep(self, out: Any, result: Any) -> bool:
        if result is None:
            return False
        if type(out) is tuple:
            for part, tangent in zip(out, result, strict=True):
                if tangent is not None:
                    self._remember(part, tangent)
        else:
            self._remember(out, result)
        return True

    def adopt(self, call: Adopted) -> bool:
        """Carry tangents through a call with a rule of the user's own."""
        tangents = [self._tangents.get(key) for key in call.keys]
        if all(tangent is None for tangent in tangents):
            return False
        everyone = STATE.recorders
        set_recorders(self._outer(everyone))
        try:
            result = call.forward(tangents)
        finally:
            set_recorders(everyone)
        return self._keep(call.out, tuple(result))

    def read(self, variable: Any) -> None:
        """Reading a Variable carries its tangent by its own key; nothing to do."""

    def note(self, happening: Happening) -> None:
        """Explanations are the tapes'."""
