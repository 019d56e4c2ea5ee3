"""Do two nestings have the same structure, and where do they first differ?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from thalweg.core.handle import Handle
from thalweg.core.trees import is_nested, sorted_keys
from thalweg.errors import DTypeError, ShapeError
from thalweg.values.shape import TensorShape


def require_same(wanted: Any, came: Any, what: str, like: str) -> None:
    """Refuse a nesting that is not like another one.

    Lists stand for lists, tuples for tuples, mappings have the same keys; anything else is a leaf.

    Args:
        wanted: the nesting to be like; what stands at its leaves is of no account.
        came: the nesting that came.
        what: what came, for the message: "the body's answer".
        like: what it is to be like: "loop_vars".

    Raises:
        ShapeError: a leaf where a nesting was wanted or the other way round, another length, other keys.
        DTypeError: a list where a tuple was wanted, and the like.

    >>> require_same([0, (0,)], [1, (2,)], "the answer", "the start")
    """
    _compare(wanted, came, "", what, like)


def _compare(wanted: Any, came: Any, at: str, what: str, like: str) -> None:
    whole = f"The two structures don't have the same nested structure: {what}{f' at {at}' if at else ''}"
    if not _is_nested(wanted):
        if _is_nested(came):
            raise ShapeError(f"{whole} is {_kind(came)}, but {like} has one value there")
        return
    if not _is_nested(came):
        raise ShapeError(f"{whole} is one value, but {like} has {_kind(wanted)} there")
    if len(wanted) != len(came):
        raise ShapeError(f"{whole} is {_kind(came)}, but {like} has {_kind(wanted)} there")
    if isinstance(wanted, Mapping) or isinstance(came, Mapping):
        if not (isinstance(wanted, Mapping) and isinstance(came, Mapping)):
            raise DTypeError(f"{whole} is {_kind(came)}, but {like} has {_kind(wanted)} there")
        keys = sorted_keys(wanted)
        if keys != sorted_keys(came):
            raise ShapeError(f"{whole} has the keys {sorted_keys(came)}, but {like} has {keys}")
        for key in keys:
            _compare(wanted[key], came[key], f"{at}[{key!r}]", what, like)
        return
    if _sequence_type(wanted) != _sequence_type(came):
        raise DTypeError(f"{whole} is {_kind(came)}, but {like} has {_kind(wanted)} there")
    for place, (left, right) in enumerate(zip(wanted, came, strict=True)):
        _compare(left, right, f"{at}[{place}]", what, like)


def _is_nested(tree: Any) -> bool:
    return is_nested(tree) and not isinstance(tree, Handle | TensorShape)


def _sequence_type(tree: Any) -> Any:
    """Named tuples are told apart by name and fields, lists and tuples by kind."""
    if hasattr(tree, "_fields"):
        return (type(tree).__name__, tree._fields)
    return list if isinstance(tree, list) else tuple


def _kind(tree: Any) -> str:
    kind = "mapping" if isinstance(tree, Mapping) else type(tree).__name__
    return f"a {kind} of {len(tree)}"
