"""Which stretch of the clock belongs to one call of the user's: a gradient, a function made of ops.

What is computed inside such a call has a call site in this package, and what a sweep on raw arrays
answers comes out of no op at all. Spans tell, when somebody asks, which line of the user's it was and
what went in. Each thread keeps its latest ones; they hold numbers and call sites, never arrays. The
birth of every Variable is kept likewise, so that its name can be said after the Variable is gone.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections import deque
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar, cast

from thalweg.core.recording import LIBRARIES, Site, caller_site, keep, tick

SPANS_KEPT = 1024
BIRTHS_KEPT = 4096
GRADIENT = "gradient"


class Span(NamedTuple):
    """From `start` to `end` on the clock, a thread was in one call; `keys` is what it was asked of."""

    start: int
    end: int
    name: str
    keys: tuple[Any, ...]
    site: Site


class Birth(NamedTuple):
    """The making of a Variable: its key and name, the key of the Tensor it was made from, the line."""

    key: int
    name: str
    value: Any
    site: Site


class ThreadSpans(threading.local):
    """One thread's spans, oldest first, as plain tuples with the fields of `Span`."""

    def __init__(self) -> None:
        self.spans: deque[Any] = deque(maxlen=SPANS_KEPT)
        keep(ALL_SPANS, self.spans)


ALL_SPANS: dict[int, deque[Any]] = {}
"""Each thread's spans."""

BIRTHS: deque[Any] = deque(maxlen=BIRTHS_KEPT)
"""The latest Variables made, on any thread, as plain tuples with the fields of `Birth`."""

_MINE = ThreadSpans()


def leave_span(start: int, name: str, keys: tuple[Any, ...] = (), depth: int = 1) -> None:
    """Remember a call that began at `start` and ends now.

    Args:
        start: a `tick()` taken when it began.
        name: `GRADIENT`, or the function's name.
        keys: what it was asked of.
        depth: how many levels up the user's line stands, or a line of this package below it.
    """
    # Nearly always the call came from the user's own code, and no walk up the stack is needed.
    frame = sys._getframe(depth)
    if frame.f_globals.get("__name__", "").startswith(LIBRARIES):
        site = caller_site(depth)
    else:
        site = (frame.f_code, frame.f_lasti)
    _MINE.spans.append((start, tick(), name, keys, site))


Call = TypeVar("Call", bound=Callable[..., Any])


def spanned(function: Call, name: str = "") -> Call:
    """The function, each of its calls remembered as a span; the name is its own if none is given."""
    called = name or function.__name__

    @functools.wraps(function)
    def call(*args: Any, **named: Any) -> Any:
        start = tick()
        answer = function(*args, **named)
        leave_span(start, called, (), 2)
        return answer

    return cast("Call", call)


def born(key: int, name: str, value: Any) -> None:
    """Remember the making of a Variable."""
    BIRTHS.append((key, name, value, caller_site()))
