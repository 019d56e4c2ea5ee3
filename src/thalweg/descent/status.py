"""How a descent ended, in one word: `Status`."""

from __future__ import annotations

from enum import StrEnum

__all__ = ["Status"]


class Status(StrEnum):
    """How a descent ended. Each is also a plain string; only `converged` is success."""

    CONVERGED = "converged"
    """A minimum (a maximum for `maximize`, a root for `find_root`), as far as can be proved."""

    STATIONARY = "stationary"
    """It comes to rest, but not at a minimum: a saddle, a maximum, an inflection, a slope that
    dies out with no minimum near, for `find_root` a lowest |f| that is not zero, with a target a
    point from which f comes no nearer to it."""

    DIVERGED = "diverged"
    """The steps throw it further out each time: the rate is too large."""

    UNBOUNDED = "unbounded"
    """f falls without end while the point runs off: there is no minimum to find."""

    LEFT_DOMAIN = "left_domain"
    """f, or its gradient, is not a number at a point that was tried; the result says where."""

    OUT_OF_STEPS = "out_of_steps"
    """The allowed number of steps was used up while it was still on its way."""

    STOPPED = "stopped"
    """The callback asked for the end."""

    @property
    def success(self) -> bool:
        """Whether this is the one good ending."""
        return self is Status.CONVERGED
