"""How do the lanes of a vector become one number?"""

from __future__ import annotations

from thalweg.native.expression import Vector, write
from thalweg.native.lanes import Lanes

__all__ = ["folded"]


def folded(x: Vector, op: str) -> Vector:
    """The lanes brought together by a primitive of two inputs: one half with the other, again and again."""
    while x.lanes.width > 1:
        x = write(op, _halves(x), ())
    return x


def _halves(x: Vector) -> list[Vector]:
    """The first and the second half of a vector's lanes."""
    lanes, half = x.lanes, x.lanes.width // 2
    narrow = Lanes(lanes.listing, lanes.machine, lanes.bits, half)
    found = []
    for start in (0, half):
        if half == 1:
            line = f"extractelement {x.kind} {x.name}, i64 {start}"
        else:
            order = ", ".join(f"i32 {start + lane}" for lane in range(half))
            line = f"shufflevector {x.kind} {x.name}, {x.kind} poison, <{half} x i32> <{order}>"
        found.append(type(x)(narrow, lanes.listing.value(line)))
    return found
