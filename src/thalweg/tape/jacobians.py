"""Jacobians of a record: one sweep for each element of the target."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from thalweg.core.handle import Trainable
from thalweg.core.recording import STATE
from thalweg.core.trees import is_nested, pack
from thalweg.diff.reverse import reverse_sweep
from thalweg.ops.joining import stack
from thalweg.ops.movement import reshape
from thalweg.tape.asking import path_to, sources_of, targets_of
from thalweg.tape.recording import Recording
from thalweg.tape.unconnected import UnconnectedGradients, unconnected
from thalweg.values.tensor import Tensor


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
    rows = _sweeps(recording, target, _units(target), sources, strict=strict)
    empty = not target.array.size and target.key in recording.specs
    grads: list[Any] = []
    for at, source in enumerate(sources):
        parts = [row[at] for row in rows]
        whole = (*shape, *source.array.shape)
        if any(part is not None for part in parts):
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
    recording: Recording,
    target: Any,
    seeds: Iterator[np.ndarray],
    sources: list[Any],
    *,
    strict: bool,
) -> list[list[Any]]:
    """The gradients of all sources, for each seed as the target's cotangent."""
    if target.key not in recording.specs:
        return [[None] * len(sources) for _ in seeds]
    keys = frozenset([source.key for source in sources])
    on_path = None if recording.roots <= keys else path_to(recording, keys)
    lifted = bool(STATE.recorders)
    # A sweep that is recorded by this tape itself must not lengthen the next one's way.
    events = list(recording.events) if lifted else recording.events
    rows = []
    for seed in seeds:
        with np.errstate(all="ignore"):
            found = reverse_sweep(
                events, {target.key: Tensor(seed) if lifted else seed}, recording.specs, keys,
                on_path=on_path, strict=strict,
            )  # fmt: skip
        rows.append([found.get(source.key) for source in sources])
    return rows


def _joined(parts: list[Any], source: Any, axis: int, whole: tuple[int, ...]) -> Any:
    """The rows of a Jacobian in one Tensor, zeros where a row is missing."""
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
    parts = [row[0] for row in _sweeps(recording, goal, _columns(goal), [leaf], strict=strict)]
    whole = (*rows, *columns[1:])
    if all(part is None for part in parts):
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
