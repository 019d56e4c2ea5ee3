"""Losses that differ in what is easily overlooked are not taken for one another by later calls."""

from __future__ import annotations

import functools

import numpy as np
import pytest

import thalweg as tw


def centre(loss, w, change, times=3):
    """Where w comes to each time, while something changes that the loss reads."""
    found = []
    optimizer = tw.optimizers.SGD(0.1)
    for _ in range(times):
        for _ in range(3):
            optimizer.minimize(loss, [w], steps=100)
        found.append(round(float(w), 6))
        change()
    return found


@pytest.fixture
def w():
    return tw.Variable(0.0, dtype="float64")


def test_a_state_that_comes_back_after_two_steps(w):
    batches, turn = [np.array([0.0, 1.0]), np.array([10.0, 11.0])], [0, 1]

    def loss():
        turn[0], turn[1] = turn[1], turn[0]
        return tw.reduce_mean((w - batches[turn[0]]) ** 2)

    tw.optimizers.SGD(0.1).minimize(loss, [w], steps=5000)
    u, back = 0.0, [0, 1]
    for _ in range(5000):
        back.reverse()
        u -= 0.1 * 2 * (u - batches[back[0]].mean())
    assert float(w) == pytest.approx(u, rel=1e-12)


def test_an_array_that_is_turned_in_place_at_each_step(w):
    data = np.array([1.0, -3.0])

    def loss():
        np.negative(data, out=data)
        return tw.reduce_sum((w - data) ** 2)

    tw.optimizers.SGD(0.1).minimize(loss, [w], steps=2001)
    u, now = 0.0, np.array([1.0, -3.0])
    for _ in range(2001):
        now = -now
        u -= 0.1 * 2 * (2 * u - now.sum())
    assert float(w) == pytest.approx(u, rel=1e-12)


class Shift:
    """A function with a number of its own."""

    def __init__(self):
        self.k = 1.0

    def __call__(self, x):
        return (x - self.k) ** 2


@pytest.mark.parametrize("wrapped", [tw.grad, lambda f: lambda x: tw.value_and_grad(f)(x)[1],
                                     lambda f: tw.grad(tw.recompute_grad(f))])  # fmt: skip
@pytest.mark.parametrize("held", ["partial", "object"])
def test_what_wrapped_functions_hold(w, wrapped, held):
    shift = Shift()
    data = np.array([1.0])
    if held == "partial":
        slope = wrapped(functools.partial(lambda d, x: tw.reduce_sum((x - d) ** 2), data))
    else:
        slope = wrapped(shift)

    def change():
        data[:] += 3
        shift.k += 3

    assert centre(lambda: 0.25 * slope(w) ** 2, w, change) == [1.0, 4.0, 7.0]


def test_chance_inside_of_a_wrapped_partial(w):
    rng = np.random.default_rng(0)
    slope = tw.grad(functools.partial(lambda r, x: (x - r.normal()) ** 2, rng))
    optimizer = tw.optimizers.SGD(0.01)
    optimizer.minimize(lambda: slope(w) ** 2, [w], steps=3000)
    assert len(set(optimizer.losses[-50:].tolist())) == 50


class Layer:
    mean = 1.0

    def __call__(self, x):
        return x


class Numbers(list):
    mean = 1.0


class Weight(float):
    k = 1.0

    def __sub__(self, other):
        return self.k - other


OWN = {
    "a callable": (lambda: Layer(), "mean", lambda x, one: x - one.mean),
    "a list": (lambda: Numbers([0.0]), "mean", lambda x, one: x - one.mean),
    "a number": (lambda: Weight(5.0), "k", lambda x, one: one - x),
}


@pytest.mark.parametrize("name", OWN)
def test_attributes_that_tensors_have_as_well(w, name):
    make, attribute, part = OWN[name]
    things = [make()]

    def loss():
        x = w
        for one in things:
            x = part(x, one)
        return x**2

    def change():
        setattr(things[0], attribute, getattr(things[0], attribute) + 3)

    assert centre(loss, w, change) == [1.0, 4.0, 7.0]


def test_an_array_that_is_opened_again(w):
    data = np.array([1.0, 1.0])
    data.flags.writeable = False

    def change():
        data.flags.writeable = True
        data[:] += 3
        data.flags.writeable = False

    assert centre(lambda: tw.reduce_mean((w - data) ** 2), w, change) == [1.0, 4.0, 7.0]


class LikeAbs:
    """What calls itself equal to a function of Python's."""

    def __init__(self):
        self.k = 1.0

    def __hash__(self):
        return hash(abs)

    def __eq__(self, other):
        return True

    def __call__(self, x):
        return x - self.k


def test_what_calls_itself_equal_to_a_builtin(w):
    thing = LikeAbs()

    def change():
        thing.k += 3

    assert centre(lambda: thing(w) ** 2, w, change) == [1.0, 4.0, 7.0]


@pytest.mark.parametrize("jit_compile", [None, True, False])
@pytest.mark.parametrize("held", ["a method of an array", "a view of bytes"])
def test_odd_things_are_read_as_python_reads_them(w, held, jit_compile):
    dot, view = np.array([1.0, 2.0, 3.0]).dot, memoryview(bytearray([6]))
    target = (lambda: dot(np.ones(3))) if held == "a method of an array" else (lambda: view[0])
    tw.optimizers.SGD(0.1).minimize(
        lambda: (w - target()) ** 2, [w], steps=400, jit_compile=jit_compile
    )
    assert float(w) == pytest.approx(6.0)
