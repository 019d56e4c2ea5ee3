"""Programs drawn at random, of loops and branches in one another, answer as Python does, to second order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import thalweg as tw
from transform.loops_beside_python import beside

SIZE = 3
ROWS = np.linspace(-0.8, 1.1, 4 * SIZE).reshape(4, SIZE)
MATRIX = np.random.default_rng(5).normal(size=(SIZE, SIZE)) * 0.4

ONE = {
    "sin": tw.sin,
    "tanh": tw.tanh,
    "turned": lambda a: a[::-1],
    "product": lambda a: tw.linalg.matvec(tw.constant(MATRIX), a),
    "mean": lambda a: tw.reduce_mean(a) + 0.0 * a,
    "softplus": tw.math.softplus,
    "first": lambda a: a[0] * tw.ones(SIZE, tw.float64),
}
TWO = {
    "add": lambda a, b: a + b,
    "multiply": lambda a, b: tw.tanh(a) * b,
    "divide": lambda a, b: a / (1.5 + tw.sin(b)),
    "where": lambda a, b: tw.where(a > b, a, 0.5 * b),
    "maximum": tw.maximum,
}


@dataclass(frozen=True)
class Step:
    """One step of a program: a function of earlier values, or a loop or branch with steps of its own."""

    kind: str
    name: str
    places: tuple[int, ...]
    count: int = 0
    inner: tuple[tuple[Step, ...], ...] = ()
    ends: tuple[int, ...] = ()


@st.composite
def programs(draw, values, depth):
    """Steps over so many values; each adds values behind those that are there."""
    steps = []
    for _ in range(draw(st.integers(1, 3))):
        place = st.integers(0, values - 1)
        kinds = ["one", "two"] + ["fori", "scan", "while", "cond", "switch"] * (depth > 0)
        kind = draw(st.sampled_from(kinds))
        if kind in ("one", "two"):
            names = ONE if kind == "one" else TWO
            places = tuple(draw(place) for _ in range(1 + (kind == "two")))
            steps.append(Step(kind, draw(st.sampled_from(sorted(names))), places))
            values += 1
            continue
        carried = draw(st.integers(1, 2))
        places = tuple(draw(place) for _ in range(carried))
        # Inside, what is carried stands behind all that is there, and a row behind that.
        there = values + carried + (kind in ("scan", "fori"))
        count = draw(st.integers(1, 4))
        branches = {"cond": 2, "switch": 3}.get(kind, 1)
        inner = tuple(draw(programs(there, depth - 1)) for _ in range(branches))
        ends = tuple(draw(st.integers(0, 3)) for _ in range(carried))
        name = draw(st.sampled_from(["", "reverse", "checkpoint"]))
        steps.append(Step(kind, name, places, count, inner, ends))
        values += carried
    return tuple(steps)


def run(steps: tuple[Step, ...], values: list[Any]) -> list[Any]:
    """All values, those of the steps behind those given."""
    values = list(values)
    for step in steps:
        given = [values[at] for at in step.places]
        if step.kind == "one":
            values.append(ONE[step.name](*given))
        elif step.kind == "two":
            values.append(TWO[step.name](*given))
        else:
            values += walk(step, given, list(values))
    return values


def walk(step: Step, given: list[Any], outside: list[Any]) -> list[Any]:
    def turn(carry: list[Any], branch: int = 0, row: Any = ()) -> list[Any]:
        made = run(step.inner[branch], [*outside, *carry, *row])
        # Bounded, so that no value grows beyond what rounding lets be compared.
        return [tw.tanh(made[-1 - end]) for end in step.ends]

    kept = 2 if step.name == "checkpoint" else None
    if step.kind == "fori":

        def body(i: Any, carry: list[Any]) -> list[Any]:
            return turn(carry, row=[tw.constant(ROWS)[i]])

        return list(tw.fori_loop(0, step.count, body, given, checkpoint=kept))
    if step.kind == "scan":
        rows = tw.constant(ROWS[: step.count])
        back = step.name == "reverse"
        found = tw.scan(lambda c, r: turn(c, row=[r]), rows, given, reverse=back, checkpoint=kept)
        return [one[0] + tw.reduce_sum(one, 0) for one in found]
    if step.kind == "while":

        def small(n: Any, carry: list[Any]) -> Any:
            return tw.reduce_sum(carry[0]) < 0.7

        found = tw.while_loop(
            small, lambda n, c: (n + 1, turn(c)), (tw.constant(0), given),
            maximum_iterations=step.count,
        )  # fmt: skip
        return list(found[1])
    if step.kind == "cond":
        truth = tw.reduce_sum(given[0]) > 0.1
        return list(tw.cond(truth, lambda: turn(given, 0), lambda: turn(given, 1)))
    number = tw.cast(tw.reduce_sum(given[0]) * 2.0, tw.int32)
    branches = [lambda at=at: turn(given, at) for at in range(3)]
    return list(tw.switch_case(number, branches))


def check_program(steps: tuple[Step, ...], x: Any, order: int) -> None:
    def function(*given: Any) -> list[Any]:
        return run(steps, list(given))[2:]

    beside(function, x, np.cos(x), order=order, tolerance=1e-8)


@pytest.mark.parametrize(("order", "many"), [(1, 30), (2, 12)])
def test_drawn_programs(order, many):
    @settings(max_examples=many, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs(2, 2), st.integers(0, 100))
    def check(steps, seed):
        check_program(steps, np.random.default_rng(seed).normal(size=SIZE) * 0.7, order)

    check()


@pytest.mark.sweep
def test_many_drawn_programs():
    @settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs(2, 2), st.integers(0, 10_000))
    def check(steps, seed):
        check_program(steps, np.random.default_rng(seed).normal(size=SIZE) * 0.7, 2)

    check()
