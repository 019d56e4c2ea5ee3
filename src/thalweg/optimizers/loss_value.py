"""What may a loss answer with, and what is it as a value that does not change with the next step?"""

from __future__ import annotations

from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.sites import place
from thalweg.core.trees import flatten, is_nested, map_leaves
from thalweg.errors import DTypeError
from thalweg.transform.tracing import site_of
from thalweg.values.constant import convert_to_tensor

__all__ = ["loss_value"]

NUMBERS = (bool, int, float, complex, np.ndarray, np.generic)
"""What a loss comes to outside of a tape: the tape itself says why it has no gradient."""


def loss_value(answer: Any, loss: Any) -> Any:
    """A loss' answer with Tensors in place of Variables, recorded.

    Args:
        answer: Tensors, or a nesting of them, whose elements are summed.
        loss: the function, for messages.

    Raises:
        DTypeError: it is nothing that can have a gradient.
    """
    if isinstance(answer, Trainable):
        return convert_to_tensor(answer)
    if isinstance(answer, (Handle, *NUMBERS)):
        return answer
    leaves = flatten(answer) if is_nested(answer) else [answer]
    if not any(isinstance(one, (Handle, *NUMBERS)) for one in leaves):
        raise DTypeError(_what_came(answer, loss))
    return (
        map_leaves(_value, answer) if any(isinstance(one, Trainable) for one in leaves) else answer
    )


def _value(leaf: Any) -> Any:
    return convert_to_tensor(leaf) if isinstance(leaf, Trainable) else leaf


def _what_came(answer: Any, loss: Any) -> str:
    site = site_of(loss)
    where = "" if site is None else f" at {place(site)}"
    if answer is None:
        came = "None; did you forget to return a value?"
    elif isinstance(answer, str | bytes):
        came = f"the text {answer!r:.60}."
    elif is_nested(answer):
        came = f"a {type(answer).__name__} without a Tensor in it."
    else:
        came = f"an object of {type(answer).__name__}, which is no Tensor."
    return (
        f"minimize: the loss{where} returned {came} A Tensor was wanted that is computed from the "
        f"Variables"
    )
