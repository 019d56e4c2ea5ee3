"""Jacobians of a record: one sweep for each element of the target.

While somebody writes down what is computed, many sweeps are turns of one loop, and are written down once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import numpy as np

from thalweg.core.handle import Trainable
from thalweg.core.recording import STATE
from thalweg.core.trees import is_nested, pack
from thalweg.diff.reverse import reverse_sweep
from thalweg.ops.joining import stack
from thalweg.ops.movement import reshape, transpose
from thalweg.tape.adoption import forget_cotangents
from thalweg.tape.asking import path_to, sources_of, targets_of
from thalweg.tape.recording import Recording
from thalweg.tape.unconnected import UnconnectedGradients, unconnected
from thalweg.values.tensor import Tensor

FEW = 4
"""So many sweeps are written down one after the other."""


class Loops:
    """How many calls become turns of one loop: told from above, where loops are.

    Attributes:
        along: from a function and a Tensor, the function's answers for its rows, along a first axis.
    """

    along: ClassVar[Callable[[Callable[[Any], Any], Any], Any] | None] = None


def jacobian(
    recording: Recording, target: Any, sources: Any, unconnected_gradients: Any, *, strict: bool
) -> Any:
    """For each source, shape `target.shape + source.shape`; nested as targets, then sources."""
    missing = unconnected(unconnected_gradients)
    leaves = sources_of(sources)
    answers = []
    for one in targets_of(target):
        grads = _of_one(recording, one, leaves, missing, strict=strict)
        answers.append(pack(sources, grads) if is_nested(sources) else grads[0])
    return pack(target, answers) if is_nested(target) else answers[0]


def _of_one(
    recording: Recording,
    target: Any,
    sources: list[Any],
    missing: UnconnectedGradients,
    *,
    strict: bool,
) -> list[Any]:
    shape = target.array.shape
    if isinstance(target, Trainable):
        recording.read(target)
    found = _sweeps(recording, target, [*_units(target)], sources, strict=strict)
    empty = not target.array.size and target.key in recording.specs
    grads: list[Any] = []
    for parts, source in zip(found, sources, strict=True):
        whole = (*shape, *source.array.shape)
        if parts is not None:
            grads.append(_joined(parts, source, 0, whole))
        elif empty or missing is UnconnectedGradients.ZERO:
            grads.append(Tensor(np.zeros(whole, source.array.dtype)))
        else:
            grads.append(None)
    return grads


def _units(target: Any) -> Iterator[np.ndarray]:
    """A cotangent for each element of a target: one there, zero elsewhere."""
    for place in range(target.array.size):
        seed = np.zeros(target.array.shape, target.array.dtype)
        seed.reshape(-1)[place] = 1
        yield seed


def _sweeps(
    recording: Recording, target: Any, seeds: list[np.ndarray], sources: list[Any], *, strict: bool
) -> list[Any]:
    """For each source its gradients for each seed as the target's cotangent.

    Returns:
        For each source a list, in which None stands for zeros, or one Tensor with a row a seed; None
        where no sweep comes to it.
    """
    if target.key not in recording.specs:
        return [None] * len(sources)
    keys = frozenset([source.key for source in sources])
    on_path = None if recording.roots <= keys else path_to(recording, keys)
    lifted = bool(STATE.recorders)
    # A sweep that is recorded by this tape itself must not lengthen the next one's way.
    events = list(recording.events) if lifted else recording.events

    def sweep(seed: Any) -> list[Any]:
        with np.errstate(all="ignore"):
            found = reverse_sweep(
                events, {target.key: seed}, recording.specs, keys, on_path=on_path, strict=strict
            )
        forget_cotangents(events)
        return [found.get(source.key) for source in sources]

    if len(seeds) > FEW and Loops.along is not None and _is_written_down():
        return _in_a_loop(Loops.along, sweep, np.stack(seeds), sources)
    rows = [sweep(Tensor(seed) if lifted else seed) for seed in seeds]
    columns = [[row[at] for row in rows] for at in range(len(sources))]
    return [None if all(part is None for part in one) else one for one in columns]


def _is_written_down() -> bool:
    tracer = STATE.here.tracer
    return tracer is not None and not tracer.obstacles


def _in_a_loop(
    along: Callable[[Callable[[Any], Any], Any], Any],
    sweep: Callable[[Any], list[Any]],
    seeds: np.ndarray,
    sources: list[Any],
) -> list[Any]:
    """The gradients of all sources, for each seed, where a sweep is a turn of a loop."""
    met = [False] * len(sources)

    def turn(seed: Any) -> list[Any]:
        found = sweep(seed)
        met[:] = [one is not None for one in found]
        return [
            Tensor(np.zeros(source.array.shape, source.array.dtype)[()]) if one is None else one
            for one, source in zip(found, sources, strict=True)
        ]

    made = along(turn, Tensor(seeds))
    return [one if there else None for one, there in zip(made, met, strict=True)]


def _joined(parts: Any, source: Any, axis: int, whole: tuple[int, ...]) -> Any:
    """The rows of a Jacobian in one Tensor, zeros where a row is missing."""
    if isinstance(parts, Tensor):
        order = (1, 0, *range(2, parts.array.ndim))
        return reshape.eager(transpose.eager(parts, order) if axis else parts, whole)
    zeros = np.zeros(source.array.shape, source.array.dtype)
    if STATE.recorders:
        filled = [Tensor(zeros) if part is None else part for part in parts]
        return reshape.eager(stack.eager(filled, axis=axis), whole)
    raw = np.stack([zeros if part is None else part for part in parts], axis=axis)
    return Tensor(raw.reshape(whole))


def batch_jacobian(recording: Recording, target: Any, source: Any, *, strict: bool) -> Any:
    """Shape `(batch, *target.shape[1:], *source.shape[1:])`: one sweep for each element of a row.

    Raises:
        ValueError: ranks below 2, or first dimensions that differ.
    """
    goal, leaf = _only("target", targets_of(target)), _only("source", sources_of(source))
    rows, columns = goal.array.shape, leaf.array.shape
    if len(rows) < 2 or len(columns) < 2:
        raise ValueError(
            f"target (rank {len(rows)}) and source (rank {len(columns)}) of batch_jacobian must "
            f"have rank at least 2"
        )
    if rows[0] != columns[0]:
        raise ValueError(
            f"Need first dimension of target shape ({rows}) and source shape ({columns}) to match."
        )
    if isinstance(goal, Trainable):
        recording.read(goal)
    (parts,) = _sweeps(recording, goal, [*_columns(goal)], [leaf], strict=strict)
    whole = (*rows, *columns[1:])
    if parts is None:
        return Tensor(np.zeros(whole, leaf.array.dtype))
    return _joined(parts, leaf, 1, whole)


def _only(what: str, leaves: list[Any]) -> Any:
    if len(leaves) != 1:
        raise ValueError(
            f"batch_jacobian takes one {what}, not {len(leaves)}; call it once for each"
        )
    return leaves[0]


def _columns(target: Any) -> Iterator[np.ndarray]:
    """A cotangent for each element of a target's row: ones there in every row, zero elsewhere."""
    shape = target.array.shape
    count = int(np.prod(shape[1:], dtype=int))
    for place in range(count):
        seed = np.zeros((shape[0], count), target.array.dtype)
        seed[:, place] = 1
        yield seed.reshape(shape)
