"""Einsum: products summed over labelled axes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from thalweg.core.axes import one_axis, static
from thalweg.core.composite import composite
from thalweg.core.evidence import sample, wrong
from thalweg.core.op import row
from thalweg.errors import ShapeError
from thalweg.ops.contraction import product
from thalweg.ops.diagonals import diagonal
from thalweg.ops.movement import moved_axis, reshape
from thalweg.ops.reductions import reduce_sum
from thalweg.ops.subscripts import Labels, plan, read

SOURCE = "definition; linear in each operand"


def _others(g: Any, operands: Any, labels: Any, out: Any, i: int) -> Any:
    """∂/∂Xᵢ: the cotangent takes Xᵢ's place, and Xᵢ's labels are the answer's."""
    rest = [one for place, one in enumerate(operands) if place != i]
    names = [one for place, one in enumerate(labels) if place != i]
    return contract([g, *rest], (out, *names), labels[i])


@row(
    inputs="operands*", multilinear="operands", vjp={"operands": _others},
    samples=(
        sample([(2, 3), (3, 4)], labels=(("i", "j"), ("j", "k")), out=("i", "k")),
        sample([(2, 3), (3,)], labels=(("i", "j"), ("j",)), out=("j", "i")),
        sample([(2, 3), (4, 3)], labels=(("i", "j"), ("k", "j")), out=("k", "j", "i")),
        sample([(2,), (2, 3), (3,)], labels=(("i",), ("i", "j"), ("j",)), out=()),
        sample([(2, 3)], labels=(("i", "j"),), out=("j", "i")),
    ),
    wrong=(wrong([np.ones((2, 3)), np.ones((2, 3))], error=ShapeError, words="contract",
                 labels=(("i", "j"), ("j", "k")), out=("i", "k")),),
    formula="Σ over labels that the answer lacks of the product of the operands",
)  # fmt: skip
def contract(operands: Any, labels: Any, out: Any) -> Any:
    """The sum of products over labelled axes; every label is in the answer or in two operands."""
    if len(operands) == 1:
        return np.transpose(operands[0], [labels[0].index(label) for label in out])
    if len(operands) == 2:
        return _two(operands[0], operands[1], labels[0], labels[1], out)
    numbers = {label: at for at, label in enumerate(dict.fromkeys(sum(map(tuple, labels), ())))}
    terms: list[Any] = []
    for operand, names in zip(operands, labels, strict=True):
        terms += [operand, [numbers[label] for label in names]]
    return np.einsum(*terms, [numbers[label] for label in out], optimize=True)


def _two(a: Any, b: Any, first: Labels, second: Labels, out: Labels) -> Any:
    """Two operands as one matrix product, or as a product by elements where nothing is summed."""
    steps = plan(first, second, out)
    a, b = np.transpose(a, steps.left), np.transpose(b, steps.right)
    batch, rows = a.shape[: steps.batch], a.shape[steps.batch : steps.batch + steps.rows]
    columns = b.shape[steps.batch + steps.summed :]
    if not steps.summed:
        wide = a.reshape((*batch, *rows, *(1,) * steps.columns))
        answer = wide * b.reshape((*batch, *(1,) * steps.rows, *columns))
    else:
        inner = math.prod(a.shape[steps.batch + steps.rows :])
        left = a.reshape(*batch, math.prod(rows), inner)
        right = b.reshape(*batch, inner, math.prod(columns))
        answer = (left @ right).reshape((*batch, *rows, *columns))
    return np.transpose(answer, steps.back)


def _diagonals(x: Any, labels: Labels) -> tuple[Any, Labels]:
    """An operand with a label twice becomes its diagonal."""
    for label in labels:
        while labels.count(label) > 1:
            first = labels.index(label)
            second = labels.index(label, first + 1)
            rank = len(labels)
            x = diagonal(moved_axis(x, (first, second), (rank - 2, rank - 1)), 0)
            rest = [one for place, one in enumerate(labels) if place not in (first, second)]
            labels = (*rest, label)
    return x, labels


def _ready(x: Any, labels: Labels, others: set[str], sizes: dict[str, int]) -> tuple[Any, Labels]:
    """Axes that broadcast are dropped, and those that nobody else has are summed at once."""
    dropped = [
        place for place, label in enumerate(labels)
        if label in others and x.shape[place] == 1 and sizes[label] != 1
    ]  # fmt: skip
    if dropped:
        kept = [place for place in range(len(labels)) if place not in dropped]
        x = reshape(x, tuple(x.shape[place] for place in kept))
        labels = tuple(labels[place] for place in kept)
    alone = tuple(place for place, label in enumerate(labels) if label not in others)
    if alone:
        x = reduce_sum(x, alone)
        labels = tuple(label for place, label in enumerate(labels) if place not in alone)
    return x, labels


