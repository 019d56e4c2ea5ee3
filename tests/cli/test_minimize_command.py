"""`thalweg minimize`: what it finds, what it prints, with which exit code it leaves."""

from __future__ import annotations

import json
import math

import pytest

from thalweg.cli.main import run
from thalweg.cli.minimize import METHODS

CUBIC = ["minimize", "x**3 + 2*x - 3", "x=5", "--target", "0"]


def printed(words, capsys, code=0):
    assert run(words) == code
    out, err = capsys.readouterr()
    assert err == ""
    return out


def numbers(words, capsys, code=0):
    out = printed([*words, "--json"], capsys, code)
    (line,) = out.splitlines()

    def refuse(word):
        raise AssertionError(f"{word} is no JSON")

    return json.loads(line, parse_constant=refuse)


def test_methods_are_those_of_the_descents():
    from thalweg.descent.solve import METHODS as known

    assert known == METHODS


def test_n4_3_by_itself_reaches_one_to_the_last_bit(capsys):
    answer = numbers(CUBIC, capsys)
    assert answer["x"] == {"x": 1.0}
    assert (answer["value"], answer["status"], answer["success"]) == (0.0, "converged", True)
    assert "\nx                1\n" in printed(CUBIC, capsys)


def test_n4_3_at_the_rate_of_the_note_diverges_and_says_which_would_have_held(capsys):
    words = [*CUBIC, "--method", "gd", "--rate", "0.01"]
    answer = numbers(words, capsys, 1)
    assert (answer["status"], answer["success"], answer["rate"]) == ("diverged", False, 0.01)
    # d²/dx² (x³ + 2x − 3)² = 30x⁴ + 48x² − 36x + 8, and 2/curvature at 5
    assert answer["rate_limit"] == pytest.approx(2 / 19_778)
    told = printed(words, capsys, 1)
    assert "would hold       a rate below 0.0001011\n" in told
    assert told.splitlines()[-1].startswith("diverged: ")
    held = [*CUBIC, "--method", "gd", "--rate", "1.0e-4"]
    assert numbers(held, capsys)["x"]["x"] == pytest.approx(1, abs=1e-7)


def test_n4_4_finds_where_the_product_is_zero(capsys):
    expression = "sin(x**2/2 - y**2/4 + 3)*cos(2*x + 1 - exp(y))"
    words = ["minimize", expression, "x=0.5", "y=0.2", "--target", "0"]
    for more in ([], ["--method", "gd", "--rate", "0.02", "--steps", "10000"]):
        x, y = numbers([*words, *more], capsys)["x"].values()
        f = math.sin(x**2 / 2 - y**2 / 4 + 3) * math.cos(2 * x + 1 - math.exp(y))
        assert abs(f) < 1e-6


def test_words_and_options_come_in_any_order(capsys):
    words = ["minimize", "--method", "newton", "(x - y)**2 + (y + 2)**2", "y=-3", "--json", "x=-3"]
    assert run(words) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["x"] == pytest.approx({"x": -2.0, "y": -2.0})
    assert answer["method"] == "newton"


def test_an_expression_may_begin_with_a_minus(capsys):
    answer = numbers(["minimize", "-x*exp(-x)", "x=pi/4"], capsys)
    assert answer["x"]["x"] == pytest.approx(1)
    assert answer["fun"] == pytest.approx(-math.exp(-1))


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["x", "x=1"], "unbounded"),
        (["x**2 - y**2", "x=1", "y=0", "--method", "gd", "--rate", "0.1"], "stationary"),
        (["log(x)", "x=-1"], "left_domain"),
        (["x**4", "x=1", "--method", "gd", "--rate", "1e-6", "--steps", "3"], "out_of_steps"),
    ],
)
def test_a_descent_that_failed_says_its_status_and_leaves_with_one(words, status, capsys):
    answer = numbers(["minimize", *words], capsys, 1)
    assert (answer["status"], answer["success"]) == (status, False)
    told = printed(["minimize", *words], capsys, 1).splitlines()[-1]
    assert told.startswith(status.replace("_", " "))
    assert "max_steps" not in told


def test_what_is_not_finite_is_null(capsys):
    answer = numbers(["minimize", "log(x)", "x=-1"], capsys, 1)
    assert answer["fun"] is None


def test_bounds_and_restarts(capsys):
    words = ["minimize", "x**4 - 3*x**2 + x", "x=1", "--bounds", "x=-3:3"]
    near = numbers(words, capsys)
    far = numbers([*words, "--restarts", "8", "--seed", "1"], capsys)
    assert near["x"]["x"] == pytest.approx(1.1309011226)  # roots of 4x³ − 6x + 1
    assert far["x"]["x"] == pytest.approx(-1.3008395660)
    held = numbers(["minimize", "x**2", "x=4", "--bounds", "x=2:"], capsys)
    assert held["x"]["x"] == 2.0


def test_a_value_that_is_never_taken_is_told(capsys):
    told = printed(["minimize", "x**2", "x=1", "--target", "-3"], capsys, 1)
    assert told.splitlines()[-1].startswith("stationary: f does not take the value -3 here")
    assert "the nearest that it comes is 0, at x = 0" in told
    assert "f does not take" not in printed(CUBIC, capsys)


def test_the_answer_is_printed_in_as_many_digits_as_it_takes(capsys):
    told = printed(["minimize", "(x - 0.1)**2 + (y - 2)**2", "x=1", "y=1"], capsys)
    rows = dict(line.split(maxsplit=1) for line in told.splitlines() if line[:2] in ("x ", "y "))
    assert rows == {"x": "0.1", "y": "2"}


@pytest.mark.parametrize("words", [["--help"], ["minimize", "--help"], ["fit", "--help"]])
def test_help_names_options_and_methods(words, capsys):
    told = printed(words, capsys)
    assert "thalweg fit" in told or "thalweg minimize" in told
    assert ("[auto|gd|momentum" in told) == (words[0] == "minimize")


def test_no_words_print_the_help(capsys):
    assert printed([], capsys) == printed(["--help"], capsys)


def test_the_examples_of_the_help_run(capsys, tmp_path, monkeypatch):
    import shlex

    monkeypatch.chdir(tmp_path)
    told = printed(["minimize", "--help"], capsys)
    examples = [shlex.split(line) for line in told.splitlines() if line[:11] == "  thalweg m"]
    assert len(examples) == 3
    for words in examples:
        printed(words[1:], capsys)
