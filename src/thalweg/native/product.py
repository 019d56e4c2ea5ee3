"""What is known of a matrix product before it runs: sizes, strides, what becomes of the result."""

from __future__ import annotations

from dataclasses import dataclass, replace

__all__ = ["Product", "Strides", "dense"]

Strides = tuple[int, int]


@dataclass(frozen=True)
class Product:
    """C = alpha·A·B, or C += alpha·A·B, with A of shape (m, k), B of (k, n) and C of (m, n).

    Strides count elements, from a row to the next and from a column to the next. Those of A and B
    may be anything: 0 where rows or columns repeat, negative, padded. Two elements of C never share
    a place, and C does not overlap A or B.

    Attributes:
        m: rows of A and of C.
        n: columns of B and of C.
        k: columns of A, rows of B.
        bits: 32 or 64, the float's width, the same for all three.
        a: strides of A.
        b: strides of B.
        c: strides of C.
        alpha: what the product is multiplied by.
        accumulate: whether it is added to what C holds; if not, C is not read.
    """

    m: int
    n: int
    k: int
    bits: int
    a: Strides
    b: Strides
    c: Strides
    alpha: float = 1.0
    accumulate: bool = False

    def __post_init__(self) -> None:
        if self.bits not in (32, 64):
            raise ValueError(f"a product is of floats of 32 or 64 bits, not of {self.bits}")
        if min(self.m, self.n, self.k) < 0:
            raise ValueError(f"sizes are not negative: m={self.m}, n={self.n}, k={self.k}")
        repeated = (self.m > 1 and not self.c[0]) or (self.n > 1 and not self.c[1])
        if repeated and self.m * self.n:
            raise ValueError(
                f"each element of C needs a place of its own; its strides are {self.c}"
            )

    @property
    def itemsize(self) -> int:
        """Bytes of one element."""
        return self.bits // 8

    def transposed(self) -> Product:
        """The same product as Cᵀ = Bᵀ·Aᵀ."""
        turned = (self.b[::-1], self.a[::-1], self.c[::-1])
        a, b, c = turned
        return replace(self, m=self.n, n=self.m, a=a, b=b, c=c)

    def settled(self) -> Product:
        """The same product with the strides that nothing steps by set to 1, or to 0 along rows."""
        one = {"m": self.m <= 1, "n": self.n <= 1, "k": self.k <= 1}
        a = (0 if one["m"] else self.a[0], 1 if one["k"] else self.a[1])
        b = (0 if one["k"] else self.b[0], 1 if one["n"] else self.b[1])
        c = (0 if one["m"] else self.c[0], 1 if one["n"] else self.c[1])
        return replace(self, a=a, b=b, c=c)


def dense(
    m: int,
    n: int,
    k: int,
    bits: int,
    *,
    transpose_a: bool = False,
    transpose_b: bool = False,
    alpha: float = 1.0,
    accumulate: bool = False,
) -> Product:
    """The product of matrices that lie row by row without gaps.

    Args:
        m: rows of the result.
        n: columns of the result.
        k: how many products make an element.
        bits: 32 or 64.
        transpose_a: whether the first matrix lies there as (k, m).
        transpose_b: whether the second matrix lies there as (n, k).
        alpha: what the product is multiplied by.
        accumulate: whether it is added to what the result holds.

    >>> dense(128, 10, 784, 32, transpose_a=True).a
    (1, 128)
    """
    a = (1, m) if transpose_a else (k, 1)
    b = (1, k) if transpose_b else (n, 1)
    return Product(m, n, k, bits, a, b, (n, 1), alpha, accumulate)
