"""An exception from inside a function made of ops, in words that name the function the user called."""

from __future__ import annotations

from typing import NoReturn

import numpy as np

from thalweg.errors import DTypeError, ShapeError, ThalwegError

__all__ = ["named_error", "raise_named"]


def named_error(name: str, error: Exception) -> Exception:
    """The same exception where it says all, else one that names the function.

    Args:
        name: the function's name.
        error: what came out of it.

    >>> named_error("gather", IndexError("index 5 is out of bounds"))
    IndexError('gather: index 5 is out of bounds')
    """
    words = str(error)
    if isinstance(error, ThalwegError) or name in words:
        return error
    told = f"{name}: {words}"
    if isinstance(error, np.exceptions.AxisError):
        return ShapeError(told)
    if isinstance(error, IndexError):
        return IndexError(told)
    if isinstance(error, UnicodeError):
        return DTypeError(told)
    if isinstance(error, ValueError):
        return ValueError(told)
    if isinstance(error, TypeError | AttributeError | ArithmeticError | KeyError):
        return DTypeError(told)
    return error


def raise_named(name: str, error: Exception) -> NoReturn:
    """Raise an exception again, under the function's name where it does not say it."""
    told = named_error(name, error)
    if told is error:
        raise error
    raise told from error
