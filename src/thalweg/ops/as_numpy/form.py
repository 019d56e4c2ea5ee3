"""What a form is: one of NumPy's functions, with NumPy's own arguments, written in ops.

A form computes on raw arrays and on Tensors, whichever come, and has no rule of its own: the chain
rule of the ops in it is right. Its name is the function's, below `numpy`; a name that the NumPy at
hand does not have is passed over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

FORMS: dict[str, Callable[..., Any]] = {}
"""Every form by its name below `numpy`: `median`, `linalg.multi_dot`."""

Function = TypeVar("Function", bound=Callable[..., Any])


def form(*names: str) -> Callable[[Function], Function]:
    """Make a function the form of these names; of its own name where none is given."""

    def make(function: Function) -> Function:
        for name in names or (function.__name__.strip("_"),):
            if name in FORMS:
                raise TypeError(f"two forms are called {name}")
            FORMS[name] = function
        return function

    return make
