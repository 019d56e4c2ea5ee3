"""Whatever is wrong with what was typed: one line that says where, exit code 2, nothing else."""

from __future__ import annotations

import pytest

from thalweg.cli.main import run

MINIMIZE = [
    ([], "Missing argument"),
    (["foo(x)", "x=1"], "in 'foo(x)', character 4: there is no function foo"),
    (["9**9**9", "x=1"], "too large for a float64"),
    (["", "x=1"], "the formula is empty"),
    (["ｘ＋１", "x=1"], "character 1: U+FF58"),
    (["x^2", "x=1"], "in 'x^2', character 2: '^' is not read; write '**'"),
    (["-" * 100_000 + "x", "x=1"], "at most 10000 are read"),
    (["-" * 9_000 + "x", "x=1"], "nested more than 200 deep"),
    (["1+" * 500_000 + "1", "x=1"], "at most 10000 are read"),
    (["__import__('os')", "x=1"], "in '__import__('os')', character 1"),
    (["x = 2", "x=1"], "character 3: '='"),
    (["x**2"], "x has no start value; add x=1"),
    (["x*y + z", "x=1"], "y and z have no start values; add y=1 z=1"),
    (["x**2", "x=1", "y=2"], "the expression has no y, but x"),
    (["x**2", "x=1", "x=2"], "x has two start values, 1 and 2"),
    (["x**2", "x="], "in 'x=', character 3: the number is missing"),
    (["x**2", "x=abc"], "in 'x=abc', character 3: abc is not a number"),
    (["x**2", "x=1e400"], "1e400 is too large"),
    (["x**2", "x=nan"], "character 3"),
    (["x**2", "5"], "the name is missing"),
    (["3", "x=1"], "there is nothing to vary"),
    (["x**2", "x=1", "--rat", "0.1"], "no option --rat (did you mean --rate?)"),
    (["--", "x**2", "x=1", "--rate", "0.1"], "--rate comes after --, where no options are read"),
    (["x**2", "x=1", "--rat=0.1"], "no option --rat (did you mean --rate?)"),
    (["x**2", "x=1", "--rate"], "--rate"),
    (["x**2", "x=1", "--rate", "abc"], "'--rate': abc is not a number"),
    (["x**2", "x=1", "--method", "gd", "--rate", "-1"], "must be a positive number"),
    (["x**2", "x=1", "--rate", "0.1"], "takes no rate"),
    (["x**2", "x=1", "--method", "sgd"], "'sgd' is not one of 'auto', 'gd'"),
    (["x**2", "x=1", "--steps", "1.5"], "not a valid whole number"),
    (["x**2", "x=1", "--steps", "-1"], "-1 is not in the range"),
    (["x**2", "x=1", "--target", "nan"], "numbers are finite"),
    (["x**2", "x=1", "--bounds", "x"], "write NAME=LOW:HIGH"),
    (["x**2", "x=1", "--bounds", "x=a:2"], "a is not a number"),
    (["x**2", "x=1", "--bounds", "x=2:1"], "(2, 1)"),
    (["x**2", "x=1", "--bounds", "y=0:1"], "'y'"),
    (["x**2", "x=1", "--bounds", "x=0:1", "--bounds", "x=0:2"], "x has bounds already"),
    (["x**2", "x=1", "--plot", "way"], "the ending says which kind"),
    (["x**2", "x=1", "--plot", "way.jpg"], "the ending says which kind"),
    (["x**2", "x=1", "--plot", "missing/way.png"], "its folder does not exist"),
    (["x**2", "x=1", "--plot", "a" * 300 + ".png"], "cannot be written"),
    (["x**2", "x=1", "--plot", "folder.png"], "it is a folder"),
]

