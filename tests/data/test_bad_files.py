"""Whatever is wrong with a file is one line that names the file, the row and the column."""

from __future__ import annotations

import os
import sys
import tracemalloc

import pytest

from thalweg.data import file_text, read_table
from thalweg.errors import DataError

PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

CASES = {
    # content: row, column, words of the reason
    "too few": ("x,y,z\n1,2,3\n4,5\n", 3, "z", "2 instead of 3 cells, as the header (row 1)"),
    "too many": ("1,2\n\n3,4,5\n", 3, 3, "3 instead of 2 cells, as the first row (row 1)"),
    "data wider than header": ("# c\nx,y\n1,2,3\n", 3, 3, "the header (row 2) has"),
    "other delimiter": ("x;y\n1,2\n", 2, "y", "1 instead of 2 cells"),
    "missing value": ("x,y\n1,2\n3,\n", 3, "y", "missing"),
    "missing first value": ("x\ty\n\t2\n", 2, "x", "missing"),
    "missing between": ("1,2,3\n1,,3\n", 2, 2, "missing"),
    "missing in the first row": ("1,,3\n1,2,3\n", 1, 2, "missing"),
    "word for missing": ("x,y\n1,NA\n", 2, "y", "leave the row out"),
    "word for missing in the first row": ("1,NA\n2,3\n", 1, 2, "leave the row out"),
    "name beside numbers": ("1,abc\n2,3\n", 1, 2, "no header either"),
    "word": ("x,y\n1,abc\n", 2, "y", "'abc' is not a number"),
    "trailing comment": ("x,y\n1,2 # two\n", 2, "y", "'2 # two' is not a number"),
    "overflow": ("x,y\n1,2\n1e400,4\n", 3, "x", "too large for a float64"),
    "negative overflow": ("1,-1e400\n", 1, 2, "too large for a float64"),
    "hexadecimal": ("x,y\n1,0x10\n", 2, "y", "write it in decimal"),
    "hexadecimal in the first row": ("1,0x10\n2,3\n", 1, 2, "write it in decimal"),
    "underscore": ("x,y\n1_000,2\n", 2, "x", "without the underscores"),
    "underscores in the first row": ("1_000,2_000\n3,4\n", 1, 1, "without the underscores"),
    "full width": ("x,y\n１,2\n", 2, "x", "U+FF11"),
    "full width in the first row": ("１,２\n3,4\n", 1, 1, "U+FF11"),
    "Arabic digits": ("x,y\n٣,2\n", 2, "x", "is not a number"),
    "minus sign": ("x,y\n−1,2\n", 2, "x", "U+2212"),
    "no-break space": ("x,y\n1\xa0,2\n", 2, "x", "U+00A0"),
    "decimal comma": ("x;y\n1,5;2\n", 2, "x", "decimal sign as a point"),
    "decimal commas in the first row": ("1,5;2,5\n3;4\n", 1, 1, "decimal sign as a point"),
    "decimal commas and blanks": ("1,5 2,5\n", 1, 2, "'5 2' is not a number"),
    "thousands": ("x\ty\n1,234,567\t2\n", 2, "x", "without separators"),
    "Fortran": ("x,y\n1d5,2\n", 2, "x", "exponent with e"),
    "two numbers in one cell": ("x,y\n1 2,3\n", 2, "x", "'1 2' is not a number"),
    "control character": ("x,y\n1\x0c,2\n", 2, "x", "is not a number"),
    "unit separator": ("x y\n1\x1f2 3\n", 2, "x", "is not a number"),
    "open quote": ('x,y\n1,"2\n3,4\n', 2, None, "not closed on the same line"),
    "open quote in the header": ('"x,y\n1,2\n', 1, None, "not closed on the same line"),
    "open quote among blanks": ('x y\n1 "2\n', 2, None, "not closed on the same line"),
    "text after a quote": ('x,y\n"1"0,2\n', 2, None, "follows a closed quote"),
    "text after a quote among blanks": ('x y\n"1"0 2\n', 2, None, "follows a closed quote"),
    "nameless column": ("x,,z\n1,2,3\n", 1, 2, "has no name"),
    "header ends in a comma": ("x,y,\n1,2,\n", 1, 3, "end in a delimiter"),
    "name twice": ("a,b,a\n1,2,3\n", 1, 3, "is column 1's already"),
    "name with a control character": ("a\x1b[2J,b\n1,2\n", 1, 1, "cannot be shown"),
    "empty": ("", None, None, "holds no data"),
    "blank": (" \n\n\t\n", None, None, "holds no data"),
    "comments only": ("# a\n# b\n", None, None, "holds no data"),
    "mark only": (b"\xef\xbb\xbf", None, None, "holds no data"),
    "header only": ("\nx,y\n", 2, None, "header and no data"),
    "NUL": (b"x,y\n1,2\n3,\x004\n", 3, None, "NUL"),
    "UTF-16 without mark": ("x,y\n1,2\n".encode("utf-16-le"), 1, None, "UTF-16"),
    "UTF-16 cut short": (b"\xff\xfe" + "x\n1".encode("utf-16-le") + b"2", 2, None, "UTF-16-LE"),
    "Latin-1": ("x,y\r\n1,2\r\n20\xb0,3\r\n".encode("latin-1"), 3, None, "byte 0xB0"),
    "PNG": (PNG, None, None, "a PNG picture"),
    "ZIP": (b"PK\x03\x04rest", None, None, "save the sheet as CSV"),
    "10 MB of digits": (b"x,y\n1," + b"1" * 10_000_000 + b"\n", 2, None, "longer than"),
    "10 MB in the header": (b"a" * 10_000_000 + b",y\n1,2\n", 1, None, "longer than"),
    "10 MB in quotes": (b'x,y\n1,"' + b"a\n" * 5_000_000 + b'"\n', 2, None, "not closed"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_reason_and_the_place(tmp_path, case):
    content, row, column, words = CASES[case]
    file = tmp_path / "bad.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError) as caught:
        read_table(file)
    error = caught.value
    assert (error.row, error.column) == (row, column)
    assert words in error.reason
    assert error.file == str(file)
    assert "\n" not in str(error)
    assert len(error.reason) < 200


def refusal(path):
    with pytest.raises(DataError) as caught:
        read_table(path)
    assert "\n" not in str(caught.value)
    return caught.value.reason


def test_missing_file(tmp_path):
    assert refusal(tmp_path / "none.csv") == "there is no such file"


def test_directory(tmp_path):
    assert refusal(tmp_path) == "is a directory; name one file in it"


def test_a_name_that_no_file_has():
    assert "no possible file name" in refusal("a\0b")
    assert "cannot be read" in refusal("x" * 5000)


def test_a_loop_of_links(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert "cannot be read" in refusal(tmp_path / "a")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refusal(tmp_path / "pipe")


@pytest.mark.skipif(sys.platform == "win32", reason="this system has no /dev")
def test_an_endless_device_is_refused():
    assert "not a regular file" in refusal("/dev/zero")


def test_an_unreadable_file(tmp_path, monkeypatch):
    # The tests may run as a user whom no permission stops, so the system's answer is played.
    file = tmp_path / "t.csv"
    file.write_text("1,2\n")

    def refuse(*_args):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert "permission denied" in refusal(file)


def test_a_file_beyond_the_cap_is_refused_before_it_is_read(tmp_path):
    file = tmp_path / "huge.csv"
    with open(file, "wb") as stream:
        stream.truncate(file_text.MAX_BYTES + 1)  # sparse: it takes no room on the disk
    tracemalloc.start()
    try:
        assert "is larger than 1,000,000,000 bytes" in refusal(file)
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


def test_ten_megabytes_in_one_field_take_bounded_memory(tmp_path):
    file = tmp_path / "field.csv"
    file.write_bytes(b"x,y\n1," + b"1" * 10_000_000 + b"\n")
    tracemalloc.start()
    try:
        assert "longer than 1,000,000 characters" in refusal(file)
        # The bytes, the text and the pieces that it is cut into; no more copies than those.
        assert tracemalloc.get_traced_memory()[1] < 60_000_000
    finally:
        tracemalloc.stop()


def test_a_file_that_grows_while_it_is_read_stays_under_the_cap(tmp_path, monkeypatch):
    # The system reports a smaller size than the file then has, as for its own tables of size 0.
    file = tmp_path / "t.csv"
    file.write_text("1,2\n" * 50_000)
    real = os.fstat

    def small(descriptor):
        status = list(real(descriptor))
        status[6] = 0
        return os.stat_result(status)

    monkeypatch.setattr(os, "fstat", small)
    assert read_table(file).rows == 50_000
    monkeypatch.setattr(file_text, "MAX_BYTES", 100_000)
    monkeypatch.setattr(os, "stat", lambda _path: small(os.open(file, os.O_RDONLY)))
    assert "is larger than" in refusal(file)


def test_a_name_that_cannot_be_printed_is_escaped(tmp_path):
    file = tmp_path / "a\nb.csv"
    with pytest.raises(DataError) as caught:
        read_table(file)
    assert "\n" not in str(caught.value)
    assert "a\\nb.csv" in str(caught.value)
