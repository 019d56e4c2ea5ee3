"""What becomes of a product's sums: scaled, added to what is there, changed once more, stored?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from thalweg.native.lanes import Floats
from thalweg.native.place import Place, spread
from thalweg.native.product import Product

__all__ = ["ADD", "FINISH", "START", "Ending", "Epilogue"]

# Where k is cut into blocks, a block's sums are stored, or added to what C holds, and only the last
# block's go through the epilogue. The numbers are flags.
START, ADD, FINISH = 0, 1, 2

Epilogue = Callable[[Floats, Place], Floats]


@dataclass(frozen=True)
class Ending:
    """What is done with sums beside what the product itself says.

    Attributes:
        epilogue: writes what becomes of each element at last; it is given a vector of elements, after
            scaling and accumulation, and their place, and returns the vector that is stored. It may
            read and write what the extras point at, but not C.
        extras: how many further pointers the product's function takes; the place carries them.
        scale: which of the extras points at one float that the product is multiplied by, beside
            alpha, such as a learning rate that changes; None if none does.
    """

    epilogue: Epilogue | None = None
    extras: int = 0
    scale: int | None = None

    @property
    def finish(self) -> int:
        """The flag of a last block: FINISH where it differs from the others."""
        return FINISH if self.epilogue else 0

    @property
    def kinds(self) -> list[str]:
        """The types of the extras."""
        return ["ptr"] * self.extras

    def scaled(self, product: Product, place: Place, sums: list[Floats]) -> list[Floats]:
        """The sums times alpha and the scale."""
        if self.scale is not None:
            factor = spread(place.lanes, place.extras[self.scale])
            if product.alpha != 1.0:
                factor = factor * product.alpha
            return [one * factor for one in sums]
        return [one * product.alpha for one in sums] if product.alpha != 1.0 else sums

    def store(self, product: Product, place: Place, value: Floats, stage: int) -> None:
        """Write instructions that end a vector of scaled sums at its place in C, which is %x0."""
        strides = product.c[::-1] if place.along_columns else product.c
        if stage & ADD:
            value = place.read("%x0", *strides) + value
        if stage & FINISH and self.epilogue is not None:
            value = self.epilogue(value, place)
        place.write("%x0", *strides, value)
