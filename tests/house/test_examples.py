"""Every example in a docstring or on a page runs and prints what it says."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

from house.floors import read_modules

TOP = Path(__file__).parents[2]
MODULES = [m for m in read_modules(TOP / "src" / "thalweg") if not m.endswith("__main__")]
PAGES = [TOP / "README.md", *sorted((TOP / "docs").rglob("*.md"))]
OPTIONS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@pytest.mark.parametrize("module", MODULES)
def test_examples_of_a_module(module, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # an example that writes a file writes it here
    answer = doctest.testmod(importlib.import_module(module), optionflags=OPTIONS)
    assert answer.failed == 0


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_examples_of_a_page(page, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    text = page.read_text(encoding="utf-8").replace("\n```", "\n\n")  # a fence ends the output
    examples = doctest.DocTestParser().get_doctest(text, {}, page.name, str(page), 0)
    assert doctest.DocTestRunner(optionflags=OPTIONS).run(examples).failed == 0


@pytest.mark.parametrize("fence", ["", "python"])
def test_a_page_with_a_wrong_example_is_found(tmp_path, monkeypatch, fence):
    page = tmp_path / "page.md"
    page.write_text(f"```{fence}\n>>> 1 + 1\n3\n```\n")
    with pytest.raises(AssertionError):
        test_examples_of_a_page(page, tmp_path, monkeypatch)
