"""The thirteen causes of a gradient that is None, told apart in their order.

Each function answers with an Explanation or, where it is not the cause, None. First come those that
lie in the source alone; then the ways from the source to the target are walked, and what cut them
says the rest: of several cuts the cause that comes first in the order is told, the others are named.
"""

from __future__ import annotations

from typing import Any

from thalweg.core.handle import Handle, Trainable
from thalweg.core.sites import Place
from thalweg.tape import wording
from thalweg.tape.case import Case
from thalweg.tape.explanation import Cause, Explanation
from thalweg.tape.lineage import (
    ASSIGNED,
    BLOCKED,
    BOOL,
    COPIED,
    DIFFERENTIATED,
    ELSEWHERE,
    ESCAPED,
    FORGOTTEN,
    SEVERED,
    UNFOLLOWED,
    Link,
)

COPYING = {
    "getitem", "identity", "reshape", "transpose", "squeeze", "expand_dims", "cast", "gather", "slice",
    "tw.constant", "pick_along", "broadcast_to", "strided_slice", "gather_nd", "split", "unstack",
}  # fmt: skip
"""Calls whose answer is a part or a copy of their input."""


def why(case: Case) -> Explanation:
    """The explanation of one pair."""
    for cause in (not_a_tensor, no_target, connected, of_the_source, of_the_ways, copy_watched):
        found = cause(case)
        if found is not None:
            return found
    return not_used(case)


def not_a_tensor(case: Case) -> Explanation | None:
    """1: no tape can follow it."""
    if isinstance(case.source, Handle):
        return None
    return Explanation(Cause.NOT_A_TENSOR, wording.not_a_tensor(case))


def no_target(case: Case) -> Explanation | None:
    """A target that is no Tensor: it left the library, or is None."""
    plain = case.evidence.plain
    if case.targets or not plain:
        return None
    value = plain[0]
    if value is None:
        return Explanation(Cause.NOT_USED, wording.target_is_none(case))
    cuts = [one for one in case.escapes_to_target() if case.reaches(one.keys[0])]
    place = case.place(cuts[0].at, cuts[0].site) if cuts else None
    text = wording.target_is_plain(case, value, cuts[0].what if cuts else "", place)
    return Explanation(Cause.LEFT_THE_LIBRARY, text, seen(place))


def connected(case: Case) -> Explanation | None:
    """0: the gradient is not None."""
    source = case.source
    followed = source.key in case.recording.specs
    target = next((one for one in case.targets if one.key == source.key), None)
    if target is not None and (followed or watched_by_itself(case)) and is_float(source):
        return Explanation(Cause.CONNECTED, wording.is_itself(case))
    way = case.routes.whole(source.key) if followed else None
    if way is None:
        return None
    places = [case.place(link.at, link.site) for link in way]
    return Explanation(Cause.CONNECTED, wording.connected(case, way, places), seen(*places))


def of_the_source(case: Case) -> Explanation | None:
    """2, 4, and what else can be told from a source that the tape never followed."""
    source = case.source
    if source.key in case.recording.specs:
        return None
    if not is_float(source) and (source.key in case.lineage.watched or watched_by_itself(case)):
        return Explanation(Cause.INTEGER_ON_THE_PATH, wording.integer_source(case))
    if watched_by_itself(case):
        return None
    if isinstance(source, Trainable):
        return never_watched(case)
    return computed_source(case) or never_watched(case)


def computed_source(case: Case) -> Explanation | None:
    """4, 6, 12: a source that is itself the answer of a call that the tape did not record."""
    links = case.lineage.links(case.source.key)
    if not links:
        return None
    link = links[0]
    place = case.place(link.at, link.site)
    if link.kind is ELSEWHERE:
        text = wording.source_elsewhere(case, link, place)
        return Explanation(Cause.OTHER_THREAD, text, seen(place))
    pause = case.pause(link.at)
    inside = (
        pause is not None
        and pause.off is not None
        and pause.off.kind in ("stop_recording", "gradient")
    )
    if link.kind is FORGOTTEN or inside:
        return not_recording(case, link)
    roots = case.variables_behind(case.source.key)
    if pause is None or not roots:
        return None
    return Explanation(Cause.REBOUND, wording.rebound(case, link, roots[0], place), seen(place))


def never_watched(case: Case) -> Explanation:
    """2: nobody told the tape to follow it."""
    uses = [link for link in case.cuts if link.source == case.source.key]
    first = min(uses, key=lambda link: link.at, default=None)
    place = case.place(first.at, first.site) if first is not None else None
    return Explanation(Cause.NEVER_WATCHED, wording.never_watched(case, place), seen(place))


def of_the_ways(case: Case) -> Explanation | None:
    """3 and 6 to 13: what cuts the ways from the source to the target."""
    told = [(cause_of(case, link), link) for link in case.cuts]
    if not told:
        if not is_float_target(case):
            return Explanation(Cause.INTEGER_ON_THE_PATH, wording.integer_target(case))
        return None
    first = min(cause for cause, _ in told)
    links = [link for cause, link in told if cause is first]
    link = (
        max(links, key=lambda one: one.at)
        if first in LATEST
        else min(links, key=lambda one: one.at)
    )
    found = TELL[first](case, link)
    others = sorted({(cause, one.at) for cause, one in told if cause is not first})
    more = [next(one for _, one in told if one.at == at) for _, at in others]
    return wording.with_others(case, found, more) if more else found


