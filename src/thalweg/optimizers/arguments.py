"""With which arguments was an optimizer made, or would the same one be made again?"""

from __future__ import annotations

import inspect
from typing import Any

__all__ = ["arguments_of", "in_words"]

_REST = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)


def arguments_of(optimizer: Any) -> dict[str, Any]:
    """The arguments as the optimizer holds them now, by name and in their order.

    Args:
        optimizer: each argument of its class is an attribute of the same name.

    Raises:
        NotImplementedError: one is not; a class of the user's then says itself what it was made with.
    """
    found = {}
    for name, parameter in _parameters(optimizer).items():
        if parameter.kind in _REST:
            continue
        if not hasattr(optimizer, name):
            raise NotImplementedError(
                f"{type(optimizer).__name__} has an argument {name} and no attribute of this name; "
                f"keep it as self.{name}, or write get_config"
            )
        schedule = optimizer._schedule if name == "learning_rate" else None
        found[name] = schedule or getattr(optimizer, name)
    return found


def in_words(optimizer: Any) -> str:
    """The call that makes it: the rate, and what is not as the class has it by itself."""
    parameters = _parameters(optimizer)
    given = [
        f"{name}={value!r}"
        for name, value in optimizer.get_config().items()
        if name == "learning_rate" or name not in parameters or value != parameters[name].default
    ]
    return f"{type(optimizer).__name__}({', '.join(given)})"


def _parameters(optimizer: Any) -> dict[str, inspect.Parameter]:
    return dict(inspect.signature(type(optimizer)).parameters)
