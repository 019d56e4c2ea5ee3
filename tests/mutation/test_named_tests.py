"""A test that names an op finds a mistake only where it fails by the mistake, and by nothing else."""

from __future__ import annotations

import contextlib
from types import SimpleNamespace

import numpy as np
import pytest

import thalweg  # noqa: F401 # reading it fills the table
from mutation import named_tests
from mutation.named_tests import Named
from mutation.planting import mistakes_of
from thalweg.core.op import TABLE

MISTAKE = next(one for one in mistakes_of(TABLE["square"]) if one.function is not None)
ITEM = SimpleNamespace(nodeid="test_of.py::square")
CALLED_TWICE = [True, True]
"""A test is run twice with nothing planted before it is asked anything."""


def judged(monkeypatch, answers, *, comes_to_it=True, seconds=60.0):
    """What is said of the mistake by one test that gives these answers, one each time it runs."""
    left = iter(answers)

    def passes(item):
        if comes_to_it:
            with contextlib.suppress(Exception):
                MISTAKE.function(np.float64(1.0), np.float64(2.0))
        return next(left)

    monkeypatch.setattr(named_tests, "passes", passes)
    before = MISTAKE.function.__code__
    found = Named([ITEM]).fault(MISTAKE, seconds)
    assert MISTAKE.function.__code__ is before
    assert list(left) == []
    return found


def test_it_fails_with_it_passes_without_it_and_fails_with_it_again(monkeypatch):
    assert judged(monkeypatch, [*CALLED_TWICE, False, True, False]) == ITEM.nodeid


@pytest.mark.parametrize(
    "answers",
    [
        [*CALLED_TWICE, True], [True, False], [*CALLED_TWICE, False, False],
        [*CALLED_TWICE, False, True, True],
    ],
)  # fmt: skip
def test_what_passes_with_it_or_fails_by_itself_finds_nothing(monkeypatch, answers):
    assert judged(monkeypatch, answers) == ""


def test_what_never_comes_to_the_function_is_not_asked(monkeypatch):
    assert judged(monkeypatch, CALLED_TWICE, comes_to_it=False) == ""


def test_what_takes_too_long_is_not_asked(monkeypatch):
    assert judged(monkeypatch, CALLED_TWICE, seconds=-1.0) == ""


def test_generators_draw_again_what_they_drew_first():
    module = SimpleNamespace(__name__="a file", RNG=np.random.default_rng(5))
    named_tests._draw_again(module)
    first = module.RNG.normal()
    assert module.RNG.normal() != first
    named_tests._draw_again(module)
    assert module.RNG.normal() == first
