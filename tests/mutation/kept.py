"""What an earlier run has found, so that one that was interrupted goes on where it stopped.

What was found, or was no mistake, is believed again while the function that it was planted in reads as it
did. What the first judge let pass is believed while no row's samples and no check has changed, for they may
have learnt something; what the second let pass, while no test of its has.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import re
from pathlib import Path
from types import FunctionType

from mutation.named_tests import ROOMS
from mutation.planting import TOP, Mistake, rules_of
from mutation.source_of_rules import node_of
from thalweg.core.op import TABLE


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
    function = mistake.function
    line = (
        int(mistake.place.rpartition(":")[2]) - function.__code__.co_firstlineno if function else 0
    )
    told = [mistake.where, mistake.kind, mistake.words, str(line), _text(mistake)]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _text(mistake: Mistake) -> str:
    """The function with the mistake; for one around a rule, all rules of its row."""
    if mistake.function is not None:
        return _shown(mistake.function)
    op = TABLE[mistake.rows[0]]
    return "\n".join(_shown(one) for _, _, one in rules_of(op) if isinstance(one, FunctionType))


@functools.cache
def _shown(function: FunctionType) -> str:
    return ast.dump(node_of(function))


@functools.cache
def _checks() -> str:
    """A mark of what the first judge goes by: the checks, and what rows give them to try."""
    given = [(op.name, op.samples, op.special, op.wrong, op.domain) for op in TABLE.values()]
    told = re.sub(r" at 0x[0-9a-f]+", "", repr(sorted(given, key=lambda one: one[0])))
    return _mark("src/thalweg/testing") + hashlib.sha256(told.encode()).hexdigest()


@functools.cache
def _tests() -> str:
    """A mark of what the second judge goes by."""
    return "".join(_mark(f"tests/{room}") for room in ROOMS)


def _mark(folder: str) -> str:
    files = sorted((TOP / folder).rglob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
