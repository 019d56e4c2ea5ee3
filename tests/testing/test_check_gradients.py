"""check_gradients: right functions pass with small errors, wrong ones are refused at the element."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from testing import planted_rows as planted
from thalweg.core.op import TABLE
from thalweg.testing.check_gradients import check_gradients
from thalweg.testing.check_op import check_op
from thalweg.testing.mismatch import MismatchError

POINT = np.array([0.5, -1.25, 2.0])


@pytest.fixture
def planted_op():
    """Makes a planted row callable, and takes it out of the table again."""
    before = dict(TABLE)

    def make(build):
        op = build()
        check_op(op, checks=())
        return op.eager

    yield make
    TABLE.clear()
    TABLE.update(before)


def test_a_smooth_function_passes_to_third_order():
    report = check_gradients(lambda x: tw.reduce_sum(tw.exp(x) * tw.sin(x)), POINT, order=3)
    assert set(report.errors) == {(m, k) for m in ("reverse", "forward") for k in (1, 2, 3)}
    assert report.largest < 1e-8
    assert report.elements == 3
    assert "order 3, forward: off by at most" in str(report)


def test_a_nesting_and_several_answers():
    x = {"w": np.ones((2, 3)) * 0.3, "b": [0.1, np.array([0.2, 0.4, 0.7])]}

    def f(p):
        hidden = tw.tanh(p["w"] * p["b"][1] + p["b"][0])
        return {"sum": tw.reduce_sum(hidden * hidden), "all": hidden}

    report = check_gradients(f, x)
    assert report.elements == 10
    assert report.largest < 1e-9


def test_complex_arguments_count_as_two_numbers():
    z = np.array([1.0 + 2.0j, -0.5 + 0.3j])
    report = check_gradients(lambda z: tw.reduce_sum(tw.abs(z * z + 1.0)), z)
    assert report.elements == 4
    assert report.largest < 1e-8


def test_float32_arguments_are_checked_in_float64():
    seen = []
    check_gradients(lambda x: seen.append(x.dtype) or x * x, np.float32(3.0), order=1)
    assert {str(dtype) for dtype in seen} == {"float64"}


def test_tensors_and_variables_as_the_point():
    check_gradients(lambda x: x[0] * x[1] ** 3, [tw.constant(2.0), tw.Variable(1.5)])


def test_small_and_large_numbers():
    report = check_gradients(lambda x: tw.reduce_sum(tw.math.log(x)), np.array([1e-4, 3.0, 4e5]), 1)
    assert report.largest < 1e-8


def test_only_some_elements_of_a_large_argument_are_moved():
    report = check_gradients(lambda x: tw.reduce_sum(x**3), np.linspace(-1, 1, 500), elements=7)
    assert report.elements == 7


def test_a_gradient_that_is_stopped_is_found_with_its_element():
    def f(x):
        return tw.reduce_sum(x["a"] * tw.stop_gradient(x["b"]))

    with pytest.raises(MismatchError, match=r"f: order 1, reverse, at x\['b'\]\[1, 0\]: .* 4\.0"):
        check_gradients(f, {"a": np.array([[1.0, 2.0], [4.0, 3.0]]), "b": np.ones((2, 2))})


def test_a_mistake_of_the_second_order_is_found_there(planted_op):
    wrong = planted_op(planted.detached_second_order)
    check_gradients(wrong, POINT, order=1)
    with pytest.raises(MismatchError, match="order 2, reverse"):
        check_gradients(wrong, POINT, order=2)


def test_a_mistake_of_the_forward_rule_is_found_by_that_mode(planted_op):
    wrong = planted_op(planted.wrong_forward_rule)
    check_gradients(lambda x: wrong(x, axis=0), np.ones((2, 2)), modes=("reverse",))
    with pytest.raises(MismatchError, match="order 1, forward, answer 0"):
        check_gradients(lambda x: wrong(x, axis=0), np.ones((2, 2)))


def test_a_factor_off_by_a_millionth_is_found():
    @tw.custom_gradient
    def nearly(x):
        return x * x, lambda g: g * x * 2.000002

    with pytest.raises(MismatchError, match=r"order 1, reverse, at x\[\d\]"):
        check_gradients(lambda x: tw.reduce_sum(nearly(x)), POINT, modes=("reverse",))


def test_a_kink_is_told_from_a_mistake():
    with pytest.raises(MismatchError, match=r"at x\[1\]: differences find no derivative"):
        check_gradients(lambda x: tw.reduce_sum(tw.abs(x)), np.array([1.0, 0.0]))


def test_a_value_that_left_the_tape_is_told():
    with pytest.raises(MismatchError, match="expected a Tensor, came float64"):
        check_gradients(lambda x: np.sin(x.numpy()), 1.0)


def test_an_answer_of_integers_is_told():
    with pytest.raises(MismatchError, match="no answer is a float"):
        check_gradients(lambda x: tw.cast(x, tw.int32), 1.0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"order": 0}, "order is 0"),
        ({"modes": ()}, "modes is"),
        ({"modes": ("sideways",)}, "sideways"),
        ({"x": []}, "no floats"),
    ],
)
def test_questions_that_make_no_sense(arguments, words):
    with pytest.raises(ValueError, match=words):
        check_gradients(lambda x: x, **{"x": 1.0, **arguments})
