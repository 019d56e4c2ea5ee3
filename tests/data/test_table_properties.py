"""For any bytes a table or a DataError; and what was written reads back to the same bits."""

from __future__ import annotations

import csv
import io
import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from thalweg.data import read_table, table
from thalweg.data.numeral import is_numeral, value_of
from thalweg.errors import DataError

QUICK = settings(
    max_examples=300,
    deadline=None,
    # The folder is shared by the examples of one test; each of them overwrites the one file.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

PIECES = st.one_of(
    st.sampled_from(["1", "-2.5", "1e400", "nan", "inf", "x", "y", "0x1", "1,5", "-", ".", "_"]),
    st.sampled_from(['"', '""', ",", ";", "\t", " ", "\n", "\r\n", "\r", "#"]),
    st.sampled_from(["\0", "\ufeff", "é", "１", "\x1c", "\u2028"]),
)
TEXTS = st.lists(PIECES, max_size=40).map("".join)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "latin-1"])
ENCODED = st.builds(lambda text, code: text.encode(code, "replace"), TEXTS, ENCODINGS)


@QUICK
@given(content=st.one_of(st.binary(max_size=200), ENCODED))
def test_any_bytes_are_a_table_or_a_data_error(tmp_path, content):
    file = tmp_path / "any.csv"
    file.write_bytes(content)
    error = None
    try:
        found = read_table(file)
    except DataError as caught:
        error = caught
    if error is None:
        assert found.rows == len(found.lines) >= 1
        assert set(found.names) == set(found.columns)
        assert {len(values) for values in found.columns.values()} == {found.rows}
    else:
        assert "\n" not in str(error)
        ends = content.count(b"\n") + content.count(b"\r")
        assert error.row is None or 1 <= error.row <= 1 + ends


MATRICES = st.integers(1, 5).flatmap(
    lambda width: st.lists(
        st.lists(st.floats(width=64), min_size=width, max_size=width), min_size=1, max_size=12
    )
)
NAMES = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=6)


@QUICK
@given(rows=MATRICES, delimiter=st.sampled_from([",", ";", "\t", " "]), data=st.data())
def test_a_written_table_reads_back_to_the_same_bits(tmp_path, rows, delimiter, data):
    width = len(rows[0])
    names = data.draw(
        st.none() | st.lists(NAMES, min_size=width, max_size=width, unique=True), "names"
    )
    if names is not None:
        # A name that is a number would make the line data, and a `#` in front a comment.
        names = [f"n{name}" for name in names]
    lines = io.StringIO()
    writer = csv.writer(lines, delimiter=delimiter, lineterminator="\n")
    if names is not None:
        # All names quoted: a delimiter in one, as `a,b` between tabs, is then never taken for one.
        csv.writer(lines, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow(
            names
        )
    writer.writerows([[repr(value) for value in row] for row in rows])
    file = tmp_path / "written.csv"
    file.write_text(lines.getvalue(), encoding="utf-8")
    found = read_table(file)
    if names is not None:
        assert found.names == tuple(names)
    wanted = np.array(rows, np.float64)
    got = np.column_stack([found[name] for name in found.names])
    same = (got.view(np.int64) == wanted.view(np.int64)) | (np.isnan(got) & np.isnan(wanted))
    assert same.all()


@settings(max_examples=500, deadline=None)
@given(
    st.one_of(st.floats(allow_nan=False).map(repr), st.text("0123456789.eE+-_ xinfaty", max_size=8))
)
def test_a_cell_is_what_float_reads_or_refused(cell):
    try:
        value = value_of(cell)
    except ValueError:
        # What is refused although float reads it: underscores, blanks around, and overflow.
        try:
            wide = float(cell)
        except ValueError:
            return
        assert "_" in cell or cell != cell.strip() or (math.isinf(wide) and is_numeral(cell))
    else:
        assert np.float64(value).tobytes() == np.float64(float(cell)).tobytes()


def outcome(file):
    try:
        found = read_table(file)
    except DataError as error:
        return str(error)
    return found.names, found.lines.tolist(), [v.tobytes() for v in found.columns.values()]


@QUICK
@given(
    text=st.lists(
        st.sampled_from(["1,2\n", "3,4\n", " 5 ,\t6\n", "1e400,2\n", "inf,nan\n", "1,2,3\n"])
        | st.sampled_from(["\n", "# c\n", '"1",2\n', "1_0,2\n", "1,\n", "1\x1f,2\n", "x,y\n"]),
        max_size=12,
    ).map("".join)
)
def test_the_quick_way_and_the_careful_way_agree(tmp_path, text):
    file = tmp_path / "both.csv"
    file.write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table, "_BLOCK", 6)  # pieces of about two lines: the quick way is taken
        quick = outcome(file)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(table._Reader, "_read_quickly", lambda *_: False)
        assert outcome(file) == quick
