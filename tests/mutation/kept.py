"""What an earlier run has found, so that one that was interrupted goes on where it stopped.

What was found, or was no mistake, is believed again while the file of the rule reads as it did. What the
first judge let pass is believed while no row and no check has changed, for the checks may have learnt
something.
"""

from __future__ import annotations

import functools
import hashlib
import json
from pathlib import Path

from mutation.named_tests import ROOMS
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

    def passed(self, mistake: Mistake) -> bool:
        """Whether the test of all rows let a mistake pass, as rows and checks stand now."""
        return self.known.get(_key(mistake) + "?") == ("passed", _checks())

    def add_passed(self, mistake: Mistake) -> None:
        """Note that the test of all rows let a mistake pass."""
        self._write(_key(mistake) + "?", "passed", _checks())

    def asked(self, mistake: Mistake) -> bool:
        """Whether no test that names the op finds a mistake, as tests and package stand now."""
        return self.known.get(_key(mistake) + "!") == ("asked", _tests())

    def add_asked(self, mistake: Mistake) -> None:
        """Note that no test that names the op finds a mistake."""
        self._write(_key(mistake) + "!", "asked", _tests())

    def of(self, mistake: Mistake) -> tuple[str, str] | None:
        """What became of a mistake, and the words for it."""
        return self.known.get(_key(mistake))

    def add(self, mistake: Mistake, what: str, words: str) -> None:
        """Note an outcome, at once."""
        self._write(_key(mistake), what, words)

    def _write(self, key: str, what: str, words: str) -> None:
        if self.file is not None:
            with self.file.open("a", encoding="utf-8") as out:
                out.write(json.dumps([key, what, words]) + "\n")


def _key(mistake: Mistake) -> str:
    name = mistake.place.rpartition(":")[0]
    told = [mistake.where, mistake.kind, mistake.words, mistake.place, _text(name) if name else ""]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


@functools.cache
def _text(name: str) -> str:
    file = TOP / name
    text = file.read_text(encoding="utf-8") if file.exists() else ""
    return hashlib.sha256(text.encode()).hexdigest()


@functools.cache
def _checks() -> str:
    """A mark of everything that the first judge depends on."""
    return _mark("src/thalweg")


@functools.cache
def _tests() -> str:
    """A mark of everything that the second judge depends on."""
    return "".join([_checks(), *[_mark(f"tests/{room}") for room in ROOMS]])


def _mark(folder: str) -> str:
    files = sorted((TOP / folder).rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
