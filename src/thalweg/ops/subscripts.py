"""Reading einsum's equations: from "ij,jk" and shapes to labels, and how two operands multiply."""

from __future__ import annotations

from collections import Counter
from functools import lru_cache
from typing import NamedTuple

from thalweg.errors import DTypeError, ShapeError

Labels = tuple[str, ...]
"""One label an axis; the axes of an ellipsis carry labels `.0`, `.1`, … counted from the right."""


class Reading(NamedTuple):
    """An equation as it applies to operands of certain shapes.

    Attributes:
        labels: of every operand.
        out: of the answer.
        sizes: of every label.
        ready: whether every label comes once in an operand, nothing broadcasts, and each label is
            in the answer or in two operands.
        plain: whether it is a matrix product as the operands stand.
    """

    labels: tuple[Labels, ...]
    out: Labels
    sizes: dict[str, int]
    ready: bool
    plain: bool


@lru_cache(maxsize=1024)
def read(equation: str, shapes: tuple[tuple[int, ...], ...]) -> Reading:
    """What an equation says of operands of certain shapes.

    Args:
        equation: as `einsum` takes it.
        shapes: of the operands.

    Raises:
        ShapeError: an equation that cannot be read, or that does not fit the operands.
    """
    labels, out = _labelled(equation, tuple([len(shape) for shape in shapes]))
    sizes = _sizes(labels, shapes, equation)
    counts = Counter(label for own in labels for label in own)
    ready = (
        all(len(set(own)) == len(own) for own in labels)
        and all(label in out or count > 1 for label, count in counts.items())
        and all(
            sizes[label] == size
            for own, shape in zip(labels, shapes, strict=True)
            for label, size in zip(own, shape, strict=True)
        )
    )
    plain = ready and len(labels) == 2 and _is_product(labels[0], labels[1], out)
    return Reading(tuple(labels), out, sizes, ready, plain)


def _labelled(equation: str, ranks: tuple[int, ...]) -> tuple[list[Labels], Labels]:
    """The labels of every operand and of the answer.

    Args:
        equation: such as `"ij,jk->ik"`, `"...i,i->..."`, or without an arrow: then the answer has
            the labels that come once, in the alphabet's order.
        ranks: how many axes each operand has.

    Raises:
        ShapeError: an equation that cannot be read, or that does not fit the operands.
    """
    if not isinstance(equation, str):
        raise DTypeError(f"einsum takes an equation such as 'ij,jk->ik' first; {equation!r} came")
    text = equation.replace(" ", "")
    left, arrow, right = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        raise ShapeError(f"einsum: {equation!r} is for {len(terms)} operands, {len(ranks)} came")
    operands = [_labels(term, rank, equation) for term, rank in zip(terms, ranks, strict=True)]
    dots = max(
        (label for labels in operands for label in labels if label[0] == "."),
        key=_number,
        default="",
    )
    several = tuple(f".{n}" for n in range(_number(dots), -1, -1)) if dots else ()
    counts = Counter(label for labels in operands for label in labels)
    if arrow:
        out = _answer(right, several, equation)
    else:
        once = sorted(label for label, n in counts.items() if n == 1 and label[0] != ".")
        out = (*several, *once)
    if arrow and several and "..." not in right:
        raise ShapeError(f"einsum: {equation!r} has '...' in an operand and none in its answer")
    unknown = [label for label in out if label not in counts and label[0] != "."]
    if unknown or len(set(out)) != len(out):
        raise ShapeError(
            f"einsum: the answer of {equation!r} "
            + (f"has {unknown[0]!r}, which no operand has" if unknown else "has a label twice")
        )
    return operands, out


def _number(label: str) -> int:
    return int(label[1:]) if label else -1


def _labels(term: str, rank: int, equation: str) -> Labels:
    before, dots, after = term.partition("...")
    letters = before + after
    if not letters.isalpha() and letters:
        raise ShapeError(f"einsum: {equation!r} has {term!r}; labels are letters")
    spare = rank - len(letters)
    if spare < 0 or (spare and not dots):
        raise ShapeError(
            f"einsum: {term!r} in {equation!r} is for {len(letters)} axes, the operand has {rank}"
        )
    return (*before, *(f".{n}" for n in range(spare - 1, -1, -1)), *after)


def _answer(right: str, several: Labels, equation: str) -> Labels:
    before, dots, after = right.partition("...")
    if "..." in after or (not (before + after).isalpha() and before + after):
        raise ShapeError(f"einsum: {equation!r} has the answer {right!r}; labels are letters")
    return (*before, *(several if dots else ()), *after)


def _sizes(
    operands: list[Labels], shapes: tuple[tuple[int, ...], ...], equation: str
) -> dict[str, int]:
    """The size of every label; axes of an ellipsis broadcast, others must agree.

    Raises:
        ShapeError: one label, two sizes.
    """
    sizes: dict[str, int] = {}
    for labels, shape in zip(operands, shapes, strict=True):
        for label, size in zip(labels, shape, strict=True):
            known = sizes.get(label, size)
            if known != size and (label[0] != "." or 1 not in (known, size)):
                raise ShapeError(
                    f"einsum: in {equation!r} {label!r} has size {known} and size {size}"
                )
            sizes[label] = known if size == 1 else size
    return sizes


class Plan(NamedTuple):
    """How two operands multiply: turned to (batch, free, summed) and (batch, summed, free).

    Attributes:
        left: the orders of the operands' axes.
        right: likewise.
        batch: how many labels of each kind.
        summed: likewise.
        rows: likewise.
        columns: likewise.
        back: the order that makes the answer of (batch, rows, columns).
    """

    left: tuple[int, ...]
    right: tuple[int, ...]
    batch: int
    summed: int
    rows: int
    columns: int
    back: tuple[int, ...]


def _is_product(first: Labels, second: Labels, out: Labels) -> bool:
    """Whether `a @ b` does it: batch axes first, one axis summed, at most one free axis each."""
    steps = plan(first, second, out)
    orders = (steps.left, steps.right, steps.back)
    return (
        all(order == tuple(range(len(order))) for order in orders)
        and steps.summed == 1
        and steps.rows <= 1
        and steps.columns <= 1
        and (not steps.batch or steps.rows == steps.columns == 1)
    )


@lru_cache(maxsize=1024)
def plan(first: Labels, second: Labels, out: Labels) -> Plan:
    """The plan of a product of two operands whose labels are each in the answer or in both."""
    both = [label for label in first if label in second]
    batch = [label for label in out if label in both]
    summed = [label for label in both if label not in out]
    rows = [label for label in first if label not in both]
    columns = [label for label in second if label not in both]
    made = [*batch, *rows, *columns]
    return Plan(
        tuple(first.index(label) for label in (*batch, *rows, *summed)),
        tuple(second.index(label) for label in (*batch, *summed, *columns)),
        len(batch), len(summed), len(rows), len(columns),
        tuple(made.index(label) for label in out),
    )  # fmt: skip
