"""Which line of a test a mark stands on: `y = x * 2.0  # <- here`."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from typing import Any

from thalweg.tape.explanation import Cause, Explanation


def line_of(program: Callable[..., Any], mark: str = "here") -> int:
    lines, first = inspect.getsourcelines(program)
    found = [at for at, line in enumerate(lines) if line.rstrip().endswith(f"# <- {mark}")]
    assert len(found) == 1, f"{mark} stands on {len(found)} lines"
    return first + found[0]


def assert_told(
    explanation: Explanation,
    cause: Cause | int,
    program: Callable[..., Any],
    mark: str | None = "here",
) -> None:
    """The cause is the one wanted, and the first line named is the marked one of this file."""
    assert explanation.cause == cause, f"{explanation.cause!r}: {explanation.text}"
    assert str(explanation) == explanation.text
    assert 1 <= len(explanation.text.splitlines()) <= 6
    if mark is not None:
        assert explanation.places, explanation.text
        told = explanation.places[0]
        assert told.line == line_of(program, mark), explanation.text
        assert os.path.basename(told.file) == os.path.basename(inspect.getfile(program))
        assert f"{told.file}:{told.line}" in explanation.text
