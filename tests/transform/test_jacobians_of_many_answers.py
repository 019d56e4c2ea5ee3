"""Jacobians take the cheaper way, and many sweeps in a traced function are turns of one loop."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.tape import jacobians
from thalweg.transform import matrices
from thalweg.transform.tracing import trace

START = np.array([1.3, 0.1, 1.0, 0.2])


def pendulum(xp, stacked, p):
    """Euler's steps of a damped pendulum, the angle after each."""

    def turn(state, _):
        angle, speed = state
        return (angle + 0.05 * speed, speed - 0.05 * (p[0] * p[0] * xp.sin(angle) + p[1] * speed))

    return stacked(turn, (p[2], p[3]))


def in_a_scan(turn, state):
    return tw.scan(turn, tw.range(40), initializer=state)[0]


def in_python(turn, state):
    met = []
    for _ in range(40):
        state = turn(state, 0)
        met.append(state[0])
    return np.array(met)


def swinging(p):
    return pendulum(tw, in_a_scan, [p[k] for k in range(4)])


def wanted():
    """By complex steps."""
    along = [START + 1e-30j * axis for axis in np.eye(4)]
    return np.column_stack([np.imag(pendulum(np, in_python, p)) / 1e-30 for p in along])


def by_tape(p):
    with tw.GradientTape() as tape:
        tape.watch(p)
        y = swinging(p)
    return tape.jacobian(y, p)


WAYS = {
    "default": tw.jacobian(swinging),
    "reverse": tw.jacobian(swinging, mode="reverse"),
    "forward": tw.jacobian(swinging, mode="forward"),
    "tape": by_tape,
}


@pytest.mark.parametrize("name", WAYS)
def test_all_ways_have_the_same_jacobian_traced_or_not(name):
    p = tw.constant(START)
    np.testing.assert_allclose(WAYS[name](p), wanted(), rtol=1e-11, atol=1e-12)
    function = tw.function(WAYS[name])
    for _ in range(3):
        np.testing.assert_allclose(function(p), wanted(), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", ["reverse", "tape"])
def test_sweeps_are_written_down_once(name):
    p = tw.constant(START)
    _, written = trace(WAYS[name], [p], {}, [p])
    assert written.obstacle is None
    assert len(written.graph) < 100  # forty sweeps would be some thousands


def test_few_sweeps_and_rows_of_a_batch():
    weights = np.random.default_rng(0).normal(size=(3, 6))
    x = tw.constant(np.random.default_rng(1).normal(size=(5, 3)))

    def rows(x):
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = tw.tanh(x @ weights)
        return tape.batch_jacobian(y, x)

    slopes = 1.0 - np.tanh(x.numpy() @ weights) ** 2
    by_hand = slopes[:, :, None] * weights.T[None]
    np.testing.assert_allclose(rows(x), by_hand, rtol=1e-12)
    np.testing.assert_allclose(tw.function(rows)(x), by_hand, rtol=1e-12)
    assert weights.shape[1] > jacobians.FEW


def test_what_no_sweep_comes_to_is_none_or_zeros():
    @tw.function
    def both(x, y):
        with tw.GradientTape(persistent=True) as tape:
            tape.watch([x, y])
            z = x * x
        zeros = tape.jacobian(z, [x, y], unconnected_gradients="zero")
        assert tape.jacobian(z, y) is None
        return zeros

    x = tw.constant(np.arange(6.0))
    by_x, by_y = both(x, tw.constant(np.ones(2)))
    np.testing.assert_array_equal(by_x, np.diag(2.0 * np.arange(6.0)))
    np.testing.assert_array_equal(by_y, np.zeros((6, 2)))


def test_the_default_counts(monkeypatch):
    swept, real = [], matrices._columns
    monkeypatch.setattr(matrices, "_columns", lambda *given: swept.append(1) or real(*given))

    def tall(x):
        return tw.concat([x, x * x], 0)

    def wide(x):
        return tw.reduce_sum(x * x, keepdims=True)

    x = tw.constant([1.0, 2.0])
    tw.jacobian(wide)(x)
    assert swept == []
    np.testing.assert_array_equal(tw.jacobian(tall)(x), [[1, 0], [0, 1], [2, 0], [0, 4]])
    assert swept == [1]
    nested = tw.jacobian(lambda pair: tall(pair["a"]))({"a": x})
    np.testing.assert_array_equal(nested["a"], [[1, 0], [0, 1], [2, 0], [0, 4]])
    assert swept == [1]


def test_a_gradient_of_the_users_own_is_what_it_says():
    @tw.custom_gradient
    def clipped(x):
        return x * x, lambda upstream: tw.clip_by_value(upstream, -0.5, 0.5) * x

    x = tw.constant([1.0, 2.0])
    found = tw.jacobian(lambda x: tw.concat([clipped(x), 3.0 * x], 0))(x)
    np.testing.assert_array_equal(found, [[0.5, 0], [0, 1], [3, 0], [0, 3]])


def test_a_jacobian_of_many_answers_is_differentiated_again():
    x = tw.constant(np.array([0.3, -0.7]))

    def tall(x):
        return tw.concat([tw.sin(x), x * x * x], 0)

    curved = tw.jacobian(tw.jacobian(tall))(x).numpy()
    wanted = np.zeros((4, 2, 2))
    for k, at in enumerate(x.numpy()):
        wanted[k, k, k], wanted[2 + k, k, k] = -np.sin(at), 6.0 * at
    np.testing.assert_allclose(curved, wanted, rtol=1e-14, atol=1e-15)
    slope = tw.grad(lambda x: tw.reduce_sum(tw.jacobian(tall)(x) ** 2))(x).numpy()
    at = x.numpy()
    np.testing.assert_allclose(
        slope, -2 * np.cos(at) * np.sin(at) + 2 * 3 * at**2 * 6 * at, rtol=1e-13
    )


def test_integers_among_the_answers_have_no_slope():
    x = tw.constant([1.0, 2.0])
    found = tw.jacobian(lambda x: (tw.concat([x, x, x], 0), tw.cast(x, tw.int32)))(x)
    np.testing.assert_array_equal(found[0], np.tile(np.eye(2), (3, 1)))
    np.testing.assert_array_equal(found[1], np.zeros((2, 2)))
