"""Programs drawn at random: reverse and forward against complex steps of the same program in NumPy."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import thalweg as tw

STEP = 1e-30

# Each operation is written once, in words that NumPy and thalweg share; all are smooth and tame.
OPERATIONS = {
    "add": lambda a, b: a + b,
    "subtract": lambda a, b: a - 0.5 * b,
    "multiply": lambda a, b: a * b * 0.3,
    "divide": lambda a, b: a / (3.0 + b * b),
    "square": lambda a, b: 0.2 * a**2 + 1.0,
    "sine": lambda a, b: np.sin(a + b),
    "tangent": lambda a, b: np.tanh(a - b),
    "sum": lambda a, b: np.sum(a * b) * 0.1,
    "same": lambda a, b: a,
}
SHAPES = [(), (3,), (2, 3), (2, 1)]


class Program(NamedTuple):
    """Shapes of the sources, steps (operation, places of its operands), targets, asked-for places."""

    shapes: list[tuple[int, ...]]
    steps: list[tuple[str, int, int]]
    targets: list[int]
    asked: list[int]


@st.composite
def programs(draw):
    shapes = draw(st.lists(st.sampled_from(SHAPES), min_size=1, max_size=3))
    steps = []
    for place in range(draw(st.integers(1, 12))):
        operands = st.integers(0, len(shapes) + place - 1)
        name = draw(st.sampled_from(sorted(OPERATIONS)))
        steps.append((name, draw(operands), draw(operands)))
    places = st.integers(0, len(shapes) + len(steps) - 1)
    chosen = st.lists(places, min_size=1, max_size=3)
    return Program(shapes, steps, draw(chosen), draw(chosen))


def start(program):
    """Return the sources' values."""
    random = np.random.default_rng(len(program.steps))
    return [random.uniform(-1.0, 1.0, shape) for shape in program.shapes]


def run(program, sources, nudged=None, nudge=0.0):
    """Return every value of the program, with a nudge added to one of them."""
    values = []
    for place in range(len(sources) + len(program.steps)):
        if place < len(sources):
            value = sources[place]
        else:
            name, first, second = program.steps[place - len(sources)]
            value = OPERATIONS[name](values[first], values[second])
        values.append(value + nudge if place == nudged else value)
    return values


def oracle(program, place):
    """Return the derivative of the summed targets by one value, through what comes after it."""
    values = run(program, start(program))
    shape = np.shape(values[place])
    grad = np.zeros(shape)
    for at in np.ndindex(shape):
        nudge = np.zeros(shape, complex)
        nudge[at] = 1j * STEP
        nudged = run(program, start(program), place, nudge)
        grad[at] = sum(np.sum(nudged[target]).imag for target in program.targets) / STEP
    return grad


@settings(max_examples=120, deadline=None)
@given(programs())
def test_reverse(program):
    sources = [tw.constant(value) for value in start(program)]
    with tw.GradientTape() as tape:
        tape.watch(sources)
        values = run(program, sources)
    asked = [values[place] for place in program.asked]
    grads = tape.gradient(
        [values[target] for target in program.targets], asked, unconnected_gradients="zero"
    )
    for place, grad in zip(program.asked, grads, strict=True):
        # "same" hands on the value itself: then several places are one source.
        alike = next(i for i, value in enumerate(values) if value is values[place])
        np.testing.assert_allclose(grad, oracle(program, alike), rtol=1e-11, atol=1e-13)


@settings(max_examples=60, deadline=None)
@given(programs())
def test_forward(program):
    sources = [tw.constant(value) for value in start(program)]
    directions = [np.cos(np.arange(value.size)).reshape(value.shape) for value in start(program)]
    with tw.autodiff.ForwardAccumulator(sources, directions) as acc:
        values = run(program, sources)
    nudged = [
        value + 1j * STEP * direction
        for value, direction in zip(start(program), directions, strict=True)
    ]
    expected = run(program, nudged)
    for target in program.targets:
        found = acc.jvp(values[target], unconnected_gradients="zero")
        np.testing.assert_allclose(found, np.imag(expected[target]) / STEP, rtol=1e-11, atol=1e-13)


@settings(max_examples=40, deadline=None)
@given(programs())
def test_forward_over_reverse_is_reverse_over_reverse(program):
    program = program._replace(targets=[len(program.shapes) + len(program.steps) - 1])
    points = start(program)
    direction = [np.sin(1.0 + np.arange(value.size)).reshape(value.shape) for value in points]

    def f(sources):
        return tw.reduce_sum(run(program, sources)[-1])

    product = tw.hvp(f, points, direction)
    sources = [tw.constant(value) for value in points]
    with tw.GradientTape() as outer:
        outer.watch(sources)
        slope = tw.grad(f)(sources)
        along = sum(tw.reduce_sum(g * d) for g, d in zip(slope, direction, strict=True))
    expected = outer.gradient(along, sources, unconnected_gradients="zero")
    for found, wanted in zip(product, expected, strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-10, atol=1e-12)


def test_the_oracle_sees_a_planted_mistake():
    program = Program([()], [("multiply", 0, 0)], [1], [0])
    (point,) = start(program)
    assert oracle(program, 0) == pytest.approx(0.6 * point)
    assert oracle(program, 0) != pytest.approx(0.3 * point)
