"""Asking a record for a gradient: what came as target and source, cotangents in, gradients out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE, tick
from thalweg.core.spans import GRADIENT, leave_span
from thalweg.core.trees import flatten, flatten_up_to, is_nested, pack, sorted_keys
from thalweg.diff.fit import fit
from thalweg.diff.reverse import reverse_sweep
from thalweg.errors import DTypeError
from thalweg.tape.recording import Recording
from thalweg.tape.unconnected import UnconnectedGradients, unconnected
from thalweg.values.conversion import holds_handles, operand, stack_nested, weak
from thalweg.values.tensor import Tensor


def targets_of(target: Any) -> list[Any]:
    """The Tensors of a target.

    Raises:
        TypeError: None, or something that left the tape.
    """
    if target is None:
        raise DTypeError(
            "Argument `target` should be a list or nested structure of Tensors, Variables or "
            "CompositeTensors to be differentiated, but received None."
        )
    if isinstance(target, Handle):
        return [target]
    leaves = flatten(target)
    for leaf in leaves:
        if leaf is not None and not isinstance(leaf, Handle):
            raise DTypeError(
                f"the target is a {type(leaf).__name__}, not a Tensor: the value left the tape "
                f"{_where_it_left(leaf)}; keep it a Tensor (tw.* or np.* functions on Tensors) "
                f"until the gradient is taken"
            )
    return leaves


def _where_it_left(leaf: Any) -> str:
    from thalweg.core.sites import place

    for happening in reversed(STATE.happenings):
        if happening.kind == "escape":
            return f"(last escape: {happening.what} at {place(happening.site)})"
    return "(`.numpy()`, float() or np.array())"


def sources_of(sources: Any) -> list[Any]:
    """The Tensors and Variables of sources.

    Raises:
        TypeError: None, or something that no tape can watch.
    """
    if sources is None:
        raise DTypeError("sources is None; give the Tensors or Variables to differentiate by")
    leaves = flatten(sources)
    for leaf in leaves:
        if not isinstance(leaf, Handle):
            raise DTypeError(
                f"the source is a {type(leaf).__name__} ({str(leaf)[:40]}), which no tape can watch;"
                f" make it a Tensor before it is used, `x = tw.constant(...)`, and `tape.watch(x)`"
            )
    return leaves


def answer_gradient(
    recording: Recording,
    target: Any,
    wanted: Any,
    output_gradients: Any,
    unconnected_gradients: Any,
    *,
    strict: bool,
    release: bool,
) -> Any:
    """The gradients of a target, in the shape of what is wanted; the arguments of `gradient`."""
    start = tick()
    missing = unconnected(unconnected_gradients)
    targets = targets_of(target)
    sources = sources_of(wanted)
    given = cotangents_of(target, output_gradients, len(targets))
    cotangents = seeds(recording, targets, given)
    keys = frozenset([source.key for source in sources])
    asked = (*cotangents, *keys)
    on_path = None if recording.roots <= keys else path_to(recording, keys)
    if STATE.recorders:
        found = reverse_sweep(
            recording.events, cotangents, recording.specs, keys,
            on_path=on_path, strict=strict, release=release,
        )  # fmt: skip
        wrapped = found
    else:
        with np.errstate(all="ignore"):
            found = reverse_sweep(
                recording.events, cotangents, recording.specs, keys,
                on_path=on_path, strict=strict, release=release,
            )  # fmt: skip
        wrapped = {key: Tensor(found[key]) for key in keys if key in found}
    grads = [wrapped.get(source.key) for source in sources]
    if missing is UnconnectedGradients.ZERO:
        grads = [_zeros(s) if g is None else g for s, g in zip(sources, grads, strict=True)]
    leave_span(start, GRADIENT, asked, 3)
    return pack(wanted, grads) if is_nested(wanted) else grads[0]


def keys_of(tree: Any) -> tuple[Any, ...]:
    """The keys of the Tensors and Variables in a nesting."""
    return tuple([leaf.key for leaf in flatten(tree) if isinstance(leaf, Handle)])


def _zeros(source: Any) -> Any:
    return Tensor(np.zeros(source.array.shape, source.array.dtype))


def seeds(recording: Recording, targets: list[Any], given: list[Any]) -> dict[Any, Any]:
    """Cotangents to start from: ones, or what the user gave.

    Raises:
        ValueError: a cotangent of a wrong shape.
    """
    lifted = bool(STATE.recorders)
    cotangents: dict[Any, Any] = {}
    for place, (target, seed) in enumerate(zip(targets, given, strict=True)):
        if target is None:
            continue
        if isinstance(target, Trainable):
            recording.read(target)
        spec = recording.specs.get(target.key)
        if spec is None:
            continue
        one = _ones(spec) if seed is None else _cotangent(seed, spec, place)
        if lifted and not isinstance(one, Handle):
            one = Tensor(one)
        elif not lifted and isinstance(one, Handle):
            one = one.array
        before = cotangents.get(target.key)
        cotangents[target.key] = one if before is None else before + one
    return cotangents


def _ones(spec: Any) -> Any:
    shape, dtype = spec[:2]
    return np.ones(shape, dtype) if shape else dtype.type(1)


def cotangents_of(target: Any, output_gradients: Any, count: int) -> list[Any]:
    """One cotangent for each of `count` targets, None for ones.

    Raises:
        ValueError: a wrong number of them.
    """
    if output_gradients is None:
        return [None] * count
    given = flatten_up_to(target, output_gradients)
    if given is None and isinstance(output_gradients, Mapping):
        raise ValueError(
            f"output_gradients has the keys {sorted_keys(output_gradients)}, which are not the "
            f"target's; give it the target's keys, or a list with one entry for each target"
        )
    if given is None:
        given = flatten(output_gradients)
    if count == 1 and len(flatten(output_gradients)) == 1:
        given = flatten(output_gradients)
    elif count == 1 and len(given) != 1 and not isinstance(output_gradients, Mapping):
        given = [output_gradients]
    if len(given) != count:
        raise ValueError(
            f"output_gradients has {len(given)} entries for {count} targets; give one "
            f"for each target, None for ones"
        )
    return given


def _cotangent(seed: Any, spec: Any, place: int) -> Any:
    shape, dtype = spec[:2]
    if is_nested(seed) and holds_handles(seed):
        seed = stack_nested(seed)
    array, key = operand(seed) if isinstance(seed, Handle) else (weak(seed, dtype), None)
    array = np.asarray(array)
    if array.dtype.kind not in "biufc":
        raise DTypeError(
            f"output_gradients[{place}] is a {type(seed).__name__}; a cotangent is made of numbers"
        )
    try:
        np.broadcast_shapes(array.shape, shape)
        fits = np.broadcast_shapes(array.shape, shape) == shape
    except ValueError:
        fits = False
    if not fits:
        raise ValueError(
            f"output_gradients[{place}] has shape {array.shape}, but target {place} has shape "
            f"{shape}; a cotangent has its target's shape"
        )
    if array.dtype.kind == "c" and dtype.kind != "c":
        raise DTypeError(
            f"output_gradients[{place}] is complex, but target {place} is {dtype.name}; its "
            f"imaginary part would be lost: take tw.math.real first"
        )
    if key is not None:
        return fit(seed, spec)
    return np.broadcast_to(array, shape).astype(dtype)


def path_to(recording: Recording, keys: frozenset[Any]) -> set[Any]:
    """The keys that depend on some sources: what the sweep need not touch is left out."""
    on_path = set(keys)
    for event in recording.events:
        inputs, out = event[2], event[3]
        if not on_path.isdisjoint(inputs):
            if type(out) is tuple:
                on_path.update(out)
            else:
                on_path.add(out)
    return on_path
