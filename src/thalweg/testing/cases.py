"""The inputs on which an op is checked: a row's samples, and shapes drawn for elementwise rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from thalweg.core.evidence import Sample
from thalweg.core.handle import Handle
from thalweg.core.op import REQUIRED, Op
from thalweg.testing.differences import widest_step
from thalweg.testing.reals import differentiable
from thalweg.values.tensor import Tensor

EVERYWHERE = (-3.0, 3.0)
ALONE = ((), (0,), (1,), (5,), (2, 3))
PAIRED = (
    ((2, 3), (3,)), ((3,), (2, 3)), ((2, 1), (1, 3)), ((), (2, 2)), ((2, 2), ()),
    ((1,), (3,)), ((0, 1), (3,)),
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """One call of an op.

    Attributes:
        op: the row.
        told: the case in words, for messages.
        inputs: the arrays and other values; of a list input, its elements.
        params: parameters by name.
        widest: the largest step for differences.
    """

    op: Op
    told: str
    inputs: tuple[Any, ...]
    params: Mapping[str, Any] = field(default_factory=dict)
    widest: float = 2.0**-4

    @property
    def wanted(self) -> list[int]:
        """The places of the inputs that have a gradient here."""
        if self.op.severs:
            return []
        return [
            place
            for place, value in enumerate(self.inputs)
            if differentiable(value) and self.op.rule(place) is not None
        ]

    def eager(self, values: Any) -> list[Any]:
        """The answers of the public call."""
        given = (list(values),) if self.op.variadic else values
        answer = self.op.eager(*given, **self.params)
        return list(answer) if isinstance(answer, tuple) else [answer]

    def kernel(self, values: Any) -> Any:
        """The kernel's answer as it comes: an array, or a tuple of them."""
        given = (tuple(values),) if self.op.variadic else tuple(values)
        return self.op.kernel(*given, *self._prepared_for(given))

    def raw(self, values: Any) -> list[Any]:
        """The answers of the kernel, as a list of arrays."""
        answer = self.kernel(values)
        return list(answer) if isinstance(answer, tuple) else [answer]

    def prepared(self) -> tuple[Any, ...]:
        """The parameters as the kernel takes them."""
        return self._prepared_for((self.inputs,) if self.op.variadic else self.inputs)

    def _prepared_for(self, given: tuple[Any, ...]) -> tuple[Any, ...]:
        params = self.op.bind((), self.params)
        return params if self.op.prepare is None else self.op.prepare(given, params)

    def tensors(self) -> list[Any]:
        """The inputs, arrays of floats as Tensors around those very arrays."""
        return [Tensor(value) if differentiable(value) else value for value in self.inputs]

    def with_inputs(self, inputs: Any, more: str = "") -> Case:
        """The same call on other inputs."""
        return replace(self, inputs=tuple(inputs), told=self.told + more)


def cases(op: Op, seed: int) -> list[Case]:
    """Every case of a row: its samples, and for an elementwise row the grid of shapes."""
    rng = np.random.default_rng(seed)
    found = [_of_sample(op, one, rng) for one in op.samples]
    if op.elementwise and op.domain:
        found += [_of_shapes(op, shapes, rng) for shapes in _grid(len(op.input_names))]
    return found


def _grid(count: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    for shape in ALONE:
        yield (shape,) * count
    if count > 1:
        for one, two in PAIRED:
            yield (one, two, *[one] * (count - 2))


def _of_shapes(op: Op, shapes: Any, rng: Any) -> Case:
    told = f"shapes {', '.join(map(str, shapes))}"
    inputs = draw(list(shapes), _domains(op, len(shapes)), rng)
    return Case(op, told, inputs, params_of_grid(op), _step(op))


def params_of_grid(op: Op) -> Mapping[str, Any]:
    """Parameters for drawn shapes: the defaults, or the first sample's where there are none."""
    if REQUIRED not in op.defaults:
        return {}
    return next((sample.params for sample in op.samples), {})


def _of_sample(op: Op, sample: Sample, rng: Any) -> Case:
    given = list(sample.inputs[0]) if op.variadic else list(sample.inputs)
    places = [place for place, one in enumerate(given) if is_shape(one)]
    domains = _domains(op, len(given))
    drawn = draw([given[place] for place in places], [domains[place] for place in places], rng)
    for place, array in zip(places, drawn, strict=True):
        given[place] = array
    values = tuple(_as_given(value) for value in given)
    named = [f"{name}={value!r}" for name, value in sample.params.items()]
    told = ", ".join([*[_brief(value) for value in values], *named])
    return Case(op, f"sample ({told})", values, sample.params, _step(op))


def is_shape(value: Any) -> bool:
    """Whether an entry of a sample is a shape to draw."""
    return isinstance(value, tuple) and all(type(size) is int for size in value)


def _as_given(value: Any) -> Any:
    """A float as float64, so that it is followed; other values stand for themselves."""
    if isinstance(value, Handle):
        return value.array
    return np.float64(value) if type(value) is float else value


def _brief(value: Any) -> str:
    if isinstance(value, np.ndarray | np.generic):
        return f"{value.dtype.name}{list(value.shape)}"
    return repr(value)


def _domains(op: Op, count: int) -> list[tuple[float, float]]:
    if not op.domain:
        return [EVERYWHERE] * count
    if op.variadic:
        return [op.domain[0]] * count
    return list(op.domain)


def _step(op: Op) -> float:
    return widest_step(op.domain)


def draw(shapes: Any, domains: Any, rng: Any) -> tuple[Any, ...]:
    """Arrays of some shapes, each in its domain, no two elements of one domain near each other.

    Elements lie in cells of equal width, one in each, shuffled: ties, and what is nearly one, would
    put the oracle's steps on both sides of a kink.
    """
    total = sum(int(np.prod(shape, dtype=int)) for shape in shapes)
    cells = (rng.permutation(total) + rng.uniform(0.25, 0.75, total)) / max(total, 1)
    arrays = []
    start = 0
    for shape, (low, high) in zip(shapes, domains, strict=True):
        count = int(np.prod(shape, dtype=int))
        part = low + (high - low) * cells[start : start + count]
        arrays.append(part.reshape(shape)[()])
        start += count
    return tuple(arrays)


def weights(rng: Any, arrays: Any) -> list[Any]:
    """Numbers of either sign between ½ and 2 in the shapes and dtypes of some arrays."""
    found = []
    for array in arrays:
        model = np.asarray(array)
        value = _signed(rng, model.shape)
        if model.dtype.kind == "c":
            value = value + 1j * _signed(rng, model.shape)
        found.append(np.asarray(value).astype(model.dtype)[()])
    return found


def _signed(rng: Any, shape: Any) -> Any:
    return rng.uniform(0.5, 2.0, shape) * rng.choice([-1.0, 1.0], shape)
