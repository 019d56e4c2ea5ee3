"""The one reverse sweep: from cotangents of targets back to cotangents of sources.

It walks a list of events backwards, without recursion. Where nothing records it works on raw arrays;
where something does, it works on Tensors by the same rules, and the result can be differentiated.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.op import Op
from thalweg.core.recording import STATE
from thalweg.diff.fit import Spec, fit
from thalweg.diff.strong_zero import strong_zero
from thalweg.errors import MissingRuleError
from thalweg.ops.complex_numbers import conj
from thalweg.values.tensor import Tensor


class Event(NamedTuple):
    """One recorded call.

    `plan` holds (place, rule) of the inputs that are followed; `kept` is the rules' environment:
    the answer, the inputs, the parameters, the shapes, with None for what no rule names.
    """

    op: Op
    plan: tuple[Any, ...]
    keys: tuple[Any, ...]
    out: Any
    kept: tuple[Any, ...]
    site: Any


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
        op, plan, keys, out, kept, _ = events.pop() if release else events[place]
        g = _arrived(cotangents, out, specs, sources, lifted)
        if g is None:
            continue
        if lifted:
            kept = _lifted(op, kept, keys, out)
        complex_valued = op.holomorphic and type(g) is not tuple and g.dtype.kind == "c"
        for at, rule in plan:
            key = keys[at]
            if on_path is not None and key not in on_path:
                continue
            if rule is None:
                raise MissingRuleError(f"gradient registry has no entry for: {op.name}")
            environment = (*kept, at) if op.variadic else kept
            if complex_valued:
                result = rule.function(conj(g), *rule.pick(environment))
                result = None if result is None else conj(result)
            else:
                result = rule.function(g, *rule.pick(environment))
            if result is None:
                continue
            if op.elementwise and not op.bounded and not strict:
                result = strong_zero(g, result)
            spec = specs[key]
            if lifted:
                result = fit(result, spec)
            elif result.shape != spec[0] or result.dtype is not spec[1]:
                result = fit(result, spec)
            _accumulate(cotangents, key, result, owned, lifted)
    return cotangents


def _arrived(
    cotangents: dict[Any, Any],
    out: Any,
    specs: Mapping[Any, Spec],
    sources: frozenset[Any],
    lifted: bool,
) -> Any:
    """The cotangent of an event's answer (a tuple for several answers), or None."""
    if type(out) is not tuple:
        return cotangents.get(out) if out in sources else cotangents.pop(out, None)
    parts = [cotangents.get(key) if key in sources else cotangents.pop(key, None) for key in out]
    if all(part is None for part in parts):
        return None
    zeros = (lambda spec: Tensor(np.zeros(*spec))) if lifted else (lambda spec: np.zeros(*spec))
    return tuple(
        [zeros(specs[key]) if part is None else part for part, key in zip(parts, out, strict=True)]
    )


def _accumulate(
    cotangents: dict[Any, Any], key: Any, result: Any, owned: set[Any], lifted: bool
) -> None:
    """Add to a key's cotangent; in place from the third on, when the sum is the sweep's own."""
    before = cotangents.get(key)
    if before is None:
        cotangents[key] = result
    elif not lifted and key in owned and isinstance(before, np.ndarray):
        before += result
    else:
        cotangents[key] = before + result
        owned.add(key)


def _lifted(op: Op, kept: tuple[Any, ...], keys: tuple[Any, ...], out: Any) -> tuple[Any, ...]:
    """An event's environment with Tensors under their own keys, so that outer tapes know them."""
    answer, *rest = kept
    if type(out) is tuple:
        answer = None if answer is None else tuple(map(known, answer, out))
    else:
        answer = known(answer, out)
    if op.variadic:
        values, *params = rest
        values = None if values is None else tuple(map(known, values, keys))
        return (answer, values, *params)
    count = len(keys)
    return (answer, *map(known, rest[:count], keys), *rest[count:])


def known(array: Any, key: Any) -> Any:
    """An array as a Tensor under a key it had before; plain numbers and None as they are."""
    if key is None or not isinstance(array, np.ndarray | np.generic):
        return array
    tensor = Tensor.__new__(Tensor)
    tensor.array = array
    tensor.key = key
    return tensor
