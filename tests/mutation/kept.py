"""What an earlier run has found, so that one that was interrupted goes on where it stopped.

Only what was found, or was no mistake, is believed again, and only while the file of the rule reads as
it did; what nobody found is judged again, for the tests may have learnt something.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

from mutation.planting import TOP, Mistake


class Kept:
    """Outcomes by mistake, in a file of one line each; without a file nothing is kept."""

    def __init__(self, file: Path | None) -> None:
        self.file = file
        self.known: dict[str, tuple[str, str]] = {}
        if file is not None and file.exists():
            for line in file.read_text(encoding="utf-8").splitlines():
                key, what, words = json.loads(line)
                self.known[key] = (what, words)

    def of(self, mistake: Mistake) -> tuple[str, str] | None:
        """What became of a mistake, and the words for it."""
        return self.known.get(_key(mistake))

    def add(self, mistake: Mistake, what: str, words: str) -> None:
        """Note an outcome, at once."""
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as out:
                out.write(json.dumps([_key(mistake), what, words]) + "\n")


def _key(mistake: Mistake) -> str:
    name = mistake.place.rpartition(":")[0]
    told = [mistake.where, mistake.kind, mistake.words, mistake.place, _text(name) if name else ""]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


@functools.cache
def _text(name: str) -> str:
    file = TOP / name
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return hashlib.sha256(text.encode()).hexdigest()
