"""Views say where NumPy's own views have their elements, or that there is none."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from thalweg.graph.primitives import PRIMITIVES
from thalweg.native.kernels import View
from thalweg.native.views import dense, reshaped, seen

KIND = np.dtype(np.int64)
ROOM = 4096


def places(view):
    """For each element of a view, which element of the buffer it is."""
    found = np.full(view.shape, view.offset, np.int64)
    for axis, (size, step) in enumerate(zip(view.shape, view.strides, strict=True)):
        along = [1] * len(view.shape)
        along[axis] = size
        found += np.arange(size).reshape(along) * step
    return found


@st.composite
def moved(draw):
    """A view that came about by some moves, and the numbers that NumPy finds there."""
    shape = tuple(draw(st.lists(st.sampled_from([0, 1, 1, 2, 3, 4, 6]), max_size=4)))
    view, array = dense(0, shape, KIND), np.arange(math.prod(shape)).reshape(shape)
    for _ in range(draw(st.integers(0, 4))):
        op, attributes = draw(moves(array.shape))
        made = seen(view, op, attributes)
        wanted = PRIMITIVES[op].evaluate(array, *attributes)
        if made is None or wanted.size > ROOM:
            continue
        view, array = made, wanted
    return view, array


@st.composite
def moves(draw, shape):
    op = draw(st.sampled_from(["reshape", "transpose", "broadcast", "slice"]))
    if op == "transpose":
        return op, (tuple(draw(st.permutations(range(len(shape))))),)
    if op == "broadcast":
        return op, (tuple([draw(st.sampled_from([1, 2, 3])) if n == 1 else n for n in shape]),)
    if op == "reshape":
        return op, (draw(others(math.prod(shape))),)
    parts = []
    for size in shape:
        part = slice(*draw(st.tuples(*[st.none() | st.integers(-7, 7)] * 2)),
                     draw(st.sampled_from([1, 1, 2, -1, -2, 3])))  # fmt: skip
        inside = range(size)[part]
        parts.append((inside.start if len(inside) else 0, len(inside), inside.step))
    return op, (tuple(parts),)


@st.composite
def others(draw, size):
    """A shape of so many elements."""
    if not size:
        return draw(st.permutations([0, draw(st.integers(0, 3)), 2]).map(tuple))
    shape, left = [], size
    while left > 1:
        one = draw(st.sampled_from([k for k in range(1, left + 1) if left % k == 0]))
        shape.append(one)
        left //= one
        if len(shape) > 4:
            shape.append(left)
            break
    return tuple(draw(st.permutations(shape)))


@given(moved())
@settings(deadline=None)
def test_a_view_has_the_elements_that_numpy_finds(one):
    view, array = one
    assert view.shape == array.shape
    assert np.array_equal(places(view), array)


@given(moved(), st.data())
@settings(deadline=None)
def test_a_reshape_is_seen_where_numpy_sees_it(one, data):
    view, array = one
    shape = data.draw(others(array.size))
    found = reshaped(view, shape)
    if found is not None:
        assert np.array_equal(places(found), array.reshape(shape))
        return
    # NumPy sees what strides can say at all, in an array that lies as the view does.
    whole = np.zeros(ROOM * 8, np.int8)
    lowest = places(view).min()
    lies = np.lib.stride_tricks.as_strided(whole[view.offset - lowest :], view.shape, view.strides)
    assert not np.shares_memory(lies.reshape(shape), whole)


@pytest.mark.parametrize("shape", [(2, 3, 4), (4, 1, 6), (24,), (1, 24, 1), (2, 2, 2, 3)])
def test_every_shape_of_a_whole_buffer_is_seen(shape):
    whole = dense(0, shape, KIND)
    for wanted in ((24,), (2, 12), (3, 8), (1, 4, 6), (2, 2, 6), (24, 1, 1), (3, 2, 2, 2)):
        assert reshaped(whole, wanted) == dense(0, wanted, KIND) or 1 in wanted
        assert np.array_equal(places(reshaped(whole, wanted)).ravel(), np.arange(24))


def test_axes_that_lie_apart_are_copied_and_axes_of_one_element_do_not_matter():
    turned = seen(dense(0, (3, 4), KIND), "transpose", [(1, 0)])
    assert reshaped(turned, (12,)) is None
    assert reshaped(turned, (2, 2, 3)) is not None
    every_other = seen(dense(0, (3, 4), KIND), "slice", [((0, 3, 1), (0, 2, 2))])
    assert reshaped(every_other, (6,)).strides == (2,)
    across = seen(dense(0, (3, 4), KIND), "slice", [((0, 3, 1), (0, 3, 1))])
    assert reshaped(across, (9,)) is None
    for place, ones in itertools.product(range(4), range(3)):
        shape = [3, 3]
        shape[place % 3 : place % 3] = [1] * ones
        assert reshaped(across, tuple(shape)) is not None


def test_what_is_repeated_lies_in_one_place():
    one = View(0, 5, (1, 3), (3, 1), KIND)
    many = seen(one, "broadcast", [(4, 3)])
    assert (many.offset, many.strides) == (5, (0, 1))
    assert reshaped(many, (12,)) is None
    constant = View(0, 0, (4, 3), (0, 0), KIND)
    assert reshaped(constant, (2, 6)).strides == (0, 0)
