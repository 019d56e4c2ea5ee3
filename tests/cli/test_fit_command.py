"""`thalweg fit`: what it finds in a file, what it prints, with which exit code it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from thalweg.cli.main import run

NIST = Path(__file__).parents[2] / "examples" / "nist"
MISRA = ["fit", str(NIST / "misra1a.csv"), "y = b1*(1 - exp(-b2*x))", "b1=500", "b2=0.0001"]


def printed(words, capsys, code=0):
    assert run(words) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out


def numbers(words, capsys, code=0):
    (line,) = printed([*words, "--json"], capsys, code).splitlines()

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    return json.loads(line, parse_constant=refuse)


@pytest.fixture
def line_file(tmp_path):
    """Points of y = 1 + 2x with a known scatter, under names that a formula cannot write."""
    file = tmp_path / "line.csv"
    file.write_text("Temp (K),watts,error\n0,1.1,0.1\n1,2.9,0.1\n2,5.1,0.2\n3,6.9,0.2\n")
    return str(file)


def test_misra1a_agrees_with_the_certified_values(capsys):
    answer = numbers(MISRA, capsys)
    # NIST StRD, Misra1a: certified parameters, standard deviations and residual sum of squares
    certified = {"b1": 2.3894212918e02, "b2": 5.5015643181e-04}
    deviations = {"b1": 2.7070075241e00, "b2": 7.2668688436e-06}
    assert answer["params"] == pytest.approx(certified, rel=1e-9)
    assert answer["stderr"] == pytest.approx(deviations, rel=1e-8)
    assert answer["chisqr"] == pytest.approx(1.2455138894e-01, rel=1e-9)
    assert (answer["success"], answer["status"], answer["ndata"]) == (True, "converged", 14)
    assert answer["start"] == {"b1": 500.0, "b2": 0.0001}
    assert sum(r * r for r in answer["residual"]) == pytest.approx(1.2455138894e-01, rel=1e-9)
    covariance = np.array(answer["covariance"])
    assert np.sqrt(np.diag(covariance)) == pytest.approx([*deviations.values()], rel=1e-8)
    assert answer["correlation"][0][1] == pytest.approx(
        covariance[0, 1] / np.sqrt(covariance[0, 0] * covariance[1, 1])
    )


def test_the_table_shows_the_certified_digits(capsys):
    told = printed(MISRA, capsys)
    rows = {line.split()[0]: line.split() for line in told.splitlines() if line[:1] == "b"}
    assert rows["b1"] == ["b1", "238.94212918", "2.7070075", "1.13", "%", "500"]
    assert rows["b2"] == ["b2", "0.00055015643181", "7.2668688e-06", "1.32", "%", "0.0001"]
    for word in ("chi-square", "reduced chi-square", "R-squared", "AIC", "BIC", "C(b1, b2)"):
        assert f"\n{word} " in told or f"\n  {word} " in told
    assert told.splitlines()[-1].startswith("Converged in ")


def test_starts_that_are_left_out_are_guessed_and_told(capsys):
    answer = numbers(MISRA[:-1], capsys)
    assert answer["params"]["b2"] == pytest.approx(5.5015643181e-04, rel=1e-9)
    assert answer["guessed"] == ["b2"]
    (row,) = [line for line in printed(MISRA[:-1], capsys).splitlines() if line[:3] == "b2 "]
    assert row.endswith("(guessed)")


def test_the_left_side_may_be_an_expression_of_two_predictors(capsys):
    formula = "log(y) = b1 - b2*x1 * exp(-b3*x2)"
    words = ["fit", str(NIST / "nelson.csv"), formula, "b1=2", "b2=0.0001", "b3=-0.01"]
    certified = {"b1": 2.5906836021, "b2": 5.6177717026e-09, "b3": -5.7701013174e-02}
    assert numbers(words, capsys)["params"] == pytest.approx(certified, rel=1e-8)


def test_columns_by_position_are_told(line_file, tmp_path, capsys):
    bare = tmp_path / "bare.txt"
    bare.write_text("0 1.1\n1 2.9\n2 5.1\n3 6.9\n")
    words = ["fit", line_file, "watts = a + b*x1"]
    by_name = numbers(words, capsys)
    assert by_name["columns"] == {"watts": "watts", "x1": "Temp (K)"}
    assert "x1 is 'Temp (K)'" in printed(words, capsys)
    by_position = numbers(["fit", str(bare), "y = a + b*x"], capsys)
    assert by_position["params"] == pytest.approx(by_name["params"])
    assert by_position["params"] == pytest.approx({"a": 1.06, "b": 1.96})  # by normal equations


def test_a_start_makes_a_position_s_name_a_parameter(line_file, capsys):
    answer = numbers(["fit", line_file, "watts = x1*error", "x1=3"], capsys)
    assert list(answer["params"]) == ["x1"]


@pytest.mark.parametrize("absolute", [False, True])
def test_sigma_weighs_the_rows(line_file, absolute, capsys):
    words = ["fit", line_file, "watts = a + b*x1", "--sigma", "error"]
    answer = numbers([*words, *(["--absolute-sigma"] if absolute else [])], capsys)
    x, y, sigma = np.arange(4.0), np.array([1.1, 2.9, 5.1, 6.9]), np.array([0.1, 0.1, 0.2, 0.2])
    design = np.column_stack([np.ones(4), x]) / sigma[:, None]
    inverse = np.linalg.inv(design.T @ design)
    expected = inverse @ design.T @ (y / sigma)
    rest = y / sigma - design @ expected
    scale = 1.0 if absolute else rest @ rest / 2
    assert [*answer["params"].values()] == pytest.approx(expected)
    assert [*answer["stderr"].values()] == pytest.approx(np.sqrt(np.diag(inverse) * scale))


def test_bounds_hold(line_file, capsys):
    answer = numbers(["fit", line_file, "watts = a + b*x1", "--bounds", "a=2:"], capsys)
    assert answer["params"]["a"] == 2.0
    assert answer["at_bound"] == ["a"]
    assert answer["stderr"]["a"] is None
    told = printed(["fit", line_file, "watts = a + b*x1", "--bounds", "a=2:"], capsys)
    assert "at its bound" in told


def test_level_adds_intervals_by_student_s_t(line_file, capsys):
    from scipy.stats import t

    words = ["fit", line_file, "watts = a + b*x1"]
    answer = numbers(words, capsys)
    told = printed([*words, "--level", "0.9"], capsys)
    (row,) = [line.split() for line in told.splitlines() if line[:2] == "b "]
    reach = t.ppf(0.95, 2) * answer["stderr"]["b"]
    assert float(row[5]) == pytest.approx(answer["params"]["b"] - reach, rel=1e-5)
    assert float(row[6]) == pytest.approx(answer["params"]["b"] + reach, rel=1e-5)
    assert "90 % from" in told
    assert "% from" not in printed(words, capsys)


def test_what_the_data_leave_open_is_named(line_file, capsys):
    words = ["fit", line_file, "watts = a*b*x1 + c", "a=1", "b=1", "c=1"]
    answer = numbers(words, capsys)
    assert answer["stderr"]["a"] is None
    assert answer["params"]["a"] * answer["params"]["b"] == pytest.approx(1.96)
    told = printed(words, capsys)
    assert "not determined by the data\n  a*b is determined" in told
    (row,) = [line.split() for line in told.splitlines() if line[:2] == "a "]
    assert row[2] == "unknown"


def test_a_fit_that_failed_leaves_with_one(capsys):
    words = ["fit", str(NIST / "mgh09.csv"), "y = b1*(x**2 + x*b2)/(x**2 + x*b3 + b4)"]
    words += ["b1=25", "b2=39", "b3=41.5", "b4=39", "--steps", "2"]
    answer = numbers(words, capsys, 1)
    assert (answer["success"], answer["status"]) == (False, "out_of_steps")
    assert printed(words, capsys, 1).splitlines()[-1].startswith("out of steps: ")


def test_the_examples_of_the_help_run(tmp_path, monkeypatch, capsys):
    import shlex

    monkeypatch.chdir(tmp_path)
    saturating = "".join(f"{x},{240 * (1 - np.exp(-5e-4 * x)) + d}\n" for x, d in CURVE)
    (tmp_path / "measurements.csv").write_text("x,y\n" + saturating)
    (tmp_path / "lamp.tsv").write_text("kelvin\twatts\n1000\t1.1\n1500\t4.9\n2000\t16.2\n")
    runs = "".join(f"{k},{k % 3},{1 + k - k % 3 + 0.1 * (-1) ** k},0.1\n" for k in range(8))
    (tmp_path / "runs.csv").write_text("x1,x2,y,error\n" + runs)
    told = printed(["fit", "--help"], capsys)
    examples = [shlex.split(line) for line in told.splitlines() if line[:13] == "  thalweg fit"]
    assert len(examples) == 3
    for words in examples:
        printed(words[1:], capsys)
    assert (tmp_path / "lamp.png").exists()


CURVE = [(100, 0.1), (250, -0.1), (400, 0.05), (550, -0.05), (700, 0.1)]
