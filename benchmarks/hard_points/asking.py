"""Every promise put to a peer, and its answers in a form that JSON can hold."""

from __future__ import annotations

import warnings
from types import ModuleType
from typing import Any

import numpy as np

from pages.promises import Promise, every_promise


def ask(peer: ModuleType) -> dict[str, dict[str, Any]]:
    """A peer's answers by point and dtype; a point for which it has no function is left out."""
    return {
        promise.point: {dtype: _answer(peer, promise, dtype) for dtype in promise.dtypes}
        for promise in every_promise()
        if promise.asked in peer.FUNCTIONS
    }


def _answer(peer: ModuleType, promise: Promise, dtype: str) -> Any:
    function = peer.FUNCTIONS[promise.asked]
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            if promise.gradient is None:
                return [told(peer.value(function, promise.inputs(dtype)))]
            return [told(one) for one in peer.gradient(function, promise.inputs(dtype))]
        except Exception as error:  # noqa: BLE001 # whatever a peer raises is its answer
            return {"raises": type(error).__name__}


def told(value: Any) -> Any:
    """An answer with texts for what JSON has no numbers for."""
    if value is None:
        return None
    array = np.asarray(value)
    if array.ndim:
        return [told(one) for one in array]
    one = array.item()
    if isinstance(one, complex) or not np.isfinite(one):
        return str(one)
    return one
