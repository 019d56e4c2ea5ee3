"""Mistakes that no test can find, or that none need find: each with its reason, in `reasons.toml`."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("reasons.toml")


@dataclass(frozen=True)
class Reason:
    """Why some mistakes need not be found.

    Attributes:
        where: the place of the mistake; `…` stands for any text.
        change: what became what, likewise.
        because: the reason.
    """

    where: str
    change: str
    because: str

    def covers(self, where: str, change: str) -> bool:
        """Whether a mistake is meant."""
        return _fits(self.where, where) and _fits(self.change, change)


def _fits(pattern: str, text: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("…"))), text) is not None


def reasons() -> list[Reason]:
    """What is written, one entry for each place and change."""
    found: list[Reason] = []
    for entry in tomllib.loads(FILE.read_text(encoding="utf-8")).get("reason", []):
        places = entry["where"] if isinstance(entry["where"], list) else [entry["where"]]
        for where in places:
            found += [Reason(where, change, entry["because"]) for change in entry["changes"]]
    if len({(one.where, one.change) for one in found}) < len(found):
        raise ValueError(f"{FILE.name}: two reasons for one mistake")
    return found
