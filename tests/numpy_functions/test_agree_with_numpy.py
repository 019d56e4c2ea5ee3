"""Every supported function of NumPy agrees with NumPy on arrays: values, dtypes, shapes and slopes."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

import thalweg as tw
from numpy_functions.calls import CALLS, Call, of_ufunc
from thalweg.values.numpy_names import classes
from thalweg.values.numpy_protocol import named

OLDER = np.lib.NumpyVersion(np.__version__) < "2.4.0"
SUPPORTED = sorted(name for name, (kind, _) in classes().items() if kind == "supported")


def calls_of(name: str) -> list[Call]:
    function = named(name)
    found = list(CALLS.get(name, []))
    if isinstance(function, np.ufunc) and name not in CALLS:
        found = of_ufunc(name, function)
    return found


CASES = [
    pytest.param(name, call, id=f"{name}-{number}")
    for name in SUPPORTED
    for number, call in enumerate(calls_of(name))
]


def is_float(x) -> bool:
    return isinstance(x, np.ndarray) and x.dtype.kind in "fc"


def floats(tree) -> list:
    """The float arrays in a call, in order."""
    if is_float(tree):
        return [tree]
    if isinstance(tree, list | tuple):
        return [leaf for part in tree for leaf in floats(part)]
    if isinstance(tree, dict):
        return [leaf for key in tree for leaf in floats(tree[key])]
    return []


def with_floats(tree, leaves):
    """The call with other values in place of its float arrays, taken from an iterator."""
    if is_float(tree):
        return next(leaves)
    if isinstance(tree, list | tuple):
        return type(tree)(with_floats(part, leaves) for part in tree)
    if isinstance(tree, dict):
        return {key: with_floats(part, leaves) for key, part in tree.items()}
    return tree


def run(function, call, values):
    leaves = iter(values)
    args = with_floats(call.args, leaves)
    return function(*args, **with_floats(call.named, leaves))


def of_numpy(function, call, arrays):
    """NumPy's own answer; an older NumPy may lack the arguments of this call."""
    try:
        return run(function, call, arrays)
    except TypeError:
        if OLDER:
            pytest.skip("this NumPy does not have these arguments yet")
        raise


def parts(answer) -> list:
    if isinstance(answer, list | tuple):
        return [leaf for one in answer for leaf in parts(one)]
    return [answer]


def same(ours, numpys, bound):
    assert len(parts(ours)) == len(parts(numpys))
    for mine, theirs in zip(parts(ours), parts(numpys), strict=True):
        theirs = np.asarray(theirs)
        if isinstance(mine, int) and theirs.dtype.kind == "i":  # a rank, as a number of Python's
            assert mine == theirs
            continue
        if theirs.dtype.kind in "biufc":
            assert isinstance(mine, tw.Tensor)
            assert tuple(mine.shape) == theirs.shape
            assert mine.dtype == theirs.dtype
        near = 2e-5 if theirs.dtype in (np.float32, np.complex64) else bound
        np.testing.assert_allclose(np.asarray(mine), theirs, rtol=near, atol=near)


def weights_for(answer, seed=3):
    rng = np.random.default_rng(seed)
    return [rng.uniform(0.5, 1.5, np.shape(one)) for one in parts(answer)]


def total(answer, weights):
    """One number of all float parts, each element with its own weight."""
    return sum(
        np.sum(one * weight)
        for one, weight in zip(parts(answer), weights, strict=True)
        if np.asarray(one).dtype.kind == "f"
    )


@pytest.mark.parametrize(("name", "call"), CASES)
def test_value_shape_and_dtype(name, call):
    function = named(name)
    for dtype, bound in ((np.float64, 2e-14), (np.float32, 2e-5)):
        arrays = [
            one.astype(np.result_type(dtype, np.complex64) if one.dtype.kind == "c" else dtype)
            for one in floats((call.args, call.named))
        ]
        numpys = of_numpy(function, call, arrays)
        same(run(function, call, [tw.Variable(one) for one in arrays]), numpys, bound)


