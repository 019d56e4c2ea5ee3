"""`gradients` and `hessians`: derivatives of what the tape around them, or the function, recorded."""

from __future__ import annotations

import copy
from typing import Any

from thalweg.core.handle import Handle
from thalweg.core.recording import STATE, tick
from thalweg.tape.asking import answer_gradient, sources_of, targets_of
from thalweg.tape.jacobians import jacobian
from thalweg.tape.recording import Recording
from thalweg.tape.unconnected import UnconnectedGradients
from thalweg.transform.follow_all import FollowAll

NOBODY_RECORDS = (
    "tf.{0} is not supported when eager execution is enabled. Use tf.GradientTape instead: nothing "
    "was recorded here. It works inside `with tw.GradientTape() as tape:`, after tape.watch(xs), and "
    "in a function under @tw.function that names tw.{0}."
)


def gradients(
    ys: Any,
    xs: Any,
    grad_ys: Any = None,
    name: Any = "gradients",
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    stop_gradients: Any = None,
    unconnected_gradients: Any = UnconnectedGradients.NONE,
) -> list[Any]:
    """The gradients of the sum of `ys`, from what the innermost tape that follows `xs` has recorded.

    It works while a tape is active, and in a function under `tw.function` that names `tw.gradients`
    in its text, where everything is followed; it uses up no tape, and can be differentiated again.

    Args:
        ys: a Tensor or a list of them.
        xs: a Tensor, a Variable or a list of them.
        grad_ys: a cotangent for each of `ys`, None for ones.
        name: accepted for TensorFlow's sake.
        gate_gradients: likewise.
        aggregation_method: likewise.
        stop_gradients: Tensors that count as constants.
        unconnected_gradients: "none" or "zero", for what `ys` do not depend on.

    Returns:
        A list with one gradient for each of `xs`, or None.

    Raises:
        RuntimeError: nothing records here.
        ValueError: another number of `grad_ys` than of `ys`.

    >>> import thalweg as tw
    >>> @tw.function
    ... def slope(x):
    ...     return tw.gradients(x**3, x)[0]
    >>> float(slope(tw.constant(2.0)))
    12.0
    """
    goals, sources = targets_of(ys), sources_of(xs)
    recording = _recording(goals, sources, "gradients")
    cotangents = None if grad_ys is None else _listed(grad_ys)
    if cotangents is not None and len(cotangents) != len(goals):
        raise ValueError(
            f"Must pass one grad_y for each y in ys: {len(goals)} ys, {len(cotangents)} grad_ys"
        )
    if stop_gradients is not None:
        recording = _cut(recording, {leaf.key for leaf in sources_of(stop_gradients)})
    return answer_gradient(  # type: ignore[no-any-return]  # a list, as sources are
        recording, goals, sources, cotangents, unconnected_gradients, strict=False, release=False
    )


def hessians(
    ys: Any,
    xs: Any,
    gate_gradients: bool = False,
    aggregation_method: Any = None,
    name: Any = "hessians",
) -> list[Any]:
    """The second derivatives of the sum of `ys` by each of `xs`, where `gradients` works.

    Args:
        ys: a Tensor or a list of them.
        xs: a Tensor, a Variable or a list of them.
        gate_gradients: accepted for TensorFlow's sake.
        aggregation_method: likewise.
        name: likewise.

    Returns:
        A list: for `x` of shape `s` a Tensor of shape `s + s`; None for what `ys` do not depend on.

    Raises:
        RuntimeError: nothing records here.

    >>> import thalweg as tw
    >>> @tw.function
    ... def curvature(x):
    ...     return tw.hessians(x[0] ** 2 * x[1], x)[0]
    >>> curvature(tw.constant([1.0, 2.0])).numpy().tolist()
    [[4.0, 2.0], [2.0, 0.0]]
    """
    goals, sources = targets_of(ys), sources_of(xs)
    recording = _recording(goals, sources, "hessians")
    slopes = answer_gradient(recording, goals, sources, None, "none", strict=False, release=False)
    return [
        None if slope is None else jacobian(recording, slope, x, "zero", strict=False)
        for slope, x in zip(slopes, sources, strict=True)
    ]


def _listed(grad_ys: Any) -> list[Any]:
    return list(grad_ys) if isinstance(grad_ys, list | tuple) else [grad_ys]


def _recording(goals: list[Any], sources: list[Any], asked: str) -> Recording:
    """The record to ask: the innermost that follows all sources, or most of them.

    Raises:
        RuntimeError: there is none.
    """
    found: list[Recording] = []
    for recorder in reversed(STATE.recorders):
        if isinstance(recorder, FollowAll):
            recorder.meet([leaf for leaf in [*goals, *sources] if isinstance(leaf, Handle)])
            found.append(recorder.recording)
        elif isinstance(recorder, Recording):
            found.append(recorder)
    if not found:
        raise RuntimeError(NOBODY_RECORDS.format(asked))
    return max(found, key=lambda one: sum([leaf.key in one.specs for leaf in sources]))


def _cut(recording: Recording, keys: set[Any]) -> Recording:
    """The same record, in which some values are not computed from anything."""
    view = copy.copy(recording)
    view.events = []
    for event in recording.events:
        out = event[3]
        if type(out) is not tuple:
            if out not in keys:
                view.events.append(event)
        elif keys.isdisjoint(out):
            view.events.append(event)
        else:
            # Of several answers the others stay: a cotangent never arrives under a new number.
            fresh = tuple([tick() if key in keys else key for key in out])
            for new, old in zip(fresh, out, strict=True):
                recording.specs[new] = recording.specs[old]
            view.events.append((*event[:3], fresh, *event[4:]))
    return view


__all__ = ["gradients", "hessians"]
