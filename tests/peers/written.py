"""Programs that data cannot hold: names that take functions, classes, tapes inside programs.

Each is a function of the library and of its sources, and begins with the names that it is about. It
is watched, run and compared like the drawn ones; what it returns may hold plain Python values.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from peers import written_flow, written_kinds, written_tapes
from peers.program import NARROW, off_by_half

X = np.array([0.7, -1.2, 1.9])
A = np.array([[0.5, 1.5, -0.4], [1.1, -0.8, 2.2]])
S = np.array(1.3)


@dataclass(frozen=True)
class Written:
    """A written program with its sources; it starts in a library as a drawn one does."""

    name: str
    function: Callable[..., Any]
    sources: tuple[np.ndarray, ...]
    seed: int = 5
    narrow: bool = False
    steps: tuple[Any, ...] = ()

    def in_float32(self) -> Written:
        return replace(self, narrow=True)

    def shake(self, turn: int) -> Written:
        """The same, where each source is off by half a unit in float32's last place."""
        rng = np.random.default_rng([self.seed, turn])
        return replace(self, sources=tuple(s * off_by_half(rng, s) for s in self.sources))

    def start(self, library: Any) -> Started:
        arrays = [s.astype(NARROW[s.dtype.name]) if self.narrow else s for s in self.sources]
        return Started(self.function, library, [library.constant(a) for a in arrays])

    def __str__(self) -> str:
        return f"{self.name}\n{inspect.getsource(self.function)}"


@dataclass
class Started:
    """A written program in one library."""

    function: Callable[..., Any]
    library: Any
    sources: list[Any]

    def steps(self) -> Any:
        return self.function(self.library, *self.sources)


ROOMS = (written_flow, written_tapes, written_kinds)
OF_A_MATRIX = {
    "mapped", "mapped_over_vectors", "folded", "scanned", "batch_jacobians", "matrices_by_operator", "penalty",
}  # fmt: skip
PROGRAMS = [
    Written(name, function, (A if name in OF_A_MATRIX else X, S))
    for room in ROOMS
    for name, function in vars(room).items()
    if inspect.isfunction(function)
]
