"""Of which angles does a loop want both the sine and the cosine? They are computed together."""

from __future__ import annotations

from thalweg.native.kernels import Map

__all__ = ["sines_beside_cosines"]


def sines_beside_cosines(kernel: Map) -> dict[int, int]:
    """The sines whose angles' cosines are wanted as well, and the other way round."""
    by_angle: dict[tuple[int, str], int] = {
        (node.inputs[0], node.op): number
        for number, node in kernel.nodes
        if node.op in ("sin", "cos")
    }
    found = {}
    for (angle, op), number in by_angle.items():
        other = by_angle.get((angle, "cos" if op == "sin" else "sin"))
        if other is not None:
            found[number] = other
    return found
