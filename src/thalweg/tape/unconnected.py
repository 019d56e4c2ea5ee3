"""What stands where a source is not connected to the target: None, or zeros."""

from __future__ import annotations

import enum
from typing import Any


class UnconnectedGradients(enum.Enum):
    """What `gradient` returns for a source that the target does not depend on."""

    NONE = "none"
    ZERO = "zero"


def unconnected(choice: Any) -> UnconnectedGradients:
    """The choice as an UnconnectedGradients.

    Raises:
        ValueError: neither "none" nor "zero".
    """
    if choice == "none":
        return UnconnectedGradients.NONE
    try:
        return UnconnectedGradients(choice)
    except ValueError:
        raise ValueError(
            f"Unknown value for unconnected_gradients: {choice!r}; it is 'none' or 'zero'"
        ) from None
