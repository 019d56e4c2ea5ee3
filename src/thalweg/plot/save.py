"""How does a picture get into a file?"""

from __future__ import annotations

import os

from matplotlib import rc_context
from matplotlib.figure import Figure

__all__ = ["save"]

# Without a date, the same picture is the same file.
_UNDATED: dict[str, dict[str, None]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "png": {},
}


def save(figure: Figure, path: str | os.PathLike[str], kind: str | None = None) -> None:
    """Writes a picture.

    Args:
        figure: the picture.
        path: the file.
        kind: png, svg or pdf; by default the file's ending.

    Raises:
        ValueError: matplotlib knows no such kind.
        OSError: the file cannot be written.

    >>> from thalweg.plot import function
    >>> save(function("x**2", x=(-1, 1)), "parabola.svg")
    """
    kind = kind or os.path.splitext(path)[1].lower().removeprefix(".")
    # A salt of its own keeps the names inside an SVG the same from run to run.
    with rc_context({"svg.hashsalt": "thalweg"}):
        figure.savefig(path, format=kind, metadata=_UNDATED.get(kind))
