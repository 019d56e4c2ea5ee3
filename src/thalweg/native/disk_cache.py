"""Where does machine code stay between processes, and is it still what was put there?

One file a module, in a folder of the user's that nobody else can write to. The file's name is the SHA-256
of all that the code was made from, and the file begins with the digest of what follows. Where anything
is in doubt there is no code: the caller compiles, and nobody is told.
"""

from __future__ import annotations

import contextlib
import hashlib
import math
import os
import re
import secrets
import stat
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["LIMIT", "VARIABLE", "clear", "folder", "key_of", "read", "trim", "write"]

VARIABLE = "THALWEG_CACHE"
"""The environment variable that names another folder; "off" keeps nothing."""

LIMIT = 256 << 20
"""All files together take at most so many bytes; those that were used longest ago go first."""

MOST = 4096
"""There are at most so many, so that looking at all of them takes milliseconds."""

LARGEST = 32 << 20
"""A larger file is none of ours."""

TRIMMED_EVERY = 32
"""The folder is measured at a process's first file and at each so many after it."""

HOUR = 3600.0
"""So old a file that is still being written belongs to a process that is gone; so exactly do files know
when they were last used."""

_MAGIC = b"thalweg code 1\r\n"
_DIGEST = hashlib.sha256
_HEAD = len(_MAGIC) + 2 * _DIGEST().digest_size
_KEPT = re.compile(r"[0-9a-f]{64}")
_UNFINISHED = re.compile(r"[0-9a-f]{64}\.[0-9a-f]{16}")
_WRITABLE_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
# Windows has no such flags, no owners in numbers, and no paths relative to an open folder. There a
# folder in the user's profile is the user's own by the profile's access list.
_FLAGS = getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_AT_ONCE = getattr(os, "O_NONBLOCK", 0)  # to open a pipe would wait for somebody to write into it
_IS_POSIX = os.name == "posix"

_written = 0


def folder() -> Path | None:
    """Where code is kept, or None where it is not kept at all; the folder need not be there yet."""
    named = os.environ.get(VARIABLE, "")
    if named:
        return None if named.lower() in ("off", "0", "no", "none") else Path(named).absolute()
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "")
        if not os.path.isabs(base):  # the standard's word: others are to be ignored
            base = os.path.expanduser("~/.cache")
    return Path(base, "thalweg") if os.path.isabs(base) else None


def key_of(*parts: str) -> str:
    """The name of what is made from these texts and nothing else."""
    digest = _DIGEST(_MAGIC)
    for part in parts:
        data = part.encode()
        digest.update(b"%d:" % len(data))
        digest.update(data)
    return digest.hexdigest()


def read(key: str) -> bytes | None:
    """What was kept under a key, or None."""
    try:
        with _opened(create=False) as there:
            found = os.open(there.path(key), os.O_RDONLY | _FLAGS | _AT_ONCE, **there.at)
            try:
                return _content(found, key)
            finally:
                os.close(found)
    except (OSError, ValueError):
        return None


def write(key: str, code: bytes) -> None:
    """Keep code under a key, if that can be done."""
    global _written
    try:
        with _opened(create=True) as there:
            if len(code) <= LARGEST - _HEAD:
                _put(there, key, _MAGIC + bytes.fromhex(key) + _DIGEST(code).digest() + code)
            if _written % TRIMMED_EVERY == 0:
                _trim(there, LIMIT)
            _written += 1
    except (OSError, ValueError):
        return


def trim(limit: int = LIMIT) -> None:
    """Remove files until what is left takes at most so many bytes; used longest ago goes first."""
    with contextlib.suppress(OSError, ValueError), _opened(create=False) as there:
        _trim(there, limit)


def clear() -> None:
    """Remove all that is kept; what is no file of this cache stays."""
    trim(-1)