FIT = [
    (["-", "y = a*x"], "standard input is not read"),
    ([], "Missing argument 'FILE'"),
    (["lamp.csv"], "Missing argument"),
    (["missing.csv", "y = a*x"], "missing.csv: there is no such file"),
    (["a" * 5_000, "y = a*x"], "aaa"),
    (["folder.png", "y = a*x"], "folder.png: is a directory"),
    (["ragged.csv", "y = a*x"], "ragged.csv: row 3, column y: 1 instead of 2 cells"),
    (["empty.csv", "y = a*x"], "empty.csv: holds no data"),
    (["header.csv", "y = a*x"], "holds a header and no data"),
    (["utf16.csv", "y = a*x"], "utf16.csv: row 1: holds a NUL byte"),
    (["word.csv", "y = a*x"], "row 2, column y"),
    (["nan.csv", "y = a*x"], "nan.csv: row 4, column y: is nan"),
    (["lamp.csv", "a*x"], "in 'a*x', character 4: there is no '='"),
    (["lamp.csv", "y = "], "nothing stands behind the '='"),
    (["lamp.csv", "y = a*x^2"], "in 'y = a*x^2', character 8: '^' is not read"),
    (["lamp.csv", "y = a*foo(x)"], "there is no function foo"),
    (["lamp.csv", "y = a*exp(-b*q)"], "no column stands on the right"),
    (["lamp.csv", "y = 2*x"], "there is nothing to fit"),
    (["lamp.csv", "y = 2"], "there is nothing to fit"),
    (["lamp.csv", "y = a*y"], "y stands on both sides"),
    (["lamp.csv", "z = a*x"], "lamp.csv: there is no column 'z'; the columns are x, y"),
    (["lamp.csv", "y = a*x7"], "no column 'x7'; the columns are x, y and s; if it is a parameter"),
    (["lamp.csv", "y = a*X"], "no column 'X'; the columns are x, y and s; if it is a parameter"),
    (["lamp.csv", "y = a*x", "=5"], "the name is missing"),
    (["lamp.csv", "y = a*x", "a="], "the number is missing"),
    (["lamp.csv", "y = a*x", "b=1"], "the formula has no b; its parameters are a"),
    (["lamp.csv", "y = a*x", "x=1"], "x is a column of lamp.csv, not a parameter"),
    (["lamp.csv", "y = a*x", "a=1", "a=2"], "a has two start values"),
    (["lamp.csv", "y = a*x", "--sigma", "q"], "there is no column 'q'"),
    (["lamp.csv", "y = a*x", "--sigma", "y"], "column 'y' is y in the formula"),
    (["zero.csv", "y = a*x", "--sigma", "s"], "zero.csv: row 3, column s: is 0"),
    (["lamp.csv", "y = a*x", "--level", "2"], "a confidence lies between 0 and 1"),
    (["lamp.csv", "y = a*x", "a=1", "--bounds", "a=5:6"], "lies outside its bounds (5, 6)"),
    (["lamp.csv", "y = a*x", "--bounds", "b=5:6"], "'b', which is no parameter; there are a"),
    (["lamp.csv", "y = a + b*x + c*x**2 + d*x**3"], "3 data cannot determine 4 parameters"),
    (["lamp.csv", "y = a*x", "--steps", "0"], "0 is not in the range"),
    (["lamp.csv", "y = a*x", "--plot", "missing/lamp.png"], "its folder does not exist"),
    (["lamp.csv", "y = a*x", "--quiet"], "there is no option --quiet"),
]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    files = {
        "lamp.csv": b"x,y,s\n1,2,1\n2,4,1\n3,6.5,2\n",
        "ragged.csv": b"x,y\n1,2\n3\n",
        "empty.csv": b"",
        "header.csv": b"x,y\n",
        "utf16.csv": "x,y\n1,2\n".encode("utf-16-le"),
        "word.csv": b"x,y\n1,two\n",
        "nan.csv": b"# a comment\nx,y\n1,2\n3,nan\n4,6\n",
        "zero.csv": b"x,y,s\n1,2,1\n3,4,0\n4,6,1\n",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    (tmp_path / "folder.png").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refused(words, part, folder, capsys):
    before = sorted(folder.iterdir())
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert line.startswith(f"thalweg {words[0]}: ")
    assert part in line
    assert len(line) < 500
    assert sorted(folder.iterdir()) == before


@pytest.mark.parametrize(("words", "part"), MINIMIZE, ids=lambda w: repr(w)[:40])
def test_minimize_says_what_is_wrong_in_one_line(words, part, folder, capsys):
    refused(["minimize", *words], part, folder, capsys)


@pytest.mark.parametrize(("words", "part"), FIT, ids=lambda w: repr(w)[:40])
def test_fit_says_what_is_wrong_in_one_line(words, part, folder, capsys):
    refused(["fit", *words], part, folder, capsys)


@pytest.mark.parametrize("json", [[], ["--json"]])
def test_json_is_no_excuse(json, folder, capsys):
    refused(["minimize", "x^2", "x=1", *json], "'^' is not read", folder, capsys)


@pytest.mark.parametrize("words", [["descend"], ["--verbose"]])
def test_an_unknown_command_or_option(words, capsys):
    assert run(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    (line,) = err.splitlines()
    assert words[0] in line
    assert line.endswith("see thalweg --help")


def test_a_name_that_would_break_the_line_is_shown_on_one(folder, capsys):
    refused(["fit", "no\nsuch\x1b[31m file", "y = a*x"], "no", folder, capsys)


def test_a_fault_nobody_foresaw_is_one_line_too(monkeypatch, capsys):
    import thalweg.descent.minimize as room

    def broken(*_, **__):
        raise RuntimeError("two\nlines")

    monkeypatch.setattr(room, "minimize", broken)
    assert run(["minimize", "x**2", "x=1"]) == 70
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines() == [
        "thalweg minimize: a fault of thalweg itself, RuntimeError: two lines "
        "(THALWEG_TRACEBACK=1 shows where)"
    ]
    monkeypatch.setenv("THALWEG_TRACEBACK", "1")
    with pytest.raises(RuntimeError):
        run(["minimize", "x**2", "x=1"])


def test_an_interrupt_is_one_line_too(monkeypatch, capsys):
    import thalweg.descent.minimize as room

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(room, "minimize", interrupted)
    assert run(["minimize", "x**2", "x=1"]) == 130
    assert capsys.readouterr() == ("", "thalweg minimize: interrupted\n")
