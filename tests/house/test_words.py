"""The project's texts speak to any reader, on any machine: no paths or hosts of somebody's own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
FOLDERS = (
    ".ci",
    "benchmarks",
    "changelog.d",
    "docs",
    "examples",
    "minimax",
    "pages",
    "src",
    "tests",
)
ENDINGS = {
    ".cfg",
    ".csv",
    ".dat",
    ".ini",
    ".json",
    ".md",
    ".py",
    ".sh",
    ".toml",
    ".tsv",
    ".txt",
    ".yml",
    "",
}

# Each pattern is written so that it does not match its own text.
FORBIDDEN = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(?:work|opt)/",  # folders of one machine
            r"(?<![\w.])/(?:root|home/\w+)/",  # somebody's own folder
            r"(?:pypi|pythonhosted|debian)[.](?:org|net)",  # a registry's host
            r"extra-index[-]url|find[-]links",  # where packages come from is the reader's choice
        ]
    )
)


def faults(text: str) -> list[str]:
    """Return each line, by number, that holds a forbidden word."""
    return [
        f"line {number}: {found.group()}"
        for number, line in enumerate(text.splitlines(), start=1)
        if (found := FORBIDDEN.search(line))
    ]


def texts() -> list[Path]:
    """Return the project's own text files; caches and environments are nobody's text."""
    inside = [f for folder in FOLDERS for f in (TOP / folder).rglob("*")]
    return [
        f
        for f in [*TOP.iterdir(), *inside]
        if f.is_file() and f.suffix in ENDINGS and "__pycache__" not in f.parts
    ]


def test_no_text_holds_a_word_of_one_machine():
    found = {str(f.relative_to(TOP)): faults(f.read_text("utf-8", "replace")) for f in texts()}
    assert {file: lines for file, lines in found.items() if lines} == {}


def test_the_walk_sees_every_kind_of_text():
    seen = {str(f.relative_to(TOP)) for f in texts()}
    assert {".ci/run", "README.md", "pyproject.toml", "src/thalweg/errors.py"} <= seen


@pytest.mark.parametrize(
    "planted",
    ["/{}/main".format("work"), "see /{}/x".format("opt"), "https://{}.org/".format("pypi")],
)
def test_a_planted_word_is_found(planted):
    assert faults(f"fine\n{planted}\n") != []


def test_ordinary_words_pass():
    assert faults("The framework/option in ./work/ and https://www.itl.nist.gov/div898/") == []
