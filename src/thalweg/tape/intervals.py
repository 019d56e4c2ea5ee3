"""When was a tape recording, and what had switched it off when it was not?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from thalweg.core.recording import Happening

ON = ("enter", "resume")


class Pause(NamedTuple):
    """A time at which the tape did not record: what ended the recording before, what began it after."""

    off: Happening | None
    on: Happening | None


def pause_at(history: Sequence[Happening], at: int) -> Pause | None:
    """The pause that a moment lies in, None where the tape was recording.

    Args:
        history: the tape's switchings, oldest first.
        at: a number of the clock.
    """
    before = [one for one in history if one.at < at]
    after = next((one for one in history if one.at > at and one.kind in ON), None)
    if not before:
        return Pause(None, after)
    return None if before[-1].kind in ON else Pause(before[-1], after)
