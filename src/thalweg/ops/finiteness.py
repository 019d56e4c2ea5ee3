"""Finiteness: which elements are NaN, infinite, finite; and a refusal of those that are not."""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.evidence import sample, special, wrong
from thalweg.core.op import Op, elementwise, row
from thalweg.core.recording import caller_site
from thalweg.core.sites import place
from thalweg.errors import DTypeError, NumericsError

SOURCE = "IEEE 754"

VALUES = np.array([1.0, np.nan, np.inf, -np.inf])


def _question(name: str, function: Any, words: str, answers: list[bool]) -> Op:
    return elementwise(
        name, "x", function, public=f"math.{name}", numpy=(function,),
        severs="truth values carry no gradient", samples=(sample((3,)), sample(VALUES)),
        special=(special(VALUES, value=answers),), formula=words,
    )  # fmt: skip


is_nan = _question("is_nan", np.isnan, "whether x is NaN", [False, True, False, False])
is_inf = _question("is_inf", np.isinf, "whether x is infinite", [False, False, True, True])
is_finite = _question(
    "is_finite", np.isfinite, "whether x is a number", [True, False, False, False]
)


def not_finite(array: Any) -> str:
    """What in an array is no finite number, in words; "" where everything is."""
    finite = np.isfinite(array)
    if finite.all():
        return ""
    nans, infinities = int(np.isnan(array).sum()), int(np.isinf(array).sum())
    kinds = " and ".join([word for word, count in (("Inf", infinities), ("NaN", nans)) if count])
    counts = " and ".join(
        [f"{count} {word}" for word, count in (("Inf", infinities), ("NaN", nans)) if count]
    )
    if not np.ndim(array):
        return f"had {kinds} values: it is {array}"
    at = tuple(int(i) for i in np.argwhere(~finite)[0])
    return f"had {kinds} values: {counts} of {np.size(array)}, the first {array[at]} at {list(at)}"


@row(
    inputs="tensor", linear="tensor", bounded=True, vjp={"tensor": lambda g: g},
    native=lambda tensor, message: tensor.guarded(np.isfinite(tensor)),
    samples=(sample((2, 3), message="x"), sample((), message="x")),
    special=(special(-0.0, value=-0.0, grad=(1.0,), params={"message": "x"}),),
    wrong=(
        wrong(np.array([1.0, np.nan, np.inf]), error=NumericsError, words="the first nan at [1]", message="m"),
        wrong(np.array([1.0, np.nan]), error=NumericsError, words="my words : Tensor had NaN values",
              message="my words"),
        wrong(np.array([1, 2]), error=DTypeError, words="takes floats", message="m"),
    ),
    formula="x, refused where an element is NaN or infinite", note="Its gradient is the identity.",
)  # fmt: skip
def check_numerics(tensor: Any, message: Any) -> Any:
    """The tensor itself, or an error when an element is NaN or infinite.

    Args:
        tensor: floats of any shape.
        message: stands at the head of the error.

    Raises:
        NumericsError: names the message, how many elements there are of which kind, the first of them
            with its index, and the line of the call.
        DTypeError: no floats.

    >>> import thalweg as tw
    >>> tw.debugging.check_numerics([1.0, float("nan")], "weights")
    Traceback (most recent call last):
        ...
    thalweg.errors.NumericsError: weights : Tensor had NaN values: 1 NaN of 2, the first nan at [1]; ...
    """
    if tensor.dtype.kind not in "fc":
        raise DTypeError(f"check_numerics takes floats, not {tensor.dtype.name}")
    found = not_finite(tensor)
    if found:
        raise NumericsError(f"{message} : Tensor {found}; checked at {place(caller_site())}")
    return tensor
