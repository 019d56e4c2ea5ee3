"""How does a fault look on one line, and where does it point?"""

from __future__ import annotations

import sys

import click

from thalweg.errors import ExpressionError

__all__ = ["complain", "one_line"]

_LONGEST = 400  # characters of a line; what is longer is cut in its middle
_SHOWN = 40  # characters of a formula that is quoted whole


def one_line(error: BaseException) -> str:
    r"""Returns what an exception says on one line of printable characters.

    An expression's fault is told with the formula and the character, counted from 1.

    >>> from thalweg.expressions import parse
    >>> try:
    ...     parse("2*x^2")
    ... except ExpressionError as error:
    ...     print(one_line(error).split(":")[0])
    in '2*x^2', character 4
    >>> one_line(ValueError("a\nb"))
    'a b'
    """
    if isinstance(error, click.UsageError) and error.ctx is not None:
        text = f"{error.format_message().rstrip('.')}; see {error.ctx.command_path} --help"
    elif isinstance(error, click.ClickException):
        text = error.format_message()
    elif isinstance(error, ExpressionError):
        text = _place(error) + error.reason
    elif isinstance(error, OSError) and error.strerror:
        where = f"{error.filename}: " if error.filename else ""
        text = f"{where}{error.strerror}"
    else:
        text = str(error) or type(error).__name__
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    line = " ".join(printable.split())
    if len(line) > _LONGEST:
        half = (_LONGEST - 5) // 2
        line = f"{line[:half]} ... {line[-half:]}"
    return line


def complain(name: str, error: BaseException) -> None:
    """Writes a fault to standard error: one line, and on a terminal the formula with a caret.

    Args:
        name: the command, which stands before the fault.
        error: what was raised.
    """
    print(f"{name}: {one_line(error)}", file=sys.stderr)
    if isinstance(error, ExpressionError) and sys.stderr.isatty():
        from thalweg.expressions import pointer

        picture = pointer(error)
        if picture:
            print("\n".join("    " + line for line in picture.split("\n")), file=sys.stderr)


def _place(error: ExpressionError) -> str:
    if not error.text.strip():
        return ""
    short = len(error.text) <= _SHOWN and error.text.isascii() and error.text.isprintable()
    what = f"in '{error.text}'" if short else "in the formula"
    at = f", character {error.position + 1}" if error.position is not None else ""
    return f"{what}{at}: "
