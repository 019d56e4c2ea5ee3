"""How many states shall a loop keep for the way back?"""

from __future__ import annotations

from typing import Any

from thalweg.core.whole_number import whole_number

__all__ = ["checkpointed"]


def checkpointed(count: Any, asked_by: str) -> int | None:
    """How many states, from 1 on, or None for what each turn needs.

    Raises:
        DTypeError: no whole number.
        ValueError: less than 1.
    """
    return None if count is None else whole_number(f"{asked_by}: checkpoint", count, least=1)
