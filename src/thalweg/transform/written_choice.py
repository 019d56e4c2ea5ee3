"""How does a branch of the user's become one call? Every branch runs once, one of them for its answer.

The one that is taken runs under a Scribe on the values that are there; the others are tried, so that
nothing of them has an effect. Where one cannot be written down, or the branches answer differently, what
the first answered is the answer, and the function stays in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.core.handle import Handle, Trainable
from thalweg.core.recording import STATE
from thalweg.core.trees import flatten, pack
from thalweg.errors import DTypeError, ShapeError
from thalweg.ops.casting import cast
from thalweg.ops.comparison import greater_equal, less, select
from thalweg.ops.logic import logical_or
from thalweg.ops.movement import reshape
from thalweg.transform.choice import Choice
from thalweg.transform.predicate import truth, whole_number
from thalweg.transform.scribe import Stopped
from thalweg.transform.structure import require_same
from thalweg.transform.written_loop import is_wanted
from thalweg.transform.written_turn import Turn, closed, written_turn
from thalweg.values.constant import convert_to_tensor
from thalweg.values.conversion import as_array
from thalweg.values.tensor import Tensor

__all__ = ["NOT_CHOSEN", "by_number", "by_truth"]

NOT_CHOSEN = object()
"""Stands for an answer where Python is to choose."""

Function = Callable[[], Any]


def _can(which: Any, kinds: str) -> bool:
    """Whether a value that a branch goes by is one that depends on what is given."""
    return (
        is_wanted()
        and isinstance(which, Handle)
        and which.array.dtype.kind in kinds
        and which.array.size == 1
        and bool(STATE.here.tracer.varies(which.key) or isinstance(which, Trainable))
    )


def by_truth(name: str, pred: Any, true_fn: Function, false_fn: Function) -> Any:
    """The answer of one of two functions, as one call; `NOT_CHOSEN` where Python is to choose."""
    if not _can(pred, "biuf"):
        return NOT_CHOSEN
    which = pred if pred.array.dtype.kind == "b" else cast.eager(pred, np.dtype(bool))
    if which.array.shape:
        which = reshape.eager(which, ())
    return _chosen(name, which, (false_fn, true_fn), lambda: truth(pred, name))


def by_number(name: str, index: Any, functions: Sequence[Function]) -> Any:
    """The answer of the function with a number, of the last one for other numbers; or `NOT_CHOSEN`."""
    if not _can(index, "iu") or index.array.shape:
        return NOT_CHOSEN
    last = np.asarray(len(functions) - 1, index.array.dtype)[()]
    beyond = logical_or.eager(
        less.eager(index, np.zeros_like(last)[()]), greater_equal.eager(index, last)
    )
    which = select.eager(beyond, Tensor(last), index)
    return _chosen(name, which, functions, lambda: whole_number(index, name))


class _Branch:
    """A function without arguments, as one of a list of Tensors: the structure of its answer is kept."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.tree: Any = None
        self.plain: list[Any] = []
        self.nothing: list[bool] = []

    def __call__(self, given: list[Any]) -> list[Any]:
        tree = self.function()
        leaves = flatten(tree)
        self.plain = [None if type(leaf) is Tensor else leaf for leaf in leaves]
        self.nothing = [leaf is None for leaf in leaves]
        self.tree = pack(tree, [None] * len(leaves))
        return [_tensor(leaf) for leaf in leaves if leaf is not None]

    def packed(self, answers: Sequence[Any], as_it_was: bool) -> Any:
        """The answer in its structure, what was no Tensor as it was or as a Tensor."""
        found = iter(answers)
        leaves = []
        for leaf, nothing in zip(self.plain, self.nothing, strict=True):
            value = None if nothing else next(found)
            leaves.append(leaf if as_it_was and leaf is not None else value)
        return pack(self.tree, leaves)


def _tensor(leaf: Any) -> Any:
    if isinstance(leaf, Trainable):
        return convert_to_tensor(leaf)
    return leaf if isinstance(leaf, Handle) else Tensor(as_array(leaf))


def _nothing(given: Sequence[Any]) -> None:
    """A branch is given nothing."""


def _chosen(name: str, which: Any, functions: Sequence[Function], ask: Callable[[], Any]) -> Any:
    branches = [_Branch(one) for one in functions]
    at = min(max(int(which.array), 0), len(branches) - 1)
    taken = written_turn(branches[at], [], _nothing)
    why: tuple[Any, ...] = taken.why or ()
    turns: list[Any] = [taken] * len(branches)
    try:
        for place, branch in enumerate(branches):
            if place != at and not why:
                turns[place] = written_turn(branch, [])
                why = _differ(branches[at], branch, taken, turns[place])
    except Stopped as stopped:
        if STATE.here.tracer.trial:
            raise
        why = stopped.args or (f"{name}: a branch cannot be written down",)
    if why:
        STATE.here.tracer.refuse(*why)
        ask()
        taken.let_go(_nothing)
        return branches[at].packed(taken.answer, as_it_was=True)
    handles, scripts = closed(turns)
    made = Choice(name, scripts).run([which, *handles])
    return branches[at].packed(made, as_it_was=False)


def _differ(one: _Branch, other: _Branch, first: Turn, second: Turn) -> tuple[str, ...]:
    """How the answers of two branches differ; empty where they are alike."""
    try:
        require_same(one.tree, other.tree, "a branch's answer", "that of another")
    except (ShapeError, DTypeError) as error:
        return (str(error),)
    if one.nothing != other.nothing:
        return ("one branch answers nothing where another answers something",)
    for a, b in zip(first.answer, second.answer, strict=True):
        if (a.array.shape, a.array.dtype) != (b.array.shape, b.array.dtype):
            return (
                f"branches answer with {a.array.dtype.name}{list(a.array.shape)} and "
                f"{b.array.dtype.name}{list(b.array.shape)}",
            )
    return ()
