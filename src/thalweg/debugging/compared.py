"""Assertions about values: equal, near, less, of one sign; the error says where they do not hold."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import numbers_seen
from thalweg.core.recording import caller_site
from thalweg.core.sites import place
from thalweg.errors import ConditionError, DTypeError, ShapeError
from thalweg.values.conversion import as_array

SHOWN = 3
"""How many places an error shows by default."""


def _array(value: Any) -> Any:
    if isinstance(value, Handle):
        return numbers_seen(value, "an assertion")
    return value if isinstance(value, np.ndarray | np.generic) else as_array(value)


def _pair(name: str, x: Any, y: Any) -> tuple[Any, Any]:
    """Two arrays that broadcast; what is Python's own takes the other's dtype where both are floats."""
    a, b = _array(x), _array(y)
    if not isinstance(x, Handle | np.ndarray | np.generic) and b.dtype.kind == a.dtype.kind == "f":
        a = as_array(x, b.dtype)
    if not isinstance(y, Handle | np.ndarray | np.generic) and b.dtype.kind == a.dtype.kind == "f":
        b = as_array(y, a.dtype)
    try:
        np.broadcast_shapes(np.shape(a), np.shape(b))
    except ValueError:
        raise ShapeError(
            f"{name}: shapes {list(np.shape(a))} and {list(np.shape(b))} do not broadcast; "
            f"asserted at {place(caller_site(2))}"
        ) from None
    return a, b


def _judge(
    told: str, holds: Any, values: dict[str, Any], message: Any, summarize: Any, depth: int = 2
) -> None:
    """Raise unless a condition holds everywhere, with the first places where it does not."""
    holds = np.asarray(holds)
    if holds.all():
        return
    wrong = np.argwhere(~holds)
    count = len(wrong) if summarize is not None and summarize < 0 else (summarize or SHOWN)
    shown = []
    for index in wrong[:count]:
        at = tuple(int(i) for i in index)
        numbers = [
            f"{word} = {np.broadcast_to(value, holds.shape)[at]}" for word, value in values.items()
        ]
        shown.append(f"{f'at {list(at)} ' if at else ''}{', '.join(numbers)}")
    more = ", …" if len(wrong) > count else ""
    head = f"{message}. " if message else ""
    raise ConditionError(
        f"{head}{told} did not hold in {len(wrong)} of {holds.size} places: {'; '.join(shown)}{more}; "
        f"asserted at {place(caller_site(depth))}"
    )


def _comparison(
    name: str, sign: str, relation: Callable[[Any, Any], Any], swapped: bool = False
) -> Any:
    """An assertion about two tensors; `swapped` where TensorFlow has `summarize` before `message`."""

    def check(x: Any, y: Any, message: Any, summarize: Any) -> None:
        a, b = _pair(name, x, y)
        _judge(f"Condition x {sign} y", relation(a, b), {"x": a, "y": b}, message, summarize, 3)

    def assertion(
        x: Any, y: Any, message: Any = None, summarize: Any = None, name: Any = None
    ) -> None:
        check(x, y, message, summarize)

    def summary_first(
        x: Any, y: Any, summarize: Any = None, message: Any = None, name: Any = None
    ) -> None:
        check(x, y, message, summarize)

    made = summary_first if swapped else assertion
    inputs = "x: any shape.\n    y: a shape with which x broadcasts."
    return _named(made, name, f"Assert that x {sign} y holds place by place.", inputs)


def _sign(name: str, sign: str, relation: Callable[[Any, Any], Any]) -> Any:
    """An assertion about the sign of every element."""

    def assertion(x: Any, message: Any = None, summarize: Any = None, name: Any = None) -> None:
        a = _array(x)
        _judge(f"Condition x {sign} 0", relation(a, 0), {"x": a}, message, summarize)

    return _named(assertion, name, f"Assert that x {sign} 0 holds place by place.", "x: any shape.")


def _named(assertion: Any, name: str, line: str, inputs: str) -> Any:
    assertion.__name__ = assertion.__qualname__ = name
    assertion.__doc__ = (
        f"{line} Of nothing it holds; a NaN compares with nothing.\n\n"
        f"Args:\n    {inputs}\n"
        "    message: stands at the head of the error.\n"
        "    summarize: how many places the error shows; 3 by default, -1 for all.\n"
        "    name: accepted for TensorFlow's sake.\n\n"
        "Raises:\n    ConditionError: with the places, what stood there, and the line of the call."
    )
    return assertion


assert_equal = _comparison("assert_equal", "==", operator.eq)
assert_none_equal = _comparison("assert_none_equal", "!=", operator.ne, swapped=True)
assert_less = _comparison("assert_less", "<", operator.lt)
assert_less_equal = _comparison("assert_less_equal", "<=", operator.le)
assert_greater = _comparison("assert_greater", ">", operator.gt)
assert_greater_equal = _comparison("assert_greater_equal", ">=", operator.ge)
assert_positive = _sign("assert_positive", ">", operator.gt)
assert_negative = _sign("assert_negative", "<", operator.lt)
assert_non_negative = _sign("assert_non_negative", ">=", operator.ge)
assert_non_positive = _sign("assert_non_positive", "<=", operator.le)


def assert_near(
    x: Any, y: Any, rtol: Any = None, atol: Any = None, message: Any = None, summarize: Any = None,
    name: Any = None,
) -> None:  # fmt: skip
    """Assert that |x - y| ≤ atol + rtol·|y| holds place by place.

    As in TensorFlow a NaN is near nothing, and an infinity not even near itself.

    Args:
        x: floats of any shape.
        y: floats of a shape with which x broadcasts.
        rtol: relative tolerance; by default ten times the spacing at 1 of the coarser dtype.
        atol: absolute tolerance; likewise.
        message: stands at the head of the error.
        summarize: how many places the error shows; 3 by default, -1 for all.
        name: accepted for TensorFlow's sake.

    Raises:
        ConditionError: with the places, what stood there and how far it is off.
        DTypeError: whole numbers; `assert_equal` compares them.

    >>> import thalweg as tw
    >>> tw.debugging.assert_near([1.0, 2.0], [1.0, 2.1], atol=0.2)
    >>> tw.debugging.assert_near(1.0, 1.5)
    Traceback (most recent call last):
        ...
    thalweg.errors.ConditionError: |x - y| <= 1.192093e-06 + 1.192093e-06·|y| did not hold in 1 of 1 places: x = 1.0, ...
    """
    a, b = _pair("assert_near", x, y)
    kinds = [value.dtype for value in (a, b)]
    if any(kind.kind not in "fc" for kind in kinds):
        raise DTypeError(
            f"assert_near takes floats, not {' and '.join(kind.name for kind in kinds)}; "
            f"assert_equal compares whole numbers"
        )
    step = 10 * max(float(np.finfo(kind).eps) for kind in kinds)
    relative = step if rtol is None else _array(rtol)
    absolute = step if atol is None else _array(atol)
    with np.errstate(all="ignore"):
        off = np.abs(a - b)
        holds = off <= absolute + relative * np.abs(b)
    _judge(
        f"|x - y| <= {_tolerance(absolute)} + {_tolerance(relative)}·|y|", holds,
        {"x": a, "y": b, "off by": off}, message, summarize,
    )  # fmt: skip


def _tolerance(value: Any) -> str:
    return f"{float(value):.7g}" if not np.ndim(value) else "atol" + str(list(np.shape(value)))


def Assert(condition: Any, data: Any, summarize: Any = None, name: Any = None) -> None:  # noqa: N802 # TensorFlow's name
    """Assert that a condition holds.

    Args:
        condition: truth values, all of which are to be true.
        data: values that the error shows.
        summarize: how many elements of each are shown; 3 by default, -1 for all.
        name: accepted for TensorFlow's sake.

    Raises:
        ConditionError: with the data and the line of the call.
    """
    if np.asarray(_array(condition)).all():
        return
    parts = []
    for value in data:
        flat = np.asarray(numbers_seen(value, "an assertion")).reshape(-1)
        count = flat.size if summarize is not None and summarize < 0 else (summarize or SHOWN)
        parts.append(
            ", ".join([str(one) for one in flat[:count]]) + (", …" if flat.size > count else "")
        )
    raise ConditionError(
        f"the condition did not hold: {'; '.join(parts)}; asserted at {place(caller_site())}"
    )
