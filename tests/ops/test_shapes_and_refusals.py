"""What functions of ops answer besides numbers, which axes they take, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DTypeError, ShapeError


def test_where_alone_gives_coordinates():
    mask = tw.constant([[True, False], [True, True]])
    assert tw.where(mask).numpy().tolist() == [[0, 0], [1, 0], [1, 1]]
    rows, columns = np.where(mask)
    assert (rows.numpy().tolist(), columns.numpy().tolist()) == ([0, 1, 1], [0, 0, 1])


def test_named_tuples_are_tensorflows():
    largest = tw.math.top_k([[1.0, 3.0, 3.0]], 2)
    assert largest._fields == ("values", "indices")
    assert largest.indices.numpy().tolist() == [[1, 2]]
    found = tw.unique([4, 1, 4, 2])
    assert found._fields == ("y", "idx")
    assert found.y.numpy().tolist() == [4, 1, 2]
    assert found.idx.numpy().tolist() == [0, 1, 0, 2]


def test_lists_come_back_as_lists():
    assert [part.shape for part in tw.split(tw.zeros([5, 2]), [1, -1])] == [(1, 2), (4, 2)]
    assert tw.unstack(tw.zeros([0, 2])) == []
    parts, length = tw.clip_by_global_norm([tw.constant([3.0]), None, tw.constant([4.0])], 1.0)
    assert parts[1] is None
    assert float(length) == 5.0
    assert np.isnan(tw.clip_by_global_norm([tw.constant([np.inf])], 1.0)[0][0].numpy()).all()


def test_questions_about_shapes():
    x = tw.zeros([2, 3])
    assert tw.shape(x).numpy().tolist() == [2, 3]
    assert tw.shape(x, tw.int64).dtype == tw.int64
    assert (int(tw.size(x)), int(tw.rank(x))) == (6, 2)
    assert (np.shape(x), np.ndim(x), np.size(x)) == ((2, 3), 2, 6)
    assert tw.ensure_shape(x, [2, None]).shape == (2, 3)


@pytest.mark.parametrize(
    "axis", [1, -1, np.int64(1), [1], (-1,), tw.constant(1), tw.constant([-1])]
)
def test_axis_is_a_number_a_list_or_a_tensor(axis):
    x = tw.constant([[1.0, 2.0], [3.0, 5.0]])
    assert tw.reduce_sum(x, axis).numpy().tolist() == [3.0, 8.0]
    assert tw.reduce_max(x, axis=axis).numpy().tolist() == [2.0, 5.0]
    assert tw.math.reduce_std(x, axis).numpy().tolist() == [0.5, 1.0]


def test_float16_stays_float16_beside_pythons_numbers():
    x = tw.constant([1.0, 2.0, 3.0], tw.float16)
    answers = [
        tw.where(x > 1.5, x, 0.0), tw.clip_by_value(x, 1.5, 2), tw.clip_by_norm(x, 1.0), tw.norm(x, 3),
        tw.math.l2_normalize(x), tw.math.reduce_std(x), tw.nn.l2_loss(x), tw.reduce_mean(x),
        tw.math.cumprod(x), tw.pad(x, [[1, 1]], constant_values=2.0), tw.linspace(x[0], x[1], 3),
    ]  # fmt: skip
    assert {answer.dtype.name for answer in answers} == {"float16"}


def test_one_hot_takes_its_dtype_from_its_values():
    assert tw.one_hot([0, 2], 3).dtype == tw.float32
    assert tw.one_hot([0], 2, on_value=5, off_value=-1).numpy().tolist() == [[5, -1]]
    assert tw.one_hot([[0, 1]], 3, axis=1).shape == (1, 3, 2)


REFUSED = {
    "a negative index": (lambda: tw.gather([1.0], [-1]), IndexError, "negative"),
    "an index that is no integer": (lambda: tw.gather([1.0], [0.5]), DTypeError, "integers"),
    "coordinates beyond": (lambda: tw.gather_nd([1.0], [[3]]), IndexError, "out of bounds"),
    "unequal parts": (lambda: tw.split([1.0, 2.0, 3.0], 2), ShapeError, "equal parts"),
    "a size that is not 1": (lambda: tw.squeeze([1.0, 2.0], 0), ShapeError, "size 2"),
    "a mirror too far": (lambda: tw.pad([1.0], [[2, 2]], "REFLECT"), ShapeError, "beyond"),
    "an unknown mode": (lambda: tw.pad([1.0], [[1, 1]], "EDGE"), ValueError, "EDGE"),
    "half a where": (lambda: tw.where([True], 1.0), ValueError, "both"),
    "a mask that does not fit": (lambda: tw.boolean_mask([1.0, 2.0], [True]), ShapeError, "mask"),
    "a slice beyond": (lambda: tw.slice([1.0], [0], [2]), ShapeError, "beyond"),
    "another shape": (lambda: tw.ensure_shape([1.0], [2]), ShapeError, "wanted"),
    "a label that is nowhere": (lambda: tw.einsum("i->j", [1.0]), ShapeError, "'j'"),
    "two sizes of a label": (lambda: tw.einsum("i,i", [1.0], [1.0, 2.0]), ShapeError, "size 1"),
    "too few operands": (lambda: tw.einsum("i,j", [1.0]), ShapeError, "2 operands"),
    "axes of two sizes": (lambda: tw.tensordot([1.0], [1.0, 2.0], 1), ShapeError, "size 1"),
    "three axes of a norm": (lambda: tw.norm(tw.zeros([1, 1, 1]), axis=[0, 1, 2]), ValueError, "one axis"),
    "a matrix without an inverse": (
        lambda: tw.linalg.solve([[1.0, 2.0], [2.0, 4.0]], [[1.0], [1.0]]), np.linalg.LinAlgError, "singular",
    ),
    "two axes of unique": (lambda: tw.unique([[1]]), ShapeError, "one axis"),
    "no direction": (lambda: tw.sort([1.0], direction="UP"), ValueError, "DESCENDING"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    call, error, words = REFUSED[name]
    with pytest.raises(error, match=words):
        call()
