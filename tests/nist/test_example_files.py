"""The example CSV files say, digit for digit, what NIST's own files say."""

from __future__ import annotations

import pytest

from nist.problems import CSV_FOLDER, DAT_FOLDER, all_problems, example_problems

EXAMPLES = example_problems()
EACH = pytest.mark.parametrize("problem", EXAMPLES, ids=lambda problem: problem.name)


def dat_lines(problem):
    return (DAT_FOLDER / f"{problem.name}.dat").read_text("ascii").splitlines()


def csv_lines(problem):
    return (CSV_FOLDER / f"{problem.name.lower()}.csv").read_text("ascii").splitlines()


def test_the_nine_are_here():
    names = " ".join(problem.name for problem in EXAMPLES)
    assert names == "Chwirut2 DanWood Gauss1 Kirby2 MGH09 Misra1a Misra1c Nelson Thurber"


@EACH
def test_measurements_are_the_same_characters(problem):
    theirs = [line.split() for line in dat_lines(problem)[60:] if line.strip()]
    ours = [line.split(",") for line in csv_lines(problem) if not line.startswith("#")]
    assert ours == [dat_lines(problem)[59].split()[1:], *theirs]


@EACH
def test_starts_and_certified_values_are_the_same_characters(problem):
    words = {word for line in dat_lines(problem)[39:60] for word in line.split()}
    head = [line for line in csv_lines(problem) if line.startswith(("# Start", "# Certified"))]
    said = [word.rpartition("=")[2] for line in head for word in line.rpartition(": ")[2].split()]
    assert len(said) == 4 * len(problem.certified) + 2
    assert set(said) <= words


@EACH
def test_both_readers_agree(problem):
    other = next(p for p in all_problems() if p.name == problem.name)
    assert problem.table.names == other.table.names
    assert all((problem.table[n] == other.table[n]).all() for n in problem.table.names)
    for field in ("level", "formula", "starts", "certified", "stderr", "rss", "rsd", "dof"):
        assert getattr(problem, field) == getattr(other, field), field


def test_the_readme_lists_every_file_with_its_rows_and_parameters():
    readme = (CSV_FOLDER / "README.md").read_text("utf-8")
    for problem in EXAMPLES:
        (line,) = [li for li in readme.splitlines() if f"`{problem.name.lower()}.csv`" in li[:20]]
        said = [cell.strip() for cell in line.strip("|").split("|")]
        assert said[2:] == [
            str(len(problem.certified)),
            str(problem.table.rows),
            problem.level.lower(),
        ]
