"""What is the gradient of a loop? Another loop, from the last turn to the first.

A turn's gradient needs some of what the turn computed. What is cheap is computed again, from what is
known; the rest is kept of every turn, as stacks that the loop answers with when it is asked again. What
depends on the cotangents alone makes the way back: it carries the cotangents of what was carried, and
sums of those of what stayed.

Source: R. Frostig, M. J. Johnson, D. Maclaurin, A. Paszke, A. Radul, Decomposing reverse-mode automatic
differentiation (2021), https://arxiv.org/abs/2105.09469: linearise, keep, transpose.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.recording import STATE
from thalweg.tape.gradient_tape import GradientTape
from thalweg.transform.call_by_call import gradients_by_tape, refuse
from thalweg.transform.loop import Loop, of_no_account
from thalweg.transform.rewind import Rewind
from thalweg.transform.scribe import Scribe
from thalweg.transform.script import Script, floats
from thalweg.values.tensor import Tensor

__all__ = ["Way", "gradients_of", "way_back"]

CHEAP = frozenset(
    [
        "equal",
        "not_equal",
        "less",
        "less_equal",
        "greater",
        "greater_equal",
        "real",
        "add",
        "subtract",
        "multiply",
        "negative",
        "identity",
        "square",
        "sign",
        "abs",
        "maximum",
        "minimum",
        "relu",
        "is_nan",
        "is_inf",
        "is_finite",
        "logical_and",
        "logical_or",
        "logical_xor",
        "logical_not",
        "lost",
        "select",
        "getitem",
        "pick_along",
        "reshape",
        "broadcast_to",
        "transpose",
        "cast",
        "zeros_like",
        "ones_like",
        "put_at",
        "one_minus_square",
    ]
)
"""Rows that take less than to write their answer down and read it again."""


class Way(NamedTuple):
    """The way back through a loop, by the places of the body's inputs.

    Attributes:
        extended: the body, with what is kept behind its answers; or the whole way, where a few states are
            kept.
        kept: how much that is.
        back: one turn of the way back. It takes cotangents of what was carried and sums, then rows:
            cotangents of stacks, what is kept, rows of the loop's own; then what stays.
        carry: whose cotangents are carried.
        sums: what stays and has a gradient.
        cuts: what is cut into rows and has a gradient.
        stacks: which stacks' cotangents it takes.
        rows: which of the loop's rows it takes.
        still: which of what stays.
    """

    extended: Any
    kept: int
    back: Script
    carry: list[int]
    sums: list[int]
    cuts: list[int]
    stacks: list[int]
    rows: list[int]
    still: list[int]


def gradients_of(
    loop: Loop, operands: Sequence[Any], out: Sequence[Any], followed: tuple[int, ...],
    arrived: Sequence[Any],
) -> dict[int, Any]:  # fmt: skip
    """The gradients of a loop's inputs, by their places.

    Args:
        loop: the loop.
        operands: what it took.
        out: what it answered.
        followed: the places of the inputs whose gradients are wanted.
        arrived: the cotangent of each answer, or None.
    """
    if loop.checkpoint is not None and loop.condition and STATE.here.tracer is None:
        return _of_known_length(loop, operands, out, followed, arrived)
    first = int(loop.counted)
    wanted = frozenset([at - first for at in followed if at >= first])
    came = tuple([one is not None for one in arrived])
    key = ("gradient", wanted, came)
    if key not in loop.derived:
        loop.derived[key] = _plan(loop, wanted, came)
    way = loop.derived[key]
    if way is None:
        return {}
    if isinstance(way, tuple) and not isinstance(way, Way):
        refuse(way)
        return gradients_by_tape(loop.unrolled, operands, followed, arrived)
    if isinstance(way.extended, Rewind):
        return _rewound(loop, way, way.extended, operands, out, arrived)
    bound = loop.turns
    if bound < 0:
        bound = max(int(out[loop.carried].array), 0) if loop.condition else int(operands[0].array)
        if STATE.here.tracer is not None:
            STATE.here.tracer.refuse(
                f"the gradient of {loop.name} needs to know how many turns it takes at most; "
                f"give maximum_iterations, or let their number depend on constants alone"
            )
    kept: Sequence[Any] = ()
    if way.kept:
        again = Loop(
            loop.name, way.extended, bound, loop.carried, loop.rows, condition=loop.condition,
            backward=loop.backward, counted=loop.counted, root=loop.root,
        )  # fmt: skip
        kept = again.run(operands)[-way.kept :]
    return _back(loop, way, operands, out, arrived, kept, bound)


def _of_known_length(
    loop: Loop, operands: Sequence[Any], out: Sequence[Any], followed: tuple[int, ...],
    arrived: Sequence[Any],
) -> dict[int, Any]:  # fmt: skip
    """The gradients of a loop that a condition ended, when it has ended: by now its turns are counted."""
    turns, carried = int(out[loop.carried].array), loop.carried
    if not turns:
        return {at: arrived[at] for at in followed if at < carried and arrived[at] is not None}
    key = ("of known length", turns)
    if key not in loop.derived:
        loop.derived[key] = Loop(loop.name, loop.body, turns, carried, checkpoint=loop.checkpoint)
    return gradients_of(loop.derived[key], operands, out[:carried], followed, arrived[:carried])


def _back(
    loop: Loop, way: Way, operands: Sequence[Any], out: Sequence[Any], arrived: Sequence[Any],
    kept: Sequence[Any], bound: int,
) -> dict[int, Any]:  # fmt: skip
    first = int(loop.counted)
    given = operands[first:]
    start = [_or_zeros(arrived[at], out[at]) for at in way.carry]
    start += [_or_zeros(None, given[at]) for at in way.sums]
    rows = [arrived[loop.ends + at] for at in way.stacks] + [*kept] + [given[at] for at in way.rows]
    count = [operands[0]] if loop.counted else [out[loop.carried]] if loop.condition else []
    back = Loop(
        f"gradient of {loop.name}", way.back, bound, len(start), len(rows),
        backward=not loop.backward, counted=bool(count),
    )  # fmt: skip
    made = back.run([*count, *start, *rows, *[given[at] for at in way.still]])
    places = [*way.carry, *way.sums, *way.cuts]
    return {first + at: one for at, one in zip(places, made, strict=True)}


def _rewound(
    loop: Loop, way: Way, rewind: Rewind, operands: Sequence[Any], out: Sequence[Any],
    arrived: Sequence[Any],
) -> dict[int, Any]:  # fmt: skip
    start = [_or_zeros(arrived[at], out[at]) for at in way.carry]
    start += [_or_zeros(None, operands[at]) for at in way.sums]
    split = loop.carried + loop.rows
    own = [arrived[loop.ends + at] for at in way.stacks]
    made = rewind.run([*operands[:split], *own, *operands[split:], *start])
    places = [*way.carry, *way.sums, *way.cuts]
    return dict(zip(places, made, strict=True))


def _or_zeros(cotangent: Any, like: Any) -> Any:
    if cotangent is not None:
        return cotangent
    return Tensor(np.zeros(like.array.shape, like.array.dtype)[()])


def _active(
    loop: Loop, wanted: frozenset[int], came: tuple[bool, ...]
) -> tuple[set[int], set[int]]:
    """Places of the body's inputs that lead from what is wanted, and those that lead to what came."""
    body, carried = loop.body, loop.carried
    given = body.inputs
    ways = {at for at in wanted if floats(body.values[given[at]])}
    while True:
        reached = body.reached([given[at] for at in ways], by_rules=True)
        more = {at for at in range(carried) if body.outputs[at] in reached} - ways
        if not more:
            break
        ways |= more
    useful = {at for at in range(carried) if came[at]}
    stacks = [
        body.outputs[carried + at] for at in range(len(came) - loop.ends) if came[loop.ends + at]
    ]
    while True:
        behind = body.behind([*[body.outputs[at] for at in useful], *stacks])
        more = {at for at in range(carried) if given[at] in behind} - useful
        if not more:
            break
        useful |= more
    return ways, {at for at, number in enumerate(given) if number in behind}


