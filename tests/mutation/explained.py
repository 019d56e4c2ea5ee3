"""Mistakes that no test can find, or that none need find: each with its reason, in `reasons.toml`."""

from __future__ import annotations

import tomllib
from pathlib import Path

FILE = Path(__file__).with_name("reasons.toml")

Key = tuple[str, str]
"""Where a mistake is, and what became what."""


def reasons() -> dict[Key, str]:
    """The written reason by place and change."""
    found: dict[Key, str] = {}
    for entry in tomllib.loads(FILE.read_text(encoding="utf-8")).get("reason", []):
        places = entry["where"] if isinstance(entry["where"], list) else [entry["where"]]
        for where in places:
            for change in entry["changes"]:
                if (where, change) in found:
                    raise ValueError(f"{FILE.name}: two reasons for {where}: {change}")
                found[where, change] = entry["because"]
    return found
