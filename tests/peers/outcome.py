"""What does a program come to in a library: its values, gradients and Hessian-vector products?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from peers.program import Program
from peers.written import Written

FLOATS = {"float16", "float32", "float64", "complex64", "complex128"}


@dataclass
class Outcome:
    """What came; `refused` names the part that raised, and `said` is what it said.

    `products` has a row for each gradient, one after the other, with a place for each source.
    """

    values: list[np.ndarray] = field(default_factory=list)
    gradients: list[np.ndarray | None] = field(default_factory=list)
    products: list[np.ndarray | None] = field(default_factory=list)
    refused: str = ""
    said: str = ""


def flat(value: Any) -> list[Any]:
    """The leaves of lists and tuples, in order."""
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in flat(part)]
    return [value]


def array_of(value: Any) -> np.ndarray | None:
    if value is None:
        return None
    return np.array(value.numpy() if hasattr(value, "numpy") else value)


def name_of(dtype: Any) -> str:
    return getattr(dtype, "name", str(dtype))


def is_float(value: Any) -> bool:
    return hasattr(value, "dtype") and name_of(value.dtype) in FLOATS and hasattr(value, "numpy")


def drawn(seed: int, order: int, place: int, like: np.ndarray) -> np.ndarray:
    """The cotangent of one answer: its own stream, whatever became of the answers beside it."""
    rng = np.random.default_rng([seed, order, place])
    made = rng.normal(size=like.shape)
    if like.dtype.kind == "c":
        made = made + 1j * rng.normal(size=like.shape)
    return np.asarray(made).astype(like.dtype)


def observe(program: Program | Written, library: Any) -> Outcome:
    """Run a program under two tapes; ask for the gradients and for the gradient of the gradients."""
    out = Outcome()
    stage = "values"
    try:
        run = program.start(library)
        with library.GradientTape(persistent=True) as outer:
            with library.GradientTape() as inner:
                for tape in (outer, inner):
                    for source in run.sources:
                        tape.watch(source)
                found = flat(run.steps())
            out.values = [np.asarray(array_of(value)) for value in found]
            targets = [value for value in found if is_float(value)]
            if not targets or not run.sources:
                return out
            weights = [
                library.constant(drawn(program.seed, 1, i, array_of(value)))
                for i, value in enumerate(targets)
            ]
            stage = "gradients"
            slopes = [
                None if slope is None else library.convert_to_tensor(slope)
                for slope in inner.gradient(targets, run.sources, output_gradients=weights)
            ]
        out.gradients = [array_of(slope) for slope in slopes]
        stage = "products"
        for i, slope in enumerate(slopes):
            if slope is None:
                out.products += [None] * len(run.sources)
                continue
            way = library.constant(drawn(program.seed, 2, i, array_of(slope)))
            row = outer.gradient(slope, run.sources, output_gradients=way)
            out.products += [
                None if part is None else array_of(library.convert_to_tensor(part)) for part in row
            ]
    except Exception as error:  # noqa: BLE001 # a refusal may be of any kind; it is compared
        out.refused = stage
        out.said = f"{type(error).__name__}: {error}".split("\n", 1)[0][:300]
    return out
