"""Branches: one function is called, the gradient goes through it, wrong predicates are refused."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DTypeError, ShapeError


def calls(log, name, value):
    """Return a function that writes its name down and answers a value."""

    def branch():
        log.append(name)
        return value

    return branch


@pytest.mark.parametrize(
    ("pred", "wanted"),
    [
        (True, "true"), (False, "false"), (np.True_, "true"), (np.array(False), "false"),
        (tw.constant(True), "true"), (tw.constant(1), "true"), (tw.constant(0.0), "false"),
        (tw.constant([True]), "true"), (tw.Variable(0.0), "false"), (2, "true"),
    ],
)  # fmt: skip
def test_cond_calls_one_function(pred, wanted):
    log = []
    answer = tw.cond(pred, calls(log, "true", "true"), calls(log, "false", "false"))
    assert answer == wanted
    assert log == [wanted]


@pytest.mark.parametrize(
    ("pred", "error", "words"),
    [
        (tw.constant([True, False]), ShapeError, "one truth value, but it has shape \\(2,\\)"),
        (np.array([[True]] * 3), ShapeError, "reduce_any or tw.reduce_all"),
        (tw.zeros([0]), ShapeError, "shape \\(0,\\)"),
        ("yes", DTypeError, "a text"),
        (tw.constant("yes"), DTypeError, "a text"),
        (None, DTypeError, "None"),
        (object(), DTypeError, "object"),
    ],
)
def test_cond_refuses_what_is_no_truth_value(pred, error, words):
    with pytest.raises(error, match=words):
        tw.cond(pred, lambda: 1, lambda: 2)


def test_cond_refuses_what_is_no_function():
    with pytest.raises(TypeError, match="'true_fn' must be callable"):
        tw.cond(True, 3, lambda: 2)
    with pytest.raises(TypeError, match="'false_fn' argument required"):
        tw.cond(True, lambda: 2)


def test_nested_answers_come_as_they_are():
    answer = tw.cond(True, lambda: {"a": (tw.constant(1.0),)}, lambda: None)
    assert float(answer["a"][0]) == 1.0
    assert len(tw.cond(True, lambda: [tw.constant(1.0)], lambda: None)) == 1


@pytest.mark.parametrize(("at", "slope"), [(2.0, 12.0), (-2.0, -4.0)])
def test_gradients_go_through_the_branch_taken_to_second_order(at, slope):
    def f(x):
        return tw.cond(x > 0.0, lambda: x**3, lambda: x**2)

    assert float(tw.grad(f)(at)) == slope
    assert float(tw.grad(tw.grad(f))(at)) == (6 * at if at > 0 else 2.0)
    assert float(tw.jvp(f, (at,), (1.0,))[1]) == slope


def test_a_variable_in_a_predicate_is_seen_by_the_tape():
    v = tw.Variable(2.0)
    with tw.GradientTape() as tape:
        tw.cond(v, lambda: 1.0, lambda: 2.0)
    assert [one.name for one in tape.watched_variables()] == ["Variable:0"]


def test_explain_tells_that_a_predicate_has_no_gradient():
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = tw.cond(x > 1.0, lambda: tw.constant(5.0), lambda: x)
    assert tape.gradient(y, x) is None
    explanation = tape.explain(y, x)
    assert explanation.cause == 11, explanation.text


def test_case_takes_the_first_that_holds():
    x, log = tw.constant(3.0), []
    pairs = [
        (x > 5.0, calls(log, "a", 1.0)),
        (x > 2.0, calls(log, "b", 2.0)),
        (x > 1.0, calls(log, "c", 3.0)),
    ]
    assert tw.case(pairs, default=calls(log, "d", 4.0)) == 2.0
    assert log == ["b"]
    assert tw.case(pairs[:1], default=calls(log, "d", 4.0)) == 4.0


def test_case_unpacks_one_element_unless_strict():
    pair = (tw.constant(True), lambda: [tw.constant(1.0)])
    assert float(tw.case([pair])) == 1.0
    assert len(tw.case([pair], strict=True)) == 1


def test_case_without_one_that_holds():
    with pytest.raises(ValueError, match="None of conditions evaluated as True"):
        tw.case([(tw.constant(False), lambda: 1)] * 2)


def test_case_exclusive():
    holds, not_ = (tw.constant(True), lambda: 1), (tw.constant(False), lambda: 2)
    assert tw.case([holds, not_], exclusive=True) == 1
    with pytest.raises(ValueError, match="exclusive=True, but 2 of the 3"):
        tw.case([holds, not_, holds], exclusive=True)


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], "empty"),
        (3, "list of \\(predicate, function\\)"),
        ([[tw.constant(True), lambda: 1]], "2-tuple"),
        ([(tw.constant(1), lambda: 1)], "predicate 0 must be a truth value.*int32"),
        ([(1, lambda: 1)], "predicate 0 must be a truth value"),
        ([(tw.constant(True), 3)], "function of predicate 0 must be callable"),
    ],
)
def test_case_refuses(pairs, words):
    with pytest.raises(TypeError, match=words):
        tw.case(pairs, default=lambda: 0)


def test_case_refuses_a_vector():
    with pytest.raises(ShapeError, match="predicate 0 must be one truth value"):
        tw.case([(tw.constant([True, True]), lambda: 1)], default=lambda: 0)


TENS = [lambda: 10, lambda: 20, lambda: 30]


@pytest.mark.parametrize("index", [1, np.int64(1), tw.constant(1), tw.constant(1, tw.uint8)])
@pytest.mark.parametrize(
    "branches", [TENS, dict(enumerate(TENS)), [(1, TENS[1]), (0, TENS[0])]], ids=["list", "dict", "pairs"]
)  # fmt: skip
def test_switch_case_by_number(index, branches):
    assert tw.switch_case(index, branches) == 20


@pytest.mark.parametrize("index", [-1, 3, 7])
def test_switch_case_out_of_range(index):
    assert tw.switch_case(tw.constant(index), TENS) == 30
    assert tw.switch_case(tw.constant(index), TENS, default=lambda: 99) == 99


@pytest.mark.parametrize(
    ("index", "branches", "error", "words"),
    [
        (tw.constant(1.0), TENS, TypeError, "whole number, but it is float32"),
        (True, TENS, TypeError, "whole number, but it is bool"),
        ("1", TENS, TypeError, "whole number"),
        (None, TENS, TypeError, "None"),
        (tw.constant([1, 2]), TENS, ValueError, "shape \\(2,\\)"),
        (0, [], ValueError, "at least one"),
        (
            0,
            {0: TENS[0], 2: TENS[1]},
            ValueError,
            r"contiguous range of \[0 to 2\) but found \{0,2\}",
        ),
        (0, [(0, TENS[0]), TENS[1]], TypeError, "2-tuple"),
        (0, [3], TypeError, "2-tuple"),
        (0, {"a": TENS[0]}, TypeError, "whole numbers"),
        (0, {0: 3}, TypeError, "must be callable"),
        (0, 3, TypeError, "list of functions"),
    ],
)
def test_switch_case_refuses(index, branches, error, words):
    with pytest.raises(error, match=words):
        tw.switch_case(index, branches)


def test_switch_case_gradient():
    def f(x, n):
        return tw.switch_case(n, [lambda: tw.sin(x), lambda: tw.exp(x), lambda: x * x])

    slopes = [float(tw.grad(f)(np.float64(0.5), tw.constant(n))) for n in range(3)]
    np.testing.assert_allclose(slopes, [np.cos(0.5), np.exp(0.5), 1.0], rtol=1e-15)
