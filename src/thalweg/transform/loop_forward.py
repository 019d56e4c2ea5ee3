"""What are the tangents of a loop? A loop that carries them beside what was carried."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.transform.call_by_call import refuse, tangents_by_accumulator
from thalweg.transform.loop import Loop, of_no_account
from thalweg.transform.scribe import Scribe
from thalweg.transform.script import Script, floats
from thalweg.values.tensor import Tensor

__all__ = ["tangents_of"]


def tangents_of(loop: Loop, operands: Sequence[Any], tangents: Sequence[Any]) -> list[Any]:
    """The tangent of each answer of a loop, None where it has none.

    Args:
        loop: the loop.
        operands: what it took.
        tangents: one for each of them, or None.
    """
    first, carried, rows = int(loop.counted), loop.carried, loop.rows
    given, moving = operands[first:], tangents[first:]
    wanted = {at for at, one in enumerate(moving) if one is not None}
    while True:
        reached = loop.body.reached([loop.body.inputs[at] for at in wanted], by_rules=True)
        more = {at for at in range(carried) if loop.body.outputs[at] in reached} - wanted
        if not more:
            break
        wanted |= more
    places = sorted(wanted)
    key = ("tangent", tuple(places))
    if key not in loop.derived:
        loop.derived[key] = _turn(loop, places)
    body, stacks, why = loop.derived[key]
    if why is not None:
        refuse(why)
        return tangents_by_accumulator(loop.unrolled, operands, tangents)
    directions = {at: _or_zeros(moving[at], given[at]) for at in places}
    carry = [at for at in places if at < carried]
    cuts = [at for at in places if carried <= at < carried + rows]
    stays = [at for at in places if at >= carried + rows]
    condition = loop.condition
    if condition is not None:
        condition = _widened(condition, carried, [given[at].array for at in carry],
                             [given[at].array for at in stays])  # fmt: skip
    again = Loop(
        f"tangent of {loop.name}", body, loop.turns, carried + len(carry), rows + len(cuts),
        condition=condition, backward=loop.backward, counted=loop.counted,
    )  # fmt: skip
    split = carried + rows
    made = again.run([
        *operands[:first], *given[:carried], *[directions[at] for at in carry],
        *given[carried:split], *[directions[at] for at in cuts],
        *given[split:], *[directions[at] for at in stays],
    ])  # fmt: skip
    found: list[Any] = [None] * (loop.ends + len(loop.body.outputs) - carried)
    for at, one in zip(carry, made[carried:], strict=False):
        found[at] = one
    for at, one in zip(stacks, made[again.ends :], strict=True):
        found[loop.ends + at] = one
    return found


def _or_zeros(tangent: Any, like: Any) -> Any:
    return Tensor(np.zeros_like(like.array)[()]) if tangent is None else tangent


def _turn(loop: Loop, places: list[int]) -> tuple[Any, list[int], Any]:
    """One turn with tangents beside its values; the stacks that have one; why it cannot be written."""
    body, carried, rows = loop.body, loop.carried, loop.rows
    with of_no_account(), np.errstate(all="ignore"), Scribe(trial=False) as scribe:
        ins = [Tensor(one) for one in body.examples()]
        numbers = [scribe.given(one) for one in ins]
        moving = [Tensor(np.ones_like(ins[at].array)[()]) for at in places]
        came = [scribe.given(one) for one in moving]
        with ForwardAccumulator([ins[at] for at in places], moving) as accumulator:
            outs = body.replay(ins)
        ends = [scribe.number_of(one) for one in outs[:carried]]
        ends += [
            scribe.number_of(_or_zeros(accumulator.jvp(outs[at]), ins[at]))
            for at in places
            if at < carried
        ]
        stacks = []
        for at, one in enumerate(outs[carried:]):
            tangent = accumulator.jvp(one) if floats(one.array) else None
            if tangent is not None:
                stacks.append(at)
                ends.append(scribe.number_of(tangent))
    if scribe.obstacle is not None:
        return None, [], scribe.obstacle
    beside = dict(zip(places, came, strict=True))
    order: list[int] = []
    for low, high in ((0, carried), (carried, carried + rows), (carried + rows, len(numbers))):
        order += numbers[low:high] + [beside[at] for at in places if low <= at < high]
    return scribe.script(order, ends), stacks, None  # type: ignore[arg-type]  # no obstacle: all are numbers


def _widened(script: Script, carried: int, carry: Sequence[Any], stays: Sequence[Any]) -> Script:
    """A condition that takes more than it reads."""
    values = [*script.values, *carry, *stays]
    start = len(script.values)
    first = [*range(start, start + len(carry))]
    last = [*range(start + len(carry), len(values))]
    inputs = [*script.inputs[:carried], *first, *script.inputs[carried:], *last]
    return Script(values, script.constants, inputs, script.calls, script.outputs)


Loop.rules["tangent"] = tangents_of
