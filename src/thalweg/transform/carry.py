"""What a loop carries from one iteration to the next: the same structure and dtypes all the way."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import tick
from thalweg.core.trees import flatten, is_nested, pack
from thalweg.errors import DTypeError, ShapeError
from thalweg.transform.own_tensor import own_tensor
from thalweg.transform.structure import require_same
from thalweg.values.constant import convert_to_tensor
from thalweg.values.conversion import PLAIN, as_array
from thalweg.values.shape import TensorShape
from thalweg.values.tensor import Tensor


class Carry:
    """The structure and dtypes of what a loop carries, taken from where it starts.

    A Python number at the start stays one until an iteration brings a Tensor in its place: beside
    Tensors it takes their dtype, as everywhere. Each Tensor that an iteration is given is one of its own:
    a tape in the body tells it apart from another that is carried, and from what the body reads outside,
    also where one value stands in both places.

    Args:
        start: a nesting of Tensors, Variables, arrays and Python numbers.
        loop: the loop's name, for messages.
        what: what comes of an iteration: "the body's answer".
        like: what the start is called: "loop_vars".
        shapes: for each leaf the shape that it must keep to, some sizes open; None where any will do.
        tried: whether what comes of an iteration is looked at only, and given to none.

    Raises:
        DTypeError: a leaf that is no value.
        ShapeError: a leaf that does not fit its shape.
    """

    def __init__(
        self, start: Any, loop: str, what: str, like: str, shapes: list[Any] | None = None,
        tried: bool = False,
    ) -> None:  # fmt: skip
        self.structure = start
        self.loop = loop
        self.what = what
        self.like = like
        leaves = [self._started(leaf) for leaf in flatten(start)]
        self.dtypes: list[Any] = [
            leaf.array.dtype if isinstance(leaf, Handle) else None for leaf in leaves
        ]
        self.shapes = shapes or [None] * len(leaves)
        self._check_shapes(leaves, self.like)
        self._tried, self._began = tried, tick()
        self.value = pack(start, leaves if tried else [self._own(leaf) for leaf in leaves])
        self.plain = not is_nested(start) or (
            type(start) is list and not any(is_nested(one) for one in start)
        )

    def again(self) -> Carry:
        """A carry that stands where this one does, for a turn that is tried."""
        return Carry(self.value, self.loop, self.what, self.like, self.shapes, True)

    def _own(self, leaf: Any, again: bool = False) -> Any:
        """A leaf; of a Tensor that this iteration has not made, or that comes again, one of its own."""
        taken = isinstance(leaf, Handle) and (again or leaf.key < self._began)
        return own_tensor(leaf) if taken else leaf

    def _started(self, leaf: Any) -> Any:
        if isinstance(leaf, Trainable):
            return convert_to_tensor(leaf)
        if isinstance(leaf, Handle) or type(leaf) in PLAIN:
            return leaf
        if leaf is None:
            raise DTypeError(f"{self.loop}: there is a None in {self.like}; a loop carries values")
        return Tensor(as_array(leaf))

    def advance(self, answer: Any) -> Any:
        """Take what an iteration brought, checked; returns it in the structure of the start.

        Raises:
            ShapeError: another structure, or a leaf that does not fit its shape.
            DTypeError: another dtype, or a leaf that is no value.
        """
        if self.plain and self._as_before(answer):
            self.value, self._began = answer, tick()
            return answer
        require_same(self.structure, answer, f"{self.loop}: {self.what}", self.like)
        leaves = [self._checked(leaf, place) for place, leaf in enumerate(flatten(answer))]
        self._check_shapes(leaves, self.what)
        if not self._tried:
            met: set[int | None] = set()
            for place, leaf in enumerate(leaves):
                key = leaf.key if isinstance(leaf, Handle) else None
                leaves[place] = self._own(leaf, key in met)
                met.add(key)
        self.value, self._began = pack(self.structure, leaves), tick()
        return self.value

    def _as_before(self, answer: Any) -> bool:
        """Whether there is surely nothing to refuse or convert: told quickly, for most iterations."""
        leaves = [answer] if type(answer) is Tensor else answer
        if type(leaves) is not list or (leaves is answer) is not (type(self.structure) is list):
            return False
        if len(leaves) != len(self.dtypes):
            return False
        keys = []
        for leaf, dtype, shape in zip(leaves, self.dtypes, self.shapes, strict=True):
            if dtype is None and type(leaf) in PLAIN and not shape:
                continue
            if type(leaf) is not Tensor or leaf.array.dtype is not dtype:
                return False
            if shape is not None and leaf.array.shape != shape:
                return False
            keys.append(leaf.key)
        if self._tried or not keys:
            return True
        return min(keys) > self._began and (len(keys) == 1 or len({*keys}) == len(keys))

    def _checked(self, leaf: Any, place: int) -> Any:
        wanted = self.dtypes[place]
        if isinstance(leaf, Trainable):
            leaf = convert_to_tensor(leaf)
        elif not isinstance(leaf, Handle):
            if type(leaf) in PLAIN and wanted is None:
                return leaf
            if leaf is None:
                raise DTypeError(
                    f"{self.loop}: {self.what} has a None in place {place}; did the function forget "
                    f"to return a value?"
                )
            leaf = Tensor(in_dtype(leaf, wanted))
        if wanted is None:
            self.dtypes[place] = leaf.array.dtype
        elif leaf.array.dtype != wanted:
            raise DTypeError(
                f"{self.loop}: place {place} was {wanted.name} before and is {leaf.array.dtype.name} "
                f"in {self.what}; a loop keeps its dtypes, use tw.cast(…, tw.{wanted.name}) there, or "
                f"start from tw.cast(…, tw.{leaf.array.dtype.name})"
            )
        return leaf

    def _check_shapes(self, leaves: list[Any], where: str) -> None:
        for place, (shape, leaf) in enumerate(zip(self.shapes, leaves, strict=True)):
            came = leaf.array.shape if isinstance(leaf, Handle) else ()
            if shape is not None and not shape.is_compatible_with(came):
                raise ShapeError(
                    f"{self.loop}: place {place} of {where} has shape {TensorShape(came)}, which the "
                    f"shape that it must keep to, {shape}, does not allow"
                )

    def finish(self) -> Any:
        """What is carried, Tensors throughout."""
        return pack(self.structure, [convert_to_tensor(leaf) for leaf in flatten(self.value)])


def in_dtype(value: Any, dtype: np.dtype[Any] | None) -> Any:
    """A value that is no Tensor as an array; a Python number takes the dtype if it is one of it."""
    kinds = {bool: "b", int: "iufc", float: "fc", complex: "c"}
    if dtype is not None and dtype.kind in kinds.get(type(value), ""):
        return dtype.type(value)
    return as_array(value)
