"""Names that make Tensors, count and group: constants, ranges, segments, bins."""

from __future__ import annotations

from typing import Any

import numpy as np

from peers.draw import FLOAT
from peers.program import DType

DTYPES = (FLOAT, DType("float32"), DType("int32"), DType("float16"), DType("int64"), DType("uint8"))


def constant(d: Any) -> Any:
    values = d.pick(3, 2.5, [1.0, 2.0], [[1, 2], [3, 4]], True, d.real((2, 2)), [1, 2.5], 1 + 2j)
    named = d.pick(
        {},
        {},
        {"dtype": d.pick(*DTYPES[:4])},
        {"shape": [2, 2]} if np.size(values) in (1, 4) else {},
    )
    if isinstance(values, complex):
        named.pop("dtype", None)
    return d.call("constant", values, **named)


def convert(d: Any) -> Any:
    values = d.pick(3, 2.5, [1.0, 2.0], [[1, 2], [3, 4]], d.real((2, 2)), d.x())
    if isinstance(values, int | float | list):
        return d.call(
            "convert_to_tensor", values, **d.pick({}, {"dtype": FLOAT}, {"dtype_hint": FLOAT})
        )
    return d.call("convert_to_tensor", values)


def filled(name: str) -> Any:
    def pattern(d: Any) -> Any:
        shape = d.pick(*(kind(d.shape()) for kind in (list, tuple)), np.array([2, 3]), [], 3)
        return d.call(name, shape, **d.pick({}, {"dtype": d.pick(*DTYPES)}))

    return pattern


def fill(d: Any) -> Any:
    return d.call("fill", list(d.shape()), d.pick(3, 2.5, True, d.x((), -2, 2)))


def linspace(d: Any) -> Any:
    if d.flag():
        return d.call("linspace", d.x((), -2, 0), d.x((), 0.5, 3), d.whole(1, 5))
    shape = d.shape(1, 2)
    return d.call("linspace", d.x(shape), d.x(shape), d.whole(1, 4), axis=d.pick(0, -1, 1))


def range_(d: Any) -> Any:
    return d.call("range", *d.pick((5,), (2, 7), (1, 9, 3), (5, 0, -2), (3.5,), (0.0, 1.0, 0.25), (5, 5)),
                  **d.pick({}, {"dtype": FLOAT}, {"dtype": DType("int64")}) if d.flag() else {})  # fmt: skip


def segment(name: str) -> Any:
    def pattern(d: Any) -> Any:
        rows = d.whole(1, 5)
        x = d.x((rows, *d.shape(0, 2)), -3, 3)
        ids = np.sort(d.ints(rows, 0, 3, d.pick("int32", "int64")))
        return d.call(name, x, ids)

    return pattern


def unsorted(d: Any) -> Any:
    x = d.x(d.shape(1, 3), -3, 3)
    shape = d.shape_of(x)
    ids = d.ints(shape[: d.whole(1, len(shape))], d.pick(0, -1), 2, d.pick("int32", "int64"))
    return d.call("math.unsorted_segment_sum", x, ids, d.pick(3, 5))


def bincount(d: Any) -> Any:
    form = d.pick("plain", "bounds", "weights", "axis", "binary")
    arr = d.ints(d.whole(0, 6), 0, 5)
    if form == "bounds":
        return d.call(
            "math.bincount",
            arr,
            minlength=d.pick(None, 8),
            maxlength=d.pick(None, 3),
            dtype=DType("int64"),
        )
    if form == "weights":
        return d.call("math.bincount", arr, weights=d.real(arr.shape), dtype=FLOAT)
    if form == "axis":
        return d.call("math.bincount", d.ints((2, 4), 0, 3), axis=d.pick(0, -1))
    if form == "binary":
        return d.call("math.bincount", d.ints((2, 4), 0, 3), axis=-1, binary_output=True)
    return d.call("math.bincount", arr)


def confusion(d: Any) -> Any:
    n = d.whole(1, 6)
    named = d.pick(
        {},
        {"num_classes": 5},
        {"dtype": FLOAT, "weights": d.real(n)},
        {"num_classes": 4, "dtype": DType("int64")},
    )
    return d.call("math.confusion_matrix", d.ints(n, 0, 3), d.ints(n, 0, 3), **named)


PATTERNS = {
    "constant": constant, "convert_to_tensor": convert, "zeros": filled("zeros"), "ones": filled("ones"),
    "fill": fill, "linspace": linspace, "range": range_, "math.unsorted_segment_sum": unsorted,
    **{f"math.segment_{n}": segment(f"math.segment_{n}") for n in ("max", "mean", "min", "sum")},
    "math.bincount": bincount, "math.confusion_matrix": confusion,
}  # fmt: skip