LATEST = (Cause.LEFT_THE_LIBRARY, Cause.STATE)


def cause_of(case: Case, link: Link) -> Cause:
    """Which cause a cut is."""
    known = {
        DIFFERENTIATED: Cause.SECOND_ORDER,
        ESCAPED: Cause.LEFT_THE_LIBRARY,
        ASSIGNED: Cause.STATE,
        FORGOTTEN: Cause.NOT_RECORDING,
    }
    if link.kind in known:
        return known[link.kind]
    if link.kind is COPIED:
        return Cause.STATE if link.name.startswith("tw.Variable") else Cause.LEFT_THE_LIBRARY
    if link.kind is UNFOLLOWED:
        return Cause.WATCHED_TOO_LATE
    if link.kind is BLOCKED:
        return Cause.STOPPED if link.why.startswith("its rule") else Cause.INTEGER_ON_THE_PATH
    if case.pause(link.at) is not None:
        inner = case.lineage.in_gradient(link.at)
        return Cause.SECOND_ORDER if inner is not None else Cause.NOT_RECORDING
    if link.kind is ELSEWHERE:
        return Cause.OTHER_THREAD
    if link.kind is SEVERED:
        return Cause.STOPPED if link.name == "stop_gradient" else Cause.INTEGER_ON_THE_PATH
    if link.source == case.source.key and case.lineage.follows_from(link.source) > link.at:
        return Cause.WATCHED_TOO_LATE
    return Cause.NOT_RECORDING


def watched_too_late(case: Case, link: Link) -> Explanation:
    """3: the call was made before `watch`."""
    used = case.place(link.at, link.site)
    watch = case.lineage.watched.get(case.source.key)
    watched = case.place(watch.at, watch.site) if watch is not None else None
    text = wording.watched_too_late(case, link, used, watched)
    return Explanation(Cause.WATCHED_TOO_LATE, text, seen(used, watched))


def not_recording(case: Case, link: Link) -> Explanation:
    """6: the tape was off."""
    place = case.place(link.at, link.site)
    pause = case.pause(link.at)
    border = None
    if link.kind is FORGOTTEN:
        border = next((one for one in reversed(case.history) if one.kind == "reset"), None)
    elif pause is not None:
        border = pause.off or pause.on
    edge = case.place(border.at, border.site) if border is not None else None
    text = wording.not_recording(case, link, place, border.kind if border else "", edge)
    return Explanation(Cause.NOT_RECORDING, text, seen(place, edge))


def told_by(words: Any, cause: Cause) -> Any:
    """A function that tells a cause with the line of its cut."""

    def tell(case: Case, link: Link) -> Explanation:
        place = case.place(link.at, link.site)
        return Explanation(cause, words(case, link, place), seen(place))

    return tell


TELL = {
    Cause.WATCHED_TOO_LATE: watched_too_late,
    Cause.NOT_RECORDING: not_recording,
    Cause.LEFT_THE_LIBRARY: told_by(wording.left_the_library, Cause.LEFT_THE_LIBRARY),
    Cause.INTEGER_ON_THE_PATH: told_by(wording.integer_on_the_path, Cause.INTEGER_ON_THE_PATH),
    Cause.STATE: told_by(wording.state, Cause.STATE),
    Cause.STOPPED: told_by(wording.stopped, Cause.STOPPED),
    Cause.OTHER_THREAD: told_by(wording.other_thread, Cause.OTHER_THREAD),
    Cause.SECOND_ORDER: told_by(wording.second_order, Cause.SECOND_ORDER),
}


def copy_watched(case: Case) -> Explanation | None:
    """5: the source is a part or a copy of what the computation went on with."""
    pending = [case.source.key]
    while pending:
        for link in case.lineage.links(pending.pop()):
            if link.name not in COPYING and link.kind is not COPIED:
                continue
            if link.source in case.routes.seen:
                place = case.place(link.at, link.site)
                return Explanation(
                    Cause.COPY_WATCHED, wording.copy_watched(case, link, place), seen(place)
                )
            pending.append(link.source)
    return None


def not_used(case: Case) -> Explanation:
    """11: nothing on the way to the target used it, as far as anybody saw."""
    branches = [
        case.place(one.at, one.site)
        for one in case.lineage.happenings
        if one.kind == "escape" and one.what == BOOL and case.pause(one.at) is None
    ]
    uses = case.uses_of_source()
    places = [case.place(link.at, link.site) for link in uses[:1]]
    text = wording.not_used(case, seen(*places), seen(*branches))
    return Explanation(Cause.NOT_USED, text, seen(*places, *branches))


def watched_by_itself(case: Case) -> bool:
    """Whether reading the source would have been enough for the tape to follow it."""
    source = case.source
    return (
        isinstance(source, Trainable) and bool(source.trainable) and case.recording.watch_accessed
    )


def is_float(value: Any) -> bool:
    """Whether a gradient can exist with respect to a value."""
    return value.array.dtype.kind in "fc"


def is_float_target(case: Case) -> bool:
    """Whether some target is of floats."""
    return not case.targets or any(is_float(one) for one in case.targets)


def seen(*places: Place | None) -> tuple[Place, ...]:
    """The places that are known, each once."""
    return tuple(dict.fromkeys([place for place in places if place is not None]))
