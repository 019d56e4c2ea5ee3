"""The words of an explanation: what happened, on which line, what to write instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from thalweg.core.handle import Trainable
from thalweg.core.sites import Place
from thalweg.tape.explanation import Explanation
from thalweg.tape.lineage import COPIED, DIFFERENTIATED, Link

if TYPE_CHECKING:
    from thalweg.tape.case import Case

CALLS_SHOWN = 6


def at(place: Place | None) -> str:
    """Where, in words; nothing where it is not known."""
    return f" at {place}" if place is not None else ""


def called(case: Case) -> str:
    """The source as it would stand in the user's program."""
    return case.text or "x"


def upper(text: str) -> str:
    """The text with a capital letter, unless it begins with the user's own name."""
    return text[:1].upper() + text[1:]


def none_because(case: Case, reason: str, advice: str) -> str:
    """The usual three parts."""
    likely = "most likely " if case.guessed else ""
    head = f"The gradient of {case.target_name} with respect to {case.source_name} is None:"
    return f"{head}\n{likely}{reason}\n{advice}"


def not_a_tensor(case: Case) -> str:
    """1."""
    value = case.source
    kind = type(value).__name__
    shown = " ".join(str(value).split())[:40]
    return (
        f"{upper(case.source_name)} is no Tensor or Variable but a {kind} ({shown}): no tape can follow "
        f"it.\nMake one of it before it is used: `x = tw.Variable(...)`, or `x = tw.constant(...)` and "
        f"`tape.watch(x)`; then compute with x."
    )


def target_is_none(case: Case) -> str:
    """11, where there is nothing to differentiate."""
    return (
        f"{upper(case.target_name)} is None itself, so there is nothing to differentiate.\n"
        f"If a function gave it, does it return its result? If it is a gradient, ask the tape that it "
        f"came from: `tape.explain(...)`."
    )


def target_is_plain(case: Case, value: Any, what: str, place: Place | None) -> str:
    """7, where the target itself is a plain value."""
    kind = type(value).__name__
    left = f"; it left the library by {what}{at(place)}" if what else ""
    return (
        f"{upper(case.target_name)} is no Tensor but a {kind}{left}: what NumPy or Python computes is not "
        f"recorded.\nKeep it a Tensor until the gradient is taken: tw.* functions, or np.* functions on "
        f"the Tensor itself."
    )


def is_itself(case: Case) -> str:
    """0, of a value by itself."""
    return (
        f"The gradient of {case.target_name} with respect to {case.source_name} is not None: they are one "
        f"value, and the gradient is 1."
    )


def connected(case: Case, way: Sequence[Link], places: Sequence[Place | None]) -> str:
    """0."""
    steps = [f"  {case.call(link)}{at(place)}" for link, place in zip(way, places, strict=True)]
    if len(steps) > CALLS_SHOWN:
        left = len(steps) - CALLS_SHOWN + 1
        steps = [*steps[: CALLS_SHOWN - 2], f"  ... {left} more ...", steps[-1]]
    return "\n".join(
        [
            f"The gradient of {case.target_name} with respect to {case.source_name} is not None. "
            f"It goes through:",
            *steps,
        ]
    )


def integer_source(case: Case) -> str:
    """8, where the source itself holds no floats."""
    dtype = case.source.array.dtype.name
    return none_because(
        case,
        f"{case.source_name} has dtype {dtype}, and gradients exist with respect to floats alone.",
        "Make it a float where it is made: 10.0 instead of 10, or dtype=tw.float32.",
    )


def integer_target(case: Case) -> str:
    """8, where the target itself holds no floats."""
    dtype = case.targets[0].array.dtype.name
    return none_because(
        case,
        f"{case.target_name} has dtype {dtype}, and only floats have gradients.",
        "Differentiate a float, computed without a detour through integers, truth values or texts.",
    )