@pytest.mark.parametrize(("name", "call"), [case for case in CASES if case.values[1].smooth])
def test_gradient(name, call):
    function = named(name)
    arrays = floats((call.args, call.named))
    numpys = of_numpy(function, call, arrays)
    if any(np.asarray(one).dtype == np.float32 for one in parts(numpys)):
        pytest.skip("differences of float32 answers say nothing; the value test has the dtype")
    weights = weights_for(numpys)
    variables = [tw.Variable(one) for one in arrays]
    with tw.GradientTape() as tape:
        target = total(run(function, call, variables), weights)
    slopes = tape.gradient(target, variables)
    for place, found in enumerate(slopes):
        wanted = differences(
            lambda x, place=place: total(
                run(function, call, [*arrays[:place], x, *arrays[place + 1 :]]), weights
            ),
            arrays[place],
        )
        assert found is not None or not wanted.any(), f"argument {place} has no gradient"
        if found is not None:
            np.testing.assert_allclose(found.numpy(), wanted, rtol=2e-8, atol=2e-8)


def differences(function, x, h=2e-3):
    """Central differences, extrapolated twice (Richardson): the error is of order h⁶."""
    slopes = np.zeros_like(x)
    for at in np.ndindex(x.shape):
        if np.isnan(x[at]):
            continue
        table = []
        for step in (h, h / 2, h / 4):
            up, down = x.copy(), x.copy()
            up[at] += step
            down[at] -= step
            table.append((function(up) - function(down)) / (2 * step))
        first = [(4 * b - a) / 3 for a, b in itertools.pairwise(table)]
        slopes[at] = (16 * first[1] - first[0]) / 15
    return slopes


@pytest.mark.skipif(OLDER, reason="older NumPys have names that newer ones do not")
def test_every_supported_function_is_called():
    assert [name for name in SUPPORTED if not calls_of(name)] == []


def gradients(function, call, arrays, weights):
    variables = [tw.Variable(one) for one in arrays]
    with tw.GradientTape() as tape:
        target = total(run(function, call, variables), weights)
    return tape.gradient(target, variables, unconnected_gradients="zero")


ONCE = [
    pytest.param(name, call, id=name)
    for name in SUPPORTED
    for call in [one for one in calls_of(name) if one.smooth and floats((one.args, one.named))][:1]
]


@pytest.mark.parametrize(("name", "call"), ONCE)
def test_second_order(name, call):
    function = named(name)
    arrays = floats((call.args, call.named))
    weights = weights_for(run(function, call, arrays))
    rng = np.random.default_rng(4)
    ways = [rng.uniform(-1, 1, one.shape) for one in arrays]
    variables = [tw.Variable(one) for one in arrays]
    with tw.GradientTape() as outer:
        with tw.GradientTape() as inner:
            target = total(run(function, call, variables), weights)
        first = inner.gradient(target, variables, unconnected_gradients="zero")
        along = sum(tw.reduce_sum(g * way) for g, way in zip(first, ways, strict=True))
    found = outer.gradient(along, variables, unconnected_gradients="zero")
    for g in found:
        assert g.dtype == np.float64
    h = 1e-3
    table = []
    for step in (h, h / 2, h / 4):
        up, down = [
            gradients(function, call, [one + sign * step * way for one, way in zip(arrays, ways, strict=True)], weights)
            for sign in (1, -1)
        ]  # fmt: skip
        table.append([(a.numpy() - b.numpy()) / (2 * step) for a, b in zip(up, down, strict=True)])
    for mine, *rows in zip(found, *table, strict=True):
        halves = [(4 * b - a) / 3 for a, b in itertools.pairwise(rows)]
        wanted = (16 * halves[1] - halves[0]) / 15
        wanted = np.where(np.isnan(wanted), mine.numpy(), wanted)
        np.testing.assert_allclose(mine.numpy(), wanted, rtol=1e-6, atol=1e-7)
