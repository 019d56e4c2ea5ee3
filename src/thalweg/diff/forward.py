"""The one forward step: the tangent of a call's answer from the tangents of its inputs."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.op import Op
from thalweg.core.outcomes import WATCHERS
from thalweg.diff.strong_zero import still
from thalweg.errors import MissingRuleError
from thalweg.ops.casting import cast
from thalweg.ops.creation import zeros_like
from thalweg.ops.movement import broadcast_to


def forward_step(
    op: Op,
    values: tuple[Any, ...],
    params: tuple[Any, ...],
    answer: Any,
    tangents: tuple[Any, ...],
) -> Any:
    """The tangent of an answer.

    Args:
        op: the row.
        values: the inputs, arrays or Tensors.
        params: as the kernel takes them.
        answer: the answer, array or Tensor; a tuple of them where the op has several.
        tangents: one for each input, None where it has none.

    Returns:
        The tangent in the answer's shape and dtype (a tuple for several answers), or None where
        nothing passes.
    """
    if op.severs:
        return None
    # Where a map is linear over the reals only (conj, imag), its transpose is another rule.
    if op.forward or (op.elementwise and not (op.linear and not op.holomorphic)):
        total = _by_rules(op, values, params, answer, tangents)
    elif op.linear:
        total = _linear(op, values, params, tangents)
    elif op.multilinear:
        total = _multilinear(op, values, params, tangents)
    else:
        raise MissingRuleError(f"{op.name} has no forward rule")
    if total is None:
        return None
    if WATCHERS:
        for watcher in WATCHERS:
            watcher.ruled(op, "tangent", (values, answer, tangents), total, None)
    if isinstance(answer, tuple):
        return tuple(
            None if part is None else as_answer(part, one)
            for part, one in zip(total, answer, strict=True)
        )
    return as_answer(total, answer)


def as_answer(tangent: Any, answer: Any) -> Any:
    """A tangent in the shape and dtype of its value; None for values that carry none."""
    raw = answer.array if isinstance(answer, Handle) else answer
    mine = tangent.array if isinstance(tangent, Handle) else tangent
    if raw.dtype.kind not in "fc":
        return None
    if mine.dtype != raw.dtype:
        tangent = cast(tangent, raw.dtype)
    if mine.shape != raw.shape:
        tangent = broadcast_to(tangent, raw.shape)
    return tangent


def _by_rules(
    op: Op, values: tuple[Any, ...], params: tuple[Any, ...], answer: Any, tangents: tuple[Any, ...]
) -> Any:
    shapes = tuple([np.shape(_raw(value)) for value in values])
    if op.variadic:
        environment: tuple[Any, ...] = (answer, values, *params, shapes)
    else:
        environment = (answer, *values, *params, *shapes)
    total = None
    for place, tangent in enumerate(tangents):
        if tangent is None:
            continue
        name = op.input_names[0 if op.variadic else place]
        rule = op.forward.get(name) or (op.reverse.get(name) if op.elementwise else None)
        if rule is None:
            if op.variadic or op.vjp.get(name) is not None:
                raise MissingRuleError(f"{op.name} has no forward rule for {name}")
            continue
        names = (*environment, place) if op.variadic else environment
        if op.real_only and _raw(tangent).dtype.kind == "c":
            op.refuse_complex("tangent")
        part = rule.function(tangent, *rule.pick(names))
        if op.elementwise and not op.bounded:
            part = still(tangent, part, rule, names)
        total = part if total is None else _add(total, part)
    return total


def _linear(
    op: Op, values: tuple[Any, ...], params: tuple[Any, ...], tangents: tuple[Any, ...]
) -> Any:
    if op.variadic:
        filled = tuple(
            zeros_like(value) if tangent is None else tangent
            for value, tangent in zip(values, tangents, strict=True)
        )
        return op(list(filled), *params)
    followed = [
        tangent is not None and name in op.linear_names
        for name, tangent in zip(op.input_names, tangents, strict=True)
    ]
    if not any(followed):
        return None
    inputs = []
    for name, value, tangent in zip(op.input_names, values, tangents, strict=True):
        if name not in op.linear_names:
            inputs.append(value)
        else:
            inputs.append(_zero_like(value) if tangent is None else tangent)
    return op(*inputs, *params)


def _multilinear(
    op: Op, values: tuple[Any, ...], params: tuple[Any, ...], tangents: tuple[Any, ...]
) -> Any:
    total = None
    for place, tangent in enumerate(tangents):
        name = op.input_names[0 if op.variadic else place]
        if tangent is None or name not in op.multilinear_names:
            continue
        inputs = (*values[:place], tangent, *values[place + 1 :])
        part = op(list(inputs), *params) if op.variadic else op(*inputs, *params)
        total = part if total is None else _add(total, part)
    return total


def _zero_like(value: Any) -> Any:
    if isinstance(value, Handle | np.ndarray | np.generic):
        return zeros_like(value)
    return type(value)(0)


def _add(total: Any, part: Any) -> Any:
    if isinstance(total, tuple):
        return tuple(a + b for a, b in zip(total, part, strict=True))
    return total + part


def _raw(value: Any) -> Any:
    return value.array if isinstance(value, Handle) else value
