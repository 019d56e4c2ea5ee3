"""TensorSpec and TensorShape with open sizes."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DTypeError, ShapeError


def test_fields_and_text():
    spec = tw.TensorSpec((2, None), tw.int32, "x")
    assert (spec.shape, spec.dtype, spec.name) == (tw.TensorShape([2, None]), tw.int32, "x")
    assert repr(spec) == "TensorSpec(shape=(2, None), dtype=tf.int32, name='x')"
    assert repr(tw.TensorSpec(None)) == "TensorSpec(shape=<unknown>, dtype=tf.float32, name=None)"
    assert tw.TensorSpec(3).shape == (3,)
    assert tw.TensorSpec([], float).dtype == tw.float32
    assert tw.TensorSpec([], "float64").dtype == tw.float64


def test_equality_and_copies():
    spec = tw.TensorSpec([None, 3], name="x")
    assert spec == tw.TensorSpec([None, 3], name="x")
    assert hash(spec) == hash(tw.TensorSpec([None, 3], name="x"))
    for other in (tw.TensorSpec([None, 3]), tw.TensorSpec([2, 3], name="x"), 3):
        assert spec != other
    assert pickle.loads(pickle.dumps(spec)) == spec  # noqa: S301 # our own bytes
    assert copy.deepcopy(spec) == spec
    unknown = tw.TensorSpec(None)
    assert pickle.loads(pickle.dumps(unknown)) == unknown  # noqa: S301 # our own bytes


def test_from_what_is_there():
    assert tw.TensorSpec.from_tensor(tw.zeros([2])) == tw.TensorSpec([2])
    assert tw.TensorSpec.from_tensor(tw.zeros([2]), name="q").name == "q"
    assert tw.TensorSpec.from_spec(tw.TensorSpec([2], tw.int32, "z")) == tw.TensorSpec(
        [2], tw.int32, "z"
    )


@pytest.mark.parametrize(
    ("other", "fits"),
    [
        (tw.zeros([2, 3]), True), (tw.zeros([2, 4]), False), (tw.zeros([2, 3], tw.int32), False),
        (tw.TensorSpec([2, None]), True), (tw.TensorSpec(None), True), (tw.TensorSpec([3]), False),
        (np.zeros((2, 3), np.float32), True), (np.zeros((2, 3)), False), ([[1.0, 2.0, 3.0]], False),
        (tw.Variable(tw.zeros([5, 3])), True),
    ],
)  # fmt: skip
def test_is_compatible_with(other, fits):
    assert tw.TensorSpec([None, 3]).is_compatible_with(other) is fits


def test_wider_and_narrower():
    narrow, wide, any_ = tw.TensorSpec([2, 3]), tw.TensorSpec([None, 3]), tw.TensorSpec(None)
    assert narrow.is_subtype_of(wide)
    assert not wide.is_subtype_of(narrow)
    assert wide.is_subtype_of(any_)
    assert not any_.is_subtype_of(wide)
    assert not narrow.is_subtype_of(tw.TensorSpec([2, 3], tw.int32))
    assert narrow.most_specific_common_supertype([tw.TensorSpec([4, 3])]) == wide
    assert narrow.most_specific_common_supertype([tw.TensorSpec([4])]) == any_
    assert narrow.most_specific_common_supertype([tw.TensorSpec([2, 3], tw.int32)]) is None
    assert narrow.most_specific_compatible_type(tw.TensorSpec([4, 3])) == wide
    with pytest.raises(ValueError, match="no specification covers both"):
        narrow.most_specific_compatible_type(tw.TensorSpec([2, 3], tw.int32))


def test_shapes_with_open_sizes():
    shape, unknown = tw.TensorShape([None, 2]), tw.TensorShape(None)
    assert (shape.rank, shape.as_list(), shape.num_elements()) == (2, [None, 2], None)
    assert not shape.is_fully_defined()
    assert (str(shape), repr(shape), str(unknown), repr(unknown)) == (
        "(None, 2)", "TensorShape([None, 2])", "<unknown>", "TensorShape(None)",
    )  # fmt: skip
    assert shape == [None, 2]
    assert (unknown.rank, unknown.dims, unknown.num_elements()) == (None, None, None)
    assert unknown == tw.TensorShape(None)
    assert unknown != tw.TensorShape([])
    assert tw.TensorShape([]) != unknown
    assert shape.is_compatible_with((7, 2))
    assert not shape.is_compatible_with((7, 3))
    assert unknown.is_compatible_with((1, 2, 3))
    assert tw.TensorShape([2, None]).merge_with([None, 3]) == (2, 3)
    assert unknown.merge_with([2]) == (2,)
    assert tw.TensorShape([2]).concatenate([3]) == (2, 3)
    assert tw.TensorShape([2]).concatenate(None) == unknown
    for sum_ in (tw.TensorShape([2]) + [3], tw.TensorShape([2]) + (3,), (2,) + tw.TensorShape([3])):  # noqa: RUF005 # the sum is tested
        assert sum_ == (2, 3)
        assert isinstance(sum_, tw.TensorShape)
    assert tw.TensorShape(tw.constant([2, 3])) == (2, 3)
    assert tw.TensorShape(np.array([2, 3])) == (2, 3)
    with pytest.raises(ValueError, match="unknown rank"):
        len(unknown)
    with pytest.raises(ValueError, match="as_list"):
        unknown.as_list()
    with pytest.raises(ShapeError, match="not compatible"):
        tw.TensorShape([2]).merge_with([3])


@pytest.mark.parametrize(
    ("make", "error", "words"),
    [
        (lambda: tw.TensorSpec([2, -3]), ShapeError, "Dimension -3 must be >= 0"),
        (lambda: tw.TensorSpec("ab"), DTypeError, "not 'ab'"),
        (lambda: tw.TensorSpec([1.5]), DTypeError, "whole numbers or None, not 1.5"),
        (lambda: tw.TensorSpec([True]), DTypeError, "not True"),
        (lambda: tw.TensorSpec([2], "foo"), DTypeError, "'foo' is no dtype"),
    ],
)
def test_refusals(make, error, words):
    with pytest.raises(error, match=words):
        make()


def test_a_variables_shape_may_be_left_open():
    assert tw.Variable([1.0, 2.0], shape=tw.TensorShape([None])).shape == (2,)
    with pytest.raises(ShapeError, match="initial_value has shape"):
        tw.Variable([1.0, 2.0], shape=[3])
