"""`assert_shapes`: TensorFlow's small language of sizes, and which tensor breaks it where.

A shape is a list of sizes: a whole number (or its digits), a letter or word that stands for one size
wherever it occurs, `None` or `"."` for any size, and once `"*"` or `"..."` for any number of axes.
A text is the list of its letters. A scalar counts as one axis of size 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import numbers_seen
from thalweg.core.recording import caller_site
from thalweg.core.sites import place
from thalweg.errors import ShapeError
from thalweg.values.conversion import as_array

MANY = ("*", "...")
ANY = (None, ".")


def assert_shapes(
    shapes: Any, data: Any = None, summarize: Any = None, message: Any = None, name: Any = None
) -> None:
    """Assert that tensors have the shapes said of them, and that equal letters stand for equal sizes.

    Args:
        shapes: pairs `(tensor, shape)`, or a dictionary of them. A shape is a list, a tuple, a text or a
            TensorShape of sizes: numbers, letters or words (`"N"`), None or "." for any size, and
            once "*" or "..." for any number of axes, first as in TensorFlow or elsewhere. None in
            place of a shape asserts nothing.
        data: values to be shown when it fails.
        summarize: how many elements of each of them are shown; 3 by default, -1 for all.
        message: stands at the head of the error.
        name: accepted for TensorFlow's sake.

    Raises:
        ShapeError: names the tensor by its place and its shape, the axis, the size that came, the size
            that was wanted and which tensor said so, and the line of the call.

    >>> import thalweg as tw
    >>> x, y = tw.zeros([10, 3]), tw.zeros([10, 4])
    >>> tw.debugging.assert_shapes([(x, ("N", "Q")), (y, "ND"), (x, ("...", 3))])
    >>> tw.debugging.assert_shapes([(x, ("N", "Q")), (y, ("N", "Q"))])
    Traceback (most recent call last):
        ...
    thalweg.errors.ShapeError: tensor 1, shape [10, 4]: axis 1 has size 4, and Q is 3 by axis 1 of tensor 0, ...
    """
    pairs = list(shapes.items()) if isinstance(shapes, Mapping) else _pairs(shapes)
    sizes: dict[str, tuple[int, str]] = {}
    for number, (tensor, shape) in enumerate(pairs):
        if shape is None:
            continue
        told = f"tensor {number}, shape {list(_shape_of(tensor))}"
        try:
            _hold(
                told,
                number,
                _shape_of(tensor) or (1,),
                _symbols(shape),
                sizes,
                not np.ndim(_raw(tensor)),
            )
        except ShapeError as error:
            head = f"{message}. " if message else ""
            shown = "".join([f"; {_brief(value, summarize)}" for value in data or ()])
            raise ShapeError(f"{head}{error}; asserted at {place(caller_site())}{shown}") from None


def _pairs(shapes: Any) -> list[tuple[Any, Any]]:
    pairs = list(shapes)
    for pair in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise ShapeError(
                f"assert_shapes takes pairs (tensor, shape), not {type(pair).__name__} {str(pair)[:40]}"
            )
    return [(tensor, shape) for tensor, shape in pairs]


def _raw(tensor: Any) -> Any:
    if isinstance(tensor, Handle):
        return tensor.array
    return tensor if isinstance(tensor, np.ndarray | np.generic) else as_array(tensor)


def _shape_of(tensor: Any) -> tuple[int, ...]:
    return tuple(np.shape(_raw(tensor)))


def _symbols(shape: Any) -> list[Any]:
    """The sizes asserted, each a number, a word, or one of `ANY` and `MANY`."""
    if not isinstance(shape, Iterable):
        raise ShapeError(f"a shape is a list of sizes, not {shape!r}; write ({shape!r},)")
    return [_symbol(one) for one in shape] or [1]  # () is a scalar's


def _symbol(one: Any) -> Any:
    if one is None:
        return None
    if isinstance(one, str):
        return int(one) if one.isascii() and one.isdigit() else one
    number = np.asarray(numbers_seen(one, "an assertion"))
    if number.ndim or number.dtype.kind not in "iuf" or number != np.floor(number):
        raise ShapeError(
            f"a size is a whole number, a letter, None, '.', '*' or '...', not {one!r}"
        )
    return int(number)


def _hold(
    told: str,
    number: int,
    shape: tuple[int, ...],
    symbols: list[Any],
    sizes: dict[str, tuple[int, str]],
    scalar: bool,
) -> None:
    """One tensor's sizes against its symbols; letters met for the first time take their size here."""
    many = [at for at, symbol in enumerate(symbols) if isinstance(symbol, str) and symbol in MANY]
    if len(many) > 1:
        raise ShapeError(f"{told}: '*' and '...' stand for any number of axes, and can come once")
    rank = len(shape)
    if many:
        behind = len(symbols) - many[0] - 1
        if rank < len(symbols) - 1 or (scalar and len(symbols) > 2):
            raise ShapeError(
                f"{told}: it has {0 if scalar else rank} axes, wanted are at least {len(symbols) - 1}"
            )
        places = [*range(many[0]), *range(rank - behind, rank)]
        symbols = [symbol for at, symbol in enumerate(symbols) if at != many[0]]
    elif rank != len(symbols):
        wanted = f"{len(symbols)} axes" if len(symbols) > 1 else "1 axis or none"
        raise ShapeError(f"{told}: it has {0 if scalar else rank} axes, wanted is {wanted}")
    else:
        places = list(range(rank))
    for axis, symbol in zip(places, symbols, strict=True):
        size = shape[axis]
        if symbol in ANY:
            continue
        if isinstance(symbol, int):
            if size != symbol:
                raise ShapeError(f"{told}: axis {axis} has size {size}, wanted is {symbol}")
            continue
        known, by = sizes.setdefault(
            symbol, (size, f"axis {axis} of tensor {number}, shape {list(shape)}")
        )
        if known != size:
            raise ShapeError(
                f"{told}: axis {axis} has size {size}, and {symbol} is {known} by {by}"
            )


def _brief(value: Any, summarize: Any) -> str:
    """A value for the end of a message: the first elements."""
    raw = np.asarray(numbers_seen(value, "an assertion"))
    flat = raw.reshape(-1)
    count = flat.size if summarize is not None and summarize < 0 else (summarize or 3)
    more = ", …" if flat.size > count else ""
    shown = ", ".join([str(one) for one in flat[:count]])
    return f"{shown}{more}" if raw.ndim else str(raw)
