"""Ufuncs on Tensors: their methods, their keywords, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from numpy_functions.calls import CUBE, POS, A, B, V

METHODS = [
    (np.add.reduce, (A,), {}), (np.add.reduce, (CUBE,), {"axis": (0, 2), "keepdims": True}), (np.add.reduce, (A, None), {}),
    (np.add.reduce, (A, 1), {"initial": 2.5}), (np.multiply.reduce, (POS,), {"axis": 1}), (np.maximum.reduce, (A,), {"axis": -1}),
    (np.minimum.reduce, (A,), {"initial": 0.3}), (np.fmax.reduce, (A,), {}), (np.fmin.reduce, (A, 1), {}),
    (np.logaddexp.reduce, (A,), {"axis": 1}), (np.logaddexp2.reduce, (A,), {"axis": 1}), (np.hypot.reduce, (A,), {}),
    (np.subtract.reduce, (A,), {"axis": 1, "keepdims": True}), (np.divide.reduce, (POS,), {}), (np.power.reduce, (POS[:2],), {}),
    (np.add.accumulate, (A,), {}), (np.multiply.accumulate, (A, 1), {}), (np.maximum.accumulate, (A,), {"axis": 1}),
    (np.minimum.accumulate, (V,), {}), (np.logaddexp.accumulate, (A,), {"axis": -1}), (np.subtract.accumulate, (V,), {}),
    (np.add.outer, (V, A), {}), (np.multiply.outer, (A, V), {}), (np.hypot.outer, (V, V[:2]), {}), (np.power.outer, (POS, V), {}),
    (np.add.reduceat, (V, [0, 2, 1, 4]), {}), (np.multiply.reduceat, (A, [0, 2]), {"axis": 1}), (np.maximum.reduceat, (V, [1, 3]), {}),
    (np.subtract, (A, B), {"dtype": np.float32}), (np.add, (A, 1), {"dtype": "float64", "casting": "unsafe", "order": "K", "subok": True}),
    (np.matmul, (A, B.T), {}), (np.vecdot, (A, B), {"axis": 0}) if hasattr(np, "vecdot") else (np.add, (A, B), {}),
]  # fmt: skip


def name_of(case):
    function = case[0]
    return (
        f"{function.__self__.__name__}.{function.__name__}"
        if hasattr(function, "__self__")
        else function.__name__
    )


@pytest.mark.parametrize("case", METHODS, ids=name_of)
def test_a_method_agrees_with_numpy_and_has_slopes(case):
    call, args, named = case
    wanted = call(*args, **named)
    variables = [tw.Variable(one) if isinstance(one, np.ndarray) else one for one in args]
    weights = np.random.default_rng(1).uniform(0.5, 1.5, np.shape(wanted))
    with tw.GradientTape() as tape:
        found = call(*variables, **named)
        target = tw.reduce_sum(found * weights.astype(found.dtype))
    assert isinstance(found, tw.Tensor)
    assert found.dtype == wanted.dtype
    np.testing.assert_allclose(found.numpy(), wanted, rtol=1e-13)
    if wanted.dtype == np.float32:
        return
    for place, variable in enumerate(variables):
        if isinstance(variable, tw.Variable):
            slope = tape.gradient(target, variable) if place == len(variables) - 1 else None
            direction = np.random.default_rng(2).normal(size=variable.shape)
            if slope is None:
                continue
            steps = [1e-3, 5e-4]
            sums = [
                np.sum(weights * (call(*at(args, place, h * direction), **named) - call(*at(args, place, -h * direction), **named))) / (2 * h)
                for h in steps
            ]  # fmt: skip
            np.testing.assert_allclose(
                np.sum(slope.numpy() * direction), (4 * sums[1] - sums[0]) / 3, rtol=1e-7, atol=1e-9
            )


def at(args, place, step):
    return [one + step if number == place else one for number, one in enumerate(args)]


def test_both_operands_of_an_outer_product_have_slopes():
    x, y = tw.Variable(V), tw.Variable(A)
    with tw.GradientTape() as tape:
        target = np.sum(np.multiply.outer(x, y))
    of_x, of_y = tape.gradient(target, [x, y])
    np.testing.assert_allclose(of_x.numpy(), np.full(5, A.sum()))
    np.testing.assert_allclose(of_y.numpy(), np.full((3, 4), V.sum()))


X = tw.Variable(A)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: np.add(X, 1, out=np.zeros((3, 4))), r"np.add\(..., out=\) would write"),
        (lambda: np.add(A, 1, out=X), r"np.add\(..., out=\) would write"),
        (lambda: np.add.reduce(X, out=np.zeros(4)), r"np.add.reduce\(..., out=\) would write"),
        (lambda: np.sum(X, out=np.zeros(())), r"np.sum\(..., out=\) would write"),
        (lambda: np.sum(X, 0, None, np.zeros(4)), r"np.sum\(..., out=\) would write"),
        (lambda: np.median(A, 0, X), r"np.median\(..., out=\) would write"),
        (lambda: np.add.at(X, [0], 1.0), r"np.add.at writes into its first argument.*tensor_scatter_nd_add"),
        (lambda: np.sqrt(X, where=A > 0), r"np.where\(mask, np.sqrt"),
        (lambda: np.add(X, 1, dtype=np.int32), "np.add: .*same_kind"),
        (lambda: np.add(X, 1.5, casting="no", dtype="float32"), "np.add: "),
        (lambda: np.subtract.reduce(X, axis=(0, 1)), "not reorderable"),
        (lambda: np.fft.fft(X), "np.fft.fft has no thalweg op; write x.numpy"),
        (lambda: np.frompyfunc(lambda v: v, 1, 1)(X), "has no thalweg op"),
        (lambda: np.isnat(X), "np.isnat: "),
        (lambda: np.bitwise_and(X, 1), "np.bitwise_and: "),
        (lambda: np.linalg.norm(X, axis=(0, 1, 0)), "twice|dimensions"),
        (lambda: np.matmul(X, A.T, axes=[(0, 1)] * 3), "np.matmul"),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_by_name(call, words):
    with pytest.raises((tw.ThalwegError, ValueError), match=words):
        call()


def test_numbers_and_arrays_of_numpys_stand_on_the_left_of_operators():
    x = tw.Variable(V)
    for left in (np.float64(1.5), np.float32(1.5), np.int64(2), V * 2, np.array(1.5)):
        for run in (lambda a, b: a + b, lambda a, b: a - b, lambda a, b: a * b, lambda a, b: a / b,
                    lambda a, b: np.abs(a) ** b, lambda a, b: a % b, lambda a, b: a // b):  # fmt: skip
            with tw.GradientTape() as tape:
                found = run(left, x)
            assert isinstance(found, tw.Tensor)
            np.testing.assert_allclose(found.numpy(), run(left, V))
            assert tape.gradient(found, x) is not None
    assert isinstance(np.float64(0.0) < x, tw.Tensor)
    assert isinstance(A[:, :1] @ x[None], tw.Tensor)


def test_arrays_tensors_and_variables_mix():
    x, y = tw.Variable(A), tw.constant(B)
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(y)
        joined = np.concatenate([x, y, A])
        nested = np.dot([[x[0, 0], 1.0], [y[1, 1], 2.0]], x[0, :2])
    assert joined.shape == (9, 4)
    np.testing.assert_allclose(tape.gradient(joined, y).numpy(), np.ones((3, 4)))
    np.testing.assert_allclose(nested.numpy(), [[A[0, 0], 1.0], [B[1, 1], 2.0]] @ A[0, :2])
    wanted = np.zeros((3, 4))
    wanted[0, 0], wanted[0, 1] = 2 * A[0, 0] + B[1, 1], 3.0
    np.testing.assert_allclose(tape.gradient(nested, x).numpy(), wanted)


def test_an_array_made_of_a_tensor_leaves_the_tape_and_the_reason_is_told():
    x = tw.Variable(V)
    for leave in (np.array, np.asarray, np.asanyarray, np.ascontiguousarray, np.float64):
        with tw.GradientTape() as tape:
            array = leave(x)
            target = tw.reduce_sum(tw.constant(array) * 2.0)
        assert not isinstance(array, tw.Tensor)
        assert tape.gradient(target, x) is None
        told = str(tape.explain(target, x))
        assert "left" in told or "plain" in told


def test_no_tensor_becomes_an_array_of_objects():
    for call in (
        lambda: np.vectorize(lambda v: v * 2)(tw.Variable(V)),
        lambda: np.asarray(tw.constant(V), object),
    ):
        with pytest.raises(tw.DTypeError, match="objects"):
            call()
