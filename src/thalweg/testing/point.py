"""The argument of a user's function: its leaves, and its real numbers one by one, with names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.trees import flatten, pack, sorted_keys
from thalweg.testing.mismatch import MismatchError
from thalweg.testing.reals import arrays_of, differentiable, reals
from thalweg.values.tensor import Tensor

Level = Callable[[list[Any]], list[Any]]
"""From the leaves of the argument, as Tensors, to the answers of one order."""


class Moved(NamedTuple):
    """One real number of the argument that is moved: its place in the vector, and in words."""

    at: int
    told: str


class Point:
    """The argument of the user's function: its leaves, and which of their elements are moved."""

    def __init__(self, name: str, x: Any, elements: int, seed: int) -> None:
        self.name = name
        self.tree = x
        self.arrays = [_as_double(leaf) for leaf in flatten(x)]
        self.rng = np.random.default_rng(seed)
        self.vector = reals(self.arrays)
        places = [
            place
            for leaf, array in zip(paths(x), self.arrays, strict=True)
            for place in _elements(leaf, array)
        ]
        if not places:
            raise ValueError("x holds no floats; give numbers or arrays of them")
        every = np.arange(len(places))
        some = every if len(places) <= elements else self.rng.choice(every, elements, replace=False)
        self.moved = [Moved(int(at), places[at]) for at in np.sort(some)]

    def tensors(self, at: int = 0, shift: float = 0.0) -> list[Any]:
        """The leaves as Tensors, with one number moved."""
        vector = self.vector.copy()
        vector[at] += shift
        return [Tensor(array[()]) for array in arrays_of(vector, self.arrays)]

    def direction(self, at: int) -> list[Any]:
        """The tangents of one number's move."""
        one = np.zeros_like(self.vector)
        one[at] = 1.0
        return [Tensor(array[()]) for array in arrays_of(one, self.arrays)]

    def level(self, f: Callable[[Any], Any]) -> Level:
        """The user's function on leaves."""

        def answers(leaves: list[Any]) -> list[Any]:
            found = flatten(f(pack(self.tree, leaves)))
            for one in found:
                if not isinstance(one, Handle):
                    raise MismatchError(
                        self.name,
                        "answer",
                        f"expected a Tensor, came {type(one).__name__} {str(one)[:40]}: the value "
                        f"left the tape (`.numpy()`, float() or np.array()?)",
                    )
            floats = [one for one in found if differentiable(one.array)]
            if not floats:
                raise MismatchError(self.name, "answer", "no answer is a float Tensor")
            return floats

        return answers


def _as_double(leaf: Any) -> Any:
    array = np.asarray(leaf.array if isinstance(leaf, Handle) else leaf)
    return array.astype(np.result_type(array.dtype, np.float64))


def paths(tree: Any, name: str = "x") -> list[str]:
    """The leaves of a nesting in words: `x['weights'][0]`."""
    if isinstance(tree, list | tuple):
        parts = [(f"{name}[{place}]", branch) for place, branch in enumerate(tree)]
    elif isinstance(tree, Mapping):
        parts = [(f"{name}[{key!r}]", tree[key]) for key in sorted_keys(tree)]
    else:
        return [name]
    return [leaf for told, branch in parts for leaf in paths(branch, told)]


def _elements(leaf: str, array: Any) -> list[str]:
    """Every real number of an array in words: `x[1, 2]`, `the imaginary part of x[0]`."""
    told = [
        f"{leaf}[{', '.join(map(str, index))}]" if index else leaf
        for index in np.ndindex(array.shape)
    ]
    if array.dtype.kind != "c":
        return told
    return [f"the {part} part of {one}" for one in told for part in ("real", "imaginary")]
