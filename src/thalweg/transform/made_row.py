"""What have loops, choices and ways back alike? Each is a row made at run time, and one call to whoever records."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from thalweg.core.handle import Trainable
from thalweg.core.recording import STATE, caller_site, leave_trace
from thalweg.tape.adoption import Adopted, Named
from thalweg.transform.script import floats
from thalweg.values.tensor import Tensor

if TYPE_CHECKING:
    from thalweg.graph.symbol import Symbol

__all__ = ["MadeRow", "Walk"]


class MadeRow(ABC):
    """A row of the op table that a program made: it runs scripts, and brings its own derivatives.

    Args:
        name: what the user called, for messages.
        root: the row that this one gives more answers of; without one, itself.
    """

    variadic = False
    several = True
    severs = ""
    elementwise = False
    parameters: ClassVar[dict[str, Any]] = {}

    def __init__(self, name: str, root: Any = None) -> None:
        self.name = name
        self.root: Any = root or self

    def extends(self, other: Any) -> bool:
        """Whether this row answers all that another of the same root does, and more."""
        return False

    @abstractmethod
    def kernel(self, *arrays: Any) -> tuple[Any, ...]:
        """The answers as arrays."""

    @abstractmethod
    def native(self, *symbols: Symbol) -> tuple[Symbol, ...]:
        """Write the row into the graph of the symbols."""

    @abstractmethod
    def gradients(
        self, operands: Sequence[Any], out: Sequence[Any], followed: tuple[int, ...],
        arrived: Sequence[Any],
    ) -> dict[int, Any]:  # fmt: skip
        """The gradients of inputs, by their places; None or absent where there is none.

        Args:
            operands: what the call took.
            out: what it answered.
            followed: the places of the inputs whose gradients are wanted.
            arrived: the cotangent of each answer, or None.
        """

    @abstractmethod
    def tangents(
        self, operands: Sequence[Any], out: Sequence[Any], tangents: Sequence[Any]
    ) -> Sequence[Any]:
        """The tangent of each answer, or None.

        Args:
            operands: what the call took.
            out: what it answered.
            tangents: one for each operand, or None.
        """

    def run(self, operands: Sequence[Any]) -> tuple[Any, ...]:
        """The answers as Tensors, shown to whoever records."""
        with np.errstate(all="ignore"):
            made = self.kernel(*[one.array for one in operands])
        out = tuple([Tensor(np.asarray(one)[()] if not np.ndim(one) else one) for one in made])
        self._show(operands, out)
        return out

    def _show(self, operands: Sequence[Any], out: tuple[Any, ...]) -> None:
        call = Walk(self, operands, out)
        keys, arrays = call.keys, tuple([one.array for one in operands])
        site, recorded = caller_site(2), False
        for recorder in STATE.recorders:
            for value in operands:
                if isinstance(value, Trainable):
                    recorder.read(value)
            if recorder.traces:
                recorded |= recorder.record(self, keys, arrays, (), out, site)
            else:
                recorded |= recorder.adopt(call)
        if not recorded:
            leave_trace(Named(self.name), keys, out, site)

    def call_of(self, keys: Any, values: Any, out: Any) -> Walk:
        """The call again as it was, for a recorder that sees it later."""
        operands = []
        for key, array in zip(keys, values, strict=True):
            one = Tensor(array)
            one.key = one.key if key is None else key
            operands.append(one)
        return Walk(self, operands, out)


class Walk(Adopted):
    """One call of a made row, as tapes and accumulators take it in.

    Args:
        op: the row.
        operands: the Tensors and Variables that it takes.
        out: the Tensors that it answers with.
    """

    knows_absent = True

    def __init__(self, op: MadeRow, operands: Sequence[Any], out: tuple[Any, ...]) -> None:
        super().__init__(op.name, operands, out)
        self.op, self.operands = op, tuple(operands)

    def event(self, followed: Sequence[int]) -> tuple[Any, ...]:
        """The call as an event of a tape; what can carry no derivative is not followed."""
        return super().event([at for at in followed if floats(self.operands[at].array)])

    def reverse(self, followed: tuple[int, ...], upstream: tuple[Any, ...]) -> Sequence[Any]:
        """One gradient an input, or None."""
        came = [g if floats(one.array) else None for g, one in zip(upstream, self.out, strict=True)]
        found = self.op.gradients(self.operands, self.out, followed, came)
        return [found.get(at) for at in range(len(self.operands))]

    def forward(self, tangents: Sequence[Any]) -> Sequence[Any]:
        """One tangent an answer, or None."""
        return self.op.tangents(self.operands, self.out, tangents)
