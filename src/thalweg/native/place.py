"""Where in a matrix does a vector of values stand, and how is its like read from another array?

The lanes of a vector run along a row of the matrix, or along a column where a product is computed
transposed. Whoever adds a bias need not know: it reads the bias at the place, with the strides by
which the bias goes along rows and columns.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from thalweg.native.lanes import Floats, Lanes

__all__ = ["Place"]


@dataclass(frozen=True)
class Place:
    """The place of one vector in a matrix.

    Attributes:
        lanes: the vector's type, and the listing that instructions go to.
        row: the row of the first lane, the name of an i64, to which `rows_on` is still to be added.
        column: the column of the first lane, to which `columns_on` is still to be added.
        present: how many of the lanes stand for elements; the rest hold anything.
        along_columns: whether the lanes run down a column.
        extras: the further pointers that the product's function was given.
    """

    lanes: Lanes
    row: str
    column: str
    rows_on: int
    columns_on: int
    present: int
    along_columns: bool
    extras: tuple[str, ...] = ()

    @property
    def first_row(self) -> str:
        """The row of the first lane, the name of an i64."""
        return self.lanes.listing.value(f"add i64 {self.row}, {self.rows_on}")

    @property
    def first_column(self) -> str:
        """The column of the first lane, the name of an i64."""
        return self.lanes.listing.value(f"add i64 {self.column}, {self.columns_on}")

    def moved(self, across: int, along: int, present: int) -> Place:
        """The place so many vectors' rows further across, and so many elements along the lanes."""
        rows, columns = (along, across) if self.along_columns else (across, along)
        return replace(
            self,
            rows_on=self.rows_on + rows,
            columns_on=self.columns_on + columns,
            present=present,
        )

    def read(self, pointer: str, row_stride: int, column_stride: int) -> Floats:
        """Read the vector of another array of the same float that stands at this place.

        Args:
            pointer: where the array begins.
            row_stride: elements from a row to the next; 0 for what is the same in each row.
            column_stride: elements from a column to the next.
        """
        step = row_stride if self.along_columns else column_stride
        return read(self.lanes, self._at(pointer, row_stride, column_stride), step, self.present)

    def write(self, pointer: str, row_stride: int, column_stride: int, value: Floats) -> None:
        """Write the lanes that stand for elements; see `read`."""
        step = row_stride if self.along_columns else column_stride
        write(self.lanes, self._at(pointer, row_stride, column_stride), step, self.present, value)

    def _at(self, pointer: str, row_stride: int, column_stride: int) -> str:
        listing, kind = self.lanes.listing, scalar(self.lanes)
        for name, stride in ((self.row, row_stride), (self.column, column_stride)):
            if stride and name != "0":
                elements = name if stride == 1 else listing.value(f"mul i64 {name}, {stride}")
                pointer = listing.value(f"getelementptr {kind}, ptr {pointer}, i64 {elements}")
        further = self.rows_on * row_stride + self.columns_on * column_stride
        return shifted(self.lanes, pointer, further)


def scalar(lanes: Lanes) -> str:
    """The type of one lane."""
    return "float" if lanes.bits == 32 else "double"


def shifted(lanes: Lanes, pointer: str, elements: int) -> str:
    """A pointer so many elements further."""
    if not elements:
        return pointer
    return lanes.listing.value(f"getelementptr {scalar(lanes)}, ptr {pointer}, i64 {elements}")


def read(lanes: Lanes, pointer: str, step: int, present: int) -> Floats:
    """Read a vector whose lanes are `step` elements apart; lanes beyond `present` are 0."""
    listing, kind, align = lanes.listing, lanes.float_type, lanes.bits // 8
    if lanes.width == 1 or (step == 1 and present == lanes.width):
        return Floats(lanes, listing.value(f"load {kind}, ptr {pointer}, align {align}"))
    if step == 0:
        return spread(lanes, pointer)
    rest = [("i32", str(align)), (lanes.mask_type, mask(lanes, present))]
    zeros = (kind, "zeroinitializer")
    if step == 1:
        name = f"llvm.masked.load.{lanes.short}.p0"
        return Floats(lanes, listing.call(name, kind, ("ptr", pointer), *rest, zeros))
    name, places = f"llvm.masked.gather.{lanes.short}.v{lanes.width}p0", apart(lanes, pointer, step)
    return Floats(lanes, listing.call(name, kind, places, *rest, zeros))


def write(lanes: Lanes, pointer: str, step: int, present: int, value: Floats) -> None:
    """Write the first `present` lanes, `step` elements apart."""
    listing, kind, align = lanes.listing, lanes.float_type, lanes.bits // 8
    if lanes.width == 1 or (step == 1 and present == lanes.width):
        listing.line(f"store {kind} {value.name}, ptr {pointer}, align {align}")
        return
    one = step == 1
    name = f"llvm.masked.{'store' if one else 'scatter'}.{lanes.short}."
    name += "p0" if one else f"v{lanes.width}p0"
    places = ("ptr", pointer) if one else apart(lanes, pointer, step)
    given = [(kind, value.name), places, ("i32", str(align))]
    given.append((lanes.mask_type, mask(lanes, present)))
    kinds = ", ".join(kind for kind, _ in given)
    listing.module.declare(name, f"declare void @{name}({kinds})")
    listing.line(f"call void @{name}({', '.join(f'{kind} {value}' for kind, value in given)})")


def spread(lanes: Lanes, pointer: str) -> Floats:
    """Read one element into every lane."""
    listing, kind = lanes.listing, scalar(lanes)
    one = listing.value(f"load {kind}, ptr {pointer}, align {lanes.bits // 8}")
    return Floats(lanes, splat(lanes, kind, one))


def splat(lanes: Lanes, kind: str, one: str) -> str:
    """A vector of one scalar in each lane."""
    if lanes.width == 1:
        return one
    many = f"<{lanes.width} x {kind}>"
    alone = lanes.listing.value(f"insertelement {many} poison, {kind} {one}, i64 0")
    lane = f"<{lanes.width} x i32> zeroinitializer"
    return lanes.listing.value(f"shufflevector {many} {alone}, {many} poison, {lane}")


def mask(lanes: Lanes, present: int) -> str:
    """A constant that is true in the first lanes."""
    truths = ("i1 true" if lane < present else "i1 false" for lane in range(lanes.width))
    return f"<{', '.join(truths)}>"


def apart(lanes: Lanes, pointer: str, step: int) -> tuple[str, str]:
    """The type and name of a vector of pointers, `step` elements apart."""
    offsets = ", ".join(f"i64 {lane * step}" for lane in range(lanes.width))
    many = f"<{lanes.width} x i64> <{offsets}>"
    places = f"getelementptr {scalar(lanes)}, ptr {pointer}, {many}"
    return f"<{lanes.width} x ptr>", lanes.listing.value(places)
