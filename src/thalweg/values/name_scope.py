"""name_scope: a prefix for the names of Variables."""

from __future__ import annotations

import threading
from typing import Any


class _Here(threading.local):
    """The scope that this thread is in: "" or a text that ends in a slash."""

    prefix = ""


HERE = _Here()


class name_scope:  # noqa: N801 # TensorFlow's name
    """Inside `with name_scope("a"):` a Variable called w is named `a/w:0`; scopes nest.

    Args:
        name: put before the names, a slash between; with a slash at its end it stands alone, whatever
            scope it is entered in, and the empty text leaves all scopes.

    Raises:
        ValueError: the name is no text.

    >>> import thalweg as tw
    >>> with tw.name_scope("layer") as scope:
    ...     w = tw.Variable(1.0, name="w")
    >>> scope, w.name
    ('layer/', 'layer/w:0')
    """

    def __init__(self, name: str) -> None:
        if not isinstance(name, str):
            raise ValueError("name for name_scope must be a string.")
        self._name = name
        self._outer: list[str] = []

    @property
    def name(self) -> str:
        """The name as it was given."""
        return self._name

    def __enter__(self) -> str:
        self._outer.append(HERE.prefix)
        if self._name and not self._name.endswith("/"):
            HERE.prefix += f"{self._name}/"
        else:
            HERE.prefix = self._name
        return HERE.prefix

    def __exit__(self, *exception: Any) -> None:
        HERE.prefix = self._outer.pop()


__all__ = ["HERE", "name_scope"]
