"""Why a gradient is None: the causes told apart, and the answer that the user prints."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from thalweg.core.sites import Place


class Cause(enum.IntEnum):
    """Why a gradient is None; 0 where it is not.

    >>> Cause(9), Cause(9).slug
    (<Cause.STATE: 9>, 'state')
    """

    CONNECTED = 0
    NOT_A_TENSOR = 1
    NEVER_WATCHED = 2
    WATCHED_TOO_LATE = 3
    REBOUND = 4
    COPY_WATCHED = 5
    NOT_RECORDING = 6
    LEFT_THE_LIBRARY = 7
    INTEGER_ON_THE_PATH = 8
    STATE = 9
    STOPPED = 10
    NOT_USED = 11
    OTHER_THREAD = 12
    SECOND_ORDER = 13

    @property
    def slug(self) -> str:
        """The cause in a few words."""
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Explanation:
    """What `tape.explain` answers; `print` it.

    Attributes:
        cause: a number from 0 to 13, with `.slug`; of several pairs, that of the first that is None.
        text: what happened, on which line, and what to write instead.
        places: the lines that the text names, most telling first.
        parts: an Explanation for each source where several were asked about.
    """

    cause: Cause
    text: str
    places: tuple[Place, ...] = ()
    parts: tuple[Explanation, ...] = ()

    def __str__(self) -> str:
        return self.text


def joined(parts: list[Explanation]) -> Explanation:
    """One Explanation of several."""
    first = next((part for part in parts if part.cause), parts[0])
    places = tuple([place for part in parts for place in part.places])
    return Explanation(
        first.cause, "\n\n".join([part.text for part in parts]), places, tuple(parts)
    )


__all__ = ["Cause", "Explanation", "joined"]