def never_watched(case: Case, first: Place | None) -> str:
    """2."""
    source = case.source
    if not isinstance(source, Trainable):
        reason = "it is a Tensor, and tapes watch only trainable Variables by themselves"
    elif not source.trainable:
        reason = "it was made with trainable=False"
    else:
        reason = "the tape was made with watch_accessed_variables=False"
    use = f" It is first used{at(first)}." if first is not None else ""
    kind = source.array.dtype
    also = "" if kind.kind in "fc" else f" It must be a float, too; its dtype is {kind.name}."
    reset = any(one.kind == "reset" for one in case.history)
    forgot = " (What was watched before `tape.reset()` must be watched again.)" if reset else ""
    return none_because(
        case,
        f"this tape never watched {case.source_name}: {reason}.{use}",
        f"Call `tape.watch({called(case)})` inside the `with`, before it is used.{also}{forgot}",
    )


def rebound(case: Case, link: Link, variable: Any, place: Place | None) -> str:
    """4."""
    name, x = case.variable(variable), called(case)
    return none_because(
        case,
        f"{case.source_name} is no Variable but a Tensor, which {case.call(link)} computed from {name} outside "
        f"of this tape{at(place)}.",
        f"To change a Variable, keep it and write `{x}.assign_add(...)`, `{x}.assign_sub(...)` or "
        f"`{x}.assign(...)` instead of `{x} = {x} + ...`.",
    )


def source_elsewhere(case: Case, link: Link, place: Place | None) -> str:
    """12, where the source itself comes from another thread."""
    return none_because(
        case,
        f"{case.source_name} was computed on thread {link.why!r} ({case.call(link)}{at(place)}), and a tape "
        f"records only the thread that entered it.",
        "Compute it on the tape's thread, or `tape.watch(...)` it before it is used.",
    )


def watched_too_late(case: Case, link: Link, used: Place | None, watched: Place | None) -> str:
    """3."""
    return none_because(
        case,
        f"{case.source_name} was watched{at(watched)}, after {case.call(link)} had used it{at(used)}; what was "
        f"computed before is not followed.",
        f"Move `tape.watch({called(case)})` above that line.",
    )


def copy_watched(case: Case, link: Link, place: Place | None) -> str:
    """5."""
    return none_because(
        case,
        f"{case.source_name} is a part or a copy ({case.call(link)}{at(place)}), and {case.target_name} was not "
        f"computed from it but from the original.",
        "Compute with the copy itself, or ask for the gradient of the original and take the part of that.",
    )


BORDERS = {
    "enter": "before the tape was entered",
    "exit": "after the tape's `with` had ended",
    "stop_recording": "inside `stop_recording`",
    "gradient": "after `gradient` had been taken (which ends the recording of a tape that is not persistent)",
    "reset": "before `tape.reset()`",
}


def not_recording(
    case: Case, link: Link, place: Place | None, border: str, edge: Place | None
) -> str:
    """6."""
    advice = {
        "gradient": "Compute it before the gradient is taken, or use tw.GradientTape(persistent=True).",
        "reset": "Compute it again after `reset`, or leave `reset` away.",
        "stop_recording": "Move the call out of `stop_recording`.",
    }.get(border, "Move the call into `with tw.GradientTape() as tape:`.")
    if not case.history:
        where = "and this tape was never entered"
    elif not border:
        where = "while this tape was not recording"
    else:
        where = f"{BORDERS.get(border, 'while this tape was not recording')}{at(edge)}"
    return none_because(
        case, f"{case.call(link)} was called{at(place)} {where}, so it was not recorded.", advice
    )


def left_the_library(case: Case, link: Link, place: Place | None) -> str:
    """7."""
    if link.kind is COPIED:
        return none_because(
            case,
            f"tw.constant(...) made a new Tensor of a Tensor{at(place)}; a copy starts anew.",
            "Use the Tensor itself, or tw.identity(...) for a copy that is recorded.",
        )
    return none_because(
        case,
        f"a value that depends on {case.source_name} left the library by {case.call(link)}{at(place)}; what NumPy "
        f"or Python computes with it is not recorded.",
        "Keep it a Tensor there: tw.* functions, or np.* functions on the Tensor itself.",
    )


