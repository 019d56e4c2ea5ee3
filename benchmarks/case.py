"""What is a case: one piece of work, written once, that every rival does in its own way.

A piece of work is a function whose first argument is a library's words (`rivals/in_*.py`), so that
its text is one for all. Two kinds: a call, `work(words, *arrays)`, and a descent, whose loss is
`work(words, values, data)`.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

OURS = "in_thalweg"
FILES = {"TensorFlow": "in_tensorflow", "PyTorch": "in_torch", "JAX": "in_jax"}
PEERS = tuple(FILES)
CHECKED = 20
"""So many steps of a descent are compared before it is timed."""

Work = Callable[..., Any]


class Rival(NamedTuple):
    """One way to do the work, ready to run.

    Attributes:
        call: what is timed.
        steps: how many steps a call takes.
        answer: what is compared, arrays; for a descent, the values after `CHECKED` steps.
        note: asked after the answer: what a reader should know, or nothing.
    """

    call: Callable[[], object]
    steps: int
    answer: Callable[[], Any]
    note: Callable[[], str] = str


Maker = Callable[[], Rival]


class Case(NamedTuple):
    """A piece of work and who does it.

    Attributes:
        title: the row's name.
        makers: by the rival's name, "JAX, jit": builds it; compiling may take seconds.
        tolerance: how far answers may lie from ours, relative to the largest element.
    """

    title: str
    makers: Mapping[str, Maker]
    tolerance: float


class Sizes(NamedTuple):
    """How large the cases are: `--quick` only shows that everything runs."""

    quick: bool

    def shorter(self, usual: int, quick: int) -> int:
        """A length, or the one for a quick run."""
        return quick if self.quick else usual


@cache
def missing(name: str) -> str:
    """Why a peer cannot take part; empty where it can."""
    try:
        importlib.import_module(f"benchmarks.rivals.{FILES[name]}")
    except ImportError as error:
        return str(error)
    return ""


def present() -> list[ModuleType]:
    """The libraries that are installed, ours first."""
    files = [OURS, *(FILES[name] for name in PEERS if not missing(name))]
    return [importlib.import_module(f"benchmarks.rivals.{file}") for file in files]


def of_calls(
    title: str,
    work: Work,
    arrays: Sequence[np.ndarray],
    *,
    without: Iterable[str] = (),
    numpy: Callable[..., Any] | None = None,
    numpy_name: str = "NumPy, by hand",
    tolerance: float | None = None,
) -> Case:
    """A case of single calls with arrays.

    Args:
        title: its name.
        work: `work(words, *values)`.
        arrays: what is passed; no library may fold them into its program.
        without: rivals that are left out, by name.
        numpy: the same in NumPy, where that is worth seeing.
        numpy_name: what that is called; as "NumPy" it is a peer like the others.
        tolerance: as in `Case`; otherwise by the widest dtype.
    """
    makers: dict[str, Maker] = {}
    for library in present():
        makers |= library.calls(work, arrays)
    if numpy is not None:
        makers[numpy_name] = lambda: Rival(lambda: numpy(*arrays), 1, lambda: numpy(*arrays))
    return Case(title, _kept(makers, without), tolerance or usual_tolerance(arrays))


def of_descents(
    title: str,
    loss: Work,
    starts: Sequence[np.ndarray],
    data: Sequence[np.ndarray],
    rate: float,
    steps: int,
    *,
    without: Iterable[str] = (),
    tolerance: float | None = None,
) -> Case:
    """A case of plain descent, θ ← θ - rate·∇loss, many steps.

    Args:
        title: its name.
        loss: `loss(words, values, data)`.
        starts: the first values.
        data: what the loss reads beside them.
        rate: the learning rate.
        steps: how many steps a loop takes in one call.
        without: rivals that are left out, by name.
        tolerance: as in `Case`; otherwise by the widest dtype.
    """
    makers: dict[str, Maker] = {}
    for library in present():
        makers |= library.descents(loss, starts, data, rate, steps)
    return Case(title, _kept(makers, without), tolerance or usual_tolerance([*starts, *data]))


def _kept(makers: dict[str, Maker], without: Iterable[str]) -> dict[str, Maker]:
    left_out = set(without)
    return {name: maker for name, maker in makers.items() if name not in left_out}


def usual_tolerance(arrays: Iterable[np.ndarray]) -> float:
    """Sums in another order differ by some hundred units in the last place."""
    narrow = any(one.dtype == np.float32 for one in arrays)
    return 1e-3 if narrow else 1e-9
