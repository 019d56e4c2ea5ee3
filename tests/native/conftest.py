"""What tests of machine code share: a folder of kept code for each, and work that is split however small."""

from __future__ import annotations

import pytest

from native.kept_code import Compilations, answer_of
from thalweg.native import compiled, disk_cache, long_work, sharing


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


@pytest.fixture
def however_small(monkeypatch):
    """Kernels are split however few elements they have."""
    monkeypatch.setattr(sharing, "LINE", 1)
    for name in ("LONG_MAP", "LONG_PRODUCT"):
        monkeypatch.setattr(long_work, name, 1)


@pytest.fixture
def share_all(however_small, monkeypatch):
    """Let so many threads share whatever can be shared, in all programs of a test."""

    def among(count):
        for name in ("SHORT", "SHARED_CALL", "SHARED_ROUND"):
            monkeypatch.setattr(compiled, name, 0)
        monkeypatch.setattr(compiled, "A_THREAD", 1)
        monkeypatch.setattr(compiled, "threads", lambda: count)
        return count

    compiled._programs.clear()
    yield among
    compiled._programs.clear()
