"""Derivatives of derivatives through loops and branches: in all ways that they nest, compiled as in Python."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

X = np.array([0.3, 0.5, -0.2])
Y = np.array([-0.4, 0.9, 0.1])


def loss(v):
    """A loop that a value ends, one of a known length with few states, and a branch."""
    ended = tw.while_loop(
        lambda c: tw.reduce_sum(c * c) > 0.05, lambda c: [tw.sin(c) * v + c[::-1] * 0.3], [v],
        maximum_iterations=9,
    )[0]  # fmt: skip
    turned = tw.fori_loop(0, 5, lambda i, c: tw.sin(c) * v + c[::-1], v, checkpoint=2)
    branch = tw.cond(v[0] > 0.0, lambda: tw.reduce_sum(tw.exp(v) * v), lambda: v[1] * v[2])
    return tw.reduce_sum(ended**2) + tw.reduce_sum(tw.tanh(turned)) + branch


def forward_over_reverse(v):
    with tw.autodiff.ForwardAccumulator(v, v * v) as accumulator:
        slopes = tw.grad(loss)(v)
    return accumulator.jvp(slopes)


def reverse_over_forward(v):
    with tw.GradientTape() as tape:
        tape.watch(v)
        with tw.autodiff.ForwardAccumulator(v, tw.constant(Y)) as accumulator:
            y = loss(v)
        along = accumulator.jvp(y)
    return tape.gradient(along, v)


def forward_over_forward(v):
    with tw.autodiff.ForwardAccumulator(v, tw.constant(X)) as outer:
        with tw.autodiff.ForwardAccumulator(v, tw.constant(Y)) as inner:
            y = loss(v)
        along = inner.jvp(y)
    return outer.jvp(along)


def third(v):
    def second(p):
        return tw.reduce_sum(tw.grad(lambda q: tw.reduce_sum(tw.grad(loss)(q) * q))(p) * p)

    return tw.grad(second)(v)


def batched(v):
    with tw.GradientTape() as tape:
        rows = tw.stack([v, 2.0 * v])
        tape.watch(rows)
        y = tw.map_fn(lambda r: tw.sin(r) * r[0], rows)
    return tape.batch_jacobian(y, rows)


@pytest.mark.parametrize(
    "function",
    [
        forward_over_reverse,
        reverse_over_forward,
        forward_over_forward,
        third,
        batched,
        lambda v: tw.hessian(loss)(v),
        lambda v: tw.hvp(loss, v, v * v),
        lambda v: tw.jacobian(lambda q: tw.scan(lambda c, r: tw.tanh(c * r + q), q, q))(v),
    ],
)
def test_in_every_nesting(function):
    compiled = tw.function(function)
    for values in (X, X, 1.2 * X, Y):
        wanted = function(tw.constant(values)).numpy()
        found = compiled(tw.constant(values)).numpy()
        np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-13)
    assert compiled.why_not_compiled() == ""


def test_loops_beside_work_that_threads_share():
    def work(x, w):
        with tw.GradientTape() as tape:
            tape.watch([x, w])
            sums = tw.reduce_sum(tw.sin(x), 1)
            rows = tw.scan(lambda c, r: tw.tanh(c * w + r), sums, w)
            large = tw.fori_loop(0, 3, lambda i, m: m * 0.5 + tw.cos(m), x, checkpoint=2)
            y = tw.reduce_sum(rows) + tw.reduce_sum(tw.exp(-large * large))
        return [y, *tape.gradient(y, [x, w])]

    rng = np.random.default_rng(0)
    given = [tw.constant(rng.normal(size=(40, 5000))), tw.constant(rng.normal(size=30))]
    compiled, wanted = tw.function(work), work(*given)
    for _ in range(8):
        for one, other in zip(compiled(*given), wanted, strict=True):
            np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-10, atol=1e-11)
    assert compiled.why_not_compiled() == ""


def test_steps_of_an_optimizer_down_a_loss_with_loops():
    v, w = tw.Variable(X), tw.Variable(X)
    optimizer = tw.optimizers.SGD(0.01)
    optimizer.minimize(lambda: loss(v), [v], steps=40)
    assert optimizer.why_not_compiled == ""
    for _ in range(40):
        with tw.GradientTape() as tape:
            value = loss(w)
        w.assign_sub(0.01 * tape.gradient(value, w))
    np.testing.assert_allclose(v.numpy(), w.numpy(), rtol=1e-11)


@pytest.mark.parametrize("kept", [1, 2, 4, 7])
def test_few_states_and_what_comes_in_at_two_places(kept):
    """The start is read in the body too: two places, one value. Against the loop that keeps all."""

    def walked(checkpoint):
        def total(v):
            turned = tw.fori_loop(
                0, 5, lambda i, c: tw.sin(c) * v + c[::-1], v, checkpoint=checkpoint
            )
            return tw.reduce_sum(tw.tanh(turned))

        def all_of_them(v):
            with tw.autodiff.ForwardAccumulator(v, v * v) as accumulator:
                slopes = tw.grad(total)(v)
            return tw.stack([slopes, accumulator.jvp(slopes), tw.hvp(total, v, tw.constant(Y))])

        return all_of_them

    wanted = walked(None)(tw.constant(X)).numpy()
    np.testing.assert_allclose(walked(kept)(tw.constant(X)).numpy(), wanted, rtol=1e-12)
    compiled = tw.function(walked(kept))
    for _ in range(2):
        np.testing.assert_allclose(compiled(tw.constant(X)).numpy(), wanted, rtol=1e-12)
