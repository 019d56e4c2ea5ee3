"""How do many steps of a fixed rule run as one loop in machine code?

The function's own graph and the rule's update, which is a formula in NumPy's functions, become one round;
a row of what Python looks at after each step (f, the slope's square) comes back with the state. Where a
step in Python would have stopped to look, the loop is run again up to there, so that every test, count and
point of the path is as if the steps had been taken one by one.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from thalweg.descent.objective import Objective
from thalweg.descent.problem import Negated, Problem, SquaredMiss, Vector
from thalweg.descent.run import Run
from thalweg.transform import worth

if TYPE_CHECKING:
    from thalweg.graph.graph import Graph
    from thalweg.transform.tracing import Trace

__all__ = ["Leap", "NativeSteps"]

OFTEN = 64
"""After so many steps in Python it is looked whether a loop pays by now."""

A_STEP = 5.0
"""Microseconds that a step in Python takes beside the function in machine code."""

PAUSE = 0.03
"""Seconds after which the loop returns to Python, which then hears Ctrl-C."""

ROWS = 1 << 20
"""Numbers of each kind that one call of the loop brings back, at most."""

NEVER = -1

Wrap = Callable[[Any, Any], tuple[Any, Any]]


@dataclass(slots=True)
class Leap:
    """Where some steps led.

    Attributes:
        x, fun, jac: the point, f and ∇f there.
        state: the rule's.
        steps: how many were taken.
    """

    x: Vector
    fun: float
    jac: Vector
    state: Any
    steps: int


class NativeSteps:
    """The steps of one descent that machine code takes.

    Args:
        run: the descent; one with a watcher is never taken out of Python's hands.
        update: the rule's pure update, `(g, state, x, learning_rate=…)`.
        rate: its rate.

    Attributes:
        due: the step at which to ask next.
    """

    def __init__(self, run: Run, update: Callable[..., Any], rate: float) -> None:
        self._run, self._update, self._rate = run, update, rate
        self._objective, self._wrap = _inside(run.problem)
        self.due = 0 if self._objective is not None and run.watcher is None else NEVER
        self._looked = 0
        self._loop: Any = None
        self._cells: tuple[Any, ...] = ()
        self._rounds = OFTEN

    def leap(
        self, step: int, x: Vector, gradient: Vector, state: Any, limits: tuple[float, float, float]
    ) -> Leap | None:
        """Take as many steps as Python would take without a look at more than numbers.

        Args:
            step: how many were taken before.
            x: the point.
            gradient: ∇f there.
            state: the rule's.
            limits: f stays between the first two, and the slope's square above the third.

        Returns:
            Where that led; None where the next step is Python's.
        """
        self.due = step + OFTEN
        if self._loop is None and not self._pays(step, state):
            return None
        fields = _fields(state)
        given = [x, gradient, np.float64(self._rate), *fields.values()]
        given += [cell.array for cell in self._cells]
        rounds = min(self._rounds, self._run.max_steps - step)
        began = time.perf_counter()
        ends, rows = self._loop(given, rounds)
        steps = _good(rows, limits)
        if steps == 0:
            self._rounds = OFTEN
            return None
        if steps < rounds:
            ends, rows = self._loop(given, steps)
        else:
            took = max(time.perf_counter() - began, 1e-7)
            most = ROWS // (1 if self._run.path is None else self._run.size)
            self._rounds = max(OFTEN, min(2 * rounds, int(rounds * PAUSE / took), most))
        self.due = step + steps
        return self._landed(ends, rows, state, list(fields), steps)

    def _pays(self, step: int, state: Any) -> bool:
        """Whether there is a loop by now."""
        objective = cast(Objective, self._objective)
        found = objective.written_down()
        if found is None:
            return False
        account = objective.account("steps")
        account.spent += A_STEP * (step - self._looked)
        self._looked = step
        if account.spent < worth.cost_of_code(2 * len(found.graph)) and not objective.asked:
            return False
        try:
            from thalweg.native.compiled import compile_loop

            graph, states = self._round(found, state)
            self._loop, self._cells = compile_loop(graph, states), found.cells
        except Exception:  # noqa: BLE001 # Python takes the steps as before
            self.due = NEVER
            return False
        return True

    def _round(self, found: Trace, state: Any) -> tuple[Graph, dict[int, int]]:
        """One step as a graph: x, ∇f, the rate, the rule's state, cells ↦ the same after it, and rows."""
        from thalweg.graph.graph import Graph  # read where a loop is made
        from thalweg.graph.symbol import Symbol

        run, graph = self._run, Graph()
        like = np.zeros(run.size)
        fields = _fields(state)
        x, g, rate, *held = [
            Symbol(graph, graph.input(np.shape(one), np.asarray(one).dtype))
            for one in (like, like, np.float64(0.0), *fields.values())
        ]
        symbols = dict(zip(fields, held, strict=True))
        there, after = self._update(g, state._replace(**symbols), x, learning_rate=rate)
        if run.lower is not None and run.upper is not None:
            there = np.minimum(np.maximum(there, run.lower), run.upper)
        value, slope = self._wrap(*_spliced(graph, found, there))
        free = slope if run.lower is None else _free(run, there, slope)
        squares = [np.sum(free * free), np.sum(slope * slope)]
        lasting = [there, slope, *[getattr(after, name) for name in fields]]
        path = [] if run.path is None else [there + 0.0]
        graph.outputs = [one.number for one in [*lasting, value, *squares, *path]]
        places = [0, 1, *range(3, 3 + len(fields))]
        return graph, dict(zip(places, range(len(lasting)), strict=True))

    def _landed(
        self, ends: dict[int, Any], rows: list[Any], state: Any, names: list[str], steps: int
    ) -> Leap:
        run = self._run
        run.problem.nfev += steps
        run.problem.njev += steps
        if run.path is not None:
            run.path.extend(rows[3].copy())
        after = {
            name: int(ends[place]) if type(getattr(state, name)) is int else ends[place]
            for place, name in enumerate(names, 3)
        }
        return Leap(ends[0], float(rows[0][-1]), ends[1], state._replace(**after), steps)


