"""Indices and segments' numbers that are Tensors are inputs of a compiled function, not its constants."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

X = np.arange(120.0).reshape(2, 3, 4, 5)


def places(value):
    return tw.constant(np.array(value, np.int32))


INDICES = [
    (1,), (-1, 2), ([1, 0],), ([[1, 0]], [[2], [-1]]), (slice(None), [1, 2]),
    (slice(None), 1, slice(1, 3)), (..., 3), (None, 1), (0, ..., -1), (slice(0, 1), [0, 1], [3, 3]),
    (..., [1, 2], None), ([0, 1], 2, [1, 1]),
]  # fmt: skip
APART = [([0, 1], slice(None), [1, 2]), (0, slice(None), [1, 2]), ([0, 1], None, [1, 1])]


def with_tensors(index):
    """A function of an array and an index's numbers, and these numbers."""
    numbers = [places(one) for one in index if isinstance(one, int | list)]

    def function(x, *given):
        rest = iter(given)
        own = tuple(next(rest) if isinstance(one, int | list) else one for one in index)
        with tw.GradientTape() as tape:
            tape.watch(x)
            part = x[own if len(own) > 1 else own[0]]
            loss = tw.reduce_sum(part * part)
        return part, tape.gradient(loss, x)

    return function, numbers


@pytest.mark.parametrize("index", [*INDICES, *APART], ids=str)
def test_an_index_of_tensors(index):
    function, numbers = with_tensors(index)
    compiled, x = tw.function(function), tw.constant(X)
    for given in (numbers, numbers, numbers, [0 * one for one in numbers]):
        for came, wanted in zip(compiled(x, *given), function(x, *given), strict=True):
            assert came.dtype == wanted.dtype
            np.testing.assert_array_equal(came, wanted)
    assert ("an index takes a value" in compiled.why_not_compiled()) == (index in APART)


@pytest.mark.parametrize("far", [100, -100])
@pytest.mark.parametrize("index", INDICES, ids=str)
def test_an_index_that_is_outside_is_told_as_python_tells_it(index, far):
    function, numbers = with_tensors(index)
    compiled, x = tw.function(function), tw.constant(X)
    for _ in range(3):
        compiled(x, *numbers)
    with pytest.raises(IndexError, match="out of bounds"):
        compiled(x, *[0 * one + far for one in numbers])


def test_a_part_of_a_variable_is_read_by_a_tensor_and_set_in_python():
    table, at = tw.Variable(np.zeros((3, 2))), places(1)

    def set_row(at):
        table[at].assign([1.0, 2.0])

    read = tw.function(lambda at: table[at] * 2.0)
    written = tw.function(set_row)
    for turn in range(4):
        written(places(turn % 3))
        np.testing.assert_array_equal(read(at), 2.0 * table.numpy()[1])
    np.testing.assert_array_equal(table, [[1.0, 2.0]] * 3)
    assert read.why_not_compiled() == ""
    assert "an index takes a value" in written.why_not_compiled()


@pytest.mark.parametrize("dtype", ["float32", "float64", "int64"])
@pytest.mark.parametrize("name", ["sum", "mean", "sqrt_n", "max", "min"])
def test_segments_by_numbers_that_are_inputs(name, dtype):
    rng = np.random.default_rng(4)
    data = tw.constant((10 * rng.normal(size=(12, 3))).astype(dtype))
    plain = getattr(tw.math, f"unsorted_segment_{name}")
    compiled = tw.function(lambda data, ids: plain(data, ids, 4))
    for _ in range(4):
        ids = tw.constant(rng.integers(-1, 4, 12))
        came, wanted = compiled(data, ids), plain(data, ids, 4)
        assert came.dtype == wanted.dtype
        np.testing.assert_allclose(came, wanted, rtol=1e-6)
    assert compiled.why_not_compiled() == ""
    with pytest.raises(IndexError, match="from 0 to 3"):
        compiled(data, ids + 5)
