"""`cond`, `case`, `switch_case`: one of several functions is called, and only that one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.errors import DTypeError
from thalweg.transform.predicate import truth, whole_number


def cond(
    pred: Any,
    true_fn: Callable[[], Any] | None = None,
    false_fn: Callable[[], Any] | None = None,
    name: Any = None,
) -> Any:
    """`true_fn()` where the predicate holds, `false_fn()` where it does not.

    Gradients go through the function that was called; the predicate has none.

    Args:
        pred: one truth value, or one number, which holds where it is not 0.
        true_fn: takes nothing.
        false_fn: likewise.
        name: accepted for TensorFlow's sake.

    Raises:
        DTypeError: a function is missing or is none; the predicate is a text or None.
        ShapeError: the predicate has several elements.

    >>> import thalweg as tw
    >>> x = tw.constant(3.0)
    >>> float(tw.cond(x > 2.0, lambda: x * x, lambda: -x))
    9.0
    """
    for what, function in (("true_fn", true_fn), ("false_fn", false_fn)):
        if function is None:
            raise DTypeError(f"cond(): '{what}' argument required")
        if not callable(function):
            raise DTypeError(f"'{what}' must be callable, but it is {_kind(function)}.")
    assert true_fn is not None  # noqa: S101 # for the type checker; refused above
    assert false_fn is not None  # noqa: S101 # the same
    from thalweg.transform.written_choice import NOT_CHOSEN, by_truth

    answer = by_truth("cond: pred", pred, true_fn, false_fn)
    if answer is not NOT_CHOSEN:
        return answer
    return true_fn() if truth(pred, "cond: pred") else false_fn()


def case(
    pred_fn_pairs: Any,
    default: Callable[[], Any] | None = None,
    exclusive: bool = False,
    strict: bool = False,
    name: Any = "case",
) -> Any:
    """The answer of the first function whose predicate holds.

    Args:
        pred_fn_pairs: a list of `(predicate, function)`; predicates are truth values.
        default: called where no predicate holds.
        exclusive: whether it is an error that more than one holds.
        strict: whether a list or tuple with one element stays one; otherwise the element is answered.
        name: accepted for TensorFlow's sake.

    Raises:
        DTypeError: no list of pairs, a predicate that is no truth value, a function that is none.
        ValueError: no predicate holds and there is no default; several hold and `exclusive` is set.

    >>> import thalweg as tw
    >>> x = tw.constant(-3.0)
    >>> float(tw.case([(x > 0.0, lambda: x), (x < 0.0, lambda: -x)], default=lambda: 0.0 * x))
    3.0
    """
    pairs = _pairs(pred_fn_pairs)
    if default is not None and not callable(default):
        raise DTypeError(f"case: default must be callable, but it is {_kind(default)}")
    from thalweg.transform.written_choice import NOT_CHOSEN

    answer = NOT_CHOSEN if exclusive or default is None else _first_that_holds(pairs, default)
    if answer is not NOT_CHOSEN:
        return _opened(answer, strict)
    held: list[Callable[[], Any]] = []
    for place, (pred, function) in enumerate(pairs):
        if truth(pred, f"case: predicate {place}"):
            held.append(function)
            if not exclusive:
                break
    if len(held) > 1:
        raise ValueError(
            f"case: exclusive=True, but {len(held)} of the {len(pairs)} predicates hold"
        )
    chosen = held[0] if held else default
    if chosen is None:
        raise ValueError(
            f"case: None of conditions evaluated as True, of {len(pairs)}; give a default"
        )
    return _opened(chosen(), strict)


def _opened(answer: Any, strict: bool) -> Any:
    if not strict and type(answer) in (list, tuple) and len(answer) == 1:
        return answer[0]
    return answer


def _first_that_holds(pairs: list[Any], default: Callable[[], Any]) -> Any:
    """Branches within branches, where a tracer writes them down; otherwise `NOT_CHOSEN`."""
    (pred, function), *rest = pairs

    def others() -> Any:
        return case(rest, default, strict=True) if rest else default()

    from thalweg.transform.written_choice import by_truth

    return by_truth("case: predicate 0", pred, function, others)


def _pairs(pred_fn_pairs: Any) -> list[tuple[Any, Callable[[], Any]]]:
    if not isinstance(pred_fn_pairs, list | tuple) or not pred_fn_pairs:
        raise DTypeError(
            f"'pred_fn_pairs' must be a list of (predicate, function), but it is "
            f"{'empty' if pred_fn_pairs == [] or pred_fn_pairs == () else _kind(pred_fn_pairs)}"
        )
    for place, pair in enumerate(pred_fn_pairs):
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise DTypeError(
                f"Each entry in 'pred_fn_pairs' must be a 2-tuple (predicate, function); entry "
                f"{place} is {_kind(pair)}"
            )
        pred, function = pair
        dtype = np.dtype(bool) if isinstance(pred, bool) else getattr(pred, "dtype", None)
        if dtype is None or np.dtype(dtype).kind != "b":
            came = _kind(pred) if dtype is None else np.dtype(dtype).name
            raise DTypeError(
                f"case: predicate {place} must be a truth value, as comparisons give, but it is {came}"
            )
        if not callable(function):
            raise DTypeError(
                f"case: the function of predicate {place} must be callable, but it is {_kind(function)}"
            )
    return list(pred_fn_pairs)


def switch_case(
    branch_index: Any,
    branch_fns: Any,
    default: Callable[[], Any] | None = None,
    name: Any = "switch_case",
) -> Any:
    """The answer of the function with a number.

    Args:
        branch_index: a whole number.
        branch_fns: a list of functions, a list of `(number, function)`, or a mapping from numbers to
            functions; the numbers are 0, 1, 2 and so on without a gap.
        default: called where no function has the number; otherwise the last function is.
        name: accepted for TensorFlow's sake.

    Raises:
        DTypeError: the index is no whole number, or a function is none.
        ValueError: no functions, or numbers with a gap.

    >>> import thalweg as tw
    >>> x = tw.constant(3.0)
    >>> float(tw.switch_case(tw.constant(1), [lambda: x, lambda: x * x, lambda: x**3]))
    9.0
    """
    functions = _numbered(branch_fns)
    if default is not None and not callable(default):
        raise DTypeError(f"switch_case: default must be callable, but it is {_kind(default)}")
    all_of_them = [*functions, default or functions[-1]]
    from thalweg.transform.written_choice import NOT_CHOSEN, by_number

    answer = by_number("switch_case: 'branch_index'", branch_index, all_of_them)
    if answer is not NOT_CHOSEN:
        return answer
    place = whole_number(branch_index, "switch_case: 'branch_index'")
    if 0 <= place < len(functions):
        return functions[place]()
    return (functions[-1] if default is None else default)()


def _numbered(branch_fns: Any) -> list[Callable[[], Any]]:
    """The functions in the order of their numbers."""
    if isinstance(branch_fns, Mapping):
        pairs: list[Any] = list(branch_fns.items())
    elif isinstance(branch_fns, list | tuple):
        plain = all(callable(one) for one in branch_fns)
        pairs = list(enumerate(branch_fns)) if plain else list(branch_fns)
    else:
        raise DTypeError(
            f"'branch_fns' must be a list of functions, or a mapping from numbers to functions, but "
            f"it is {_kind(branch_fns)}"
        )
    if not pairs:
        raise ValueError("Must provide at least one item in 'branch_fns'")
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise DTypeError(
                f"Each entry in 'branch_fns' must be a function, or each a 2-tuple (number, function); "
                f"one is {_kind(pair)}"
            )
        if type(pair[0]) is not int and not isinstance(pair[0], np.integer):
            raise DTypeError(
                f"the keys of 'branch_fns' must be whole numbers, not {_kind(pair[0])}"
            )
        if not callable(pair[1]):
            raise DTypeError(
                f"function {pair[0]} of 'branch_fns' must be callable, but it is {_kind(pair[1])}"
            )
    pairs.sort(key=lambda pair: pair[0])
    keys = [int(key) for key, _ in pairs]
    if keys != list(range(len(keys))):
        raise ValueError(
            f"branch indices (keys) must form contiguous range of [0 to {len(keys)}) but found "
            f"{{{','.join(map(str, keys))}}}"
        )
    return [function for _, function in pairs]


def _kind(value: Any) -> str:
    """What came, in an error message."""
    if isinstance(value, Handle):
        return f"a Tensor of dtype {value.array.dtype.name}"
    return "None" if value is None else f"a value of type {type(value).__name__}"


__all__ = ["case", "cond", "switch_case"]
