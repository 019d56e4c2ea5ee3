"""Names, missing values, the order of arguments: `Expression` and `as_function` at the edges."""

from __future__ import annotations

import numpy as np
import pytest

from thalweg.errors import ExpressionError
from thalweg.expressions import NUMPY_FUNCTIONS, as_function, parse


def test_names_in_the_order_of_their_appearance():
    expression = parse("b1*(1 - exp(-b2*x)) + b1*sin(pi*x) + ln(e)")
    assert expression.names == ("b1", "b2", "x")
    assert expression.functions == ("exp", "sin", "log")
    assert expression.text == "b1*(1 - exp(-b2*x)) + b1*sin(pi*x) + ln(e)"


def test_case_matters():
    assert parse("X + x + Pi").names == ("X", "x", "Pi")


def test_an_expression_cannot_be_changed():
    with pytest.raises(AttributeError):
        parse("x").text = "y"


def test_a_name_without_a_value_is_named_and_pointed_at():
    with pytest.raises(ExpressionError, match="b2 has no value") as caught:
        parse("b1 + b2").evaluate({"b1": 1.0, "other": 2.0})
    assert caught.value.position == 5
    with pytest.raises(ExpressionError, match="b2 is not among the names") as caught:
        as_function(parse("b1 + b2"), ["b1"])
    assert caught.value.position == 5


def test_a_function_that_the_table_lacks_is_named():
    table = {name: function for name, function in NUMPY_FUNCTIONS.items() if name != "erf"}
    with pytest.raises(ExpressionError, match="the function erf is not available here"):
        as_function(parse("erf(x)"), ["x"], table)
    assert as_function(parse("erf(1)*x"), ["x"], table)(1.0) == pytest.approx(0.8427007929497149)


def test_the_order_decides_and_may_name_more():
    function = as_function(parse("x - y"), ["y", "unused", "x"])
    assert function(1.0, 100.0, 3.0) == 2.0
    with pytest.raises(ExpressionError, match="2 values came where the formula takes 3"):
        function(1.0, 2.0)
    with pytest.raises(ExpressionError, match="stands twice"):
        as_function(parse("x"), ["x", "x"])


def test_a_callable_keeps_nothing_between_calls():
    function = as_function(parse("x*y + exp(x)*(y - x*y)"), ["x", "y"])
    first = function(1.0, np.ones(3))
    kept = first.copy()
    function(5.0, np.full(3, 7.0))
    assert np.array_equal(first, kept)
    y = np.ones(3)
    function(2.0, y)
    assert np.array_equal(y, np.ones(3))


def test_a_bare_name_and_a_bare_number():
    x = np.arange(3.0)
    assert as_function(parse("x"), ["x"])(x) is x
    assert as_function(parse("2"), [])() == 2.0
    assert as_function(parse("2"), ["x"])(x) == 2.0
