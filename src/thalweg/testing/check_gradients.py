"""`check_gradients`: a user's function against differences, in either mode, to any order."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from thalweg.core.numbers_seen import refuse_traces
from thalweg.tape.forward_accumulator import ForwardAccumulator
from thalweg.tape.gradient_tape import GradientTape
from thalweg.testing.cases import weights
from thalweg.testing.differences import WIDEST, derivative
from thalweg.testing.gradient_report import GradientReport
from thalweg.testing.mismatch import MismatchError
from thalweg.testing.point import Level, Point
from thalweg.testing.reals import reals

MODES = ("reverse", "forward")


def check_gradients(
    f: Callable[[Any], Any],
    x: Any,
    order: int = 2,
    modes: Sequence[str] = MODES,
    *,
    tolerance: float = 1e-7,
    elements: int = 48,
    seed: int = 0,
) -> GradientReport:
    """Check a function's derivatives against extrapolated central differences, in float64.

    The first order checked is the derivative of `f`, contracted with drawn numbers w where `f` has
    several answers: ∂⟨w, f⟩/∂x in reverse, ∂f/∂xⱼ forward. Each next order checks the derivative of
    the reverse gradient of the one before: reverse over reverse, and forward over reverse.

    Args:
        f: a function of one argument, written in `tw.*` and NumPy's functions; returns a Tensor or a
            nesting of them.
        x: the point: a number, an array, or a nesting (lists, tuples, dictionaries) of them; `f`
            gets it as float64 Tensors, nested likewise. Choose one where `f` is smooth.
        order: how many orders.
        modes: "reverse", "forward" or both.
        tolerance: allowed error, relative to the largest derivative where that is above 1.
        elements: at most so many elements of `x` are moved, drawn where there are more.
        seed: of what is drawn.

    Returns:
        The largest error of each mode at each order.

    Raises:
        MismatchError: an `AssertionError` that names the worst element.
        ValueError: an order below 1, a mode that does not exist, or an `x` without floats.

    >>> import numpy as np
    >>> import thalweg as tw
    >>> report = tw.testing.check_gradients(lambda x: tw.reduce_sum(x * tw.sin(x)), np.array([0.5, -1.0, 2.0]))
    >>> report.largest < 1e-9
    True
    >>> tw.testing.check_gradients(lambda x: tw.stop_gradient(x) * x, 3.0)
    Traceback (most recent call last):
        ...
    thalweg.testing.mismatch.MismatchError: <lambda>: order 1, reverse, at x: ...

    Source of the differences: Ridders, see `thalweg.testing.differences`.
    """
    refuse_traces("check_gradients compares numbers")
    if order < 1:
        raise ValueError(f"order is {order}; the first derivative is order 1")
    if not modes or set(modes) - set(MODES):
        raise ValueError(f"modes is {modes!r}; there are {MODES}")
    point = Point(getattr(f, "__name__", "f"), x, elements, seed)
    with np.errstate(all="ignore"):
        return _all_orders(point, point.level(f), order, modes, tolerance)


def _all_orders(
    point: Point, level: Level, orders: int, modes: Sequence[str], tolerance: float
) -> GradientReport:
    errors: dict[tuple[str, int], float] = {}
    oracle: dict[int, float] = {}
    for order in range(1, orders + 1):
        columns, oracle[order] = _differences(point, level, order, tolerance)
        answers = [answer.array for answer in level(point.tensors())]
        one = len(answers) == 1 and answers[0].shape == ()
        w = [answers[0].dtype.type(1)] if one else weights(point.rng, answers)
        for mode in MODES:
            if mode in modes:
                compare = _reverse if mode == "reverse" else _forward
                errors[mode, order] = compare(point, level, w, columns, order, tolerance)
        level = _gradient_of(level, w)
    return GradientReport(errors, oracle, len(point.moved))


def _gradient_of(level: Level, w: list[Any]) -> Level:
    """The reverse gradient of ⟨w, answers⟩: what the next order differentiates."""

    def gradient(leaves: list[Any]) -> list[Any]:
        with GradientTape() as tape:
            tape.watch(leaves)
            answers = level(leaves)
        found: list[Any] = tape.gradient(
            answers, leaves, output_gradients=w, unconnected_gradients="zero"
        )
        return found

    return gradient


def _differences(point: Point, level: Level, order: int, tolerance: float) -> tuple[Any, float]:
    """The derivative of the answers by each moved number, as columns, and its estimated error."""
    columns = []
    doubts = []
    for at, told in point.moved:

        def answers(shift: float, at: int = at) -> Any:
            return reals([one.array for one in level(point.tensors(at, shift))])

        slope, error = derivative(answers)
        size = abs(float(point.vector[at]))
        if size not in (0.0, 1.0):  # steps of the number's own size, where those do better
            other, estimate = derivative(answers, WIDEST * size)
            better = estimate < error
            slope, error = np.where(better, other, slope), np.where(better, estimate, error)
        scale = max(1.0, float(np.abs(slope[np.isfinite(slope)]).max(initial=0)))
        doubt = float(error.max(initial=0)) / scale
        if not doubt <= tolerance:
            raise MismatchError(
                point.name, f"order {order}, at {told}",
                f"differences find no derivative there (estimated error {doubt:.1g}); is the function "
                f"smooth at x, and computed in float64?",
            )  # fmt: skip
        columns.append(slope)
        doubts.append(doubt)
    return np.stack(columns, axis=1), max(doubts, default=0.0)


def _reverse(
    point: Point, level: Level, w: list[Any], columns: Any, order: int, tolerance: float
) -> float:
    came = reals([one.array for one in _gradient_of(level, w)(point.tensors())])
    expected = reals(w) @ columns
    moved = came[[at for at, _ in point.moved]]
    return _judged(point, f"order {order}, reverse", moved, expected, tolerance)


def _forward(
    point: Point, level: Level, w: list[Any], columns: Any, order: int, tolerance: float
) -> float:
    worst = 0.0
    found = []
    for at, _ in point.moved:
        leaves = point.tensors()
        with ForwardAccumulator(leaves, point.direction(at)) as accumulator:
            answers = level(leaves)
        tangents = accumulator.jvp(answers, unconnected_gradients="zero")
        found.append(reals([one.array for one in tangents]))
    came = np.stack(found, axis=1)
    for place in range(len(columns)):
        where = (
            f"order {order}, forward, answer {place}"
            if len(columns) > 1
            else f"order {order}, forward"
        )
        worst = max(worst, _judged(point, where, came[place], columns[place], tolerance))
    return worst


def _judged(point: Point, where: str, came: Any, expected: Any, tolerance: float) -> float:
    """The largest error, or a refusal that names the element with it."""
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    error = np.abs(came - expected) / scale
    error = np.where(np.isnan(error), np.inf, error)
    worst = int(np.argmax(error))
    if error[worst] > tolerance:
        raise MismatchError(
            point.name, f"{where}, at {point.moved[worst].told}",
            f"differences say {float(expected[worst])!r}, came {float(came[worst])!r} "
            f"(off by {float(error[worst]):.2g}, allowed {tolerance:g})",
        )  # fmt: skip
    return float(error[worst])
