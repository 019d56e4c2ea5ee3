"""How is an answer written to standard output: aligned, coloured on a terminal alone, or as JSON."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import Any

import click

from thalweg.cli.print_number import strict

__all__ = ["aligned", "ending", "say", "say_json"]


def say(text: str) -> None:
    """Prints lines."""
    click.echo(text, color=None if _colours() else False)


def say_json(answer: dict[str, Any]) -> None:
    """Prints one object of strict JSON on one line."""
    click.echo(json.dumps(strict(answer), allow_nan=False))


def ending(success: bool, status: str, message: str) -> str:
    """Returns the last line: how it ended, in a word and a sentence.

    Args:
        success: whether it is the good ending.
        status: the word.
        message: the sentence, in Python's words for options; the command's are put in.
    """
    word = status.replace("_", " ")
    told = message.replace("max_steps", "--steps")
    if told.lower().startswith(f"{word} "):
        word, told = told[: len(word)], told[len(word) :]
    else:
        told = f": {told}"
    if _colours():
        word = click.style(word, fg="green" if success else "red", bold=True)
    return word + told


def aligned(rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Returns rows as columns that stand under each other.

    Args:
        rows: texts, as many in each row.
        left: so many columns are aligned at the left, the others at the right.

    >>> print(aligned([["name", "value"], ["x", "12"]]))
    name  value
    x        12
    """
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [
            cell.ljust(width) if k < left else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _colours() -> bool:
    # https://no-color.org: any value that is not empty asks for none.
    plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return sys.stdout.isatty() and not plain
