"""Equations, assignments, and the caret."""

from __future__ import annotations

import math

import numpy as np
import pytest

from thalweg.errors import ExpressionError
from thalweg.expressions import parse, parse_assignment, parse_equation, pointer


def test_both_sides():
    equation = parse_equation(" log(y) = b1 - b2*x1 * exp(-b3*x2) ")
    assert equation.left.text == "log(y)"
    assert equation.right.text == "b1 - b2*x1 * exp(-b3*x2)"
    assert equation.left.names == ("y",)
    assert equation.right.names == ("b1", "b2", "x1", "b3", "x2")
    assert equation.left.evaluate({"y": np.array([1.0])})[0] == 0.0


@pytest.mark.parametrize(
    "text",
    [  # NIST's nonlinear regression models, as they are written there, without the error term
        "y = exp(-b1*x)/(b2+b3*x)",
        "y  = b1*x**b2",
        "y = b1*exp( -b2*x ) + b3*exp( -(x-b4)**2 / b5**2 ) + b6*exp( -(x-b7)**2 / b8**2 )",
        "y = (b1 + b2*x + b3*x**2) /\n (1 + b4*x + b5*x**2)",
        "y = b1*(x**2+x*b2) / (x**2+x*b3+b4)",
        "y = b1 * (1-(1+2*b2*x)**(-.5))",
    ],
)
def test_published_models_are_read(text):
    equation = parse_equation(text)
    assert equation.left.names == ("y",)
    assert "x" in equation.right.names


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", None, "such as y = a + b*x"),
        ("b1*x", 4, "there is no '='; write y = FORMULA"),
        ("= b1*x", 0, "nothing stands before the '='"),
        ("y =", 2, "nothing stands behind the '='"),
        ("y = x = 2", 6, "a second '='"),
        ("y == x", 2, "an equation is written with one '='"),
        ("y = 2x", 5, "write 2*x"),
        ("y y = x", 2, "no operator between y and y"),
        ("log[y] = x", 3, "log(...)"),
        ("1 = x", 0, "the left side names no column"),
        ("y = 9**9**9 + x", 4, "9**9**9 is too large"),
        ("y = (x", 4, "never closed"),
        ("(y = x)", 0, "never closed"),
        ("y = b1*x**b2  +  e", 17, "leave the error term '+ e' out"),
    ],
)
def test_faults_of_equations(text, place, reason):
    with pytest.raises(ExpressionError) as caught:
        parse_equation(text)
    assert reason in caught.value.reason
    assert caught.value.position == place
    assert caught.value.text == text


def test_a_missing_value_points_into_the_whole_equation():
    equation = parse_equation("y = b1*x")
    with pytest.raises(ExpressionError) as caught:
        equation.right.evaluate({"x": 1.0})
    assert caught.value.text == "y = b1*x"
    assert caught.value.position == 4


def test_eulers_number_elsewhere_is_itself():
    assert parse_equation("y = e + x").right.evaluate({"x": 0.0}) == math.e
    assert parse_equation("y = e**x").right.evaluate({"x": 0.0}) == 1.0


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("x=5", "x", 5.0),
        ("b1 = -2", "b1", -2.0),
        ("x=1e-3", "x", 1e-3),
        ("x=+.5", "x", 0.5),
        ("T0=-pi/2", "T0", -math.pi / 2),
        ("a_b=sqrt(2)", "a_b", math.sqrt(2)),
        ("x=-0", "x", -0.0),
    ],
)
def test_assignments(text, name, value):
    got = parse_assignment(text)
    assert got == (name, value)
    assert type(got[1]) is float
    assert math.copysign(1, got[1]) == math.copysign(1, value)


@pytest.mark.parametrize(
    ("text", "place", "reason"),
    [
        ("", 0, "it is empty; write NAME=NUMBER"),
        ("x", 1, "'=' does not follow the name"),
        ("x5", 2, "'=' does not follow the name"),
        ("x 5", 2, "'=' does not follow the name"),
        ("x:5", 1, "':' is not read"),
        ("x=", 2, "the number is missing"),
        ("=5", 0, "the name is missing"),
        ("5=x", 0, "the name is missing"),
        ("x==5", 1, "write one '='"),
        ("x=5=6", 3, "a second '='"),
        ("x=y", 2, "y is not a number"),
        ("x=2x", 3, "write 2*x"),
        ("x=five", 2, "five is not a number"),
        ("x=nan", 2, "nan is not read; numbers are finite"),
        ("x=-inf", 3, "inf is not read; numbers are finite"),
        ("x=1e400", 2, "too large for a float64"),
        ("x=9**9**9", 2, "9**9**9 is too large"),
        ("x=1,5", 3, "a decimal is written 0.5"),
        ("x=1/0", 2, "divides by zero"),
        ("pi=3", 0, "pi is the constant 3.14"),
        ("e=3", 0, "e is the constant 2.71"),
        ("sin=3", 0, "sin is a function"),
        ("_x=3", 0, "names begin with a letter"),
        ("β=3", 0, "is not ASCII"),
        ("x" * 20_000 + "=1", None, "at most 10000 are read"),
    ],
)
def test_faults_of_assignments(text, place, reason):
    with pytest.raises(ExpressionError) as caught:
        parse_assignment(text)
    assert reason in caught.value.reason
    assert caught.value.position == place


def caret_of(text, width=76):
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    return pointer(caught.value, width)


def test_the_caret_stands_under_the_fault():
    assert caret_of("2*x^2") == "2*x^2\n   ^"
    assert caret_of("x +") == "x +\n   ^"
    assert caret_of("1 +\n\tx^2") == "1 +  x^2\n      ^"
    assert caret_of("ｘ + 1") == "? + 1\n^"


@pytest.mark.parametrize("before", [0, 10, 30, 100, 3000])
@pytest.mark.parametrize("after", [0, 10, 100, 3000])
@pytest.mark.parametrize("width", [20, 41, 76])
def test_a_long_text_is_cut_to_a_window_around_the_fault(before, after, width):
    text = "a" * before + "^" + "b" * after
    line, caret = (
        caret_of("(" + text, width).split("\n")
        if before == 0
        else caret_of(text, width).split("\n")
    )
    assert line[caret.index("^")] in "^"
    assert len(line) <= width


def test_an_error_without_a_place_has_no_picture():
    assert pointer(ExpressionError("no", "x")) == ""
    assert pointer(ExpressionError("no")) == ""
