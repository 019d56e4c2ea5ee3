"""The loss that minimize answers is that of the step; what is no loss is refused in words about it."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.optimizers import SGD


@pytest.mark.parametrize("steps", [1, 3, 40])
def test_a_loss_that_is_the_variable_is_its_value_before_the_step(steps):
    v = tw.Variable(np.array(2.0))
    descent = SGD(0.25)
    last = descent.minimize(lambda: v, [v], steps=steps)
    assert not isinstance(last, tw.Variable)
    np.testing.assert_array_equal(descent.losses, 2.0 - 0.25 * np.arange(steps))
    assert float(last) == descent.losses[-1]
    assert float(v) == 2.0 - 0.25 * steps


def test_a_variable_among_several_answers_is_a_value_too():
    v = tw.Variable(np.array(2.0))
    last = SGD(0.25).minimize(lambda: [v, v * v], [v])
    assert [float(one) for one in last] == [2.0, 4.0]
    assert float(v) == 2.0 - 0.25 * 5.0


def test_a_variable_that_a_tape_recorded():
    v = tw.Variable(np.array(2.0))
    with tw.GradientTape() as tape:
        loss = v
        _ = v * 1.0
    assert float(SGD(0.25).minimize(loss, [v], tape=tape)) == 2.0


@pytest.mark.parametrize("steps", [1, 40])
@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (None, r"returned None; did you forget to return a value\?"),
        ("loss", "returned the text 'loss'"),
        ([], "returned a list without a Tensor in it"),
        ((None, None), "returned a tuple without a Tensor in it"),
        (object(), "returned an object of object, which is no Tensor"),
    ],
)
def test_what_is_no_loss_is_named(answer, words, steps):
    v = tw.Variable(2.0)
    with pytest.raises(TypeError, match=rf"(?s)test_what_a_loss_answers.*{words}"):
        SGD(0.1).minimize(lambda: answer, [v], steps=steps)
    assert float(v) == 2.0


@pytest.mark.parametrize("answer", [3.0, np.ones(2)])
def test_a_number_left_the_tape(answer):
    with pytest.raises(TypeError, match="the value left the tape"):
        SGD(0.1).minimize(lambda: answer, [tw.Variable(2.0)])


def test_what_has_several_elements_is_summed():
    v = tw.Variable(np.array([1.0, 2.0]))
    SGD(0.25).minimize(lambda: v * v, [v])
    np.testing.assert_array_equal(v.numpy(), [0.5, 1.0])
