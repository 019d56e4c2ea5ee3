"""The folder of kept machine code that a test has for itself."""

from __future__ import annotations

import pytest

from native.kept_code import Compilations, answer_of
from thalweg.native import disk_cache


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """The folder, not yet there."""
    path = tmp_path / "code"
    monkeypatch.setenv(disk_cache.VARIABLE, str(path))
    return path


@pytest.fixture
def compilations(monkeypatch):
    """How often LLVM was asked."""
    return Compilations(monkeypatch)


@pytest.fixture
def kept(cache, compilations):
    """The one file of a piece of code that answers 7."""
    assert answer_of(7) == 7
    assert compilations.taken() == 1
    (path,) = cache.iterdir()
    return path
