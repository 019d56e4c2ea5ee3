"""What is a program that two libraries can run, and how does it run in one of them?

A program is data: sources (arrays that are watched), and steps, each a name of the library with its
arguments. An argument may be a source, the answer of an earlier step, a dtype by name, or plain data;
lists and tuples hold any of these.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from peers.signatures import find

NARROW = {"float64": "float32", "complex128": "complex64"}


@dataclass(frozen=True)
class Ref:
    """The answer of a step, or one part of it; a source where `step` is negative: -1 is the first."""

    step: int
    parts: tuple[Any, ...] = ()


@dataclass(frozen=True)
class DType:
    """A dtype by its name in the library; "float" is the one that the program runs in."""

    name: str


@dataclass(frozen=True)
class Step:
    """One call. A name that begins with `@` is an operator of Python, such as `@add`."""

    name: str
    args: tuple[Any, ...] = ()
    named: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Program:
    """Sources, steps, and which answer counts; `seed` makes the cotangents."""

    sources: tuple[np.ndarray, ...]
    steps: tuple[Step, ...]
    target: Any
    seed: int = 0
    variables: tuple[bool, ...] = ()
    narrow: bool = False
    shaken: int = 0
    halves: bool = False

    def in_float32(self) -> Program:
        """The same in single precision: sources, constants and dtypes."""
        return replace(self, narrow=True)

    def shake(self, turn: int) -> Program:
        """The same, where each source and each answer is off by half a unit in float32's last place."""
        return replace(self, shaken=turn)

    def start(self, library: Any) -> Run:
        """Make the sources in a library."""
        return Run(self, library)

    def array(self, value: np.ndarray) -> np.ndarray:
        wanted = NARROW.get(value.dtype.name) if self.narrow else None
        return value.astype(wanted) if wanted else value

    def __str__(self) -> str:
        lines = [
            f"s{i} = {'Variable' if self.variables[i] else 'constant'}({shown(self.array(s))})"
            for i, s in enumerate(self.sources)
        ]
        lines += [
            f"v{i} = {step.name}({', '.join([*map(shown, step.args), *(f'{k}={shown(v)}' for k, v in step.named.items())])})"
            for i, step in enumerate(self.steps)
        ]
        return "\n".join([*lines, f"-> {shown(self.target)}  (seed {self.seed})"])


def shown(value: Any) -> str:
    """Write an argument the way a reader writes it."""
    if isinstance(value, Ref):
        name = f"s{-1 - value.step}" if value.step < 0 else f"v{value.step}"
        return name + "".join(f"[{p!r}]" for p in value.parts)
    if isinstance(value, DType):
        return value.name
    if isinstance(value, np.ndarray):
        return f"{value.dtype}{list(value.shape)} {np.array2string(value, threshold=24, separator=',')}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(map(shown, value))}]"
    return repr(value)


def off_by_half(rng: np.random.Generator, array: np.ndarray) -> np.ndarray:
    """Factors of which each is half a unit in float32's last place above or below 1."""
    way = rng.choice([-1.0, 1.0], array.shape)
    return np.asarray(1 + way * np.finfo(np.float32).eps / 2).astype(array.dtype)


class Run:
    """A program at work in one library: its sources made, its steps called one by one."""

    def __init__(self, program: Program, library: Any) -> None:
        self.program = program
        self.library = library
        self.rng = np.random.default_rng([program.seed, program.shaken])
        arrays = [program.array(source) for source in program.sources]
        if program.shaken:
            arrays = [a * off_by_half(self.rng, a) for a in arrays]
        self.sources = [
            library.Variable(array) if variable else library.constant(array)
            for array, variable in zip(arrays, program.variables, strict=True)
        ]
        self.answers: list[Any] = []

    def steps(self) -> Any:
        """Call every step; return the target."""
        self.answers = []
        for step in self.program.steps:
            self.step(step)
        return self.value(self.program.target)

    def step(self, step: Step) -> Any:
        args = [self.value(a) for a in step.args]
        named = {key: self.value(a) for key, a in step.named.items()}
        if step.name.startswith("@"):
            answer = getattr(operator, step.name[1:])(*args)
        else:
            answer = find(self.library, step.name)(*args, **named)
        if self.program.shaken:
            answer = self.shaken(answer)
        self.answers.append(answer)
        return answer

    def shaken(self, answer: Any) -> Any:
        """Put an answer off by half a unit in float32's last place, as each op in float32 may."""
        if type(answer) in (list, tuple):
            return type(answer)(self.shaken(part) for part in answer)
        if not hasattr(answer, "numpy") or answer.numpy().dtype.kind != "f":
            return answer
        return answer * self.library.constant(off_by_half(self.rng, answer.numpy()))

    def value(self, argument: Any) -> Any:
        """Put a library's own values in the place of references and dtypes."""
        if isinstance(argument, Ref):
            value = (
                self.sources[-1 - argument.step]
                if argument.step < 0
                else self.answers[argument.step]
            )
            for part in argument.parts:
                value = getattr(value, part) if isinstance(part, str) else value[part]
            return value
        if isinstance(argument, DType):
            name = {"float": "float64", "complex": "complex128"}.get(argument.name, argument.name)
            return getattr(self.library, NARROW.get(name, name) if self.program.narrow else name)
        if isinstance(argument, np.ndarray):
            return self.program.array(argument)
        if isinstance(argument, list | tuple):
            return type(argument)(self.value(part) for part in argument)
        return argument