class _Place:
    """The folder, open: what is done in it stays in it, whatever becomes of its name meanwhile."""

    def __init__(self, path: Path, handle: int | None) -> None:
        self._path, self.handle = path, handle
        self.at: dict[str, Any] = {} if handle is None else {"dir_fd": handle}

    def path(self, name: str) -> str:
        """A file in it, as `at` wants it named."""
        return name if self.at else str(self._path / name)

    def replace(self, source: str, target: str) -> None:
        """Give a file another's name."""
        ends = {} if self.handle is None else {"src_dir_fd": self.handle, "dst_dir_fd": self.handle}
        os.replace(self.path(source), self.path(target), **ends)

    def files(self) -> Iterator[tuple[str, os.stat_result]]:
        """The names of the files of this cache, with what the system knows of them."""
        with os.scandir(self._path if self.handle is None else self.handle) as entries:
            for entry in entries:
                if _KEPT.fullmatch(entry.name) or _UNFINISHED.fullmatch(entry.name):
                    with contextlib.suppress(OSError):  # another process removed it
                        known = os.stat(self.path(entry.name), follow_symlinks=False, **self.at)
                        if stat.S_ISREG(known.st_mode):
                            yield entry.name, known


@contextlib.contextmanager
def _opened(create: bool) -> Iterator[_Place]:
    """The folder, if it is one, is ours, and nobody else can write to it.

    Raises:
        OSError: it is not.
    """
    path = folder()
    if path is None:
        raise FileNotFoundError("nothing is kept")
    if create and not path.is_dir():
        _make(path)
    if not _IS_POSIX:
        if not stat.S_ISDIR(os.lstat(path).st_mode):
            raise NotADirectoryError(path)
        yield _Place(path, None)
        return
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | _FLAGS)
    try:
        _require_own(os.fstat(handle))
        yield _Place(path, handle)
    finally:
        os.close(handle)


def _make(path: Path) -> None:
    """Make the folder, but not as another user in somebody's home: there it would stay foreign to them."""
    above = next(one for one in path.parents if one.is_dir())
    if _IS_POSIX and above.stat().st_uid not in (0, os.geteuid()):
        raise PermissionError("the place is somebody else's")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.mkdir(mode=0o700, exist_ok=True)


def _require_own(known: os.stat_result) -> None:
    if _IS_POSIX and (known.st_uid != os.geteuid() or known.st_mode & _WRITABLE_BY_OTHERS):
        raise PermissionError("somebody else can write to it")


def _content(found: int, key: str) -> bytes | None:
    """The code in an open file, if it is a file of ours and says what it said when it was written."""
    known = os.fstat(found)
    if not stat.S_ISREG(known.st_mode) or not _HEAD <= known.st_size <= LARGEST:
        return None
    _require_own(known)
    data = bytearray()
    while len(data) <= known.st_size:  # one byte more than there should be: it grew
        part = os.read(found, known.st_size + 1 - len(data))
        if not part:
            break
        data += part
    code = bytes(data[_HEAD:])
    if bytes(data[:_HEAD]) != _MAGIC + bytes.fromhex(key) + _DIGEST(code).digest():
        return None
    if _IS_POSIX and time.time() - known.st_mtime > HOUR:
        with contextlib.suppress(OSError):
            os.utime(found)  # it was used now
    return code


def _put(there: _Place, key: str, data: bytes) -> None:
    """Write a file under another name and give it its own when it is whole.

    Nothing waits for the disk itself: a file that a power failure cuts short has a wrong digest.
    """
    name = f"{key}.{secrets.token_hex(8)}"
    path = there.path(name)
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _FLAGS, 0o600, **there.at)
    try:
        try:
            rest = memoryview(data)
            while rest:
                rest = rest[os.write(made, rest) :]
        finally:
            os.close(made)
        there.replace(name, key)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(path, **there.at)
        raise


def _trim(there: _Place, limit: int) -> None:
    """See `trim`. Down to three quarters of a limit, so that not every file brings a walk along."""
    files = list(there.files())
    kept = sorted([(-one.st_mtime, one.st_size, name) for name, one in files if "." not in name])
    # A file that is being written has a moment; after an hour nobody writes it any more.
    old = HOUR if limit >= 0 else -math.inf
    gone = [name for name, one in files if "." in name and time.time() - one.st_mtime > old]
    total = 0
    if len(kept) > MOST or sum([size for _, size, _ in kept]) > limit:
        for count, (_, size, name) in enumerate(kept, 1):
            total += size
            if total > limit * 3 // 4 or count > MOST * 3 // 4:
                gone.append(name)
    for name in gone:
        with contextlib.suppress(OSError):  # another process was quicker
            os.unlink(there.path(name), **there.at)
