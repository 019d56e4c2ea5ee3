"""Tensor: an immutable array that tapes can follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import leaves, seen
from thalweg.core.recording import tick
from thalweg.errors import DTypeError
from thalweg.values.shape import TensorShape


class Readable(Handle):
    """What Tensor and Variable share: looking at the value without recording anything."""

    __slots__ = ()

    __hash__ = None  # type: ignore[assignment]  # == compares elements, as in TensorFlow
    __array_priority__ = 100.0

    @property
    def shape(self) -> TensorShape:
        """The sizes of the axes."""
        return tuple.__new__(TensorShape, self.array.shape)

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's dtype."""
        return self.array.dtype  # type: ignore[no-any-return]  # an array's dtype

    @property
    def ndim(self) -> int:
        """How many axes."""
        return self.array.ndim  # type: ignore[no-any-return]  # an array's rank

    @property
    def size(self) -> int:
        """How many elements."""
        return self.array.size  # type: ignore[no-any-return]  # an array's size

    def get_shape(self) -> TensorShape:
        """The sizes of the axes."""
        return self.shape

    def numpy(self) -> Any:
        """The value as a NumPy array that cannot be written to; a NumPy scalar where it has no axes.

        The value leaves the tape here: what is computed from it carries no gradient, and
        `tape.explain` will name this line.
        """
        leaves(self, ".numpy()")
        return read_only(self.array)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> np.ndarray:
        if dtype is not None and np.dtype(dtype).kind == "O":
            raise DTypeError(
                "an array of objects cannot be made of a Tensor, as np.vectorize asks for; write the "
                "function for whole arrays, with NumPy's or thalweg's functions"
            )
        leaves(self, "a NumPy conversion")
        array = np.asarray(self.array)
        if dtype is not None and np.dtype(dtype) != array.dtype:
            return array.astype(dtype)
        return array.copy() if copy else read_only(array) if array.ndim else array.copy()

    def _number(self, kind: Any, words: str) -> Any:
        leaves(self, words, depth=2)
        if self.array.size != 1:
            raise TypeError(
                f"only a Tensor of one element is a number; this one has shape {self.shape}"
            )
        return kind(self.array.item())

    def __float__(self) -> float:
        return float(self._number(float, "float()"))

    def __int__(self) -> int:
        return int(self._number(int, "int()"))

    def __complex__(self) -> complex:
        return complex(self._number(complex, "complex()"))

    def __index__(self) -> int:
        if self.array.dtype.kind not in "iu":
            raise TypeError(f"only an integer Tensor is an index; this one is {self.dtype.name}")
        return int(self._number(int, "an index"))

    def __bool__(self) -> bool:
        if self.array.size != 1:
            raise ValueError(
                f"the truth of a Tensor of shape {self.shape} is ambiguous; "
                f"use tw.reduce_any or tw.reduce_all"
            )
        return bool(self._number(bool, "bool()"))

    def __len__(self) -> int:
        if not self.array.ndim:
            raise TypeError("a Tensor without axes has no len()")
        return len(self.array)

    def __iter__(self) -> Iterator[Any]:
        if not self.array.ndim:
            raise TypeError("cannot iterate over a Tensor without axes")
        return (self[place] for place in range(len(self.array)))  # type: ignore[index]  # operators above add indexing

    def __setitem__(self, index: Any, value: Any) -> None:
        raise TypeError(
            f"'{type(self).__name__}' object does not support item assignment; write "
            f"x = tw.tensor_scatter_nd_update(x, indices, updates), or v[index].assign(value) for a "
            f"Variable"
        )

    def __format__(self, spec: str) -> str:
        if spec and not self.array.ndim:
            leaves(self, "format()")
            return format(self.array, spec)
        return str(self) if not spec else format(str(self), spec)

    def ref(self) -> Reference:
        """A key for dictionaries and sets: Tensors themselves compare by element."""
        return Reference(self)


def read_only(array: Any) -> Any:
    """A view that cannot be written to; a scalar as it is."""
    if isinstance(array, np.ndarray):
        if not array.ndim:
            return array[()]
        array = array.view()
        array.flags.writeable = False
    return array


class Reference:
    """Stands for one Tensor or Variable as a key of a dictionary."""

    __slots__ = ("_referent",)

    def __init__(self, referent: Readable) -> None:
        self._referent = referent

    def deref(self) -> Any:
        """The Tensor or Variable itself."""
        return self._referent

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and other._referent is self._referent

    def __hash__(self) -> int:
        return hash(self._referent.key)


class Tensor(Readable):
    """An immutable array with a number that tapes know it by.

    Made by `tw.constant`, by ops and by indexing, not by its constructor. Operators, indexing and
    NumPy's functions work on it and are recorded.
    """

    __slots__ = ("part_of",)

    part_of: tuple[Any, Any]
    """The Variable and the index, where it was written `v[index]`; nothing otherwise."""

    def __init__(self, array: Any) -> None:
        self.array = array
        self.key = tick()

    @property
    def assign(self) -> Any:
        """What sets a part of a Variable, in `v[index].assign(value)`; no other Tensor has it.

        Raises:
            AttributeError: the Tensor was not written as a Variable with an index.
        """
        origin = getattr(self, "part_of", None)
        if origin is None:
            raise AttributeError(
                "a Tensor never changes and has no `assign`; a Variable v has, v.assign(value), and so "
                "has a part of it where it is written v[index].assign(value)"
            )
        variable, index = origin
        return lambda value, name=None: variable._set_part(index, value)

    @property
    def assign_add(self) -> Any:
        """Nothing: parts of Variables are set, not added to.

        Raises:
            AttributeError: always, with what to write instead.
        """
        raise AttributeError(
            "a Tensor has no `assign_add`, and neither has a part of a Variable; write "
            "v[index].assign(v[index] + delta)"
        )

    @property
    def assign_sub(self) -> Any:
        """Nothing: parts of Variables are set, not subtracted from.

        Raises:
            AttributeError: always, with what to write instead.
        """
        raise AttributeError(
            "a Tensor has no `assign_sub`, and neither has a part of a Variable; write "
            "v[index].assign(v[index] - delta)"
        )

    def __copy__(self) -> Tensor:
        return self

    def __deepcopy__(self, memo: Any) -> Tensor:
        return self

    def __reduce__(self) -> Any:
        seen(self, "a pickle")
        return (Tensor, (self.array,))

    def __repr__(self) -> str:
        seen(self, "repr()")
        return (
            f"<tf.Tensor: shape={self.shape}, dtype={self.dtype.name}, numpy={shown(self.array)}>"
        )

    def __str__(self) -> str:
        seen(self, "str()")
        return f"tf.Tensor({text_of(self.array)}, shape={self.shape}, dtype={self.dtype.name})"


def shown(array: Any) -> str:
    """A value as TensorFlow's repr shows it: an array's own repr, a scalar's digits."""
    if isinstance(array, np.ndarray) and array.ndim:
        text = repr(array)
        return "\n" + text if "\n" in text else text
    return text_of(array)


def text_of(array: Any) -> str:
    """A value as TensorFlow's str shows it."""
    return np.array2string(np.asarray(array)) if getattr(array, "ndim", 0) else str(array)
