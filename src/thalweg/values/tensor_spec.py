"""TensorSpec: what a Tensor must be like, some of its sizes left open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.errors import DTypeError
from thalweg.values.floatx import floatx
from thalweg.values.shape import UNKNOWN, TensorShape
from thalweg.values.tensor import Tensor


def dtype_of(dtype: Any) -> np.dtype[Any]:
    """NumPy's dtype of what a user calls one; Python's `float` is the default dtype.

    Raises:
        DTypeError: it is none.
    """
    if dtype is float:
        return floatx()
    try:
        found: np.dtype[Any] = np.dtype(dtype)
    except TypeError as error:
        raise DTypeError(f"{dtype!r} is no dtype; tw.float32 and tw.int32 are") from error
    return found


class TensorSpec:
    """Shape, dtype and name of Tensors that a function takes or a loop carries.

    Args:
        shape: the sizes; None for one that is left open, or in place of all where any shape will do.
        dtype: the dtype; float32 by default.
        name: for the reader.

    >>> import thalweg as tw
    >>> spec = tw.TensorSpec([None, 3])
    >>> spec
    TensorSpec(shape=(None, 3), dtype=tf.float32, name=None)
    >>> spec.is_compatible_with(tw.zeros([2, 3])), spec.is_compatible_with(tw.zeros([2, 4]))
    (True, False)
    """

    __slots__ = ("_dtype", "_name", "_shape")

    value_type = Tensor

    def __init__(self, shape: Any, dtype: Any = np.float32, name: str | None = None) -> None:
        self._shape = TensorShape(shape)
        self._dtype = dtype_of(dtype)
        self._name = name

    @property
    def shape(self) -> TensorShape:
        """The sizes, None where open."""
        return self._shape

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's dtype."""
        return self._dtype

    @property
    def name(self) -> str | None:
        """The name, if it has one."""
        return self._name

    @classmethod
    def from_tensor(cls, tensor: Any, name: str | None = None) -> TensorSpec:
        """The specification that fits one Tensor alone."""
        return cls(tensor.shape, tensor.dtype, name)

    @classmethod
    def from_spec(cls, spec: Any, name: str | None = None) -> TensorSpec:
        """The same specification, under another name if one is given."""
        return cls(spec.shape, spec.dtype, name or spec.name)

    def is_compatible_with(self, spec_or_tensor: Any) -> bool:
        """Whether dtypes are the same and the shapes may be."""
        other = spec_or_tensor.array if isinstance(spec_or_tensor, Handle) else spec_or_tensor
        if not isinstance(other, TensorSpec | np.ndarray | np.generic):
            return False
        return self._dtype == other.dtype and self._shape.is_compatible_with(other.shape)

    def is_subtype_of(self, other: Any) -> bool:
        """Whether all that fits this specification fits the other."""
        if not isinstance(other, TensorSpec) or self._dtype != other._dtype:
            return False
        if other._shape is UNKNOWN or self._shape is UNKNOWN:
            return other._shape is UNKNOWN
        return len(self._shape) == len(other._shape) and all(
            wide is None or narrow == wide
            for narrow, wide in zip(self._shape, other._shape, strict=True)
        )

    def most_specific_common_supertype(self, others: Sequence[Any]) -> TensorSpec | None:
        """The narrowest specification that all that fits this one and the others fits; None without one."""
        shape = self._shape
        for other in others:
            if not isinstance(other, TensorSpec) or other._dtype != self._dtype:
                return None
            if shape is UNKNOWN or other._shape is UNKNOWN or len(shape) != len(other._shape):
                shape = UNKNOWN
            else:
                pairs = zip(shape, other._shape, strict=True)
                shape = TensorShape([a if a == b else None for a, b in pairs])
        return TensorSpec(shape, self._dtype, self._name)

    def most_specific_compatible_type(self, other: Any) -> TensorSpec:
        """The narrowest specification that covers this one and another.

        Raises:
            ValueError: there is none, the dtypes differ.
        """
        common = self.most_specific_common_supertype([other])
        if common is None:
            raise ValueError(f"no specification covers both {self} and {other}")
        return common

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TensorSpec):
            return NotImplemented
        mine, theirs = (
            (self._shape, self._dtype, self._name),
            (other._shape, other._dtype, other._name),
        )
        return mine == theirs

    def __hash__(self) -> int:
        return hash((self._shape, self._dtype, self._name))

    def __reduce__(self) -> Any:
        return (TensorSpec, (self._shape, self._dtype, self._name))

    def __repr__(self) -> str:
        return f"TensorSpec(shape={self._shape}, dtype=tf.{self._dtype.name}, name={self._name!r})"


__all__ = ["TensorSpec", "dtype_of"]