@composite(
    inputs="inputs", public="einsum linalg.einsum",
)  # fmt: skip
def einsum(equation: str, *inputs: Any, **kwargs: Any) -> Any:
    """The sum of products over labelled axes.

    Args:
        equation: such as `"ij,jk->ik"`; `...` stands for axes that broadcast; a label twice in one
            operand takes its diagonal; without an arrow the answer has the labels that come once.
        *inputs: the operands.
        **kwargs: `optimize`, accepted for TensorFlow's sake.

    Raises:
        ShapeError: the equation cannot be read, or does not fit the operands.

    >>> import thalweg as tw
    >>> tw.einsum("ij,j->i", [[1.0, 2.0], [3.0, 4.0]], [1.0, 1.0]).numpy()
    array([3., 7.], dtype=float32)
    """
    for unknown in kwargs.keys() - {"optimize", "name"} if kwargs else ():
        raise TypeError(f"einsum() got an unexpected keyword argument {unknown!r}")
    labels, out, sizes, ready, plain = read(equation, tuple([tuple(x.shape) for x in inputs]))
    if plain:
        return product(*inputs)
    if ready:
        return contract(list(inputs), labels, out)
    operands: list[Any] = []
    names: list[Labels] = []
    pairs = [_diagonals(x, own) for x, own in zip(inputs, labels, strict=True)]
    for place, (x, own) in enumerate(pairs):
        elsewhere = [set(one) for at, (_, one) in enumerate(pairs) if at != place]
        x, own = _ready(x, own, set(out).union(*elsewhere), sizes)
        operands.append(x)
        names.append(own)
        pairs[place] = (x, own)
    return contract(*_paired(operands, names, out), out)


def _paired(
    operands: list[Any], names: list[Labels], out: Labels
) -> tuple[list[Any], tuple[Labels, ...]]:
    """What broadcasting left alone is summed: every label is now in the answer or in two operands."""
    for place, own in enumerate(names):
        others = set(out).union(*[set(one) for at, one in enumerate(names) if at != place])
        alone = tuple(at for at, label in enumerate(own) if label not in others)
        if alone:
            operands[place] = reduce_sum(operands[place], alone)
            names[place] = tuple(label for label in own if label in others)
    return operands, tuple(names)


def _axes(axes: Any, ranks: tuple[int, int]) -> tuple[list[int], list[int]]:
    pairs = static(axes)
    if not isinstance(pairs, tuple):
        count = int(pairs)
        if not 0 <= count <= min(ranks):
            raise ShapeError(
                f"tensordot: axes={count} for operands with {ranks[0]} and {ranks[1]} axes"
            )
        return list(range(ranks[0] - count, ranks[0])), list(range(count))
    left, right = [one if isinstance(one, tuple) else (one,) for one in pairs]
    if len(left) != len(right):
        raise ShapeError(f"tensordot: {len(left)} axes of a, {len(right)} of b")
    return [one_axis(n, ranks[0]) for n in left], [one_axis(n, ranks[1]) for n in right]


@composite(
    inputs="a b", public="tensordot linalg.tensordot",
)  # fmt: skip
def tensordot(a: Any, b: Any, axes: Any) -> Any:
    """The sum of products over pairs of axes.

    Args:
        a: any shapes.
        b: likewise.
        axes: how many of a's last and b's first axes; or two lists of axes.

    Returns:
        a's axes that are left, then b's.

    >>> import thalweg as tw
    >>> tw.tensordot([1.0, 2.0], [3.0, 4.0], 1).numpy()
    np.float32(11.0)
    """
    left, right = _axes(axes, (len(a.shape), len(b.shape)))
    first = [f"a{place}" for place in range(len(a.shape))]
    second = [f"b{place}" for place in range(len(b.shape))]
    for here, there in zip(left, right, strict=True):
        if a.shape[here] != b.shape[there]:
            raise ShapeError(
                f"tensordot: axis {here} of a has size {a.shape[here]}, axis {there} of b "
                f"{b.shape[there]}; shapes {list(a.shape)} and {list(b.shape)}"
            )
        second[there] = first[here]
    shared = {first[here] for here in left}
    out = tuple(label for label in (*first, *second) if label not in shared)
    return contract([a, b], (tuple(first), tuple(second)), out)
