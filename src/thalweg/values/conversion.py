"""From what a user passes to arrays: dtypes as TensorFlow chooses them, and always a snapshot.

Python floats become float32 (or what `set_floatx` says), ints int32, arrays keep their dtype. An
array is copied, so that changing it later cannot change a recorded computation.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE
from thalweg.core.trees import flatten
from thalweg.core.wanted_dtype import wanted_dtype
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.joining import stack
from thalweg.values.floatx import floatx

ARRAYS = (np.ndarray, np.generic)
PLAIN = (float, int, bool, complex)
INT32 = np.dtype(np.int32)


def operand(x: Any) -> tuple[Any, Any]:
    """What an op computes with, and the key that tapes know it by (None for what they cannot know)."""
    if isinstance(x, Handle):
        key = x.key
        followed = STATE.here.followed
        unseen = followed is False or (followed is not None and key not in followed)
        if unseen and isinstance(x, Trainable):
            for recorder in STATE.recorders:
                recorder.read(x)
        return x.array, key
    if type(x) in PLAIN or x is None:
        return x, None
    if isinstance(x, list | tuple) and holds_handles(x):
        stacked = stack_nested(x)
        return stacked.array, stacked.key
    return as_array(x), None


def beside(value: Any, array: Any, dtype: Any, indices: bool = False) -> Any:
    """A list of Python numbers in the dtype that it stands beside, as TensorFlow reads it.

    Args:
        value: the list.
        array: what became of it by itself.
        dtype: that of the other operand, or None.
        indices: whether whole numbers among floats may be meant as indices, and stay whole.
    """
    if dtype is None or array.dtype == dtype or _holds_arrays(value):
        return array
    kind, other = array.dtype.kind, dtype.kind
    if other in "fc":
        wanted = kind == "f" or (kind in "iu" and not indices)
        return as_array(value, dtype) if wanted else array
    if kind == other == "i" and not indices:
        try:
            return np.array(value, dtype)
        except OverflowError:
            return array
    return array


def holds_handles(tree: Any) -> bool:
    """Whether there is a Tensor or a Variable somewhere in a nesting of lists and tuples."""
    return any(isinstance(leaf, Handle) for leaf in flatten(tree))


def stack_nested(tree: Any) -> Any:
    """A Tensor made of a nesting of lists with Tensors in it; recorded.

    Python numbers among them take the dtype of the Tensors.
    """
    return _stacked(tree, floats_of(flatten(tree)))


def _stacked(tree: Any, dtype: Any) -> Any:
    parts = [
        _stacked(part, dtype)
        if isinstance(part, list | tuple) and holds_handles(part)
        else part
        if isinstance(part, Handle)
        else weak(part, dtype)
        for part in tree
    ]
    return stack.eager(parts)


def floats_of(values: Any) -> np.dtype[Any] | None:
    """The dtype that Tensors and arrays of floats or complex numbers have together; None of none."""
    answer = None
    for value in values:
        array = value.array if isinstance(value, Handle) else value
        if isinstance(array, ARRAYS):
            dtype = array.dtype
            if dtype is not answer and dtype.kind in "fc":
                answer = dtype if answer is None else np.result_type(answer, dtype)
    return answer


def weak(value: Any, dtype: Any, indices: bool = False) -> Any:
    """An array of a user's value; of Python numbers, also in lists, one of the dtype beside it.

    Args:
        value: anything without Tensors in it.
        dtype: that of the other operands, or None.
        indices: as in `beside`.
    """
    array = as_array(value)
    if type(value) in PLAIN or isinstance(value, list | tuple):
        return beside(value, array, dtype, indices)
    return array


def as_array(x: Any, dtype: Any = None) -> Any:
    """A fresh array (or NumPy scalar) of a user's value.

    Raises:
        ShapeError: a ragged nesting.
        DTypeError: nothing that is a number, a truth value or a text; or some of it masked.
    """
    if dtype is not None:
        dtype = wanted_dtype("a Tensor's dtype", dtype)
    if isinstance(x, np.generic):
        return _checked(x if dtype is None else x.astype(keeping(x.dtype, dtype)), x)
    if isinstance(x, np.ndarray):
        if type(x) is not np.ndarray and np.any(getattr(x, "mask", False)):
            raise DTypeError(
                "cannot make a Tensor of a masked array: the numbers behind the mask would count; "
                "leave them out, x.compressed(), or say what stands there, x.filled(0)"
            )
        if dtype is not None:
            keeping(x.dtype, dtype)
        return _checked(np.array(x, dtype=dtype, copy=True), x)
    if hasattr(x, "__array__"):
        return _checked(np.array(x, dtype=dtype, copy=True), x)
    return python_array(x, dtype)


def keeping(came: np.dtype[Any], wanted: np.dtype[Any]) -> np.dtype[Any]:
    """The dtype wanted, where numbers stay what they are in it.

    Raises:
        DTypeError: complex numbers are to be real, or texts numbers.
    """
    if came.kind == "c" and wanted.kind in "biuf":
        raise DTypeError(
            f"cannot make a {wanted.name} Tensor of {came.name} numbers: their imaginary part would "
            f"be lost; take tw.math.real first"
        )
    if came.kind in "SU" and wanted.kind not in "SU":
        raise DTypeError(f"cannot make a {wanted.name} Tensor of texts; make numbers of them first")
    return wanted


def python_array(x: Any, dtype: Any = None) -> Any:
    """An array of Python numbers in lists, or of one of them."""
    try:
        found = np.array(x)
    except ValueError as error:
        if "maximum number of dimension" in str(error):
            raise ShapeError(
                "cannot make a Tensor of lists that deep; an array has at most 64 axes"
            ) from error
        raise ShapeError(
            f"cannot make a Tensor of a ragged nesting: {error}; give every row the same length"
        ) from error
    except (TypeError, OverflowError) as error:
        raise DTypeError(f"cannot make a Tensor of {type(x).__name__}: {error}") from error
    _checked(found, x)
    dtype = _dtype_of_python(found, x) if dtype is None else keeping(found.dtype, dtype)
    if found.dtype.kind == "f" and dtype.kind in "iu" and found.size:
        raise DTypeError(
            f"cannot make a {dtype.name} Tensor of floats such as {found.ravel()[0]!r}; "
            f"round them or use tw.cast"
        )
    if dtype.kind == "f":
        with np.errstate(over="ignore"):
            cast = found.astype(dtype, copy=False)
    else:
        cast = found.astype(dtype, copy=False)
    return cast if cast.ndim else cast[()]


def _dtype_of_python(found: np.ndarray, x: Any) -> np.dtype[Any]:
    kind = found.dtype.kind
    if _holds_arrays(x):
        return found.dtype
    if kind == "f":
        return floatx()
    if kind == "i":
        try:
            np.array(x, INT32)  # NumPy refuses what is out of range, quicker than two reductions
        except OverflowError:
            return found.dtype
        return INT32
    if kind == "c":
        return np.dtype(np.complex128)
    return found.dtype


def _holds_arrays(tree: Any) -> bool:
    """Whether a nesting begins with an array, whose dtype then holds, and not with a Python number."""
    while isinstance(tree, list | tuple) and tree:
        tree = tree[0]
    return isinstance(tree, np.ndarray | np.generic) or hasattr(tree, "__array__")


def _checked(array: Any, came: Any) -> Any:
    if array.dtype.kind not in "biufcUS":
        raise DTypeError(
            f"cannot make a Tensor of {type(came).__name__} {str(came)[:40]!r}; "
            f"give numbers, truth values, or lists and arrays of them"
        )
    if isinstance(array, np.ndarray) and array.ndim == 0:
        return array[()]
    return array


def convert(value: Any) -> Any:
    """An operand as an array: what is a plain Python number becomes one of the default dtype."""
    if value is None or isinstance(value, np.ndarray | np.generic):
        return value
    return python_array(value)
