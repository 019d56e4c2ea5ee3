"""Which calls of a function are of one kind, and what becomes of it when it is copied or pickled?"""

from __future__ import annotations

import copy
import functools
import pickle

import numpy as np
import pytest

import thalweg as tw

X = tw.constant([1.0, 2.0, 3.0])


@tw.function
def doubled(x):
    return x * 2.0


class Counter:
    def __init__(self):
        self.total = tw.Variable(0.0)
        self.step = tw.function(self.plain)

    def plain(self, x):
        return self.total.assign_add(x)


def test_keys_that_are_equal_and_not_the_same_are_two_kinds():
    def by_key(given):
        return [value * key for key, value in given.items()]

    f = tw.function(by_key)
    for _ in range(3):
        for key in (1, 1.0, True, 0.0, -0.0):
            given = {key: tw.constant([1, -2])}
            (came,), (wanted,) = f(given), by_key(given)
            assert came.dtype == wanted.dtype
            np.testing.assert_array_equal(np.signbit(came), np.signbit(wanted))
            np.testing.assert_array_equal(came, wanted)


def test_whole_numbers_of_any_length_are_told_apart():
    f = tw.function(lambda x, k: x * float(k % 7))
    for _ in range(3):
        for k in (10**5000, 10**5000 + 1):
            np.testing.assert_array_equal(f(X, k), X * float(k % 7))


def test_numbers_with_more_to_them_are_told_apart():
    class Measured(int):
        weight = 1.0

    f = tw.function(lambda x, k: x * k.weight)
    one, other = Measured(3), Measured(3)
    other.weight = 2.0
    for _ in range(3):
        np.testing.assert_array_equal(f(X, one), X)
        np.testing.assert_array_equal(f(X, other), X * 2.0)


@pytest.mark.parametrize("part", [slice(0, 2), slice(None, None, -1), range(2)])
def test_slices_and_ranges_are_told_by_what_they_say(part):
    runs = []

    @tw.function
    def f(x, part):
        runs.append(part)
        return x[part] if isinstance(part, slice) else x * len(part)

    for _ in range(4):
        again = (
            copy.copy(part) if isinstance(part, range) else slice(part.start, part.stop, part.step)
        )
        np.testing.assert_array_equal(f(X, again), f.python_function(X, again))
    assert len(runs) == 1 + 4  # of which four are the plain calls


def test_a_function_that_was_called_is_copied_and_pickled():
    for _ in range(3):
        doubled(X)
    for one in (copy.copy(doubled), copy.deepcopy(doubled), pickle.loads(pickle.dumps(doubled))):  # noqa: S301 - its own bytes
        assert one is doubled
    part = tw.function(functools.partial(lambda a, b: a * b, 3.0))
    part(X)
    np.testing.assert_array_equal(copy.deepcopy(part)(X), [3.0, 6.0, 9.0])
    signed = tw.function(lambda x: x, input_signature=[tw.TensorSpec([None], tw.float64)])
    assert copy.deepcopy(signed)([1]).dtype == tw.float64


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda one: pickle.loads(pickle.dumps(one))])  # noqa: S301 - its own bytes
def test_a_copied_object_has_functions_of_its_own(copied):
    one = Counter()
    for _ in range(3):
        one.step(1.0)
    other = copied(one)
    for turn in range(3):
        assert float(other.step(10.0)) == 3.0 + 10.0 * (turn + 1)
    assert float(one.total) == 3.0
