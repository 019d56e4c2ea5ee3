"""The one reverse sweep: from cotangents of targets back to cotangents of sources.

It walks a list of events backwards, without recursion. Where nothing records it works on raw arrays;
where something does, it works on Tensors by the same rules, and the result can be differentiated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thalweg.core.op import Op, Rule
from thalweg.core.outcomes import WATCHERS
from thalweg.core.recording import KEPT, STATE, note
from thalweg.diff.fit import Spec, fit
from thalweg.diff.strong_zero import SMALL, strong_zero
from thalweg.ops.complex_numbers import conj
from thalweg.values.tensor import Tensor

SINGLE = np.dtype(np.float32)
DOUBLE = np.dtype(np.float64)


def reverse_sweep(
    events: list[Any],
    cotangents: dict[Any, Any],
    specs: Mapping[Any, Spec],
    sources: frozenset[Any],
    *,
    on_path: set[Any] | None = None,
    strict: bool = False,
    release: bool = False,
) -> dict[Any, Any]:
    """Propagate cotangents backwards through events.

    Args:
        events: as recorded, oldest first. With `release` they are taken off the list as the sweep
            passes, and with them what they keep alive.
        cotangents: by key, of the targets; filled in and returned. Tensors where something records,
            raw arrays otherwise.
        specs: shape and dtype by key.
        sources: the keys whose cotangents are wanted; they stay when their event is passed.
        on_path: the keys that lead to a source; None when all do.
        strict: without the strong zero.
        release: whether to forget events as the sweep passes them.

    Returns:
        Cotangents by key.
    """
    lifted = bool(STATE.recorders)
    owned: set[Any] = set()
    place = len(events)
    while place:
        place -= 1
        event = events.pop() if release else events[place]
        op, plan, keys, out = event[:KEPT]
        if type(out) is tuple:
            g = _several(op, cotangents, out, specs, sources, lifted)
        elif out in sources:
            g = cotangents.get(out)
        else:
            g = cotangents.pop(out, None)
        if g is None:
            continue
        if lifted:
            event = _lifted(event)
        plainly = op.plain and type(g) is not tuple and (g.dtype is SINGLE or g.dtype is DOUBLE)
        careful = op.unbounded and not strict and _holds_zeros(g)
        for at, rule in plan:
            key = keys[at]
            if on_path is not None and key not in on_path:
                continue
            if not plainly:
                result = _by_the_book(op, rule, g, event, at)
            elif rule.count == 1:
                result = rule.function(g, event[rule.first])
            elif rule.count == 0:
                result = rule.function(g)
            elif rule.count == 2:
                result = rule.function(g, event[rule.first], event[rule.second])
            else:
                result = rule.function(g, *rule.pick(event[KEPT:]))
            if result is None:
                note("no gradient", (key, out), op.name)
                continue
            if careful:
                result = strong_zero(g, result)
            spec = specs[key]
            if lifted or result.shape != spec[0] or result.dtype is not spec[1]:
                result = fit(result, spec)
                if WATCHERS and lifted:
                    for watcher in WATCHERS:
                        lineage = specs.get(out[0] if type(out) is tuple else out)
                        watcher.ruled(op, "gradient", (g, event[KEPT:]), result, lineage)
            if key in cotangents:
                _accumulate(cotangents, key, result, owned, lifted)
            else:
                cotangents[key] = result
    return cotangents


def _holds_zeros(g: Any) -> bool:
    """Whether a cotangent may hold zeros: told quickly for small arrays, left open for large ones."""
    return type(g) is not np.ndarray or g.size > SMALL or np.count_nonzero(g) != g.size


def _by_the_book(op: Op, rule: Rule, g: Any, event: tuple[Any, ...], at: int) -> Any:
    """A rule's result for lists of inputs, several answers, complex numbers and rare dtypes."""
    environment = (*event[KEPT:], at) if op.variadic else event[KEPT:]
    if op.real_only and g.dtype.kind == "c":
        op.refuse_complex("gradient")
    if op.holomorphic and type(g) is not tuple and g.dtype.kind == "c":
        result = rule.function(conj(g), *rule.pick(environment))
        return None if result is None else conj(result)
    return rule.function(g, *rule.pick(environment))


def _several(
    op: Op,
    cotangents: dict[Any, Any],
    out: tuple[Any, ...],
    specs: Mapping[Any, Spec],
    sources: frozenset[Any],
    lifted: bool,
) -> Any:
    """The cotangents of an event with several answers, zeros where none arrived, or None.

    A row that `knows_absent` sees None where none arrived.
    """
    parts = [cotangents.get(key) if key in sources else cotangents.pop(key, None) for key in out]
    if all(part is None for part in parts):
        return None
    if op.knows_absent:
        return tuple(parts)
    filled = []
    for part, key in zip(parts, out, strict=True):
        zeros = np.zeros(*specs[key][:2]) if part is None else None
        filled.append(part if part is not None else Tensor(zeros) if lifted else zeros)
    return tuple(filled)


def _accumulate(
    cotangents: dict[Any, Any], key: Any, result: Any, owned: set[Any], lifted: bool
) -> None:
    """Add to a key's cotangent; in place from the third part on, when the sum is the sweep's own."""
    before = cotangents[key]
    if not lifted and key in owned and isinstance(before, np.ndarray):
        before += result
    else:
        cotangents[key] = before + result
        owned.add(key)


def _lifted(event: tuple[Any, ...]) -> tuple[Any, ...]:
    """An event with Tensors under their own keys, so that outer tapes know them."""
    op, plan, keys, out, answer, *rest = event
    if type(out) is tuple:
        answer = None if answer is None else tuple(map(known, answer, out))
    else:
        answer = known(answer, out)
    if op.variadic:
        values, *others = rest
        values = None if values is None else tuple(map(known, values, keys))
        return (op, plan, keys, out, answer, values, *others)
    count = len(keys)
    return (op, plan, keys, out, answer, *map(known, rest[:count], keys), *rest[count:])


def known(array: Any, key: Any) -> Any:
    """An array as a Tensor under a key it had before; plain numbers and None as they are."""
    if key is None or not isinstance(array, np.ndarray | np.generic):
        return array
    tensor = Tensor.__new__(Tensor)
    tensor.array = array
    tensor.key = key
    return tensor
