"""What text does a file hold? Proves kind and size first, then reads and decodes."""

from __future__ import annotations

import codecs
import os
import stat
from typing import BinaryIO

from thalweg.errors import DataError

__all__ = ["MAX_BYTES", "read_text", "shown_path"]

#: Larger files are refused before anything is read: a table of float64 needs at most a few times
#: the size of its text, and a table worth fitting is far below this.
MAX_BYTES = 1_000_000_000

# UTF-32 comes before UTF-16, because its little-endian mark begins with UTF-16's.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

# First bytes of files that people hand over by mistake, with what to do about each.
_NOT_TEXT = (
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"%PDF-", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive (an .xlsx or .ods workbook is one): save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "an old Office document (an .xls workbook is one): save it as CSV"),
    (b"\x1f\x8b", "compressed with gzip: unpack it first"),
    (b"\x93NUMPY", "a NumPy .npy file: write it with numpy.savetxt"),
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file: export the table as CSV"),
    (b"\x7fELF", "a program"),
)


def read_text(path: str | os.PathLike[str]) -> str:
    r"""Returns the text of a regular file, decoded, with every line end as `\n`.

    UTF-8 is read with or without its mark (BOM), UTF-16 and UTF-32 with theirs. The size is known
    to be at most `MAX_BYTES` before the bytes are read.

    Args:
        path: the file's name.

    Raises:
        DataError: the file is missing, unreadable, no regular file, too large, or no text.
    """
    file = shown_path(path)
    data = _read_bytes(path, file)
    for start, kind in _NOT_TEXT:
        if data.startswith(start):
            raise DataError(f"not a table in text but {kind}", file)
    encoding = "utf-8"
    mark = b""
    for mark, name in _MARKS:
        if data.startswith(mark):
            encoding = name
            data = data[len(mark) :]
            break
    text = _decode(data, encoding, file)
    nul = text.find("\0")
    if nul >= 0:
        raise DataError(
            "holds a NUL byte, so it is no plain text; if it is UTF-16, save it as UTF-8",
            file,
            row=_row_at(text, nul),
        )
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def shown_path(path: str | os.PathLike[str]) -> str:
    """Returns the file's name as messages show it: as given, escaped where it cannot be printed."""
    name = os.fspath(path)
    return name if name.isprintable() else ascii(name)


def _read_bytes(path: str | os.PathLike[str], file: str) -> bytes:
    try:
        # Asked before opening: opening a pipe would wait for its other end, and opening a device
        # can do things of its own.
        _require_plain(os.stat(path), file)
        with open(path, "rb") as stream:
            return _read_bounded(stream, file)
    except DataError:
        raise
    except FileNotFoundError:
        raise DataError("there is no such file", file) from None
    except PermissionError:
        raise DataError("may not be read: permission denied", file) from None
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}", file) from None
    except ValueError as error:
        # A name with a NUL in it, or one that the file system's encoding cannot write.
        raise DataError(f"is no possible file name: {error}", file) from None


def _require_plain(status: os.stat_result, file: str) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise DataError("is a directory; name one file in it", file)
    if not stat.S_ISREG(status.st_mode):
        raise DataError("is not a regular file; write the data to a file first", file)
    if status.st_size > MAX_BYTES:
        _refuse_size(file)


def _read_bounded(stream: BinaryIO, file: str) -> bytes:
    status = os.fstat(stream.fileno())
    _require_plain(status, file)  # again, of what was really opened
    data = stream.read(status.st_size)
    # A file may grow while it is read, and the system's own tables (/proc) report a size of 0.
    more = stream.read(1 << 16)
    if not more:
        return data
    parts = bytearray(data)
    while more:
        parts += more
        if len(parts) > MAX_BYTES:
            _refuse_size(file)
        more = stream.read(1 << 16)
    return bytes(parts)


def _refuse_size(file: str) -> None:
    raise DataError(
        f"is larger than {MAX_BYTES:,} bytes; thin it out, or load it with NumPy and fit the arrays",
        file,
    )


def _decode(data: bytes, encoding: str, file: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        # A UTF-8 file is ASCII up to its line ends, so that the bytes before the fault can be
        # counted; what stands before it in UTF-16 decodes without fault.
        before = data[: error.start].decode(encoding, "replace")
        raise DataError(
            f"is not {encoding.upper()} text (byte 0x{data[error.start]:02X}); "
            "save it as UTF-8, or check that it is a table at all",
            file,
            row=_row_at(before, len(before)),
        ) from None


def _row_at(text: str, position: int) -> int:
    """Returns the line, counted from 1, that holds a position; any of the three line ends counts."""
    lines = text.count("\n", 0, position)
    returns = text.count("\r", 0, position)
    pairs = text.count("\r\n", 0, position)
    return 1 + lines + returns - pairs
