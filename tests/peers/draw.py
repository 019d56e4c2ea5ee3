"""How is a random program drawn: operands in their domain, axes, shapes, and calls in every form?

A pattern of the catalogue is a function of a `Draw`: it asks for operands and arguments and calls names.
What it asks for is answered from a seeded stream, so that a seed is a program. The calls run at once in
the reference library, because the next operand's shape depends on the last answer.
"""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from peers import signatures
from peers.program import DType, Program, Ref, Run, Step

STORED = json.loads(signatures.STORED.read_text("utf-8"))
ROOMS = ("", "math.", "nn.", "linalg.")
ALIKE: dict[str, list[str]] = {}
for _name in STORED:
    _room, _, _last = _name.rpartition(".")
    if _room in ("", "math", "nn", "linalg"):
        ALIKE.setdefault(_last, []).append(_name)

LARGEST = 200.0
"""A composed program whose numbers grow beyond this is not gone on with: it would measure rounding."""


class Refused(Exception):
    """The reference library refused a call; what it said is the cause."""


class Draw:
    """A program in the making."""

    def __init__(
        self,
        seed: int,
        reference: Any,
        sizes: tuple[int, ...] = (1, 2, 3, 4),
        halves: bool = False,
    ) -> None:
        self.seed = seed
        self.halves = halves  # only whole numbers and halves are drawn: zeros, ties, equal rows
        self.rng = np.random.default_rng(seed)
        self.sizes = sizes
        self.program = Program((), (), (), seed)
        self.run = Run(self.program, reference)
        self.steps: list[Step] = []
        self.sources: list[np.ndarray] = []
        self.variables: list[bool] = []
        self.last: Ref | None = None  # what the next pattern should go on from
        self.used_last = False

    # What a pattern asks for.

    def flag(self) -> bool:
        return bool(self.rng.integers(2))

    def pick(self, *options: Any) -> Any:
        return options[int(self.rng.integers(len(options)))]

    def whole(self, low: int, high: int) -> int:
        return int(self.rng.integers(low, max(low, high) + 1))

    def shape(self, least: int = 0, most: int = 3) -> tuple[int, ...]:
        rank = self.whole(least, max(least, most))
        return tuple(int(n) for n in self.rng.choice(self.sizes, rank))

    def shape_of(self, value: Any) -> tuple[int, ...]:
        return tuple(self.run.value(value).shape)

    def rank(self, value: Any) -> int:
        return len(self.shape_of(value))

    def axis(self, value: Any, extra: int = 0) -> int:
        rank = self.rank(value) + extra
        return self.whole(-rank, rank - 1) if rank else self.pick(0, -1)

    def axes(self, value: Any) -> Any:
        """None, one axis, or several: what a reduction takes."""
        rank = self.rank(value)
        if rank == 0 or self.rng.random() < 0.25:
            return None
        chosen = sorted(self.rng.choice(rank, self.whole(1, rank), replace=False).tolist())
        chosen = [int(a) - (rank if self.flag() else 0) for a in chosen]
        return chosen[0] if len(chosen) == 1 and self.flag() else self.pick(list, tuple)(chosen)

    def real(self, shape: Any, low: float = -2.0, high: float = 2.0) -> np.ndarray:
        drawn = self.rng.uniform(low, high, shape)
        return np.asarray(np.clip(np.round(2 * drawn) / 2, low, high)) if self.halves else drawn

    def ints(self, shape: Any, low: int, high: int, dtype: str = "int32") -> np.ndarray:
        return self.rng.integers(low, max(high, low) + 1, shape).astype(dtype)

    def bools(self, shape: Any) -> np.ndarray:
        return self.rng.random(shape) < 0.5

    def source(self, array: np.ndarray) -> Ref:
        """An array that is watched, as a Tensor or as a Variable."""
        self.sources.append(array)
        self.variables.append(bool(self.rng.random() < 0.3))
        self.run.sources.append(
            self.run.library.Variable(array)
            if self.variables[-1]
            else self.run.library.constant(array)
        )
        return Ref(-len(self.sources))

    def x(
        self, shape: Any = None, low: float = -2.0, high: float = 2.0, least: int = 0, most: int = 3
    ) -> Any:
        """A float operand in [low, high]: the last answer where it fits, a new source otherwise."""
        last = None if self.used_last else self.last
        if last is not None:
            self.used_last = True
            have = self.shape_of(last)
            if (shape is None and least <= len(have) <= most) or shape == have:
                return self.bounded(last, low, high)
        fresh = self.source(
            self.real(self.shape(least, most) if shape is None else shape, low, high)
        )
        if last is None:
            return fresh
        # The last answer does not fit: the new operand is stretched by up to a tenth with it.
        mean = self.plain("tanh", self.plain("reduce_mean", last))
        return self.plain(
            "multiply", fresh, self.plain("add", self.plain("multiply", mean, 0.1), 1.0)
        )

    def bounded(self, ref: Ref, low: float, high: float) -> Ref:
        """The same Tensor where it lies within the bounds, a smooth image of it otherwise."""
        value = np.asarray(self.run.value(ref))
        if value.size == 0 or (value.min() >= low and value.max() <= high):
            return ref
        image = self.plain(self.pick("tanh", "sin"), ref)
        return self.plain("add", self.plain("multiply", image, (high - low) / 2), (high + low) / 2)

    def pair(
        self, low: float = -2.0, high: float = 2.0, low2: Any = None, high2: Any = None
    ) -> tuple[Any, Any]:
        """Two operands whose shapes broadcast."""
        x = self.x(None, low, high)
        shape = list(self.shape_of(x))
        other = [1 if self.rng.random() < 0.3 else n for n in shape][self.whole(0, len(shape)) :]
        if self.rng.random() < 0.2 and len(shape) < 3:
            other = [self.pick(*self.sizes), *shape]
        y = self.x(tuple(other), low if low2 is None else low2, high if high2 is None else high2)
        return x, y

    # Calls.

    def plain(self, name: str, *args: Any, **named: Any) -> Any:
        """Call a name as it is written."""
        step = Step(name, args, named)
        try:
            answer = self.run.step(step)
        except Exception as error:
            self.steps.append(step)
            raise Refused from error
        self.steps.append(step)
        del answer
        return Ref(len(self.steps) - 1)

    def call(self, name: str, *args: Any, **named: Any) -> Any:
        """Call a name under one of its public names, with arguments by position or by keyword."""
        if not name.startswith("@"):
            alike = ALIKE.get(name.rpartition(".")[2], [name])
            same = [n for n in alike if n == name or _same(self.run.library, n, name)]
            name = self.pick(*same) if same else name
            args, named = self.form(name, args, named)
        return self.plain(name, *args, **named)

    def form(self, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
        parameters = STORED.get(name)
        how = self.pick("as written", "as written", "keywords", "positions")
        if (
            not parameters
            or how == "as written"
            or any(kind not in ("either",) for _, kind, *_ in parameters)
        ):
            return args, named
        given = dict(zip([p[0] for p in parameters], args, strict=False)) | named
        if how == "keywords":
            return (), given
        first: list[Any] = []
        for parameter, _, *default in parameters:
            rest = {
                key: value
                for key, value in given.items()
                if key not in [p[0] for p in parameters[: len(first)]]
            }
            if not rest:
                break
            if parameter in given:
                first.append(given[parameter])
            elif default and not isinstance(default[0], dict):
                first.append(default[0])
            else:
                return tuple(first), rest
        return tuple(first), {}

    def parts(self, ref: Ref) -> list[Ref]:
        """The parts of an answer that is a list or a named tuple."""
        value = self.run.value(ref)
        return [Ref(ref.step, (*ref.parts, i)) for i in range(len(value))]

    def done(self, target: Any) -> Program:
        return Program(
            tuple(self.sources),
            tuple(self.steps),
            target,
            self.seed,
            tuple(self.variables),
            halves=self.halves,
        )


def _same(library: Any, one: str, other: str) -> bool:
    a, b = signatures.find(library, one), signatures.find(library, other)
    return a is b or STORED[one] == STORED[other]


FLOAT = DType("float")
