"""check_op finds each planted mistake by the check that is there for it, and lets right rows pass."""

from __future__ import annotations

import inspect

import pytest

from testing import planted_rows as planted
from thalweg.core.op import TABLE
from thalweg.testing.check_op import check_op
from thalweg.testing.mismatch import MismatchError

RIGHT = [planted.right_square, planted.right_quotient, planted.right_sum, planted.right_product]

WRONG = {
    planted.missing_factor: "reverse rule of x",
    planted.wrong_sign: "reverse rule of x",
    planted.slightly_wrong_constant: "reverse rule of x",
    planted.constant_of_single_precision: "reverse rule of x",
    planted.swapped_operands: "reverse rule of x",
    planted.swapped_rules_of_a_quotient: "reverse rule of x",
    planted.swapped_matrices: "reverse rule of a",
    planted.forgotten_transpose: "reverse rule of a",
    planted.wrong_axis: "reverse rule of x, sample (float64[3, 3], axis=0)",
    planted.negative_axis_taken_for_none: "reverse rule of x, sample (float64[3, 3], axis=-1)",
    planted.forgotten_keepdims: "keepdims=True",
    planted.mean_without_its_count: "reverse rule of x",
    planted.lost_broadcast: "shapes (2, 3), (3,): expected an answer, came ValueError",
    planted.broadcast_summed_twice: "reverse rule of y, shapes (2, 3), (3,)",
    planted.tie_given_to_the_first: "special point (1.0, 1.0)",
    planted.nan_hidden: "special point (nan)",
    planted.nan_made: "special point (0.0)",
    planted.strong_zero_switched_off: "strong zero",
    planted.tail_lost: "special point (40.0)",
    planted.sign_of_zero_lost: "expected np.float64(-0.0), came np.float64(0.0)",
    planted.cotangent_overwritten: "reverse rule of x, shapes (1,)",
    planted.input_overwritten: "read-only",
    planted.detached_second_order: "second order, reverse over reverse",
    planted.cotangent_detached: "second order, reverse over reverse",
    planted.value_of_the_last_call: "second order",
    planted.not_linear_in_the_cotangent: "reverse rule of x",
    planted.cotangent_squared: "reverse rule of x",
    planted.constant_beside_the_cotangent: "linear in the cotangent, shapes (), g = 0",
    planted.answer_always_double: "expected float32, came float64",
    planted.constants_of_single_precision_in_the_kernel: "expected float32, came float64",
    planted.kernel_through_single_precision: "reverse rule of x",
    planted.not_what_numpy_gives: "value against np.square",
    planted.scalars_come_back_as_arrays: "shape of the answer, shapes ()",
    planted.wrong_forward_rule: "forward rule of x",
    planted.forward_rule_of_the_other_axis: "forward rule of x",
    planted.no_forward_rule: "planted has no forward rule",
    planted.affine_taken_for_linear: "forward rule of x",
    planted.bilinear_taken_for_linear: "forward rule of a",
    planted.repeated_index_counted_once: "reverse rule of x",
    planted.index_kept_by_reference: "operands and parameters changed after the call",
    planted.running_sum_not_reversed: "reverse rule of x",
    planted.second_answer_forgotten: "reverse rule of x",
    planted.wrong_member_of_a_list: "reverse rule of values",
    planted.order_of_memory_taken_for_order_of_axes: "Fortran order",
    planted.written_to_and_put_back: "read-only",
    planted.empty_arrays_refused: "shapes (0,)",
    planted.python_numbers_taken_for_double: "float32 operands, Python's",
    planted.holomorphic_by_mistake: "sample (complex128[2])",
    planted.conjugate_forgotten: "sample (complex128[1])",
    planted.arrays_kept_by_the_kernel: "leak",
    planted.wrong_inputs_taken: "nothing was raised",
    planted.wrong_inputs_refused_in_other_words: "expected words 'elephants'",
    planted.wrong_inputs_refused_by_another_exception: "expected ZeroDivisionError, came ShapeError",
    planted.what_is_left_out_comes_back: "left out, gradient by input 0",
    planted.answer_alone_forgotten: "gradient of answer 1 alone",
    planted.no_slope_at_a_cotangent_of_zero: "slope by a cotangent of zero",
    planted.no_evidence: "brings no evidence",
}


@pytest.fixture(autouse=True)
def table_as_before():
    """What a test puts into the table it takes out again."""
    before = dict(TABLE)
    yield
    TABLE.clear()
    TABLE.update(before)


def name_of(build):
    return build.__name__


@pytest.mark.parametrize("build", WRONG, ids=name_of)
def test_a_planted_mistake_is_found(build):
    with pytest.raises(MismatchError) as caught:
        check_op(build())
    message = str(caught.value)
    assert message.startswith("planted: ")
    assert WRONG[build] in message


@pytest.mark.parametrize("build", RIGHT, ids=name_of)
def test_a_right_row_passes(build):
    check_op(build())


def test_every_planted_row_is_tried():
    builders = {
        build
        for build in vars(planted).values()
        if inspect.isfunction(build)
        and build.__module__ == planted.__name__
        and not inspect.signature(build).parameters
    }
    assert builders == {*RIGHT, *WRONG}


def test_the_value_of_the_last_call_is_found_in_first_order_too():
    op = planted.value_of_the_last_call()
    with pytest.raises(MismatchError, match="changed after the call"):
        check_op(op, checks=("invariants",))


def test_an_overwritten_cotangent_is_found_by_looking_at_it():
    op = planted.cotangent_overwritten()
    with pytest.raises(MismatchError, match="cotangent after the sweep"):
        check_op(op, checks=("invariants",))


def test_a_mistake_in_extended_precision_alone_does_not_count_as_evidence():
    op = planted.kernel_through_single_precision()
    with pytest.raises(MismatchError, match="reverse rule"):
        check_op(op, checks=("first order",))


def test_nothing_planted_stays_in_the_table():
    assert "planted" not in TABLE
