"""`str` prints a text that parses to the same tree, with no bracket too many."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings

from expressions.formula_strategies import formula_text, hostile_text
from thalweg.errors import ExpressionError
from thalweg.expressions import parse, parse_equation


@settings(max_examples=500, deadline=None)
@given(formula_text | hostile_text)
@example("a-(b-c)")
@example("(-x)**-(y**-z)**w")
@example("(a**b)**c")
@example("-(a*b)/-c")
@example("a*(b/c)")
@example("2**(-(x*y))")
@example("1e22 + 1e-7 + 123456789012345678 + 5e-324")
def test_the_print_parses_back(text):
    try:
        expression = parse(text)
    except ExpressionError:
        return
    again = parse(str(expression))
    assert again == expression
    assert hash(again) == hash(expression)
    assert again.names == expression.names
    assert again.functions == expression.functions
    assert str(again) == str(expression)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("((x))+((1))", "x + 1"),
        ("a-(b+c)", "a - (b + c)"),
        ("(a-b)+c", "a - b + c"),
        ("a*(b*c)", "a*(b*c)"),
        ("-(x**2)", "-x**2"),
        ("(-x)**2", "(-x)**2"),
        ("2**(-x)", "2**-x"),
        ("+x", "x"),
        ("arcsin(.5)+ln(2.0)", "asin(0.5) + log(2)"),
        ("min( a ,b )", "minimum(a, b)"),
        ("1e300*PI", "1e300*PI"),
    ],
)
def test_how_it_prints(text, printed):
    assert str(parse(text)) == printed


def test_trees_that_differ_are_not_equal():
    assert parse("a-b-c") != parse("a-(b-c)")
    assert parse("x + 1") == parse(" (x)+1.0")


def test_an_equation_prints_as_one():
    assert str(parse_equation("ln(y)=b1-b2*x")) == "log(y) = b1 - b2*x"


def test_long_chains_print_and_parse_without_recursion():
    chain = parse("+".join(["x"] * 1000))
    assert parse(str(chain)) == chain
    assert chain.evaluate({"x": 1.0}) == 1000.0
