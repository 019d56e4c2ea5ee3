"""Variable: a value with a name that changes by `assign`, and that tapes watch by themselves."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import note, tick
from thalweg.core.spans import born
from thalweg.errors import ShapeError
from thalweg.values.conversion import as_array, operand
from thalweg.values.name_scope import HERE
from thalweg.values.shape import TensorShape
from thalweg.values.tensor import Readable, Tensor, shown


class Variable(Readable, Trainable):
    """A value that is read by ops and changed by `assign`, `assign_add` and `assign_sub`.

    Args:
        initial_value: a number, list, array, Tensor, or a callable that returns one.
        trainable: whether tapes watch it when it is read.
        name: shown in messages and in `repr`.
        dtype: the dtype to convert to; by default that of `initial_value`.
        shape: accepted for TensorFlow's sake; must be the value's own shape if given.
        validate_shape, caching_device, variable_def, import_scope, constraint, synchronization,
        aggregation, experimental_enable_variable_lifting: accepted for TensorFlow's sake.

    Raises:
        ShapeError, DTypeError: `initial_value` is no array.

    >>> import thalweg as tw
    >>> v = tw.Variable(3.0)
    >>> v.assign_sub(1.0)
    <tf.Variable 'Variable:0' shape=() dtype=float32, numpy=2.0>
    """

    __slots__ = ("_trainable", "name")

    _unnamed = itertools.count()

    def __init__(
        self,
        initial_value: Any = None,
        trainable: bool | None = None,
        validate_shape: bool = True,
        caching_device: Any = None,
        name: str | None = None,
        variable_def: Any = None,
        dtype: Any = None,
        import_scope: Any = None,
        constraint: Any = None,
        synchronization: Any = None,
        aggregation: Any = None,
        shape: Any = None,
        experimental_enable_variable_lifting: bool = True,
    ) -> None:
        if initial_value is None:
            raise ValueError(
                "Variable needs an initial_value: a number, a list, an array or a Tensor"
            )
        value = initial_value() if callable(initial_value) else initial_value
        self.array = settled(value, dtype)
        self.key = tick()
        self.name = f"{HERE.prefix}{name or 'Variable'}:0"
        if shape is not None and not TensorShape(shape).is_compatible_with(self.array.shape):
            raise ShapeError(
                f"Variable '{self.name}': initial_value has shape {self.shape}, not {TensorShape(shape)}"
            )
        floating = self.array.dtype.kind in "fc"
        if not floating and trainable is not False and self.array.dtype.kind in "iu":
            warnings.warn(
                f"Variable '{self.name}' is trainable but its dtype is {self.array.dtype.name}; "
                f"gradients with respect to integers are None. Write 10.0 instead of 10, or pass "
                f"trainable=False",
                stacklevel=2,
            )
        self._trainable = trainable is not False
        born(self.key, self.name, getattr(value, "key", None))

    @property
    def trainable(self) -> bool:  # type: ignore[override]  # read-only here
        """Whether tapes watch it when it is read."""
        return self._trainable

    def assign(
        self, value: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Variable:
        """Set the value; computations recorded before keep the old one.

        Raises:
            ShapeError: the new value has another shape.
        """
        array, key = operand(value)
        if not isinstance(array, np.ndarray | np.generic):
            array = np.asarray(array)
        return self._set(array, key, ".assign")

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Variable:
        """Add to the value."""
        array, key = (delta.array, delta.key) if type(delta) is Tensor else operand(delta)
        try:
            new = self.array + array
        except ValueError as error:
            raise self._misfit(array) from error
        return self._set(new, key, ".assign_add")

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Variable:
        """Subtract from the value."""
        array, key = (delta.array, delta.key) if type(delta) is Tensor else operand(delta)
        try:
            new = self.array - array
        except ValueError as error:
            raise self._misfit(array) from error
        return self._set(new, key, ".assign_sub")

    def _set(self, new: Any, key: Any, how: str) -> Variable:
        current = self.array
        if new.shape != current.shape:
            raise self._misfit(new)
        self.array = new if new.dtype is current.dtype else new.astype(current.dtype)
        note("assign", (self.key, key), self.name[:-2] + how, depth=2)
        return self

    def _misfit(self, came: Any) -> ShapeError:
        return ShapeError(
            f"Cannot assign value to variable '{self.name}': Shape mismatch. The variable shape "
            f"{self.shape}, and the assigned value shape {came.shape} are incompatible."
        )

    def read_value(self) -> Any:
        """The value as a Tensor; recorded as an identity."""
        return +self  # type: ignore[operator]  # operators above add it

    def value(self) -> Any:
        """The value as a Tensor; recorded as an identity."""
        return self.read_value()

    def __copy__(self) -> Variable:
        return self.__deepcopy__({})

    def __deepcopy__(self, memo: Any) -> Variable:
        twin = Variable(Tensor(self.array), self.trainable, name=self.name.removesuffix(":0"))
        twin.name = self.name  # as it is, in whatever name scope it is copied
        return twin

    def _refuse_in_place(self, sign: str, method: str) -> Any:
        raise RuntimeError(
            f"Variable {sign}= value not supported. Use `variable.{method}(value)` to modify the "
            f"variable value and `variable = variable {sign} value` to get a new Tensor object."
        )

    def __iadd__(self, other: Any) -> Any:
        return self._refuse_in_place("+", "assign_add")

    def __isub__(self, other: Any) -> Any:
        return self._refuse_in_place("-", "assign_sub")

    def __imul__(self, other: Any) -> Any:
        return self._refuse_in_place("*", "assign")

    def __itruediv__(self, other: Any) -> Any:
        return self._refuse_in_place("/", "assign")

    def __repr__(self) -> str:
        return (
            f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, "
            f"numpy={shown(self.array)}>"
        )

    __str__ = __repr__


def settled(value: Any, dtype: Any = None) -> Any:
    """A user's value as an array that nobody else holds; Tensors' arrays are never written to."""
    if isinstance(value, Handle):
        array = value.array
        return array if dtype is None else array.astype(dtype)
    if isinstance(value, list | tuple):
        array, _ = operand(value)
        return array if dtype is None else as_array(value, dtype)
    return as_array(value, dtype)
