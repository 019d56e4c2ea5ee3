"""`recompute_grad`: trade time for memory: nothing inside is kept, it is computed again backward."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from thalweg.core.handle import Handle
from thalweg.core.recording import STATE, set_recorders
from thalweg.core.trees import flatten, is_nested, map_leaves
from thalweg.tape.adoption import CustomCall
from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.custom_gradient import Reads, answers, as_leaf, publish


def recompute_grad(f: Callable[..., Any]) -> Callable[..., Any]:
    """A function that keeps nothing for its gradient but its arguments.

    Its forward call is recorded as one event; the backward sweep calls `f` again on a tape of its
    own. `f` must return the same for the same arguments.

    Args:
        f: takes and returns Tensors or nestings of them; it may read Variables.

    Returns:
        A function of the same arguments; `.__wrapped__` is `f`.

    >>> import thalweg as tw
    >>> float(tw.grad(tw.recompute_grad(lambda x: tw.sin(x) ** 2))(0.0))
    0.0
    """

    @functools.wraps(f)
    def decorated(*args: Any, **named: Any) -> Any:
        lifted = [map_leaves(as_leaf, arg) for arg in args]
        reads = Reads()
        everyone = STATE.recorders
        # Tapes keep nothing of this; who writes it down, to compute it again, sees it all the same.
        set_recorders((*[one for one in everyone if one.traces], reads))
        try:
            result = f(*lifted, **named)
        finally:
            set_recorders(everyone)
        # One object passed twice is one source: the tape of the second call cannot tell them apart.
        inputs = list(
            {leaf.key: leaf for leaf in flatten(lifted) if isinstance(leaf, Handle)}.values()
        )
        mine = {leaf.key for leaf in inputs}
        sources = [*inputs, *[one for key, one in reads.variables.items() if key not in mine]]
        whole, flat = answers(result)
        again = _Again(f, lifted, named, sources)
        name = getattr(f, "__name__", "f")
        publish(CustomCall(name, sources, flat, again.reverse, again.forward), sources)
        return whole if is_nested(result) else flat[0]

    return decorated


class _Again:
    """The recomputation, backward and forward."""

    def __init__(
        self, function: Callable[..., Any], args: Any, named: dict[str, Any], sources: Sequence[Any]
    ) -> None:
        self.function = function
        self.args = args
        self.named = named
        self.sources = sources
        self.saved = [source.array for source in sources]

    def _call(self) -> Any:
        """Call the function again, on the values that it had."""
        current = [source.array for source in self.sources]
        try:
            for source, array in zip(self.sources, self.saved, strict=True):
                source.array = array
            return self.function(*self.args, **self.named)
        finally:
            for source, array in zip(self.sources, current, strict=True):
                source.array = array

    def reverse(self, upstream: tuple[Any, ...]) -> list[Any]:
        """One gradient a source."""
        with GradientTape() as tape:
            tape.watch([one for one in self.sources if one.array.dtype.kind in "fc"])
            result = flatten(self._call())
        return list(tape.gradient(result, list(self.sources), output_gradients=list(upstream)))

    def forward(self, tangents: Sequence[Any]) -> list[Any]:
        """One tangent an answer."""
        followed = [
            (source, tangent)
            for source, tangent in _unique(self.sources, tangents)
            if tangent is not None
        ]
        with ForwardAccumulator(
            [source for source, _ in followed], [tangent for _, tangent in followed]
        ) as accumulator:
            result = flatten(self._call())
        return [accumulator.jvp(one) if isinstance(one, Handle) else None for one in result]


def _unique(sources: Sequence[Any], tangents: Sequence[Any]) -> list[tuple[Any, Any]]:
    """Each source once: an argument given twice has one tangent."""
    seen: dict[int, tuple[Any, Any]] = {}
    for source, tangent in zip(sources, tangents, strict=True):
        seen.setdefault(source.key, (source, tangent))
    return list(seen.values())
