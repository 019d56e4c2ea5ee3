"""The forms of a table that are read, and what comes out of each."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from thalweg.data import read_table
from thalweg.errors import DataError


@pytest.fixture
def read(tmp_path):
    def write_and_read(content):
        file = tmp_path / "table.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_table(file)

    return write_and_read


def contents(table):
    return {name: values.tolist() for name, values in table.columns.items()}


@pytest.mark.parametrize(
    "text",
    [
        "x,y\n1,2\n3,4\n",
        "x,y\n1,2\n3,4",
        "x\ty\n1\t2\n3\t4\n",
        "x;y\n1;2\n3;4\n",
        "x y\n1 2\n3 4\n",
        "  x   y \n 1     2\n3 \t 4 \n",
        "x, y\n1, 2\n3 ,4 \n",
        "x,y\r\n1,2\r\n3,4\r\n",
        "x,y\r1,2\r3,4\r",
        "# a comment, with commas\n\nx,y\n  # another\n1,2\n   \n3,4\n\n\n",
        '"x","y"\n"1",2\n3, "4"\n',
        '"x" y\n1 "2"\n3 4\n',
        "x,y\n+1e0,2.\n.3E+1,4.0e-0\n",
        b"\xef\xbb\xbfx,y\n1,2\n3,4\n",
        "x,y\n1,2\n3,4\n".encode("utf-16"),
        b"\xfe\xff" + "x,y\r\n1,2\r\n3,4\r\n".encode("utf-16-be"),
        "x,y\n1,2\n3,4\n".encode("utf-32"),
        "1,2\n3,4\n",
        "1 2\n3 4\n",
    ],
)
def test_the_same_table_in_many_forms(read, text):
    table = read(text)
    assert table.names == ("x", "y")
    assert contents(table) == {"x": [1, 3], "y": [2, 4]}
    assert table.rows == 2


def test_columns_are_read_only_float64(read):
    table = read("1,2\n3,4\n")
    assert all(v.dtype == np.float64 and v.ndim == 1 for v in table.columns.values())
    with pytest.raises(ValueError, match="read-only"):
        table["x"][0] = 7


def test_lines_are_the_files_own(read):
    table = read("# c\nx,y\n\n1,2\n# c\n3,4\n")
    assert table.lines.tolist() == [4, 6]


def test_nan_and_infinities_are_values(read):
    table = read("nan,inf\n-NaN,-Infinity\n1,2\n")
    assert np.isnan(table["x"]).tolist() == [True, True, False]
    assert table["y"].tolist() == [math.inf, -math.inf, 2]


def test_too_small_rounds_to_zero_and_the_largest_stays(read):
    table = read("1e-400,1.7976931348623157e308\n5e-324,-0.0\n")
    assert table["x"].tolist() == [0, 5e-324]
    assert table["y"][0] == np.finfo(np.float64).max
    assert math.copysign(1, table["y"][1]) == -1


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("5\n6\n", ("y",)),
        ("5,6\n", ("x", "y")),
        ("5,6,7\n", ("x1", "x2", "y")),
        ("5 6 7 8\n", ("x1", "x2", "x3", "y")),
    ],
)
def test_without_header_columns_are_named_by_position(read, text, names):
    table = read(text)
    assert table.names == names
    assert [table[name][0] for name in names] == list(range(5, 5 + len(names)))


def test_one_predictor_is_x_and_x1(read):
    table = read("5,6\n")
    assert table["x1"] is table["x"]
    assert table.resolve("x1") == "x"
    assert "x1" in table


def test_two_predictors_have_no_x(read):
    table = read("5,6,7\n")
    assert "x" not in table
    with pytest.raises(DataError, match="the columns are x1, x2, y"):
        table["x"]


def test_a_single_column_has_no_x(read):
    with pytest.raises(DataError, match="the only column is y"):
        read("5\n6\n")["x"]


def test_names_that_a_formula_cannot_write_are_reached_by_position(read):
    table = read("Temp (C),Yield (%)\n20,1\n30,2\n")
    assert table.names == ("Temp (C)", "Yield (%)")
    assert table["x"].tolist() == table["x1"].tolist() == table["Temp (C)"].tolist() == [20, 30]
    assert table["y"].tolist() == [1, 2]
    with pytest.raises(DataError, match=r"no column 'T'.*Temp \(C\) \(also x1, x\), Yield \(%\)"):
        table["T"]


def test_a_column_called_y_is_y_wherever_it_stands(read):
    table = read("y,Temp (C),time\n1,20,300\n")
    assert table["y"] == 1
    assert table["x1"] == 20
    assert "x2" not in table  # `time` can be written, and this header names by name


def test_plain_names_are_reached_by_position_too(read):
    table = read("time,volume\n1,2\n")
    assert (table["x"], table["x1"], table["y"]) == (1, 1, 2)


def test_a_header_of_x_and_y_leaves_x1_free(read):
    assert "x1" not in read("x,y\n1,2\n")
    assert "x" not in read("x1,x2,y\n1,2,3\n")


def test_own_names_go_before_positions(read):
    table = read("x2,x1,y\n1,2,3\n")
    assert (table["x1"], table["x2"]) == (2, 1)


def test_a_name_of_several_words_over_one_column(read):
    assert read("Temp (C)\n1\n2\n").names == ("Temp (C)",)


@pytest.mark.parametrize(
    ("header", "names"),
    [
        ('"a,b",c', ("a,b", "c")),
        ('"say ""x""",c', ('say "x"', "c")),
        ('5" pipe,c', ('5" pipe', "c")),
        ("Größe,c", ("Größe", "c")),
        ("1st,2nd", ("1st", "2nd")),
    ],
)
def test_names_of_all_kinds(read, header, names):
    table = read(f"{header}\n1,2\n")
    assert table.names == names
    assert [table[name][0] for name in names] == [1, 2]


def test_names_are_stripped(read):
    assert read("  a  ,\tb \n1,2\n".replace("\t", "  ")).names == ("a", "b")


def test_many_rows_with_comments_between_keep_their_lines(read):
    # Longer than one piece of the text, and with lines of both kinds in the pieces after the first.
    text = "x,y\n" + "".join(
        f"{i},{i}.5\n" if i % 50_000 else f"# note\n{i},{i}.5\n" for i in range(200_000)
    )
    table = read(text)
    count = np.arange(200_000)
    assert (table["x"] == count).all()
    assert (table["y"] == count + 0.5).all()
    assert (table.lines == 3 + count + count // 50_000).all()


def test_a_fault_after_many_rows_has_its_line(read):
    with pytest.raises(DataError) as caught:
        read("x,y\n" + "1,2\n" * 400_000 + "1,1e999\n")
    assert (caught.value.row, caught.value.column) == (400_002, "y")


def test_a_path_may_be_text_or_a_path(tmp_path):
    file = tmp_path / "t.csv"
    file.write_text("1,2\n")
    assert read_table(str(file)).file == read_table(Path(file)).file == str(file)
