"""What does a function do, row by row of the op table? It can be done again, for other values.

A graph says what is computed; a script says by which rows, so that what is computed again can be
differentiated again. Loops and branches hold scripts: a turn of a loop is a script, its derivative is
another one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from thalweg.core.dispatch import publish
from thalweg.core.recording import Site
from thalweg.values.tensor import Tensor

if TYPE_CHECKING:
    from thalweg.graph.graph import Graph

__all__ = ["Call", "Like", "Script", "floats"]


@dataclass(frozen=True, slots=True)
class Like:
    """Shape and dtype of a value."""

    shape: tuple[int, ...]
    dtype: np.dtype[Any]


class Call:
    """One call of a row: which values it takes and makes, by their numbers.

    Attributes:
        op: the row, or a loop or a choice, which are rows made at run time.
        inputs: the numbers of what it takes.
        params: as the kernel takes them.
        outputs: the numbers of what it makes.
        several: whether it answers with a tuple.
        site: the user's line.
    """

    __slots__ = ("inputs", "op", "outputs", "params", "several", "site")

    def __init__(
        self, op: Any, inputs: tuple[int, ...], params: tuple[Any, ...], outputs: tuple[int, ...],
        several: bool, site: Site,
    ) -> None:  # fmt: skip
        self.op, self.inputs, self.params = op, inputs, params
        self.outputs, self.several, self.site = outputs, several, site


def floats(array: Any) -> bool:
    """Whether a value can carry a derivative."""
    return array.dtype.kind in "fc"


class Script:
    """Calls in order, from inputs to outputs.

    Attributes:
        values: by number, what each value was when the script was written; constants stay what they
            are, of the others the numbers are an example.
        constants: the numbers of those that are the same each time.
        inputs: the numbers of what is given.
        calls: what is done.
        outputs: the numbers of what is answered.
    """

    def __init__(
        self, values: list[Any], constants: set[int], inputs: Sequence[int], calls: Sequence[Call],
        outputs: Sequence[int],
    ) -> None:  # fmt: skip
        self.values, self.constants = values, constants
        self.inputs, self.calls, self.outputs = list(inputs), list(calls), list(outputs)
        self._plan: list[Any] | None = None

    def examples(self) -> list[Any]:
        """An array for each input."""
        return [self.values[at] for at in self.inputs]

    def part(self, inputs: Sequence[int], outputs: Sequence[int]) -> Script:
        """What leads from some of the values to others; what is not needed is left out."""
        given, needed = set(inputs), set(outputs)
        kept = []
        for call in reversed(self.calls):
            if any(at in needed and at not in given for at in call.outputs):
                kept.append(call)
                needed.update(call.inputs)
        return Script(self.values, self.constants, inputs, kept[::-1], outputs)

    def reached(self, start: Iterable[int], by_rules: bool) -> set[int]:
        """The values that depend on some.

        Args:
            start: the numbers of those.
            by_rules: whether only what carries a derivative counts.
        """
        found = set(start)
        for call in self.calls:
            if not found.isdisjoint(call.inputs) and not (by_rules and call.op.severs):
                found.update(at for at in call.outputs if not by_rules or floats(self.values[at]))
        return found

    def behind(self, end: Iterable[int]) -> set[int]:
        """The values that some are computed from, and those themselves."""
        found = set(end)
        for call in reversed(self.calls):
            if not found.isdisjoint(call.outputs):
                found.update(call.inputs)
        return found

    def compute(self, arrays: Sequence[Any]) -> list[Any]:
        """The outputs for other inputs, as arrays; nobody is told."""
        if self._plan is None:
            self._plan = [
                (
                    call.op.kernel,
                    call.op.variadic,
                    call.inputs,
                    call.params,
                    call.outputs,
                    call.several,
                )
                for call in self.calls
            ]
        values = self.values.copy()
        for at, array in zip(self.inputs, arrays, strict=True):
            values[at] = array
        for kernel, variadic, inputs, params, outputs, several in self._plan:
            given: Any = [values[at] for at in inputs]
            made = kernel(tuple(given), *params) if variadic else kernel(*given, *params)
            if several:
                for at, part in zip(outputs, made, strict=True):
                    values[at] = part
            else:
                values[outputs[0]] = made
        return [values[at] for at in self.outputs]

    def replay(self, given: Sequence[Any]) -> list[Any]:
        """The outputs for Tensors, every call shown to whoever records."""
        values: list[Any] = [None] * len(self.values)
        for at in self.constants:
            values[at] = self.values[at]
        for at, tensor in zip(self.inputs, given, strict=True):
            values[at] = tensor
        for call in self.calls:
            op, inputs = call.op, [values[at] for at in call.inputs]
            if hasattr(op, "root"):  # a loop or a choice, which shows itself
                made: Any = op.run([_tensor(one) for one in inputs])
                for at, part in zip(call.outputs, made, strict=True):
                    values[at] = part
                continue
            keys = tuple([one.key if type(one) is Tensor else None for one in inputs])
            arrays = tuple([one.array if type(one) is Tensor else one for one in inputs])
            made = (
                op.kernel(arrays, *call.params) if op.variadic else op.kernel(*arrays, *call.params)
            )
            out: Any = tuple([Tensor(part) for part in made]) if call.several else Tensor(made)
            publish(op, keys, arrays, call.params, out, call.site)
            for at, part in zip(call.outputs, out if call.several else (out,), strict=True):
                values[at] = part
        return [_tensor(values[at]) for at in self.outputs]

    def write(self, graph: Graph, nodes: Sequence[int]) -> list[int]:
        """Write the calls into a graph.

        Args:
            graph: where.
            nodes: the node of each input.

        Returns:
            The node of each output.

        Raises:
            NotLowered: a row has no machine code; its `site` is the user's line.
        """
        from thalweg.graph.lowering import NotLowered, lower, number

        known: dict[int, Any] = {
            at: number(node) for at, node in zip(self.inputs, nodes, strict=True)
        }

        def node_of(at: int) -> Any:
            if at not in known:  # a constant: arrays are nodes, Python's numbers stay what they are
                value = self.values[at]
                plain = not isinstance(value, np.ndarray | np.generic)
                known[at] = value if plain else number(graph.constant(value))
            return known[at]

        for call in self.calls:
            like = [Like(self.values[at].shape, self.values[at].dtype) for at in call.outputs]
            given = [node_of(at) for at in call.inputs]
            try:
                made = lower(
                    graph, call.op, given, call.params, tuple(like) if call.several else like[0]
                )
            except NotLowered as error:
                if not hasattr(error, "site"):
                    error.site = call.site  # type: ignore[attr-defined]  # read by the tracer
                raise
            for at, node in zip(call.outputs, made if call.several else (made,), strict=True):
                known[at] = number(node)
        return [int(node_of(at)) if at in known or not _is_plain(self.values[at])
                else graph.constant(self.values[at]) for at in self.outputs]  # fmt: skip


def _is_plain(value: Any) -> bool:
    return not isinstance(value, np.ndarray | np.generic)


def _tensor(value: Any) -> Any:
    return value if type(value) is Tensor else Tensor(np.asarray(value)[()])
