"""Dtypes, shapes, counts and truth values that are none are refused in one line that says whose."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw

X = tw.constant([1.0, 2.0])

NO_DTYPES = [
    {}, [], (), X, np.ones(2), np.datetime64("2020-01-01"), "datetime64[s]", "timedelta64[D]",
    object, "float99", 3, "V8",
]  # fmt: skip
TAKE_A_DTYPE: dict[str, Any] = {
    "cast": lambda dtype: tw.cast(X, dtype),
    "constant": lambda dtype: tw.constant(1.0, dtype=dtype),
    "constant of a Tensor": lambda dtype: tw.constant(X, dtype=dtype),
    "convert_to_tensor": lambda dtype: tw.convert_to_tensor(1.0, dtype=dtype),
    "convert_to_tensor of a Tensor": lambda dtype: tw.convert_to_tensor(X, dtype=dtype),
    "Variable": lambda dtype: tw.Variable(1.0, dtype=dtype),
    "Variable of a Tensor": lambda dtype: tw.Variable(X, dtype=dtype),
    "zeros": lambda dtype: tw.zeros((2,), dtype),
    "ones": lambda dtype: tw.ones((2,), dtype),
    "eye": lambda dtype: tw.eye(2, dtype=dtype),
    "range": lambda dtype: tw.range(3, dtype=dtype),
    "sequence_mask": lambda dtype: tw.sequence_mask([1, 2], dtype=dtype),
    "zeros_like": lambda dtype: tw.zeros_like(X, dtype),
    "ones_like": lambda dtype: tw.ones_like(X, dtype),
    "one_hot": lambda dtype: tw.one_hot([1], 2, dtype=dtype),
    "argmax": lambda dtype: tw.argmax(X, output_type=dtype),
    "size": lambda dtype: tw.size(X, dtype),
    "count_nonzero": lambda dtype: tw.math.count_nonzero(X, dtype=dtype),
    "normal": lambda dtype: tw.random.normal((2,), dtype=dtype),
    "truncated_normal": lambda dtype: tw.random.truncated_normal((2,), dtype=dtype),
    "uniform": lambda dtype: tw.random.uniform((2,), dtype=dtype),
    "gamma": lambda dtype: tw.random.gamma((2,), 1.0, dtype=dtype),
    "poisson": lambda dtype: tw.random.poisson((2,), 1.0, dtype=dtype),
    "categorical": lambda dtype: tw.random.categorical([[1.0, 2.0]], 2, dtype=dtype),
}


THROUGH_CONVERSION = ("constant", "convert_to_tensor", "Variable")


@pytest.mark.parametrize("name", TAKE_A_DTYPE)
@pytest.mark.parametrize("dtype", NO_DTYPES, ids=repr)
def test_what_is_no_dtype(name: str, dtype: Any) -> None:
    with pytest.raises(tw.DTypeError, match="a dtype of numbers was wanted") as caught:
        TAKE_A_DTYPE[name](dtype)
    assert "\n" not in str(caught.value)
    if name not in THROUGH_CONVERSION:
        assert name.split()[0] in str(caught.value)


NO_SHAPES = [
    -1,
    (-1,),
    (2, -1),
    2.5,
    (2.5,),
    "ab",
    ("a",),
    [[1, 2]],
    {},
    1e30,
    2**70,
    np.array([2.5]),
]
TAKE_A_SHAPE: dict[str, Any] = {
    "zeros": tw.zeros,
    "ones": tw.ones,
    "fill": lambda shape: tw.fill(shape, 1.0),
    "constant": lambda shape: tw.constant(1.0, shape=shape),
    "eye": lambda shape: tw.eye(2, batch_shape=shape),
    "normal": tw.random.normal,
    "truncated_normal": tw.random.truncated_normal,
    "uniform": tw.random.uniform,
    "gamma": lambda shape: tw.random.gamma(shape, 1.0),
    "poisson": lambda shape: tw.random.poisson(shape, 1.0),
}


@pytest.mark.parametrize("name", TAKE_A_SHAPE)
@pytest.mark.parametrize("shape", NO_SHAPES, ids=repr)
def test_what_is_no_shape(name: str, shape: Any) -> None:
    with pytest.raises(tw.ShapeError, match=f"^{name}: ") as caught:
        TAKE_A_SHAPE[name](shape)
    assert "\n" not in str(caught.value)


COUNTS: dict[str, Any] = {
    "eye: num_rows": tw.eye,
    "eye: num_columns": lambda count: tw.eye(2, count),
    "linspace: num": lambda count: tw.linspace(0.0, 1.0, count),
    "one_hot: depth": lambda count: tw.one_hot([0], count),
    "sequence_mask: maxlen": lambda count: tw.sequence_mask([1, 2], count),
    "gather_nd: batch_dims": lambda count: tw.gather_nd(np.ones((2, 3)), [[0], [1]], count),
    "categorical's num_samples": lambda count: tw.random.categorical([[1.0, 2.0]], count),
}


@pytest.mark.parametrize("what", COUNTS)
@pytest.mark.parametrize("count", ["1", "ab", 1.5, 2.0, (1,), -1, float("nan")], ids=repr)
def test_what_is_no_count(what: str, count: Any) -> None:
    with pytest.raises((tw.DTypeError, ValueError), match=f"^{what} is .* wanted$"):
        COUNTS[what](count)


@pytest.mark.parametrize("batch_dims", [2, 3])
def test_gather_nd_of_more_batch_axes_than_there_are(batch_dims: int) -> None:
    with pytest.raises(tw.ShapeError, match=f"^gather_nd: batch_dims is {batch_dims}"):
        tw.gather_nd(np.ones((2, 3)), [[0], [1]], batch_dims=batch_dims)


@pytest.mark.parametrize(
    "limit", ["a", None, [1, 2], (1,), 1j, float("nan"), float("inf")], ids=repr
)
def test_range_counts_to_one_finite_number(limit: Any) -> None:
    with pytest.raises((tw.DTypeError, ValueError), match=r"^range: limit is .* wanted$"):
        tw.range(limit)
    with pytest.raises((tw.DTypeError, ValueError), match=r"^range: delta is .* wanted$"):
        tw.range(0, 5, limit)


@pytest.mark.parametrize("lengths", ["a", 2.5, [1.5], None, 1j], ids=repr)
def test_lengths_are_whole_numbers(lengths: Any) -> None:
    with pytest.raises(tw.DTypeError, match=r"^sequence_mask: lengths"):
        tw.sequence_mask(lengths, 3)


KEEP_AXES = [
    "reduce_sum", "reduce_max", "reduce_mean", "reduce_prod", "reduce_logsumexp", "norm",
    "math.reduce_std", "math.reduce_variance", "math.reduce_euclidean_norm", "math.count_nonzero",
]  # fmt: skip


def named(path: str) -> Any:
    found: Any = tw
    for part in path.split("."):
        found = getattr(found, part)
    return found


@pytest.mark.parametrize("path", KEEP_AXES)
@pytest.mark.parametrize("keepdims", ["abc", "", 2, 1.0, (), np.array([True, False])], ids=repr)
def test_keepdims_is_true_or_false(path: str, keepdims: Any) -> None:
    words = rf"{path.split('.')[-1]}.*keepdims is .*; True or False was wanted$"
    with pytest.raises(tw.DTypeError, match=words):
        named(path)(X, keepdims=keepdims)


@pytest.mark.parametrize("path", KEEP_AXES)
def test_what_keepdims_may_be(path: str) -> None:
    for yes in (True, 1, np.True_, tw.constant(True)):
        assert named(path)(X, keepdims=yes).shape == (1,)
    for no in (False, 0, None, np.False_, tw.constant(False)):
        assert named(path)(X, keepdims=no).shape == ()


NO_VALUES: dict[str, Any] = {
    "complex": lambda: tw.complex(None, X),
    "complex, second": lambda: tw.complex(X, None),
    "polygamma": lambda: tw.math.polygamma(None, X),
    "polygamma, second": lambda: tw.math.polygamma(1.0, None),
    "cast": lambda: tw.cast(None, "float32"),
    "broadcast_to": lambda: tw.broadcast_to(None, (2,)),
    "equal": lambda: tw.equal(None, tw.constant(1.0)),
    "not_equal": lambda: tw.not_equal(np.float64(1.0), None),
    "argmax": lambda: tw.argmax(None),
    "matmul": lambda: tw.matmul(None, np.eye(2)),
    "inv": lambda: tw.linalg.inv(None),
    "tile": lambda: tw.tile(None, [2]),
    "reverse": lambda: tw.reverse(None, [0]),
    "scatter_nd": lambda: tw.scatter_nd([[0]], None, [2]),
}


@pytest.mark.parametrize("name", NO_VALUES)
def test_none_is_no_value(name: str) -> None:
    with pytest.raises(TypeError, match=f"^{name.split(',')[0]} cannot take None.*return[?]$"):
        NO_VALUES[name]()


@pytest.mark.parametrize(
    "derivative",
    [tw.grad, tw.value_and_grad, tw.hessian, tw.jacobian, lambda f: tw.jacobian(f, mode="forward")],
)
def test_truth_values_have_no_slope(derivative: Any) -> None:
    for f in (lambda x: x > 0, lambda x: [x * x, x > 0], lambda x: True):
        with pytest.raises(tw.DTypeError, match=r"^cannot differentiate .* truth values"):
            derivative(f)(1.0)


@pytest.mark.parametrize("mode", ["REFLECT", "SYMMETRIC"])
@pytest.mark.parametrize("shape", [(0,), (2, 0)])
def test_an_empty_axis_has_nothing_to_mirror(mode: str, shape: tuple[int, ...]) -> None:
    widths = [[0, 0]] * (len(shape) - 1) + [[1, 1]]
    with pytest.raises(tw.ShapeError, match=f"^pad: {mode} by .* goes beyond an axis of size 0$"):
        tw.pad(tw.zeros(shape), widths, mode)
