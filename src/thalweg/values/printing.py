"""tw.print: Tensors, alone and in nestings, as TensorFlow prints them."""

from __future__ import annotations

import logging
import pprint
import re
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.handle import Handle
from thalweg.core.numbers_seen import refuse_traces
from thalweg.core.trees import map_leaves

OPEN, CLOSE = "\ue000", "\ue001"
"""Private-use characters around a Tensor's number while the nesting around it is laid out."""

_LEVELS = {
    logging.INFO: "info", logging.WARNING: "warning", logging.ERROR: "error",
}  # fmt: skip
FILE = "file://"


def print_(*inputs: Any, **kwargs: Any) -> None:
    """Print Tensors and whatever else, Tensors with the first and last elements of each axis.

    Args:
        *inputs: Tensors, Variables, Python's values, nestings of them.
        **kwargs: `output_stream`, `sys.stderr` by default: a stream, a level of `logging` or one of
            its functions, or `"file://…"`, to whose end it is written; `summarize`, 3 by default: how
            many elements from each end, -1 for all; `sep`, a blank; `end`, a new line; `name`.

    Raises:
        ValueError: another keyword, or a stream that cannot be written to.

    >>> import sys, thalweg as tw
    >>> tw.print("squares:", tw.range(10) ** 2, output_stream=sys.stdout)
    squares: [0 1 4 ... 49 64 81]
    """
    stream = kwargs.pop("output_stream", None)
    stream = sys.stderr if stream is None else stream
    summarize = kwargs.pop("summarize", 3)
    sep, end = kwargs.pop("sep", " "), kwargs.pop("end", "\n")
    kwargs.pop("name", None)
    if kwargs:
        raise ValueError(f"Unrecognized keyword arguments for tf.print: {kwargs}")
    refuse_traces("tw.print writes each time")
    ends = None if summarize is None or summarize < 0 else int(summarize)
    if len(inputs) == 1 and _is_one_text(inputs[0]):
        text = str(inputs[0].array)
    else:
        text = sep.join([_text(one, ends) for one in inputs])
    _write(stream, text, end)


def _is_one_text(value: Any) -> bool:
    return isinstance(value, Handle) and value.array.dtype.kind in "SU" and not value.array.ndim


def _write(stream: Any, text: str, end: str) -> None:
    if isinstance(stream, str) and stream.startswith(FILE):
        with open(stream.removeprefix(FILE), "a", encoding="utf-8") as file:
            file.write(text + end)
    elif type(stream) is int and stream in _LEVELS:
        logging.log(stream, text)
    elif hasattr(stream, "write"):
        stream.write(text + end)
    elif callable(stream):
        stream(text)
    else:
        raise ValueError(
            f"Unsupported output stream, logging level, or file.{stream!r}. Give a stream such as "
            f"sys.stdout, logging.info, logging.warning, logging.error, or 'file://<filepath>'."
        )


def _text(value: Any, ends: int | None) -> str:
    if isinstance(value, str):
        return value
    shown: list[str] = []

    def place(leaf: Any) -> Any:
        if not isinstance(leaf, Handle):
            return leaf
        shown.append(_array_text(np.asarray(leaf.array), ends))
        return _Place(len(shown) - 1)

    laid_out = pprint.pformat(map_leaves(place, value))
    return re.sub(f"{OPEN}(\\d+){CLOSE}", lambda found: shown[int(found[1])], laid_out)


class _Place:
    """Stands for a Tensor while Python lays out the lists and dictionaries around it."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __repr__(self) -> str:
        return f"{OPEN}{self.number}{CLOSE}"


def _array_text(array: np.ndarray, ends: int | None) -> str:
    """Rows in brackets, as TensorFlow's kernel writes them."""
    write = _writer(array.dtype)
    return _rows(array, ends, write, 0)


def _rows(array: np.ndarray, ends: int | None, write: Callable[[Any], str], depth: int) -> str:
    if not np.ndim(array):  # a row of a vector: a scalar, of which a text cannot be indexed
        return write(array.item() if array.dtype.kind in "SU" else array[()])
    size = len(array)
    if ends is None or size <= 2 * ends:
        parts = [_rows(row, ends, write, depth + 1) for row in array]
    else:
        shown = [*range(ends), *range(size - ends, size)]
        parts = [_rows(array[place], ends, write, depth + 1) for place in shown]
        parts.insert(ends, "...")
    between = " " if array.ndim == 1 else "\n" * (array.ndim - 1) + " " * (depth + 1)
    return f"[{between.join(parts)}]"


def _writer(dtype: np.dtype[Any]) -> Callable[[Any], str]:
    """How one element is written."""
    if dtype.kind == "b":
        return lambda one: str(int(one))
    if dtype.kind == "f":
        short, long = (15, 17) if dtype.itemsize == 8 else (6, 9)
        return lambda one: _digits(one, short, long, dtype)
    if dtype.kind in "SU":
        return lambda one: f'"{one}"'
    return str


def _digits(one: Any, short: int, long: int, dtype: np.dtype[Any]) -> str:
    """A float with the digits that surely suffice, or those that always do, as C++ prints it."""
    text = f"{float(one):.{short}g}"
    same = dtype.type(text) == one if dtype.itemsize > 2 else float(text) == float(one)
    return text if same or one != one else f"{float(one):.{long}g}"


def no_op(name: str | None = None) -> None:
    """Nothing; where TensorFlow wants an operation, this is one.

    >>> import thalweg as tw
    >>> tw.no_op()
    """


def executing_eagerly() -> bool:
    """Whether operations run at once, which they always do.

    >>> import thalweg as tw
    >>> tw.executing_eagerly()
    True
    """
    return True


PUBLIC: dict[str, Callable[..., Any]] = {
    "executing_eagerly": executing_eagerly,
    "no_op": no_op,
    "print": print_,
}
"""What is public, by dotted name below `thalweg`."""