def _plan(loop: Loop, wanted: frozenset[int], came: tuple[bool, ...]) -> Any:
    """The way back; None where nothing is on it; where it cannot be written down, why not."""
    ways, useful = _active(loop, wanted, came)
    sources = sorted(ways & useful)
    reached = loop.body.reached([loop.body.inputs[at] for at in sources], by_rules=True)
    carry = [at for at in sources if at < loop.carried]
    # Where there may be no turn at all, what came for the end may be what goes to the start.
    none = loop.condition is not None or loop.counted
    carry += [at for at in range(loop.carried) if at not in carry and came[at]
              and (loop.body.outputs[at] in reached or (none and at in ways))]  # fmt: skip
    stacks = [at for at in range(len(came) - loop.ends)
              if came[loop.ends + at] and loop.body.outputs[loop.carried + at] in reached]  # fmt: skip
    sums = [at for at in sources if at >= loop.carried + loop.rows and at in wanted]
    cuts = [at for at in sources if loop.carried <= at < loop.carried + loop.rows and at in wanted]
    if not carry and not stacks:
        return None
    return way_back(loop, sorted(carry), sums, cuts, stacks)


class _Turn(NamedTuple):
    """One turn with its gradient, written down.

    Attributes:
        scribe: by whom.
        numbers: of what the body takes.
        ends: of what the body makes.
        came: of the cotangents and sums that the way back takes.
        made: of what the way back makes.
    """

    scribe: Scribe
    numbers: list[int]
    ends: list[int]
    came: list[int]
    made: list[int]


