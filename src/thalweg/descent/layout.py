"""How a start in the user's form becomes flat numbers, and numbers take that form again."""

from __future__ import annotations

import inspect
import reprlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from thalweg.core.trees import flatten, is_nested, pack
from thalweg.descent.problem import Vector
from thalweg.errors import DescentError

__all__ = ["Layout"]


class Layout:
    """The form of a start: one number, an array, or a nesting of them.

    Args:
        start: a float; an array or anything NumPy reads as one (a list of numbers is an array);
            a mapping, a tuple or a list that holds such things.

    Attributes:
        flat: the numbers, float64 `(n,)`, leaf after leaf; mappings in the order of their sorted
            keys.
        shapes: the leaves' shapes.
        names: what the numbers are called, where the start names them.

    Raises:
        DescentError: a start that is empty, complex, or no numbers.
    """

    def __init__(self, start: Any) -> None:
        self.tree = None if _is_array(start) else _lists_as_arrays(start)
        leaves = [start] if self.tree is None else flatten(self.tree)
        arrays = [_as_floats(leaf) for leaf in leaves]
        self.shapes = [array.shape for array in arrays]
        sizes = [array.size for array in arrays]
        self.offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(int).tolist()
        self.size: int = int(self.offsets[-1])
        if self.size == 0:
            raise DescentError("The start holds no numbers; give one for each variable.")
        self.flat: Vector = np.concatenate([array.ravel() for array in arrays])
        self.names = _names(self.tree, self.shapes)
        self.one_by_one = False

    def leaves(self, x: Vector) -> list[Any]:
        """Cut flat numbers into arrays of the leaves' shapes; they share x's memory."""
        ends = zip(self.shapes, self.offsets, self.offsets[1:], strict=False)
        return [x[a:b].reshape(shape) for shape, a, b in ends]

    def arguments(self, x: Vector) -> list[Any]:
        """Cut flat numbers the way `caller`'s function takes them."""
        if self.one_by_one:
            return [x[k : k + 1].reshape(()) for k in range(self.size)]
        return self.leaves(x)

    def shaped(self, x: Vector) -> Any:
        """Give flat numbers the start's form: a float, an array, or the nesting."""
        leaves = [float(leaf) if leaf.ndim == 0 else leaf.copy() for leaf in self.leaves(x)]
        return leaves[0] if self.tree is None else pack(self.tree, leaves)

    def joined(self, leaves: list[Any]) -> Vector:
        """Make flat numbers of leaves; a leaf that is None stands for zeros."""
        if len(leaves) == 1:
            return np.array(
                np.zeros(self.size) if leaves[0] is None else leaves[0], dtype=np.float64
            ).reshape(self.size)
        if self.one_by_one:
            return np.array([0.0 if leaf is None else float(leaf) for leaf in leaves])
        out = np.zeros(self.size)
        for leaf, a, b in zip(leaves, self.offsets, self.offsets[1:], strict=False):
            if leaf is not None:
                out[a:b] = np.asarray(leaf, dtype=np.float64).ravel()
        return out

    def caller(self, fun: Callable[..., Any]) -> Callable[[list[Any]], Any]:
        """Give a function of `arguments(x)` that calls `fun` the way it is written.

        A function of as many arguments as a flat start has numbers gets them one by one; a mapping
        goes by keyword where all its keys are the function's argument names; else `fun` gets one
        argument in the start's form.
        """
        wanted, names, spread = _arguments(fun)
        if isinstance(self.tree, Mapping):
            keys = list(self.tree)
            if all(isinstance(key, str) and key in names for key in keys) and (
                len(keys) >= wanted and (wanted > 1 or names[0] in keys)
            ):
                return lambda leaves: fun(**pack(self.tree, leaves))
        elif self.tree is not None:
            parts = list(self.tree)
            if wanted == len(parts) > 1 or (spread and wanted <= len(parts)):
                return lambda leaves: fun(*pack(self.tree, leaves))
        elif self.shapes == [()]:
            return lambda leaves: fun(leaves[0])
        elif len(self.shapes[0]) == 1 and (wanted == self.size > 1 or (spread and wanted != 1)):
            self.one_by_one = True
            return lambda leaves: fun(*leaves)
        if wanted > 1:
            raise DescentError(
                f"The function takes {wanted} arguments, but the start holds {self.size} "
                f"number{'s' * (self.size != 1)}. Give one number for each argument, or write "
                "the function for one array."
            )
        if self.tree is None:
            return lambda leaves: fun(leaves[0])
        return lambda leaves: fun(pack(self.tree, leaves))


def _is_array(start: Any) -> bool:
    if isinstance(start, Mapping):
        return False
    if not is_nested(start):
        return True
    return not any(is_nested(leaf) or np.ndim(leaf) > 0 for leaf in start) or _is_table(start)


def _lists_as_arrays(start: Any) -> Any:
    """A mapping's lists of numbers are arrays, as a list that is the whole start is."""
    if not isinstance(start, Mapping):
        return start
    whole = {key: isinstance(value, list) and _is_array(value) for key, value in start.items()}
    if not any(whole.values()):
        return start
    return {key: np.asarray(value) if whole[key] else value for key, value in start.items()}


def _is_table(start: Any) -> bool:
    """Tell whether nested lists are the rows of one array, all lists and all of one length."""
    if not isinstance(start, list) or not all(isinstance(row, list) for row in start):
        return False
    try:
        return np.asarray(start).dtype != object
    except ValueError:
        return False


def _as_floats(leaf: Any) -> Vector:
    array = np.asarray(leaf)
    if array.dtype.kind not in "fiub":
        raise DescentError(
            f"The start holds {reprlib.repr(leaf)}; numbers were wanted, for example 5.0 or [1.0, 2.0]."
        )
    numbers: Vector = array.astype(np.float64)
    wild = numbers[~np.isfinite(numbers)]
    if wild.size:
        raise DescentError(f"The start holds {wild.flat[0]}; finite numbers were wanted.")
    return numbers


def _names(tree: Any, shapes: list[tuple[int, ...]]) -> list[str] | None:
    if not isinstance(tree, Mapping) or any(shape != () for shape in shapes):
        return None
    keys = flatten({key: key for key in tree})
    return [str(key) for key in keys]


def _arguments(fun: Callable[..., Any]) -> tuple[int, list[str], bool]:
    """Count a function's required arguments; name all it takes; tell whether it takes *args."""
    try:
        parameters = inspect.signature(fun).parameters.values()
    except (TypeError, ValueError):  # a built-in or a NumPy function without a signature
        return 1, [], False
    plain = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    wanted = sum(p.default is p.empty for p in plain)
    spread = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    named = [p.name for p in parameters if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]
    return wanted, named, spread
