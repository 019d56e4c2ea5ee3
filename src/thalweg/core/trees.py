"""Nested structures: lists, tuples, named tuples and dictionaries of values, flattened and packed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from thalweg.core.handle import Handle


def flatten(tree: Any) -> list[Any]:
    """The leaves of a nesting, left to right; dictionaries in the order of their sorted keys.

    >>> flatten({"b": [1, 2], "a": (3,)})
    [3, 1, 2]
    """
    if isinstance(tree, Handle):
        return [tree]
    leaves: list[Any] = []
    _collect(tree, leaves)
    return leaves


def is_nested(tree: Any) -> bool:
    """Whether the value is a list, a tuple or a mapping."""
    return not isinstance(tree, Handle) and isinstance(tree, list | tuple | Mapping)


def sorted_keys(mapping: Mapping[Any, Any]) -> list[Any]:
    """A mapping's keys in the order in which its values are flattened."""
    try:
        return sorted(mapping)
    except TypeError:  # keys of kinds that cannot be compared keep their own order
        return list(mapping)


def _collect(tree: Any, leaves: list[Any]) -> None:
    if isinstance(tree, list | tuple):
        for branch in tree:
            if isinstance(branch, Handle):  # by far the most frequent leaf
                leaves.append(branch)
            else:
                _collect(branch, leaves)
    elif isinstance(tree, Mapping):
        for key in sorted_keys(tree):
            branch = tree[key]
            if isinstance(branch, Handle):
                leaves.append(branch)
            else:
                _collect(branch, leaves)
    else:
        leaves.append(tree)


def flatten_up_to(tree: Any, other: Any) -> list[Any] | None:
    """What stands in another nesting at the leaves of a tree; lists may stand there for arrays.

    Returns:
        One entry a leaf, or None where `other` is not nested as `tree` is.

    >>> flatten_up_to([0, (0,)], [[1.0, 2.0], (3.0,)])
    [[1.0, 2.0], 3.0]
    """
    if not is_nested(tree):
        return [other]
    if not is_nested(other) or len(other) != len(tree):
        return None
    if isinstance(tree, Mapping) is not isinstance(other, Mapping):
        return None
    parts: list[Any] = []
    for key in sorted_keys(tree) if isinstance(tree, Mapping) else range(len(tree)):
        if isinstance(other, Mapping) and key not in other:
            return None
        below = flatten_up_to(tree[key], other[key])
        if below is None:
            return None
        parts += below
    return parts


def pack(tree: Any, leaves: list[Any]) -> Any:
    """A nesting shaped like `tree` that holds `leaves` in its places.

    >>> pack({"b": [1, 2], "a": (3,)}, [30, 10, 20])
    {'b': [10, 20], 'a': (30,)}
    """
    if type(tree) is list and all([isinstance(branch, Handle) for branch in tree]):
        return leaves
    return _fill(tree, iter(leaves))


def map_leaves(function: Callable[..., Any], tree: Any, *others: Any) -> Any:
    """Apply a function leaf by leaf to nestings of one shape.

    >>> map_leaves(lambda a, b: a + b, [1, (2,)], [10, (20,)])
    [11, (22,)]
    """
    columns = [flatten(tree), *(flatten(other) for other in others)]
    return pack(tree, [function(*row) for row in zip(*columns, strict=True)])


def _fill(tree: Any, leaves: Any) -> Any:
    if isinstance(tree, list | tuple):
        branches = [_fill(branch, leaves) for branch in tree]
        if hasattr(tree, "_fields"):
            return type(tree)(*branches)
        return type(tree)(branches) if type(tree) in (list, tuple) else list(branches)
    if isinstance(tree, Mapping):
        filled = {key: _fill(tree[key], leaves) for key in sorted_keys(tree)}
        ordered = {key: filled[key] for key in tree}
        return ordered if type(tree) is dict else _same_mapping(tree, ordered)
    return next(leaves)


def _same_mapping(tree: Mapping[Any, Any], ordered: dict[Any, Any]) -> Any:
    try:
        return type(tree)(ordered)  # type: ignore[call-arg]  # most mappings are built from a dict
    except TypeError:
        return ordered
