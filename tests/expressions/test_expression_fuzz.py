"""Whatever text comes, only ExpressionError escapes, and numbers in give numbers out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressions.formula_strategies import formula_text, hostile_text
from thalweg.errors import ExpressionError
from thalweg.expressions import as_function, parse, parse_assignment, parse_equation, pointer

any_float = st.floats(allow_nan=True, allow_infinity=True)


def check_error(error, text):
    assert "\n" not in error.reason
    assert error.reason.isascii()
    assert error.text == text
    assert error.position is None or 0 <= error.position <= len(text)
    shown = pointer(error)
    assert shown.isascii()
    if error.position is not None and text:
        _line, caret = shown.split("\n")
        assert caret.strip() == "^"
        assert len(caret) <= 76


@settings(max_examples=600, deadline=None)
@given(hostile_text | formula_text, any_float, any_float)
@pytest.mark.filterwarnings("error")
def test_parse_and_evaluate(text, first, second):
    try:
        expression = parse(text)
    except ExpressionError as error:
        check_error(error, text)
        return
    values = dict.fromkeys(expression.names, first)
    if expression.names:
        values[expression.names[-1]] = second
    got = expression.evaluate(values)
    assert type(got) is np.float64
    again = as_function(expression, list(values))(*values.values())
    assert np.array_equal(got, again, equal_nan=True)
    arrays = {name: np.array([value, value]) for name, value in values.items()}
    got = expression.evaluate(arrays)
    assert got.dtype == np.float64
    assert got.shape == ((2,) if arrays else ())


@settings(max_examples=400, deadline=None)
@given(hostile_text, hostile_text)
def test_parse_equation(left, right):
    for text in (left, f"{left}={right}", f"y = {right}"):
        try:
            equation = parse_equation(text)
        except ExpressionError as error:
            check_error(error, text)
        else:
            assert equation.left.names
            assert parse_equation(str(equation)) == equation


@settings(max_examples=400, deadline=None)
@given(hostile_text, hostile_text | any_float.map(str))
def test_parse_assignment(name, value):
    for text in (name, f"{name}={value}", f"x={value}"):
        try:
            got = parse_assignment(text)
        except ExpressionError as error:
            check_error(error, text)
        else:
            assert got[0].isidentifier()
            assert np.isfinite(got[1])
