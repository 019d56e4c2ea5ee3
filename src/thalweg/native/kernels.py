"""What is there to do, one thing after the other, and over which memory? Kernels, as data.

A graph's values come to lie in buffers; a `View` is how a value lies in one. Kernels read views and
write views; where no loop says so itself, `writes` names the fields whose views a kernel changes.
Nothing here knows of LLVM: another back end could read the same kernels.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

__all__ = ["Alone", "Barrier", "Buffer", "Kernels", "Map", "Products", "Put", "Reduction", "Split",
           "Take", "View", "Zeros"]  # fmt: skip


@dataclass(frozen=True)
class Buffer:
    """A stretch of memory.

    Attributes:
        number: by which views name it.
        kind: "input", "output", "constant", "scratch" (each thread has its own) or "shared" (all
            threads have the same).
        size: how many elements.
        dtype: of the elements.
        place: of inputs and outputs: which one.
        value: of a constant: the array.
    """

    number: int
    kind: str
    size: int
    dtype: np.dtype[Any]
    place: int = 0
    value: Any = field(default=None, compare=False)


@dataclass(frozen=True)
class View:
    """How a value lies in a buffer: offset and strides count elements."""

    buffer: int
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True)
class Reduction:
    """What becomes of a node's elements along axes, and where it is written: strides 0 along them.

    Attributes:
        node: whose elements.
        kind: "sum", "product", "max", "min", "all" or "any".
        axes: which axes go.
        out: where the answers are written.
        partial: of long sums of floats: as much memory again, for the sums of a block.
    """

    node: int
    kind: str
    axes: tuple[int, ...]
    out: View
    partial: View | None = None


@dataclass(frozen=True)
class Map:
    """One loop over a shape: read, compute place by place, write and reduce.

    Attributes:
        shape: of the loop.
        reads: views of what is computed elsewhere, by node.
        nodes: what is computed here: number, primitive, inputs, attributes, dtype, in order.
        writes: which nodes are written, and where.
        reductions: which are reduced, and where to.
    """

    shape: tuple[int, ...]
    reads: dict[int, View]
    nodes: list[tuple[int, Any]]
    writes: list[tuple[int, View]]
    reductions: list[Reduction]


@dataclass(frozen=True)
class Products:
    """A stack of matrix products, `(batch, m, k)·(batch, k, n)`.

    Attributes:
        a: the left factors.
        b: the right ones.
        out: where the products go.
        alpha: what they are multiplied by.
        scale: one number more that they are multiplied by.
        accumulate: whether they are added to what is there.
    """

    writes: ClassVar[tuple[str, ...]] = ("out",)

    a: View
    b: View
    out: View
    alpha: float = 1.0
    scale: View | None = None
    accumulate: bool = False


@dataclass(frozen=True)
class Zeros:
    """Zeros all over a buffer."""

    buffer: int


@dataclass(frozen=True)
class Take:
    """Rows of a view, by whole numbers."""

    writes: ClassVar[tuple[str, ...]] = ("out",)

    rows: View
    places: View
    out: View


@dataclass(frozen=True)
class Put:
    """Rows added to a view at whole numbers."""

    writes: ClassVar[tuple[str, ...]] = ("out",)

    rows: View
    places: View
    out: View


@dataclass(frozen=True)
class Split:
    """A kernel of which each thread does a part.

    Attributes:
        step: the kernel, a `Map` or `Products`.
        axis: of its shape; of products: 0 the stack, 1 the rows, 2 the columns, 3 what is summed.
        part: so many places of the axis are each thread's; the last one does what is left, too.
        gathered: whether the threads reduce along the axis: the answers of each lie one after the other.
    """

    step: Any
    axis: int
    part: int
    gathered: bool = False


@dataclass(frozen=True)
class Alone:
    """A kernel that the first thread does; what stands neither so nor in a `Split` all threads do."""

    step: Any


@dataclass(frozen=True)
class Barrier:
    """Here threads wait until all are here."""


@dataclass
class Kernels:
    """All of it: buffers, and kernels in the order in which they run."""

    buffers: list[Buffer]
    steps: list[Any]
    threads: int = 1
