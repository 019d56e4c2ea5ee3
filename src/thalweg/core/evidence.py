"""What a row brings to its test: samples, special values with their answers, wrong inputs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from thalweg.errors import DTypeError, ShapeError


@dataclass(frozen=True)
class Sample:
    """Inputs on which value, gradients and second order are checked.

    Attributes:
        inputs: a tuple of numbers is a shape to draw in the op's domain; anything else stands for
            itself (arrays, lists, scalars).
        params: parameters of the call.
    """

    inputs: tuple[Any, ...]
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Special:
    """A hard point and the answer that is right there.

    Attributes:
        at: the inputs.
        value: the stated value, or None where it is not stated.
        grad: the stated gradient of the summed answer for each input; None where not stated.
        cotangent: what comes in from behind, where it is not 1; `grad` then is the answer to that.
        params: parameters of the call.
        dtypes: the dtypes in which the point can be represented.
        why: the reason or the source.
    """

    at: tuple[Any, ...]
    value: Any = None
    grad: tuple[Any, ...] | None = None
    cotangent: Any = None
    params: Mapping[str, Any] = field(default_factory=dict)
    dtypes: tuple[str, ...] = ("float64", "float32")
    why: str = ""


@dataclass(frozen=True)
class Wrong:
    """Inputs that must be refused, the exception, and words that its message must hold."""

    inputs: tuple[Any, ...]
    error: type[Exception]
    words: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def sample(*inputs: Any, **params: Any) -> Sample:
    """A Sample: `sample((3, 4), axis=0)` draws one input of shape (3, 4)."""
    return Sample(inputs, params)


def special(*at: Any, **facts: Any) -> Special:
    """A Special: `special(0.0, value=0.0, grad=(1.0,))`."""
    return Special(at, **facts)


def wrong(*inputs: Any, error: type[Exception], words: str = "", **params: Any) -> Wrong:
    """A Wrong: `wrong(np.ones(3), np.ones(2), error=ShapeError, words="broadcast")`."""
    return Wrong(inputs, error, words, params)


NO_TEXT = (wrong(np.array(["a", "b"]), error=DTypeError, words="cannot take"),)
"""What every function of one array of numbers refuses."""

NO_NONE = (wrong(None, error=DTypeError, words="cannot take None"),)
"""What every function of one array refuses, of texts too."""

DO_NOT_FIT = (wrong(np.ones(3), np.ones(2), error=ShapeError, words="broadcast"),)
"""What every elementwise function of two arrays refuses."""
