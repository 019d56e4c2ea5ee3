"""An optimizer applies a Variable's constraint after each step, compiled or not, as Keras does."""

from __future__ import annotations

import copy

import numpy as np
import pytest

import thalweg as tw


def inside(w):
    return tw.clip_by_value(w, 0.0, 1.0)


@pytest.mark.parametrize("jit_compile", [None, True, False])
@pytest.mark.parametrize("steps", [1, 50, 400])
def test_the_constraint_holds_after_each_step(steps, jit_compile):
    c = tw.Variable(np.array([0.5, 0.2]), constraint=inside)
    optimizer = tw.optimizers.SGD(0.1, momentum=0.9)
    optimizer.minimize(
        lambda: tw.reduce_sum((c - [3.0, 0.4]) ** 2), [c], steps=steps, jit_compile=jit_compile
    )
    w, velocity = np.array([0.5, 0.2]), np.zeros(2)
    for _ in range(steps):
        velocity = 0.9 * velocity - 0.1 * 2 * (w - [3.0, 0.4])
        w = np.clip(w + velocity, 0.0, 1.0)
    np.testing.assert_allclose(c.numpy(), w, rtol=1e-13)
    if jit_compile and steps > 2:
        assert "a Variable has a constraint" in optimizer.why_not_compiled


def test_a_constraint_inside_of_a_compiled_step():
    c, optimizer = tw.Variable(0.5, constraint=inside), tw.optimizers.SGD(1.0)

    @tw.function
    def step():
        with tw.GradientTape() as tape:
            loss = (c - 3.0) ** 2
        optimizer.apply_gradients([(tape.gradient(loss, c), c)])

    for _ in range(4):
        step()
        assert float(c) == 1.0
    assert "constraint" in step.why_not_compiled()


def test_copies_have_it_too():
    c = tw.Variable([2.0], constraint=inside)
    for one in (copy.deepcopy(c), copy.copy(c)):
        assert one.constraint is inside
    assert tw.Variable(1.0).constraint is None


def test_what_cannot_be_called_is_refused():
    with pytest.raises(TypeError, match=r"constraint is 'positive'; a function"):
        tw.Variable(1.0, constraint="positive")
