"""Machine code that was kept on disk is loaded when it is what was put there, and never otherwise."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from native.kept_code import CODE, KEY, answer_of
from thalweg.native import disk_cache

pytestmark = [
    pytest.mark.filterwarnings("error"),
    pytest.mark.skipif(os.name != "posix", reason="owners, modes and pipes are POSIX's"),
]


def test_what_was_compiled_is_found_again(kept, compilations):
    assert answer_of(7) == 7
    assert compilations.taken() == 0
    assert answer_of(8) == 8
    assert compilations.taken() == 1


def test_folder_and_files_are_the_users_alone(cache):
    before = os.umask(0)
    try:
        disk_cache.write(KEY, CODE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    assert stat.S_IMODE((cache / KEY).stat().st_mode) == 0o600
    assert disk_cache.read(KEY) == CODE


def replaced(path: Path, data: bytes) -> None:
    path.unlink()
    path.write_bytes(data)
    path.chmod(0o600)


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def emptied(path: Path) -> None:
    os.truncate(path, 0)


def grown(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\0")


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-len(data) // 2] ^= 8
    replaced(path, bytes(data))


def made_huge(path: Path) -> None:
    os.truncate(path, disk_cache.LARGEST + 1)


def made_a_link(path: Path) -> None:
    there = path.parent.parent / "elsewhere"
    path.rename(there)
    path.symlink_to(there)


def made_a_dangling_link(path: Path) -> None:
    path.unlink()
    path.symlink_to(path.parent / "nothing")


def made_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path, 0o600)


def made_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def of_another_version(path: Path) -> None:
    replaced(path, path.read_bytes().replace(b"thalweg code 1", b"thalweg code 0"))


def of_another_key(path: Path) -> None:
    data = path.read_bytes()
    disk_cache.write(KEY, CODE)
    other = path.parent / KEY
    replaced(path, other.read_bytes())
    other.unlink()
    assert path.read_bytes() != data


def writable_by_the_group(path: Path) -> None:
    path.chmod(0o620)


def writable_by_all(path: Path) -> None:
    path.chmod(0o602)


DAMAGES = [
    truncated, emptied, grown, flipped, made_huge, made_a_link, made_a_dangling_link, made_a_pipe,
    made_a_folder, of_another_version, of_another_key, writable_by_the_group, writable_by_all,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_file_in_doubt_is_compiled_again_and_mended(kept, compilations, damage):
    damage(kept)
    assert answer_of(7) == 7
    assert compilations.taken() == 1
    assert answer_of(7) == 7
    assert compilations.taken() == (damage is made_a_folder)  # nothing is removed that is not ours
    assert kept.is_dir() if damage is made_a_folder else stat.S_ISREG(kept.lstat().st_mode)


def test_an_unreadable_file_does_no_harm(kept, compilations):
    kept.chmod(0)
    assert answer_of(7) == 7
    assert compilations.taken() == (os.geteuid() != 0)  # root may read it all the same


def test_each_bit_and_each_length_counts(cache):
    disk_cache.write(KEY, CODE)
    path = cache / KEY
    data = path.read_bytes()
    for place in range(len(data)):
        path.write_bytes(data[:place])
        assert disk_cache.read(KEY) is None, place
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << place % 8]) + data[place + 1 :])
        assert disk_cache.read(KEY) is None, place
    path.write_bytes(data)
    assert disk_cache.read(KEY) == CODE


def test_a_foreign_file_is_not_read(kept, compilations, monkeypatch):
    real = os.fstat

    def foreign(handle):
        known = real(handle)
        if not stat.S_ISREG(known.st_mode):
            return known
        return os.stat_result([*known[:4], known.st_uid + 1, *known[5:]])

    monkeypatch.setattr(os, "fstat", foreign)
    assert answer_of(7) == 7
    assert compilations.taken() == 1


@pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root gives files away")
@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_really_belongs_to_another_is_not_read(kept, compilations, what):
    os.chown(kept if what == "file" else kept.parent, 12345, 12345)
    assert answer_of(7) == 7
    assert compilations.taken() == 1


def test_a_foreign_folder_is_neither_read_nor_written(kept, compilations, monkeypatch):
    mine = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: mine + 1)
    assert [answer_of(7), answer_of(8)] == [7, 8]
    assert compilations.taken() == 2
    assert list(kept.parent.iterdir()) == [kept]


def test_no_folder_is_made_in_the_place_of_another_user(cache, monkeypatch):
    os.chown(cache.parent, 12345, -1) if os.geteuid() == 0 else monkeypatch.setattr(
        os, "geteuid", lambda: 12345
    )
    disk_cache.write(KEY, CODE)
    assert not cache.exists()


def test_a_folder_that_others_can_write_to_is_not_used(kept, compilations):
    for mode in (0o720, 0o702, 0o777):
        kept.parent.chmod(mode)
        assert [answer_of(7), answer_of(8)] == [7, 8]
        assert compilations.taken() == 2
        assert list(kept.parent.iterdir()) == [kept]
    kept.parent.chmod(0o755)  # others may look
    assert answer_of(7) == 7
    assert compilations.taken() == 0


def test_a_link_to_a_folder_is_not_followed(kept, compilations):
    there = kept.parent.parent / "elsewhere"
    kept.parent.rename(there)
    kept.parent.symlink_to(there)
    assert [answer_of(7), answer_of(8)] == [7, 8]
    assert compilations.taken() == 2
    assert len(list(there.iterdir())) == 1


@pytest.mark.parametrize("kind", ["file", "pipe", "dangling link"])
def test_something_else_in_the_folders_place(cache, compilations, kind):
    if kind == "file":
        cache.write_text("")
    elif kind == "pipe":
        os.mkfifo(cache)
    else:
        cache.symlink_to(cache.parent / "nothing")
    assert [answer_of(7), answer_of(7)] == [7, 7]
    assert compilations.taken() == 2


def test_a_place_where_nothing_can_be_written(tmp_path, compilations, monkeypatch):
    for place in ("/proc/thalweg", f"{tmp_path}/file/code", f"{tmp_path}/{'x' * 300}"):
        (tmp_path / "file").write_text("")
        monkeypatch.setenv(disk_cache.VARIABLE, place)
        assert answer_of(7) == 7
        assert compilations.taken() == 1


def test_a_folder_that_can_only_be_read_is_read(kept, compilations, monkeypatch):
    real = os.open

    def only_to_read(path, flags, *rest, **named):
        if flags & os.O_CREAT:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS), path)
        return real(path, flags, *rest, **named)

    os.utime(kept, (0, 0))
    monkeypatch.setattr(os, "open", only_to_read)
    monkeypatch.setattr(os, "utime", lambda *_, **__: only_to_read("", os.O_CREAT))
    assert [answer_of(7), answer_of(8)] == [7, 8]
    assert compilations.taken() == 1


@pytest.mark.parametrize("where", ["write", "later write", "close", "replace"])
def test_a_full_disk_leaves_nothing_behind(cache, compilations, monkeypatch, where):
    disk_cache.write(KEY, CODE)
    full, writes = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), []

    def write(handle, data, real=os.write):
        if where == "write" or (where == "later write" and writes):
            raise full
        writes.append(handle)
        return real(handle, data[:100])

    def close(handle, real=os.close):
        real(handle)
        if where == "close" and handle in writes:
            raise full

    def replace(*_, **__):
        raise full

    with monkeypatch.context() as patches:
        patches.setattr(os, "write", write)
        patches.setattr(os, "close", close)
        if where == "replace":
            patches.setattr(os, "replace", replace)
        assert [answer_of(7), answer_of(7)] == [7, 7]
    assert compilations.taken() == 2
    assert [one.name for one in cache.iterdir()] == [KEY]
    assert disk_cache.read(KEY) == CODE


def test_ctrl_c_while_writing_leaves_nothing_behind(cache, monkeypatch):
    def write(handle, data):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "write", write)
    with pytest.raises(KeyboardInterrupt):
        disk_cache.write(KEY, CODE)
    assert list(cache.iterdir()) == []


def test_a_file_that_is_replaced_after_it_was_opened(cache, monkeypatch):
    disk_cache.write(KEY, CODE)
    real = os.open

    def opened(path, flags, *rest, **named):
        found = real(path, flags, *rest, **named)
        if path == KEY:
            (cache / "other").write_bytes(b"something else")
            os.replace(cache / "other", cache / KEY)
        return found

    monkeypatch.setattr(os, "open", opened)
    assert disk_cache.read(KEY) == CODE  # what was opened is what is checked and read
    assert disk_cache.read(KEY) is None


@pytest.mark.parametrize("change", [truncated, grown, flipped, emptied])
def test_a_file_that_changes_after_it_was_looked_at(cache, monkeypatch, change):
    disk_cache.write(KEY, CODE)
    real = os.fstat

    def looked_at(handle):
        known = real(handle)
        if stat.S_ISREG(known.st_mode):
            if change is flipped:
                with (cache / KEY).open("r+b") as file:
                    file.seek(200)
                    file.write(b"\xff")
            else:
                change(cache / KEY)
        return known

    monkeypatch.setattr(os, "fstat", looked_at)
    assert disk_cache.read(KEY) is None


def test_without_posix_paths_do_in_place_of_open_folders(cache, monkeypatch):
    monkeypatch.setattr(disk_cache, "_IS_POSIX", False)
    disk_cache.write(KEY, CODE)
    assert disk_cache.read(KEY) == CODE
    flipped(cache / KEY)
    assert disk_cache.read(KEY) is None
    disk_cache.clear()
    assert list(cache.iterdir()) == []
    cache.rmdir()
    cache.write_text("")
    disk_cache.write(KEY, CODE)
    assert disk_cache.read(KEY) is None
