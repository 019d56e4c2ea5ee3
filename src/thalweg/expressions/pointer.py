"""A fault shown in its text: the line, and a caret below the place."""

from __future__ import annotations

from thalweg.errors import ExpressionError

__all__ = ["pointer"]


def pointer(error: ExpressionError, width: int = 76) -> str:
    """Returns two lines, the text around the fault and a caret under it; "" where it has no place.

    A long text is cut to a window of `width` columns around the fault. Characters that are not
    plain ASCII are shown as "?", so that the caret stands where it should in every terminal.

    Args:
        error: what was raised.
        width: columns, at least 20.

    Example:
        >>> from thalweg.expressions import parse
        >>> try:
        ...     parse("2*x^2")
        ... except ExpressionError as error:
        ...     print(pointer(error))
        2*x^2
           ^
    """
    if error.position is None or not error.text:
        return ""
    width = max(width, 20)
    place = min(max(error.position, 0), len(error.text))
    start = max(0, min(place - width // 2, len(error.text) + 1 - width))
    window = error.text[start : start + width]
    line = "".join(sign if " " <= sign <= "~" else _stand_in(sign) for sign in window)
    caret = place - start
    if start > 0:
        line = "..." + line[3:]
    if start + width < len(error.text):
        line = line[:-3] + "..."
    return f"{line.rstrip()}\n{' ' * caret}^"


def _stand_in(sign: str) -> str:
    return " " if sign in "\t\r\n" else "?"
