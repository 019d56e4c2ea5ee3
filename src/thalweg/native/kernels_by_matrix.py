"""Which kernels factor and solve matrices? As data, beside `kernels`; all of them work where it lies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from thalweg.native.kernels import View

__all__ = ["Cholesky", "Solve", "Triangular"]


@dataclass(frozen=True)
class Cholesky:
    """The factors in place of matrices, of which the lower triangles are read."""

    writes: ClassVar[tuple[str, ...]] = ("out",)

    out: View


@dataclass(frozen=True)
class Solve:
    """Solutions in place of right sides; the matrices are used up."""

    writes: ClassVar[tuple[str, ...]] = ("matrix", "out")

    matrix: View
    out: View


@dataclass(frozen=True)
class Triangular:
    """Solutions in place of right sides, with one triangle of the matrices, perhaps transposed."""

    writes: ClassVar[tuple[str, ...]] = ("out",)

    matrix: View
    out: View
    lower: bool
    turned: bool
