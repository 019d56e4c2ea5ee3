"""Changelog fragments carry names from which a release can be put together."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "changelog.d"
NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.(?:added|changed|fixed)\.md")


def fragments() -> list[Path]:
    return sorted(f for f in FOLDER.iterdir() if f.name != "README.md")


def test_every_fragment_is_named_and_says_something():
    assert [f.name for f in fragments() if not NAME.fullmatch(f.name)] == []
    assert [f.name for f in fragments() if not f.read_text(encoding="utf-8").strip()] == []


@pytest.mark.parametrize("name", ["tape.md", "tape.new.md", "The Tape.added.md", "tape.added.txt"])
def test_a_wrong_name_is_found(name):
    assert NAME.fullmatch(name) is None
