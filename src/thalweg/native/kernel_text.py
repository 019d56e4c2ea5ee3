"""How are kernels written for a reader? A line for each buffer, a few for each kernel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thalweg.native.kernels import Kernels, Map, Products, Put, Take, View, Zeros
from thalweg.native.kernels_by_matrix import Cholesky, Solve, Triangular
from thalweg.native.kernels_by_number import Guard, Order, PutExtreme, Running
from thalweg.native.kernels_of_loops import Branches, Inner, Rewinding, Turns

__all__ = ["text_of_kernels"]


def text_of_kernels(kernels: Kernels) -> str:
    """Buffers by number with what they are for, then the kernels in the order in which they run."""
    lines = [
        f"buffer {one.number}: {one.kind} {one.dtype.name}, {one.size} elements"
        for one in kernels.buffers
    ]
    for place, step in enumerate(kernels.steps):
        lines += [f"kernel {place}: {line}" if not at else f"    {line}"
                  for at, line in enumerate(_lines(step))]  # fmt: skip
    return "\n".join(lines)


def _lines(step: Any) -> list[str]:
    if isinstance(step, Map):
        lines = [f"loop over {list(step.shape)}"]
        lines += [f"%{number} = read {_where(view)}" for number, view in step.reads.items()]
        for number, node in step.nodes:
            if node.op == "constant":
                lines.append(f"%{number} = {node.attributes[0]}")
            else:
                lines.append(f"%{number} = {node.op} {', '.join(f'%{at}' for at in node.inputs)}")
        lines += [f"write %{number} to {_where(view)}" for number, view in step.writes]
        lines += [
            f"{one.kind} of %{one.node} along {list(one.axes)} to {_where(one.out)}"
            for one in step.reductions
        ]
        return lines
    if isinstance(step, Products):
        sign = "+=" if step.accumulate else "="
        times = "" if step.alpha == 1.0 else f"{step.alpha}·"
        times += "" if step.scale is None else f"{_where(step.scale)}·"
        return [f"product {_where(step.out)} {sign} {times}{_where(step.a)} · {_where(step.b)}"]
    if isinstance(step, Zeros):
        return [f"zeros all over buffer {step.buffer}"]
    if isinstance(step, Take | Put):
        verb = "takes rows of" if isinstance(step, Take) else "receives, added, rows of"
        return [f"{_where(step.out)} {verb} {_where(step.rows)} at {_where(step.places)}"]
    if isinstance(step, PutExtreme):
        return [
            f"{_where(step.out)} receives, by {step.kind}, rows of {_where(step.rows)} at {_where(step.places)}"
        ]
    if isinstance(step, Running):
        return [f"{_where(step.out)} = running {step.kind} of {_where(step.x)} along {step.axis}"]
    if isinstance(step, Order):
        return [f"{_where(step.out)} = order of {_where(step.x)} along the last axis"]
    if isinstance(step, Cholesky):
        return [f"{_where(step.out)} = Cholesky factors of what is there"]
    if isinstance(step, Solve | Triangular):
        which = "" if isinstance(step, Solve) else "lower " if step.lower else "upper "
        over = " transposed" if isinstance(step, Triangular) and step.turned else ""
        return [f"{_where(step.out)} = solutions, of {which}{_where(step.matrix)}{over}"]
    if isinstance(step, Guard):
        return [f"unless {_where(step.truth)}, Python is asked"]
    if isinstance(step, Turns):
        return _turns(step)
    if isinstance(step, Branches):
        return [
            f"one of {len(step.branches)}, as {_where(step.which)} says",
            *_moved("gives", step.given),
            *_moved("receives", step.outs),
            *(
                line
                for at, one in enumerate(step.branches)
                for line in _inside(f"branch {at}", one)
            ),
        ]
    return _rewinding(step)


def _turns(step: Turns) -> list[str]:
    often = "while its condition holds" if step.turns < 0 else f"{step.turns} turns"
    often = often if step.count is None else f"as often as {_where(step.count)} says"
    order = ", from the last row to the first" if step.backward else ""
    condition = [] if step.condition is None else _inside("condition", step.condition)
    return [
        f"loop, {often}{order}",
        *_moved("begins with", step.start),
        *_moved("takes rows of", step.cut),
        *_moved("reads", step.still),
        *_moved("ends in", step.ends),
        *_moved("writes rows of", step.stacks),
        *condition,
        *_inside("body", step.body),
    ]


def _rewinding(step: Rewinding) -> list[str]:
    return [
        f"way back through {step.turns} turns with {step.kept} states kept",
        *_moved("begins with", step.start),
        *_moved("takes rows of", [*step.cut, *step.own]),
        *_moved("reads", step.still),
        *_moved("carries", step.carry),
        *_moved("ends in", step.ends),
        *_moved("writes rows of", step.stacks),
        *_inside("turn", step.body),
        *_inside("turn back", step.back),
    ]


def _moved(verb: str, views: Sequence[View]) -> list[str]:
    return [f"{verb} {_where(view)}" for view in views]


def _inside(name: str, inner: Inner) -> list[str]:
    """The kernels inside of another; their buffers have numbers of their own."""
    return [f"{name}:", *(f"    {line}" for line in text_of_kernels(inner.kernels).splitlines())]


def _where(view: View) -> str:
    strides = f" by {list(view.strides)}" if view.shape else ""
    offset = f" from {view.offset}" if view.offset else ""
    return f"buffer {view.buffer} {list(view.shape)}{strides}{offset}"