def _good(rows: list[Any], limits: tuple[float, float, float]) -> int:
    """How many steps may stand: those before one that needs a look, and one at rest itself."""
    floor, ceiling, bar = limits
    values, slopes, squares = rows[:3]
    wrong = ~((values >= floor) & (values <= ceiling) & np.isfinite(squares))
    rest = slopes <= bar
    stops = np.flatnonzero(wrong | rest)
    if not stops.size:
        return len(values)
    first = int(stops[0])
    return first if wrong[first] else first + 1


def _fields(state: Any) -> dict[str, Any]:
    """The rule's state by name; a count as a float64, which holds every count."""
    return {
        name: np.float64(one) if type(one) is int else one
        for name, one in state._asdict().items()
        if one is not None
    }


def _inside(problem: Problem) -> tuple[Objective | None, Wrap]:
    """The user's function, and how the problem makes its value and gradient of that one's."""
    if isinstance(problem, Objective):
        return problem, lambda value, g: (value, g)
    if isinstance(problem, Negated):
        inner, wrap = _inside(problem.inner)

        def negated(value: Any, g: Any) -> tuple[Any, Any]:
            value, g = wrap(value, g)
            return -value, -g

        return inner, negated
    if isinstance(problem, SquaredMiss):
        inner, wrap = _inside(problem.inner)
        target = problem.target

        def missed(value: Any, g: Any) -> tuple[Any, Any]:
            value, g = wrap(value, g)
            miss = value - target
            return miss * miss, (2.0 * miss) * g

        return inner, missed
    return None, lambda value, g: (value, g)


def _spliced(graph: Graph, found: Trace, x: Any) -> tuple[Any, Any]:
    """The function's value and gradient at x, written into another graph."""
    from thalweg.graph.symbol import Symbol

    numbers: dict[int, int] = {}
    for place, node in enumerate(found.graph.nodes):
        if node.op == "input":
            first = node.attributes[0] == 0
            numbers[place] = x.number if first else graph.input(node.shape, node.dtype)
        else:
            inputs = [numbers[at] for at in node.inputs]
            numbers[place] = graph.add(node.op, inputs, *node.attributes)
    value, gradient = (Symbol(graph, numbers[at]) for at in found.graph.outputs)
    return value, gradient


def _free(run: Run, x: Any, g: Any) -> Any:
    """The slope without the part that the bounds hold, as `Run.slope` has it."""
    lower, upper = cast(Vector, run.lower), cast(Vector, run.upper)
    low = np.logical_and(np.less_equal(x, lower), np.greater_equal(g, 0.0))
    high = np.logical_and(np.greater_equal(x, upper), np.less_equal(g, 0.0))
    held = np.logical_or(np.logical_or(low, high), lower == upper)
    return np.where(held, 0.0, g)
