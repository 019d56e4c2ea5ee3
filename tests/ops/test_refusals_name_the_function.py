"""What goes wrong inside a function made of ops is told under the name that the user called."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw

X = tw.constant(np.arange(6.0).reshape(2, 3))

CALLS: dict[str, tuple[Any, type[Exception]]] = {
    "boolean_mask": (lambda: tw.boolean_mask(X, [True, False], axis=7), ValueError),
    "clip_by_global_norm": (lambda: tw.clip_by_global_norm([X], 1.0, np.float32), TypeError),
    "expand_dims": (lambda: tw.expand_dims(X, 7), ValueError),
    "gather": (lambda: tw.gather(X, [5]), IndexError),
    "norm": (lambda: tw.norm(X, axis=(0, 0)), ValueError),
    "repeat": (lambda: tw.repeat(X, 2, axis=7), ValueError),
    "split": (lambda: tw.split(X, "ab"), TypeError),
    "squeeze": (lambda: tw.squeeze(X, {}), TypeError),
    "sort": (lambda: tw.sort(1.0), ValueError),
    "strided_slice": (lambda: tw.strided_slice(X, "a", [1, 1]), ValueError),
    "unstack": (lambda: tw.unstack(X, axis="b"), TypeError),
    "cumprod": (lambda: tw.math.cumprod(X, "0"), TypeError),
}


@pytest.mark.parametrize("name", CALLS)
def test_named(name: str) -> None:
    call, kind = CALLS[name]
    with pytest.raises(kind) as caught:
        call()
    assert not isinstance(caught.value, AttributeError | KeyError | ArithmeticError)
    assert name in str(caught.value)
