"""Jacobians of a record: one sweep for each element of the target."""

from __future__ import annotations

from typing import Any

import numpy as np

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
    count = target.array.size
    rows = [_sweep(recording, target, sources, place, strict=strict) for place in range(count)]
    grads: list[Any] = []
    for at, source in enumerate(sources):
        parts = [row[at] for row in rows]
        whole = (*shape, *source.array.shape)
        if all(part is None for part in parts):
            zero = missing is UnconnectedGradients.ZERO or (not count and target.key in recording.specs)
            grads.append(Tensor(np.zeros(whole, source.array.dtype)) if zero else None)
            continue
        zeros = np.zeros(source.array.shape, source.array.dtype)
        if STATE.recorders:
            filled = [Tensor(zeros) if part is None else part for part in parts]
            grads.append(reshape.eager(stack.eager(filled), whole))
        else:
            grads.append(
                Tensor(np.stack([zeros if part is None else part for part in parts]).reshape(whole))
            )
    return grads


def _sweep(
    recording: Recording, target: Any, sources: list[Any], place: int, *, strict: bool
) -> list[Any]:
    """The gradients of one element of the target."""
    spec = recording.specs.get(target.key)
    if spec is None:
        return [None] * len(sources)
    seed = np.zeros(*spec[:2])
    seed.reshape(-1)[place] = 1
    keys = frozenset([source.key for source in sources])
    on_path = None if recording.roots <= keys else path_to(recording, keys)
    start = Tensor(seed) if STATE.recorders else seed
    with np.errstate(all="ignore"):
        found = reverse_sweep(
            recording.events, {target.key: start}, recording.specs, keys,
            on_path=on_path, strict=strict,
        )  # fmt: skip
    return [found.get(source.key) for source in sources]


def batch_jacobian(recording: Recording, target: Any, source: Any, *, strict: bool) -> Any:
    """Shape `(batch, *target.shape[1:], *source.shape[1:])`: one sweep for each element of a row.

    Raises:
        ValueError: ranks below 2, or first dimensions that differ.
    """
    (goal,) = targets_of(target)
    (leaf,) = sources_of(source)
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
    batch = rows[0]
    count = int(np.prod(rows[1:], dtype=int))
    parts = []
    keys = frozenset([leaf.key])
    for place in range(count):
        seed = np.zeros((batch, count), goal.array.dtype)
        seed[:, place] = 1
        shaped = seed.reshape(rows)
        start = Tensor(shaped) if STATE.recorders else shaped
        connected = goal.key in recording.specs
        with np.errstate(all="ignore"):
            found = reverse_sweep(
                recording.events, {goal.key: start} if connected else {}, recording.specs, keys,
                on_path=path_to(recording, keys), strict=strict,
            )  # fmt: skip
        parts.append(found.get(leaf.key, None))
    whole = (batch, *rows[1:], *columns[1:])
    if not parts or all(part is None for part in parts):
        return Tensor(np.zeros(whole, leaf.array.dtype))
    if STATE.recorders:
        return reshape.eager(stack.eager(parts, axis=1), whole)
    return Tensor(np.stack(parts, axis=1).reshape(whole))



