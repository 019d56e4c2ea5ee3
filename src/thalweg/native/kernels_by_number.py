"""Which kernels go by whole numbers, by order, or by what came before? As data, beside `kernels`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.native.kernels import View

__all__ = ["Guard", "Order", "PutExtreme", "Running"]


@dataclass(frozen=True)
class PutExtreme:
    """The largest ("max") or smallest ("min") of rows at whole numbers, and of what is there already."""

    writes: ClassVar[tuple[str, ...]] = ("out",)

    rows: View
    places: View
    out: View
    kind: str


@dataclass(frozen=True)
class Running:
    """What becomes of all elements up to each place of an axis; see `graph.by_number.RUNNING`."""

    writes: ClassVar[tuple[str, ...]] = ("out",)

    x: View
    out: View
    kind: str
    axis: int


@dataclass(frozen=True)
class Order:
    """The places along the last axis in order of size; `spare` is as much memory again."""

    writes: ClassVar[tuple[str, ...]] = ("out", "spare")

    x: View
    out: View
    spare: View


@dataclass(frozen=True)
class Guard:
    """Where a truth value is false, the caller is told to ask Python."""

    writes: ClassVar[tuple[str, ...]] = ()

    truth: View
