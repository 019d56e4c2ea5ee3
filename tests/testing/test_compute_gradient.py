"""`test.compute_gradient`: Jacobians by the tape and by differences, in TensorFlow's arrangement."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

both = tw.test.compute_gradient


def test_two_arguments():
    for found in both(lambda a, b: tw.concat([a * b, b], 0), [[1.0, 2.0], tw.constant([3.0, 4.0])]):
        by_a, by_b = found
        assert by_a.dtype == np.float32
        np.testing.assert_allclose(by_a, [[3, 0], [0, 4], [0, 0], [0, 0]], atol=1e-4)
        np.testing.assert_allclose(by_b, [[1, 0], [0, 2], [1, 0], [0, 1]], atol=1e-4)


def test_differences_are_extrapolated_unless_a_step_is_given():
    (theory,), (numbers,) = both(lambda a: a**3, [np.array([2.0])])
    assert theory.item() == 12.0
    assert numbers.item() == pytest.approx(12.0, abs=1e-9)
    (_, (plain,)) = both(lambda a: a**3, [np.array([2.0])], delta=0.5)
    assert plain.item() == 12.25  # (2.5³ - 1.5³) / 1


def test_a_wrong_gradient_shows():
    (theory,), (numbers,) = both(lambda a: tw.stop_gradient(a) * a, [np.array([2.0])])
    assert (theory.item(), round(numbers.item(), 9)) == (2.0, 4.0)


def test_nested_arguments_and_answers():
    (theory, _), (numbers, _) = both(
        lambda one, b: (one["w"] * one["v"][0], {"b": b}),
        [{"w": np.array([1.0, 2.0]), "v": [np.array([5.0, 7.0])]}, np.array(1.0)],
    )
    for found in (theory, numbers):
        np.testing.assert_allclose(found["w"], [[5, 0], [0, 7], [0, 0]], atol=1e-9)
        np.testing.assert_allclose(found["v"][0], [[1, 0], [0, 2], [0, 0]], atol=1e-9)


def test_complex_numbers_count_as_two():
    # z² at 1 + 2i: the real part a² - b² and the imaginary part 2ab.
    (theory,), (numbers,) = both(lambda z: z * z, [np.array(1 + 2j)])
    np.testing.assert_allclose(theory, [[2, -4], [4, 2]], atol=1e-12)
    np.testing.assert_allclose(numbers, [[2, -4], [4, 2]], atol=1e-9)


def test_nothing_to_move():
    (theory,), (numbers,) = both(lambda a: a * 2, [tw.zeros([0])])
    assert theory.shape == numbers.shape == (0, 0)


@pytest.mark.parametrize(
    ("f", "x", "error", "words"),
    [
        (lambda a: a, tw.constant([1.0]), ValueError, "list or tuple of the arguments"),
        (lambda a: a, [np.array([1])], tw.DTypeError, "argument 0 holds int64"),
        (lambda a: a.numpy(), [1.0], tw.DTypeError, "Tensors of floats alone"),
    ],
)
def test_what_is_refused(f, x, error, words):
    with pytest.raises(error, match=words):
        both(f, x)


@pytest.mark.parametrize("sizes", [(0, 2), (2, 0), (0, 0)])
def test_an_argument_without_elements_has_columns_of_none(sizes):
    given = [np.ones(size) for size in sizes]
    both = tw.test.compute_gradient(lambda a, b: tw.reduce_sum(a) + 2.0 * tw.reduce_sum(b), given)
    for found in both:
        assert [one.shape for one in found] == [(1, size) for size in sizes]
        for one, slope in zip(found, (1.0, 2.0), strict=True):
            np.testing.assert_allclose(one, slope)


@pytest.mark.parametrize("delta", [0, -1e-3, np.nan, np.inf])
def test_a_step_that_is_no_step_is_refused(delta):
    with pytest.raises(ValueError, match=r"delta is .*positive and finite"):
        tw.test.compute_gradient(lambda a: a * a, [np.array([1.0])], delta)
