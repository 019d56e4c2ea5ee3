"""From a call site, kept as code object and instruction offset, to file, line and the line's text."""

from __future__ import annotations

import linecache
import os
from typing import NamedTuple

from thalweg.core.recording import Site

LONGEST = 100
"""Of longer lines the beginning is shown."""


class Place(NamedTuple):
    """A line of the user's program."""

    file: str
    line: int
    text: str
    function: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        text = self.text if len(self.text) <= LONGEST else f"{self.text[: LONGEST - 1]}…"
        return f"{where} ({text})" if text else where


def place(site: Site | None) -> Place | None:
    """The line of a call site, read only when somebody asks.

    Args:
        site: code object and instruction offset.

    Returns:
        The place, or None where there is none. The file is shown relative to the working folder
        when it lies below it.
    """
    if site is None:
        return None
    code, offset = site
    line = code.co_firstlineno
    for start, end, number in code.co_lines():
        if start <= offset < end and number is not None:
            line = number
            break
    file = code.co_filename
    text = linecache.getline(file, line).strip()
    if os.path.isabs(file):
        relative = os.path.relpath(file)
        file = file if relative.startswith("..") else relative
    return Place(file, line, text, code.co_name)