def _written(
    body: Script, carry: list[int], sums: list[int], cuts: list[int], targets: list[int]
) -> _Turn:
    """Write one turn down with its gradient.

    Args:
        body: the turn.
        carry: places of inputs whose cotangents are made first.
        sums: of those whose gradients are added to what came, second.
        cuts: of those whose gradients are made last.
        targets: places of the outputs that have a cotangent.
    """
    sources = [*carry, *cuts, *sums]
    with of_no_account(), np.errstate(all="ignore"), Scribe(trial=False) as scribe:
        ins = [Tensor(one) for one in body.examples()]
        numbers = [scribe.given(one) for one in ins]
        with GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([ins[at] for at in sources])
            outs = body.replay(ins)
        aims = [outs[at] for at in targets]
        cotangents = [Tensor(np.ones_like(one.array)[()]) for one in aims]
        totals = [Tensor(np.zeros_like(ins[at].array)[()]) for at in sums]
        came = [scribe.given(one) for one in (*cotangents, *totals)]
        grads = tape.gradient(aims, [ins[at] for at in sources], output_gradients=cotangents)
        found = [_or_zeros(grad, ins[at]) for grad, at in zip(grads, sources, strict=True)]
        split = len(carry) + len(cuts)
        added = [total + grad for total, grad in zip(totals, found[split:], strict=True)]
        answers = [*found[: len(carry)], *added, *found[len(carry) : split]]
        ends = [scribe.number_of(one) for one in outs]
        made = [scribe.number_of(one) for one in answers]
    return _Turn(scribe, numbers, ends, came, made)  # type: ignore[arg-type]  # without an obstacle all are numbers


def way_back(
    loop: Loop, carry: list[int], sums: list[int], cuts: list[int], stacks: list[int]
) -> Any:
    """Write one turn of the way back down, and part it from what is kept.

    Args:
        loop: the loop.
        carry: places of what is carried and has a cotangent.
        sums: places of what stays and has one.
        cuts: places of what is cut into rows and has one.
        stacks: the stacks that have one.
    """
    carried = loop.carried
    targets = [*carry, *[carried + at for at in stacks]]
    scribe, numbers, ends, came, made = _written(loop.body, carry, sums, cuts, targets)
    if scribe.obstacle is not None:
        return scribe.obstacle
    split = len(carry)
    carries = [*came[:split], *came[split + len(stacks) :]]
    own = came[split : split + len(stacks)]
    if loop.checkpoint is not None and loop.condition is None and loop.turns > 0:
        body = loop.body.part(loop.body.inputs, loop.body.outputs[:carried])
        back = scribe.script([*carries, *numbers[: carried + loop.rows], *own,
                              *numbers[carried + loop.rows :]], made)  # fmt: skip
        rewind = Rewind(loop, loop.turns, body, back, len(carries), len(own))
        return Way(rewind, 0, back, carry, sums, cuts, stacks, [], [])
    whole = scribe.script([*numbers, *came], made)
    kept, still = _kept(whole, numbers, came, loop)
    extended = scribe.script(numbers, [*ends, *kept])
    rows = [at for at in range(carried, carried + loop.rows) if numbers[at] in still]
    stays = [at for at in range(carried + loop.rows, len(numbers)) if numbers[at] in still]
    order = [*carries, *own, *kept, *[numbers[at] for at in (*rows, *stays)]]
    back = whole.part(order, made)
    return Way(extended, len(kept), back, carry, sums, cuts, stacks, rows, stays)


def _kept(
    whole: Script, numbers: list[int], came: list[int], loop: Loop
) -> tuple[list[int], set[int]]:
    """What of a turn is kept for the way back; and which of its inputs the way back reads besides."""
    carried, rows = loop.carried, loop.rows
    back = whole.reached(came, by_rules=False)
    needed = {at for at in whole.outputs if at not in back}
    for call in whole.calls:
        if not back.isdisjoint(call.outputs):
            needed.update(at for at in call.inputs if at not in back)
    needed -= whole.constants
    stays = {*numbers[carried + rows :], *whole.constants}
    free = {*stays, *numbers[carried : carried + rows]}
    forward = [call for call in whole.calls if back.isdisjoint(call.outputs)]
    for call in forward:  # what is the same at each turn is computed before the way back
        if stays.issuperset(call.inputs):
            stays.update(call.outputs)
    free |= stays
    kept = {at for at in numbers[:carried] if at in needed}
    for call in forward:
        if not free.issuperset(call.outputs) and call.op.name not in CHEAP:
            kept.update(at for at in call.outputs if at in needed)
    free |= kept
    for call in forward:
        if call.op.name in CHEAP and free.issuperset(call.inputs):
            free.update(call.outputs)
    more = sorted(needed - free)
    kept.update(more)
    part = whole.part(
        [*came, *sorted(kept), *[at for at in numbers if at not in kept]], whole.outputs
    )
    read = {at for call in part.calls for at in call.inputs} | set(part.outputs)
    return sorted(kept), read - kept


Loop.rules["gradient"] = gradients_of
