"""Kept machine code takes a bounded room in the right folder, or none."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from native.kept_code import CODE, KEY, answer_of
from thalweg.native import disk_cache

pytestmark = pytest.mark.skipif(os.name != "posix", reason="links and modes are POSIX's")


def test_what_is_too_large_is_not_kept(cache, monkeypatch):
    monkeypatch.setattr(disk_cache, "LARGEST", 500)
    disk_cache.write(KEY, CODE)
    assert list(cache.iterdir()) == []


def test_keys_tell_texts_apart():
    assert disk_cache.key_of("ab", "c") != disk_cache.key_of("a", "bc")
    assert disk_cache.key_of("ab", "") != disk_cache.key_of("ab")


def filled(cache, count, size=1000):
    """Files, the first used longest ago."""
    keys = [disk_cache.key_of(str(place)) for place in range(count)]
    for place, key in enumerate(keys):
        disk_cache.write(key, bytes(size))
        ago = time.time() - 100 * (count - place)
        os.utime(cache / key, (ago, ago))
    return keys


def test_what_was_used_longest_ago_goes_first(cache):
    keys = filled(cache, 10)
    size = (cache / keys[0]).stat().st_size
    disk_cache.trim(10 * size)
    assert len(list(cache.iterdir())) == 10
    disk_cache.trim(8 * size)
    assert {one.name for one in cache.iterdir()} == set(keys[4:])  # three quarters of 8


def test_there_are_not_too_many_files(cache, monkeypatch):
    keys = filled(cache, 10)
    monkeypatch.setattr(disk_cache, "MOST", 8)
    disk_cache.trim()
    assert {one.name for one in cache.iterdir()} == set(keys[4:])


def test_to_read_is_to_use(cache):
    disk_cache.write(KEY, CODE)
    os.utime(cache / KEY, (0, 0))
    assert disk_cache.read(KEY) == CODE
    assert time.time() - (cache / KEY).stat().st_mtime < 60


def test_writing_trims_now_and_then(cache, monkeypatch):
    monkeypatch.setattr(disk_cache, "LIMIT", 5000)
    monkeypatch.setattr(disk_cache, "_written", 0)
    filled(cache, 2 * disk_cache.TRIMMED_EVERY + 1)
    assert len(list(cache.iterdir())) <= 5


def test_only_our_own_files_are_removed(cache):
    keys = filled(cache, 2)
    old = cache / f"{KEY}.{'0' * 16}"
    young = cache / f"{KEY}.{'1' * 16}"
    stays = [cache / "README", cache / KEY, cache / disk_cache.key_of("a folder")]
    for path in (old, young, stays[0]):
        path.write_text("")
    stays[1].symlink_to(cache / keys[0])
    stays[2].mkdir()
    os.utime(old, (0, 0))
    disk_cache.trim()
    assert {*cache.iterdir()} == {*stays, young, *(cache / key for key in keys)}
    disk_cache.clear()
    assert {*cache.iterdir()} == {*stays}
    disk_cache.clear()


@pytest.mark.parametrize("word", ["off", "OFF", "0", "no", "none"])
def test_it_can_be_switched_off(kept, compilations, monkeypatch, word):
    monkeypatch.setenv(disk_cache.VARIABLE, word)
    assert disk_cache.folder() is None
    assert [answer_of(7), answer_of(7)] == [7, 7]
    assert compilations.taken() == 2
    disk_cache.clear()
    assert kept.exists()


@pytest.mark.parametrize(
    ("platform", "variables", "wanted"),
    [
        ("linux", {"HOME": "/ann"}, "/ann/.cache/thalweg"),
        ("linux", {"HOME": "/ann", "XDG_CACHE_HOME": "/var/x"}, "/var/x/thalweg"),
        ("linux", {"HOME": "/ann", "XDG_CACHE_HOME": "x"}, "/ann/.cache/thalweg"),
        ("linux", {"HOME": "here"}, None),
        ("darwin", {"HOME": "/ann"}, "/ann/Library/Caches/thalweg"),
        ("win32", {"LOCALAPPDATA": "/c/ann"}, "/c/ann/thalweg"),
        ("win32", {}, None),
    ],
)
def test_where_it_is(monkeypatch, platform, variables, wanted):
    for name in (disk_cache.VARIABLE, "HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.platform", platform)
    assert disk_cache.folder() == (None if wanted is None else Path(wanted))


def test_no_home_at_all(monkeypatch, compilations):
    monkeypatch.delenv(disk_cache.VARIABLE)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as where nobody knows the user
    assert disk_cache.folder() is None
    assert [answer_of(7), answer_of(7)] == [7, 7]
    assert compilations.taken() == 2
