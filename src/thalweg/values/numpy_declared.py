"""NumPy's functions without a gradient on Tensors: computed on the values, the reason kept for explanations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from thalweg.core.dispatch import publish
from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import caller_site, note
from thalweg.errors import DTypeError, ThalwegError
from thalweg.ops.arithmetic import identity
from thalweg.values.conversion import operand
from thalweg.values.tensor import Tensor


class Severed:
    """Stands where a row stands for other calls: a name, and why no gradient passes.

    Args:
        name: as explanations say it.
        severs: the reason.
    """

    __slots__ = ("name", "severs")
    variadic = True
    elementwise = False
    rules = (None,)

    def __init__(self, name: str, severs: str) -> None:
        self.name = name
        self.severs = severs


def as_tensors(answer: Any) -> Any:
    """An answer with its arrays made Tensors; Python's own values and texts stay."""
    if isinstance(answer, Tensor):
        return answer
    if isinstance(answer, np.ndarray | np.generic):
        return Tensor(answer) if answer.dtype.kind in "biufc" else answer
    if isinstance(answer, Trainable):
        return identity.behind(answer)
    if isinstance(answer, list | tuple):
        parts = [as_tensors(one) for one in answer]
        return type(answer)(*parts) if hasattr(answer, "_fields") else type(answer)(parts)
    return answer


def _stripped(tree: Any, found: list[tuple[Any, Any]]) -> Any:
    """Arguments with arrays in place of Tensors, which are gathered with their keys."""
    if isinstance(tree, Handle):
        array, key = operand(tree)
        found.append((array, key))
        return _unwritable(array)
    if isinstance(tree, list | tuple) and not hasattr(tree, "_fields"):
        return type(tree)(_stripped(one, found) for one in tree)
    if isinstance(tree, dict):
        return {name: _stripped(one, found) for name, one in tree.items()}
    return tree


def _unwritable(array: Any) -> Any:
    """The numbers for a function that may write where it is told to: np.isposinf(x, y) does."""
    shown = np.asarray(array)[...]
    shown.flags.writeable = False
    return shown


def _leaves(answer: Any) -> tuple[Any, ...]:
    if isinstance(answer, Tensor):
        return (answer,)
    return (
        tuple(leaf for one in answer for leaf in _leaves(one))
        if isinstance(answer, list | tuple)
        else ()
    )


def declared(
    name: str, function: Callable[..., Any], reason: str, plain: bool
) -> Callable[..., Any]:
    """What a function without a gradient comes to.

    Args:
        name: its name, with `np.`.
        function: NumPy's own.
        reason: why no gradient passes.
        plain: whether the answer stays as NumPy gives it.
    """
    op: Any = Severed(name, reason)

    def call(*args: Any, **named: Any) -> Any:
        found: list[tuple[Any, Any]] = []
        raw = _stripped(args, found)
        own = _stripped(named, found)
        answer = on_values(name, function, raw, own)
        values, keys = zip(*found, strict=True)
        if plain:
            note("escape", keys, name, depth=2)
            return answer
        answer = as_tensors(answer)
        out = _leaves(answer)
        if not out:
            note("escape", keys, name, depth=2)
        else:
            publish(op, keys, values, (), out[0] if len(out) == 1 else out, caller_site(1))
        return answer

    return call


def on_values(
    name: str, function: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]
) -> Any:
    """A call of NumPy's, or of a form, whose TypeErrors name the function."""
    try:
        return function(*args, **named)
    except ThalwegError:
        raise
    except ValueError as error:
        if "read-only" not in str(error):
            raise
        raise DTypeError(
            f"{name} would write into a Tensor, and Tensors never change; leave `out` away and use "
            f"the answer"
        ) from error
    except TypeError as error:
        raise DTypeError(f"{name}: {error}") from error
