"""Calls with a rule of the user's own: how tapes and accumulators take them in."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

from thalweg.core.handle import Handle
from thalweg.core.recording import STATE
from thalweg.values.tensor import Tensor


class Named(NamedTuple):
    """What a lineage remembers of such a call: its name, and nothing that it keeps alive."""

    name: str
    severs: str = ""


class Adopted(ABC):
    """One call of a function that brings its own derivative.

    It stands in a tape's list where a row of the table stands for other calls.

    Args:
        name: the function's name, for messages.
        inputs: the Tensors and Variables that carry gradients.
        out: the answers, a tuple of Tensors.
    """

    variadic = False
    knows_absent = False
    plain = False
    unbounded = False
    holomorphic = False
    real_only = False
    severs = ""

    def __init__(self, name: str, inputs: Sequence[Any], out: tuple[Any, ...]) -> None:
        self.name = name
        self.keys = tuple([value.key for value in inputs])
        self.specs = tuple([(value.array.shape, value.array.dtype) for value in inputs])
        self.out = out

    @abstractmethod
    def reverse(self, followed: tuple[int, ...], upstream: tuple[Any, ...]) -> Sequence[Any]:
        """One gradient an input, or None; those of inputs that are not followed are not looked at.

        Args:
            followed: the places of the inputs whose gradients are wanted.
            upstream: the answers' cotangents, Tensors; None where none came, if `knows_absent`.
        """

    @abstractmethod
    def forward(self, tangents: Sequence[Any]) -> Sequence[Any]:
        """One tangent an answer, or None, from the inputs' tangents, Tensors or None."""

    def event(self, followed: Sequence[int]) -> tuple[Any, ...]:
        """The call as an event of a tape."""
        shared = _Shared(self, tuple(followed))
        plan = tuple([(place, _Part(shared, place)) for place in followed])
        answers = tuple([part.key for part in self.out])
        return (self, plan, self.keys, answers, None, *[None] * len(self.keys))

    def __repr__(self) -> str:
        return f"<custom gradient of {self.name}>"


class CustomCall(Adopted):
    """A call whose derivatives are two functions.

    Args:
        name: the function's name, for messages.
        inputs: the Tensors and Variables that carry gradients.
        out: the answers, a tuple of Tensors.
        pull: from the answers' cotangents (Tensors) to one gradient an input, or None.
        push: from the inputs' tangents (Tensors or None) to one tangent an answer, or None.
    """

    def __init__(
        self,
        name: str,
        inputs: Sequence[Any],
        out: tuple[Any, ...],
        pull: Callable[[tuple[Any, ...]], Sequence[Any]],
        push: Callable[[Sequence[Any]], Sequence[Any]],
    ) -> None:
        super().__init__(name, inputs, out)
        self.pull, self.push = pull, push

    def reverse(self, followed: tuple[int, ...], upstream: tuple[Any, ...]) -> Sequence[Any]:
        """One gradient an input, or None."""
        return self.pull(upstream)

    def forward(self, tangents: Sequence[Any]) -> Sequence[Any]:
        """One tangent an answer, or None."""
        return self.push(tangents)


class _Shared:
    """The gradients of one passing of the sweep, computed once for all inputs."""

    __slots__ = ("arrived", "call", "followed", "grads")

    def __init__(self, call: Adopted, followed: tuple[int, ...]) -> None:
        self.call, self.followed = call, followed
        self.arrived: Any = None
        self.grads: Sequence[Any] = ()

    def gradients(self, arrived: Any) -> Sequence[Any]:
        if arrived is not self.arrived:
            lifted = [g if g is None or isinstance(g, Handle) else Tensor(g) for g in arrived]
            self.grads = self.call.reverse(self.followed, tuple(lifted))
            self.arrived = arrived
        return self.grads


def forget_cotangents(events: Iterable[tuple[Any, ...]]) -> None:
    """Let go of what the latest sweep over some events has brought."""
    for event in events:
        for _, rule in event[1]:
            if type(rule) is _Part:
                rule.shared.arrived, rule.shared.grads = None, ()


class _Part:
    """What a rule is to the sweep, for one input."""

    __slots__ = ("place", "shared")

    names: frozenset[str] = frozenset()
    count = 0

    def __init__(self, shared: _Shared, place: int) -> None:
        self.shared = shared
        self.place = place

    def function(self, g: Any) -> Any:
        grad = self.shared.gradients(g)[self.place]
        if grad is None or STATE.recorders:
            return grad
        return grad.array if isinstance(grad, Handle) else grad

    def pick(self, environment: Any) -> tuple[Any, ...]:
        return ()
