"""How TensorFlow's names are called: for each name its call patterns, with every argument it takes.

A pattern is a function of a `Draw`. `PATTERNS` has them by the name they are about.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Pattern = Callable[[Any], Any]


def table(*rooms: Any) -> dict[str, Pattern]:
    """Put the rooms' patterns in one table; a name in two of them is a mistake."""
    found: dict[str, Pattern] = {}
    for room in rooms:
        for name, pattern in room.PATTERNS.items():
            if name in found:
                raise ValueError(f"two patterns for {name}")
            found[name] = pattern
    return found
