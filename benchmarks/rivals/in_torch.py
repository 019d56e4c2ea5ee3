"""How does PyTorch do a case: eager, and `torch.compile`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from benchmarks.case import CHECKED, Maker, Rival, Work
from benchmarks.two_threads import THREADS

torch.set_num_threads(THREADS)


def gradient(f: Callable[..., Any], values: Sequence[Any]) -> list[Any]:
    leaves = [value.detach().requires_grad_() for value in values]
    return list(torch.autograd.grad(f(*leaves), leaves))


def functional_gradient(f: Callable[..., Any], values: Sequence[Any]) -> list[Any]:
    """The form that `torch.compile` takes in one piece."""
    return list(torch.func.grad(f, tuple(range(len(values))))(*values))


def slope_and_curvature(f: Callable[[Any], Any], value: Any) -> list[Any]:
    """∇f and ∇²f·1, reverse over reverse."""
    leaf = value.detach().requires_grad_()
    (slope,) = torch.autograd.grad(f(leaf), [leaf], create_graph=True)
    (curvature,) = torch.autograd.grad(slope.sum(), [leaf])
    return [slope.detach(), curvature]


def functional_slope_and_curvature(f: Callable[[Any], Any], value: Any) -> list[Any]:
    """∇f and ∇²f·1, in the form that `torch.compile` takes in one piece."""

    def total(value: Any) -> Any:
        slope = torch.func.grad(f)(value)
        return slope.sum(), slope

    curvature, slope = torch.func.grad(total, has_aux=True)(value)
    return [slope, curvature]


def track(
    fn: Callable[[Any, Any], Any], start: Sequence[Any], rows: Any, pick: Callable[[Any], Any]
) -> Any:
    """One part of what a loop carries, after each row; the loop is Python's."""
    carried, met = tuple(start), []
    for row in rows.unbind():
        carried = tuple(fn(carried, row))
        met.append(pick(carried))
    return torch.stack(met)


def along(name: str) -> Callable[..., Any]:
    """`torch.amax` and its kin with NumPy's `axis`, which may be left out."""
    reduce = getattr(torch, name)
    return lambda x, axis=None, **more: reduce(x, **({} if axis is None else {"dim": axis}), **more)


WORDS: dict[str, Any] = {
    "exp": torch.exp,
    "log": torch.log,
    "sin": torch.sin,
    "cos": torch.cos,
    "tanh": torch.tanh,
    "sqrt": torch.sqrt,
    "sigmoid": torch.sigmoid,
    "relu": torch.relu,
    "softmax": lambda x: torch.softmax(x, -1),
    "softplus": functional.softplus,
    "sum": along("sum"),
    "mean": along("mean"),
    "max": along("amax"),
    "min": along("amin"),
    "logsumexp": lambda x, axis=None: torch.logsumexp(x, 0 if axis is None else axis),
    "cross_entropy": lambda labels, logits: functional.cross_entropy(
        logits, labels, reduction="none"
    ),
    "turned": lambda x: x.mT,
    "take": lambda x, where: x[:, where],
    "concat": torch.cat,
    "unstack": torch.unbind,
    "array": torch.tensor,
    "track": track,
}
EAGER = SimpleNamespace(**WORDS, gradient=gradient, slope_and_curvature=slope_and_curvature)
COMPILED = SimpleNamespace(
    **WORDS, gradient=functional_gradient, slope_and_curvature=functional_slope_and_curvature
)


def _compiled(f: Callable[..., Any]) -> Callable[..., Any]:
    """`torch.compile` for these shapes alone, all in one piece."""
    torch.compiler.reset()
    compiled: Callable[..., Any] = torch.compile(f, dynamic=False, fullgraph=True)
    return compiled


def calls(work: Work, arrays: Sequence[np.ndarray]) -> dict[str, Maker]:
    def eager() -> Rival:
        given = [torch.tensor(one) for one in arrays]

        def once() -> Any:
            return work(EAGER, *given)

        return Rival(once, 1, once)

    def compiled() -> Rival:
        given = [torch.tensor(one) for one in arrays]
        run = _compiled(lambda *values: work(COMPILED, *values))

        def once() -> Any:
            return run(*given)

        return Rival(once, 1, once)

    return {"PyTorch, eager": eager, "PyTorch, compile": compiled}


def descents(
    loss: Work, starts: Sequence[np.ndarray], data: Sequence[np.ndarray], rate: float, steps: int
) -> dict[str, Maker]:
    del steps  # it has no loop that gradients and compilation both go through

    def eager() -> Rival:
        values = [torch.tensor(one, requires_grad=True) for one in starts]
        given = [torch.tensor(one) for one in data]

        def step() -> None:
            slopes = torch.autograd.grad(loss(EAGER, values, given), values)
            with torch.no_grad():
                torch._foreach_add_(values, slopes, alpha=-rate)

        def answer() -> list[Any]:
            for _ in range(CHECKED):
                step()
            return [value.detach().clone() for value in values]

        return Rival(step, 1, answer)

    def compiled() -> Rival:
        state = {"values": [torch.tensor(one) for one in starts]}
        given = [torch.tensor(one) for one in data]

        # With new values instead of in-place ones, which PyTorch 2.13 loses where they have no axes.
        def step(values: Any, given: Any) -> list[Any]:
            slopes = functional_gradient(lambda *now: loss(COMPILED, list(now), given), values)
            return [v - rate * slope for v, slope in zip(values, slopes, strict=True)]

        run = _compiled(step)

        def once() -> None:
            state["values"] = run(state["values"], given)

        def answer() -> list[Any]:
            for _ in range(CHECKED):
                once()
            return state["values"]

        return Rival(once, 1, answer)

    return {"PyTorch, eager": eager, "PyTorch, compile": compiled}
