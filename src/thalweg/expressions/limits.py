"""How big a formula may be, and how a long piece of it is cut for a message.

The caps bound time and memory whatever text comes; the length is looked at first, before a
single character is read. A formula written by hand is far below all three.
"""

from __future__ import annotations

from typing import Final

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "MAX_NODES", "shortened"]

MAX_LENGTH: Final = 10_000
"""Characters."""

MAX_NODES: Final = 2_000
"""Numbers, names, operators and calls, together."""

MAX_DEPTH: Final = 200
"""Brackets, minus signs and powers that stand open at one place."""


def shortened(piece: str, width: int = 40) -> str:
    """Returns `piece` on one line, its middle left out where it is longer than `width`."""
    line = " ".join(piece.split())
    if len(line) <= width:
        return line
    half = (width - 3) // 2
    return f"{line[:half]}...{line[-half:]}"
