"""How is Ctrl-C kept from tearing a step in two, with some Variables moved and others not?"""

from __future__ import annotations

import signal
import threading
from typing import Any

__all__ = ["WholeOnly"]


class WholeOnly:
    """Inside of its `with`, Ctrl-C waits for the end of the block.

    Python answers to it on the main thread alone, so that elsewhere there is nothing to do.
    """

    __slots__ = ("_before", "_came", "_frame")

    def __enter__(self) -> WholeOnly:
        self._came, self._frame, self._before = 0, None, None
        if threading.current_thread() is threading.main_thread():
            before: Any = signal.getsignal(signal.SIGINT)
            if callable(before):
                self._before = before
                signal.signal(signal.SIGINT, self._later)
        return self

    def _later(self, number: int, frame: Any) -> None:
        self._came, self._frame = number, frame

    def __exit__(self, *exception: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)
            if self._came:
                self._before(self._came, self._frame)
