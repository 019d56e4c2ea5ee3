"""The number of threads is what was said, and what is no number is refused by name."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DTypeError


@pytest.fixture(autouse=True)
def as_it_was():
    yield
    tw.config.threading.set_intra_op_parallelism_threads(0)


def test_what_was_set_is_told_and_left_again():
    before = tw.config.threading.get_intra_op_parallelism_threads()
    tw.config.threading.set_intra_op_parallelism_threads(np.int64(3))
    assert tw.config.threading.get_intra_op_parallelism_threads() == 3
    tw.config.threading.set_intra_op_parallelism_threads(0)
    assert tw.config.threading.get_intra_op_parallelism_threads() == before


@pytest.mark.parametrize("count", [-1, 257, 1.5, "2", None, True, [2]])
def test_what_is_no_number_of_threads(count):
    with pytest.raises(DTypeError, match="takes a whole number from 0"):
        tw.config.threading.set_intra_op_parallelism_threads(count)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_functions_compute_the_same_with_any_number(count):
    tw.config.threading.set_intra_op_parallelism_threads(count)
    x = np.linspace(-1, 1, 400_000)

    @tw.function
    def f(x):
        return tw.reduce_sum(tw.exp(x) * tw.sin(x)), tw.exp(x) + 1

    for _ in range(3):
        total, each = f(x)
        np.testing.assert_allclose(total.numpy(), np.sum(np.exp(x) * np.sin(x)), rtol=1e-12)
        np.testing.assert_allclose(each.numpy(), np.exp(x) + 1, rtol=1e-14)
