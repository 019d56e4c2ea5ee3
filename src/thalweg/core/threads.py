"""How many threads may compute at once?"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

__all__ = ["MOST", "VARIABLE", "of_this_process", "said", "threads"]

VARIABLE = "THALWEG_NUM_THREADS"
"""The environment variable that says how many, where nobody has said so in the program."""

MOST = 256

_QUOTAS = (
    (Path("/sys/fs/cgroup/cpu.max"), None),
    (Path("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"), Path("/sys/fs/cgroup/cpu/cpu.cfs_period_us")),
)
"""Where Linux says how much time on processors a container has, in both versions of control groups."""


class _Said:
    """What the program has said: 0 leaves it to the system."""

    count = 0


said = _Said()


def threads() -> int:
    """How many threads compute: what was set, else what the variable says, else all that there are."""
    return said.count or of_this_process()


@cache
def of_this_process() -> int:
    """How many threads the environment asks for, or how many processors this process may use."""
    asked = os.environ.get(VARIABLE, "")
    if asked.isdecimal() and int(asked) > 0:
        return min(int(asked), MOST)
    if hasattr(os, "sched_getaffinity"):
        count = len(os.sched_getaffinity(0))
    else:
        count = os.cpu_count() or 1
    return max(1, min(count, _quota(), MOST))


def _quota() -> int:
    """How many whole processors a container's share of time is; many where there is no limit."""
    for limit, period in _QUOTAS:
        try:
            words = limit.read_text().split()
            words += [] if period is None else period.read_text().split()
            if words[0] not in ("max", "-1"):
                return max(1, int(words[0]) // int(words[1]))
        except (OSError, ValueError, IndexError, ZeroDivisionError):
            continue
    return MOST
