"""The one exception of this room, and the comparison that raises it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import numpy as np


class MismatchError(AssertionError):
    """An op or a function is not what an independent oracle says it is.

    Attributes:
        subject: the op's or the function's name.
        where: which check, on which sample.
        what: what was expected and what came.
    """

    def __init__(self, subject: str, where: str, what: str) -> None:
        super().__init__(f"{subject}: {where}: {what}")
        self.subject = subject
        self.where = where
        self.what = what


class Judge:
    """Compares on behalf of one subject, and remembers the largest error it let pass."""

    def __init__(self, subject: str) -> None:
        self.subject = subject

    def refuse(self, where: str, what: str) -> None:
        """Raise a MismatchError."""
        raise MismatchError(self.subject, where, what)

    @contextlib.contextmanager
    def watching(self, where: str) -> Iterator[None]:
        """Any other exception inside becomes a MismatchError that names the check and the sample."""
        try:
            yield
        except MismatchError:
            raise
        except Exception as error:
            what = f"expected an answer, came {type(error).__name__}: {error}"
            raise MismatchError(self.subject, where, what) from error

    def require(self, holds: Any, where: str, what: str) -> None:
        """Raise a MismatchError unless something holds."""
        if not holds:
            self.refuse(where, what)

    def close(self, where: str, came: Any, expected: Any, tolerance: float) -> None:
        """Two arrays of one shape, equal within a tolerance relative to their largest element.

        NaN is equal to NaN and an infinity to itself; nothing else is close to them.
        """
        came, expected = np.asarray(came), np.asarray(expected)
        if came.shape != expected.shape:
            self.refuse(where, f"expected shape {expected.shape}, came {came.shape}")
        if came.dtype.kind not in "fc":
            self.exact(where, came, expected)
            return
        if not came.size:
            return
        finite = np.abs(expected[np.isfinite(expected)])
        scale = max(1.0, float(finite.max())) if finite.size else 1.0
        self._worst(where, came, expected, tolerance * scale)

    def exact(self, where: str, came: Any, expected: Any, *, signs: bool = False) -> None:
        """Two arrays equal to the last bit; with `signs`, -0.0 is not 0.0."""
        came, expected = np.asarray(came), np.asarray(expected)
        if came.shape != expected.shape:
            self.refuse(where, f"expected shape {expected.shape}, came {came.shape}")
        if came.dtype.kind not in "fc":
            if not np.array_equal(came, expected):
                self.refuse(where, f"expected {expected!r}, came {came!r}")
            return
        self._worst(where, came, expected, 0.0)
        if signs and expected.dtype.kind == "f":
            zeros = (expected == 0) & (np.signbit(came) != np.signbit(expected))
            if zeros.any():
                place = tuple(int(i) for i in np.argwhere(zeros)[0])
                self.refuse(
                    where, f"at {list(place)} expected {expected[place]!r}, came {came[place]!r}"
                )

    def ulps(
        self, where: str, came: Any, expected: Any, most: float, *, beside: float = 0.0
    ) -> None:
        """Equal within units in the last place of what came.

        Args:
            where: which check, on which sample.
            came: the answer, in the dtype whose units count.
            expected: the reference, in a higher precision.
            most: how many units are allowed.
            beside: an element smaller than this is judged by the unit of this: what was added up
                on the way stood as high.
        """
        came, expected = np.asarray(came), np.asarray(expected)
        if came.shape != expected.shape:
            self.refuse(where, f"expected shape {expected.shape}, came {came.shape}")
        if not came.size or came.dtype.kind not in "fc":
            if came.size and not np.array_equal(came, expected):
                self.refuse(where, f"expected {expected!r}, came {came!r}")
            return
        kind = came.real.dtype
        with np.errstate(over="ignore"):
            size = np.maximum(np.abs(expected).astype(kind), kind.type(beside))
            rounded = expected.astype(came.dtype)
        unit = np.spacing(np.where(np.isfinite(size), size, kind.type(1)))
        # What overflows in the lower precision is right when it is that infinity.
        target = np.where(came == rounded, came, expected)
        self._worst(where, came, target, most * unit, f"more than {most:g} units in the last place")

    def _worst(
        self, where: str, came: Any, expected: Any, allowed: Any, words: str | None = None
    ) -> None:
        with np.errstate(all="ignore"):
            error = np.abs(came - expected)
            same = (came == expected) | (np.isnan(came) & np.isnan(expected))
        error = np.where(same, 0, np.where(np.isfinite(error), error, np.inf))
        over = error > allowed
        if not np.any(over):
            return
        excess = np.where(over, error, -1)
        place = np.unravel_index(int(np.argmax(excess)), excess.shape)
        limit = np.broadcast_to(allowed, error.shape)[place]
        at = f"at {[int(i) for i in place]} " if came.ndim else ""
        self.refuse(
            where,
            f"{at}expected {expected[place]!r}, came {came[place]!r} "
            f"(off by {float(error[place]):.3g}, {words or f'allowed {float(limit):.3g}'})",
        )
