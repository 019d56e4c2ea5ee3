"""Variable: a value with a name that changes by `assign`, and that tapes watch by themselves."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.numbers_seen import refuse_traces, seen
from thalweg.core.recording import STATE, note, tick
from thalweg.core.spans import born
from thalweg.core.wanted_dtype import wanted_dtype
from thalweg.errors import ShapeError
from thalweg.ops.casting import cast
from thalweg.values.assigned import narrowed, taken
from thalweg.values.conversion import as_array, keeping, operand
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
        constraint: what an optimizer applies to the Variable after each step; a function of it.
        validate_shape, caching_device, variable_def, import_scope, synchronization, aggregation,
        experimental_enable_variable_lifting: accepted for TensorFlow's sake.

    Raises:
        ShapeError, DTypeError: `initial_value` is no array.
        TypeError: `constraint` cannot be called.

    >>> import thalweg as tw
    >>> v = tw.Variable(3.0)
    >>> v.assign_sub(1.0)
    <tf.Variable 'Variable:0' shape=() dtype=float32, numpy=2.0>
    """

    __slots__ = ("_trainable", "constraint", "name")

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
        self.constraint = constraint
        if constraint is not None and not callable(constraint):
            raise TypeError(
                f"Variable '{self.name}': constraint is {constraint!r}; a function of the Variable was "
                f"wanted, as lambda w: tw.clip_by_value(w, 0.0, 1.0)"
            )
        tracer = STATE.here.tracer
        if tracer is not None:
            tracer.born(self)
        born(self.key, self.name, getattr(value, "key", None))

    @property
    def trainable(self) -> bool:  # type: ignore[override]  # read-only here
        """Whether tapes watch it when it is read."""
        return self._trainable

    def assign(
        self, value: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Variable:
        """Set the value; computations recorded before keep the old one.

        Part of a Variable is set by `v[index].assign(value)`.

        Args:
            value: numbers of the Variable's shape, in any dtype whose kind its own holds: whole
                numbers in a Variable of floats, but neither floats in one of whole numbers nor
                complex numbers in one of real numbers.
            use_locking: accepted for TensorFlow's sake.
            name: likewise.
            read_value: likewise.

        Raises:
            ShapeError: the new value has another shape.
            DTypeError: numbers that the Variable's dtype cannot hold, or texts.
        """
        array, key = taken(value, self.name, self.array.dtype)
        if STATE.here.tracer is not None:
            new = Tensor(array)
            new.key = new.key if key is None else key
            return self._set_traced(new, ".assign")
        return self._set(array, key, ".assign")

    def assign_add(
        self, delta: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Variable:
        """Add to the value.

        Args:
            delta: numbers of the Variable's shape: nothing is broadcast, not even a single number.
                `v.assign(v + 1.0)` adds to every element.
            use_locking: accepted for TensorFlow's sake.
            name: likewise.
            read_value: likewise.

        Raises:
            ShapeError, DTypeError: as `assign`.
        """
        array, key = taken(delta, self.name, self.array.dtype)
        if array.shape != self.array.shape:
            raise self._misfit(array, "v.assign(v + delta)")
        if STATE.here.tracer is not None:
            return self._set_traced(self + delta, ".assign_add")
        return self._set(self.array + array, key, ".assign_add")

    def assign_sub(
        self, delta: Any, use_locking: bool = False, name: Any = None, read_value: bool = True
    ) -> Variable:
        """Subtract from the value.

        Args:
            delta: numbers of the Variable's shape: nothing is broadcast, not even a single number.
                `v.assign(v - 1.0)` subtracts from every element.
            use_locking: accepted for TensorFlow's sake.
            name: likewise.
            read_value: likewise.

        Raises:
            ShapeError, DTypeError: as `assign`.
        """
        array, key = taken(delta, self.name, self.array.dtype)
        if array.shape != self.array.shape:
            raise self._misfit(array, "v.assign(v - delta)")
        if STATE.here.tracer is not None:
            return self._set_traced(self - delta, ".assign_sub")
        return self._set(self.array - array, key, ".assign_sub")

    def _set(self, new: Any, key: Any, how: str) -> Variable:
        current = self.array
        if new.shape != current.shape:
            raise self._misfit(new)
        if new.dtype is not current.dtype:
            new = narrowed(new, self.name, current.dtype)
        self.array = new
        note("assign", (self.key, key), self.name[:-2] + how, depth=2)
        return self

    def _set_traced(self, value: Any, how: str) -> Variable:
        """Set the value where a recorder writes down what is computed, and show it the new one."""
        STATE.here.tracer.setting(self)
        wanted = self.array.dtype
        new = value if value.array.dtype is wanted else cast.eager(value, wanted)
        if new is not value and wanted.kind in "iu":
            STATE.here.tracer.refuse(f"{value.array.dtype.name} numbers may not fit {wanted.name}")
        self._set(new.array, new.key, how)
        STATE.here.tracer.assigned(self, new)
        return self

    def _set_part(self, index: Any, value: Any) -> Variable:
        """Set the part that an index names; what `v[index].assign(value)` does."""
        refuse_traces("a part of a Variable is set")
        array, key = taken(value, self.name, self.array.dtype)
        new = np.array(self.array)
        part = new[index].shape
        try:
            new[index] = np.broadcast_to(narrowed(array, self.name, new.dtype), part)
        except ValueError as error:
            raise ShapeError(
                f"Cannot assign value to a part of variable '{self.name}': the part has shape "
                f"{part}, and the assigned value shape {array.shape} does not fit it."
            ) from error
        return self._set(new if new.ndim else new[()], key, "[...].assign()")

    def _misfit(self, came: Any, instead: str = "") -> ShapeError:
        advice = f" To broadcast, write {instead}." if instead else ""
        return ShapeError(
            f"Cannot assign value to variable '{self.name}': Shape mismatch. The variable shape "
            f"{self.shape}, and the assigned value shape {came.shape} are incompatible.{advice}"
        )

    def read_value(self) -> Any:
        """The value as a Tensor; recorded as an identity."""
        return +self  # type: ignore[operator]  # operators above add it

    def value(self) -> Any:
        """The value as a Tensor; recorded as an identity."""
        return self.read_value()

    def __copy__(self) -> Variable:
        return self  # as in TensorFlow: a copied list of Variables holds the same Variables

    def __deepcopy__(self, memo: Any) -> Any:
        seen(self, "a copy")
        return _made(type(self), self.array, self._trainable, self.name, self.constraint)

    def __reduce__(self) -> Any:
        seen(self, "a pickle")
        return _made, (type(self), self.array, self._trainable, self.name, self.constraint)

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
        seen(self, "repr()")
        return (
            f"<tf.Variable '{self.name}' shape={self.shape} dtype={self.dtype.name}, "
            f"numpy={shown(self.array)}>"
        )

    __str__ = __repr__


def _made(kind: Any, array: Any, trainable: bool, name: str, constraint: Any = None) -> Any:
    """A Variable of its own, with a number of its own, as a deep copy or a pickle makes it."""
    twin = kind.__new__(kind)
    twin.array, twin.key, twin.name, twin._trainable = array, tick(), name, trainable
    twin.constraint = constraint
    born(twin.key, name, None)
    return twin


def settled(value: Any, dtype: Any = None) -> Any:
    """A user's value as an array that nobody else holds; Tensors' arrays are never written to."""
    if isinstance(value, Handle):
        array = value.array
        if dtype is None:
            return array
        return array.astype(keeping(array.dtype, wanted_dtype("a Variable's dtype", dtype)))
    if isinstance(value, list | tuple):
        array, _ = operand(value)
        return array if dtype is None else as_array(value, dtype)
    return as_array(value, dtype)
