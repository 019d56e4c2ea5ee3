"""Assertions about values, shapes and dtypes, and a watch for the first NaN, with TensorFlow's names."""

from __future__ import annotations

from typing import Any

from thalweg.debugging.assert_shapes import assert_shapes
from thalweg.debugging.compared import (
    Assert,
    assert_equal,
    assert_greater,
    assert_greater_equal,
    assert_less,
    assert_less_equal,
    assert_near,
    assert_negative,
    assert_non_negative,
    assert_non_positive,
    assert_none_equal,
    assert_positive,
)
from thalweg.debugging.kinds import (
    assert_integer,
    assert_proper_iterable,
    assert_rank,
    assert_rank_at_least,
    assert_rank_in,
    assert_same_float_dtype,
    assert_scalar,
    assert_type,
    is_numeric_tensor,
)
from thalweg.debugging.numerics_watch import disable_check_numerics, enable_check_numerics
from thalweg.ops import finiteness

check_numerics = finiteness.check_numerics.eager


def assert_all_finite(x: Any, message: Any, name: Any = None) -> Any:
    """The tensor itself, or an error when an element is NaN or infinite: `check_numerics`.

    Args:
        x: floats of any shape.
        message: stands at the head of the error.
        name: accepted for TensorFlow's sake.

    >>> import thalweg as tw
    >>> tw.debugging.assert_all_finite([1.0, 2.0], "x").numpy()
    array([1., 2.], dtype=float32)
    """
    return finiteness.check_numerics.behind(x, message)


__all__ = [
    "Assert",
    "assert_all_finite",
    "assert_equal",
    "assert_greater",
    "assert_greater_equal",
    "assert_integer",
    "assert_less",
    "assert_less_equal",
    "assert_near",
    "assert_negative",
    "assert_non_negative",
    "assert_non_positive",
    "assert_none_equal",
    "assert_positive",
    "assert_proper_iterable",
    "assert_rank",
    "assert_rank_at_least",
    "assert_rank_in",
    "assert_same_float_dtype",
    "assert_scalar",
    "assert_shapes",
    "assert_type",
    "check_numerics",
    "disable_check_numerics",
    "enable_check_numerics",
    "is_numeric_tensor",
]
