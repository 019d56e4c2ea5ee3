"""What is going on? A line on the terminal while work takes long; nothing anywhere else."""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.status import Status

__all__ = ["LiveLine"]

_PATIENCE = 0.5  # seconds: what ends sooner shows no line
_EVERY = 0.1  # seconds between two texts


class LiveLine:
    """Shows a line on standard error after half a second, if that is a terminal.

    Args:
        text: what is being done.

    Attributes:
        wanted: whether anybody can see it, so that a caller need not make texts for nobody.
    """

    def __init__(self, text: str) -> None:
        self.wanted = sys.stderr.isatty()
        self._text = text
        self._next = 0.0
        self._status: Status | None = None
        self._ended = False
        self._lock = threading.Lock()
        self._timer = threading.Timer(_PATIENCE, self._show)
        self._timer.daemon = True

    def __enter__(self) -> LiveLine:
        if self.wanted:
            self._timer.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            self._ended = True
            if self._status is not None:
                self._status.stop()

    def due(self) -> bool:
        """Tells whether it is time for a new text."""
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _EVERY
        return True

    def tell(self, text: str) -> None:
        """Replaces the text."""
        self._text = text
        if self._status is not None:
            from rich.text import Text

            self._status.update(Text(text))

    def _show(self) -> None:
        # rich is loaded here, in the timer's thread, while the work goes on.
        with contextlib.suppress(ImportError):
            from rich.console import Console
            from rich.text import Text

            with self._lock:
                if not self._ended:
                    self._status = Console(stderr=True).status(Text(self._text))
                    self._status.start()