def integer_on_the_path(case: Case, link: Link, place: Place | None) -> str:
    """8."""
    return none_because(
        case,
        f"the way from {case.source_name} to {case.target_name} goes through {case.call(link)}{at(place)}, which "
        f"passes no gradient on: {link.why}.",
        "Compute the target from floats all the way; a count, an index or a comparison has no derivative.",
    )


def state(case: Case, link: Link, place: Place | None) -> str:
    """9."""
    if link.kind is COPIED:
        done = (
            f"{case.call(link)} was made from a value that depends on {case.source_name}{at(place)}"
        )
    else:
        done = f"{case.call(link)} stored a value that depends on {case.source_name}{at(place)}"
    return none_because(
        case,
        f"{done}. A Variable holds a state: a tape starts at its reading, and does not look at what was "
        f"stored.",
        "Compute with the value itself instead of going through the Variable.",
    )


def stopped(case: Case, link: Link, place: Place | None) -> str:
    """10."""
    if link.name == "stop_gradient":
        reason = f"tw.stop_gradient stands{at(place)}, on every way from {case.source_name}."
        advice = "Leave stop_gradient away where this gradient is wanted."
    else:
        reason = (
            f"the custom gradient of {case.call(link)}{at(place)} returned None for this input."
        )
        advice = f"Let the gradient function of {case.call(link)} return a gradient for it."
    return none_because(case, reason, advice)


def not_used(case: Case, uses: Sequence[Place], branches: Sequence[Place]) -> str:
    """11."""
    if uses:
        reason = (
            f"{case.source_name} is used{at(uses[0])}, but {case.target_name} was not computed from what "
            f"came of it."
        )
    else:
        reason = f"{case.target_name} does not depend on {case.source_name}: no call that was seen used it."
    if branches:
        reason += f" Python decided{at(branches[0])}; the branch taken does not lead from one to the other."
    if case.lineage.lost:
        reason = (
            f"most likely {reason[:1].lower()}{reason[1:]} (What was computed long ago, unrecorded, is no "
            f"longer remembered.)"
        )
    return none_because(
        case,
        reason,
        'Where zeros are wanted then: `tape.gradient(..., unconnected_gradients="zero")`.',
    )


def other_thread(case: Case, link: Link, place: Place | None) -> str:
    """12."""
    return none_because(
        case,
        f"{case.call(link)} was called{at(place)} on thread {link.why!r}; a tape records only the thread that "
        f"entered it.",
        "Make the call on the tape's thread, or open a tape on that thread and take its gradient there.",
    )


def second_order(case: Case, link: Link, place: Place | None) -> str:
    """13."""
    outside = case.pause(link.at) is not None
    if outside:
        return none_because(
            case,
            f"a gradient was taken{at(place)} while this tape was not recording, so the derivative was not "
            f"recorded as a function of {case.source_name}.",
            "Take the inner gradient inside the `with` of the outer tape.",
        )
    kind = "linear in" if link.kind is DIFFERENTIATED else "independent of"
    return none_because(
        case,
        f"the gradient taken{at(place)} does not depend on {case.source_name}: what was differentiated is "
        f"{kind} it, so its second derivative is zero everywhere.",
        'Where zeros are wanted: `tape.gradient(..., unconnected_gradients="zero")`.',
    )


def with_others(case: Case, found: Explanation, more: Sequence[Link]) -> Explanation:
    """The explanation with the other cuts named, so that mending one is not the next surprise."""
    places = [case.place(link.at, link.site) for link in more[:3]]
    named = "; ".join(
        f"{case.call(link)}{at(place)}" for link, place in zip(more, places, strict=False)
    )
    return Explanation(
        found.cause,
        f"{found.text}\nOther ways are cut as well: {named}.",
        tuple(dict.fromkeys([*found.places, *[place for place in places if place is not None]])),
    )
