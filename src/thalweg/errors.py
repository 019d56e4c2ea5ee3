"""The exceptions; each says what came, what was wanted, and what to do.

::

    ThalwegError
    ├── ExpressionError    (ValueError)   a formula in text cannot be read; a caret marks the place
    ├── DataError          (ValueError)   a file of measurements cannot be read; file, row and column
    ├── ShapeError         (ValueError)   shapes do not fit together
    ├── DTypeError         (TypeError)    a dtype that the operation does not take
    ├── MissingRuleError   (LookupError)  an op on the path has no gradient rule
    ├── NumericsError      (FloatingPointError)  a NaN or an infinity where none may be
    ├── GraphError         (ValueError)   a graph, or its text, that says something impossible
    ├── ConditionError     (AssertionError)  an assertion about values does not hold
    └── DescentError       (ValueError)   a descent or a fit was asked for something it cannot do

Every one of them is also the built-in exception in parentheses, so that code written for NumPy or
TensorFlow catches them as it always did.
"""

from __future__ import annotations

__all__ = [
    "ConditionError",
    "DTypeError",
    "DataError",
    "DescentError",
    "ExpressionError",
    "GraphError",
    "MissingRuleError",
    "NumericsError",
    "ShapeError",
    "ThalwegError",
]


class ThalwegError(Exception):
    """The root: `except ThalwegError` catches whatever thalweg itself raises."""


class ExpressionError(ThalwegError, ValueError):
    """A formula in text cannot be read.

    Args:
        reason: what is wrong and what to write instead, one line.
        text: the formula as it came.
        position: offset of the fault in `text`, counted from 0; None where it has no one place.
    """

    def __init__(self, reason: str, text: str = "", position: int | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text
        self.position = position


class DataError(ThalwegError, ValueError):
    """A file cannot be read: names the file, the place and the reason.

    Args:
        reason: what is wrong and what to do, one line.
        file: the file's name as the user gave it.
        row: line of the file, counted from 1; None where no one line is at fault.
        column: column, by name or counted from 1; None likewise.
    """

    def __init__(
        self,
        reason: str,
        file: str = "",
        row: int | None = None,
        column: int | str | None = None,
    ) -> None:
        place = "".join(
            [
                f"{file}: " if file else "",
                f"row {row}" if row is not None else "",
                ", " if row is not None and column is not None else "",
                f"column {column}" if column is not None else "",
                ": " if row is not None or column is not None else "",
            ]
        )
        super().__init__(place + reason)
        self.reason = reason
        self.file = file
        self.row = row
        self.column = column


class ShapeError(ThalwegError, ValueError):
    """Shapes do not fit together."""


class DTypeError(ThalwegError, TypeError):
    """A dtype, or a kind of value, that the operation does not take."""


class MissingRuleError(ThalwegError, LookupError):
    """An op on the path from source to target has no gradient rule."""


class GraphError(ThalwegError, ValueError):
    """A graph, or the text of one, says something that no primitive can do."""


class DescentError(ThalwegError, ValueError):
    """A descent or a fit was asked for something that it cannot do."""


class NumericsError(ThalwegError, FloatingPointError):
    """A NaN or an infinity where none may be."""


class ConditionError(ThalwegError, AssertionError):
    """An assertion about values, made by `tw.debugging`, does not hold."""
