"""`--plot FILE`: the kind by its ending, written whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys

import pytest

from thalweg.cli.main import run

MAGIC = {"png": b"\x89PNG\r\n\x1a\n", "svg": b"<?xml", "pdf": b"%PDF-"}
BOWL = ["minimize", "(x - 1)**2 + y**2", "x=3", "y=2"]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "line.csv").write_text("x,y\n0,1.1\n1,2.9\n2,5.1\n3,6.9\n")
    return tmp_path


@pytest.mark.parametrize("name", ["way.png", "way.svg", "way.pdf", "WAY.PNG"])
@pytest.mark.parametrize("words", [BOWL, ["fit", "line.csv", "y = a + b*x"]])
def test_the_ending_says_which_kind(words, name, folder, capsys):
    before = {*os.listdir(folder)}
    assert run([*words, "--plot", name]) == 0
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == f"picture: {name}"
    assert err == ""
    assert (folder / name).read_bytes().startswith(MAGIC[name.lower()[-3:]])
    assert {*os.listdir(folder)} - before == {name}


def test_json_stays_alone_on_standard_output(folder, capsys):
    assert run([*BOWL, "--json", "--plot", "way.png"]) == 0
    out, err = capsys.readouterr()
    assert (len(out.splitlines()), out[0], err) == (1, "{", "")
    assert (folder / "way.png").exists()


def test_a_file_that_exists_is_replaced_with_ordinary_rights(folder):
    (folder / "way.svg").write_text("old")
    assert run([*BOWL, "--plot", "way.svg"]) == 0
    first = (folder / "way.svg").read_bytes()
    assert first.startswith(MAGIC["svg"])
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((folder / "way.svg").stat().st_mode) == 0o666 & ~mask
    assert run([*BOWL, "--plot", "way.svg"]) == 0
    assert (folder / "way.svg").read_bytes() == first  # the same work makes the same file


def test_a_link_is_written_through(folder):
    (folder / "shelf").mkdir()
    (folder / "way.png").symlink_to(folder / "shelf" / "real.png")
    assert run([*BOWL, "--plot", "way.png"]) == 0
    assert (folder / "way.png").is_symlink()
    assert (folder / "shelf" / "real.png").read_bytes().startswith(MAGIC["png"])


def test_when_the_work_fails_the_old_file_stays(folder, capsys):
    (folder / "way.png").write_text("old")
    assert run(["fit", "missing.csv", "y = a*x", "--plot", "way.png"]) == 2
    assert (folder / "way.png").read_text() == "old"
    assert sorted(os.listdir(folder)) == ["line.csv", "way.png"]


def test_a_descent_that_failed_is_drawn_too(folder):
    words = ["minimize", "x**3 + 2*x - 3", "x=5", "--target", "0", "--method", "gd", "--rate"]
    assert run([*words, "0.01", "--plot", "way.png"]) == 1
    assert (folder / "way.png").exists()


def test_an_unwritable_folder_is_found_before_the_work(folder, monkeypatch, capsys):
    import thalweg.descent.minimize as room

    def never(*_, **__):
        raise AssertionError("the work had begun")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(room, "minimize", never)
    monkeypatch.setattr(os, "open", refuse)
    assert run([*BOWL, "--plot", "way.png"]) == 2
    assert capsys.readouterr() == (
        "",
        "thalweg minimize: --plot way.png: cannot be written: Permission denied\n",
    )


def test_a_protected_file_and_a_pipe_stay(folder, capsys):
    protected = folder / "kept.png"
    protected.write_text("old")
    protected.chmod(0o444)
    os.mkfifo(folder / "pipe.png")
    for name, reason in [("kept.png", "protected from writing"), ("pipe.png", "no regular file")]:
        assert run([*BOWL, "--plot", name]) == 2
        assert reason in capsys.readouterr().err
    assert protected.read_text() == "old"
    assert stat.S_ISFIFO((folder / "pipe.png").stat().st_mode)


def test_a_file_keeps_its_rights(folder):
    (folder / "mine.svg").write_text("old")
    (folder / "mine.svg").chmod(0o600)
    assert run([*BOWL, "--plot", "mine.svg"]) == 0
    assert stat.S_IMODE((folder / "mine.svg").stat().st_mode) == 0o600


def test_a_backend_that_the_environment_names_is_of_no_account(folder):
    words = [sys.executable, "-m", "thalweg.cli.main", *BOWL, "--plot", "way.png"]
    environment = {**os.environ, "MPLBACKEND": "no such window system"}
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert (folder / "way.png").exists()
