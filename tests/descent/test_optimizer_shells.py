"""The optimizers' classes: Keras' words, states by Variable, what happens without gradients."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import thalweg as tw
from thalweg.optimizers import SGD, Adagrad, Adam, RMSprop, adam

SHELLS = [SGD, Adagrad, RMSprop, Adam]

# Keras 3's signatures: name and default, in order.
KERAS = {
    SGD: {"learning_rate": 0.01, "momentum": 0.0, "nesterov": False},
    Adagrad: {"learning_rate": 0.001, "initial_accumulator_value": 0.1, "epsilon": 1e-7},
    RMSprop: {
        "learning_rate": 0.001,
        "rho": 0.9,
        "momentum": 0.0,
        "epsilon": 1e-7,
        "centered": False,
    },
    Adam: {
        "learning_rate": 0.001,
        "beta_1": 0.9,
        "beta_2": 0.999,
        "epsilon": 1e-7,
        "amsgrad": False,
    },
}


@pytest.mark.parametrize("shell", SHELLS)
def test_signature_begins_as_keras_does(shell):
    parameters = list(inspect.signature(shell).parameters.values())
    wanted = KERAS[shell]
    assert {p.name: p.default for p in parameters[: len(wanted)]} == wanted
    rest = [p.name for p in parameters[len(wanted) :]]
    assert rest == ["weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "name"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_shell_goes_down_a_bowl(shell):
    w = tw.Variable(np.array([3.0, -2.0]))
    optimizer = shell(0.1)

    def loss():
        return tw.reduce_sum(w * w)

    before = float(loss())
    optimizer.minimize(loss, [w], steps=50)
    assert float(loss()) < before
    assert optimizer.iterations == 50


def test_each_variable_has_its_own_state():
    a, b = tw.Variable(np.array([1.0])), tw.Variable(np.array([1.0]))
    optimizer = Adam(0.1)
    optimizer.apply_gradients([(tw.constant([1.0]), a)])
    optimizer.apply_gradients([(tw.constant([2.0]), a), (tw.constant([1.0]), b)])
    state, x = adam.init(np.ones(1)), np.ones(1)
    x, state = adam.update(np.array([1.0]), state, x, learning_rate=0.1)
    x, state = adam.update(np.array([2.0]), state, x, learning_rate=0.1)
    np.testing.assert_array_equal(a.numpy(), x)
    alone, _ = adam.update(np.ones(1), adam.init(np.ones(1)), np.ones(1), learning_rate=0.1)
    np.testing.assert_array_equal(b.numpy(), alone)


def test_a_variable_keeps_its_dtype_and_earlier_tapes_keep_the_old_value():
    w = tw.Variable([2.0])
    assert w.dtype == np.float32
    with tw.GradientTape() as tape:
        y = w * w
    SGD(np.float64(0.5)).apply_gradients([(np.array([1.0]), w)])
    assert w.dtype == np.float32
    assert w.numpy() == [1.5]
    assert tape.gradient(y, w).numpy() == [4.0]


def test_scalars_stay_scalars():
    w = tw.Variable(1.0)
    for shell in SHELLS:
        shell(0.1).apply_gradients([(tw.constant(1.0), w)])
        assert w.shape == ()
        assert w.dtype == np.float32


def test_a_schedule_is_asked_for_every_step():
    w = tw.Variable(np.array([0.0]))
    optimizer = SGD(lambda step: 1.0 / (step + 1))
    for _ in range(3):
        optimizer.apply_gradients([(np.array([1.0]), w)])
    assert w.numpy()[0] == -(1.0 + 0.5 + 1.0 / 3.0)


def test_the_rate_can_be_set():
    optimizer = SGD(0.1)
    optimizer.learning_rate = 0.5
    assert optimizer.learning_rate == 0.5


def test_clipping_and_decay():
    g = np.array([3.0, 4.0])
    w = tw.Variable(np.zeros(2))
    SGD(1.0, clipnorm=1.0).apply_gradients([(g, w)])
    np.testing.assert_allclose(w.numpy(), [-0.6, -0.8])
    w = tw.Variable(np.zeros(2))
    SGD(1.0, clipvalue=3.5).apply_gradients([(g, w)])
    np.testing.assert_allclose(w.numpy(), [-3.0, -3.5])
    a, b = tw.Variable(np.zeros(1)), tw.Variable(np.zeros(1))
    SGD(1.0, global_clipnorm=1.0).apply_gradients([(np.array([3.0]), a), (np.array([4.0]), b)])
    np.testing.assert_allclose([a.numpy()[0], b.numpy()[0]], [-0.6, -0.8])
    w = tw.Variable(np.array([10.0]))
    SGD(0.1, weight_decay=0.5).apply_gradients([(np.zeros(1), w)])
    np.testing.assert_allclose(w.numpy(), [9.5])
    with pytest.raises(ValueError, match="At most one of clipnorm"):
        SGD(clipnorm=1.0, clipvalue=1.0)


def test_no_gradients_at_all():
    w = tw.Variable([1.0], name="weights")
    with pytest.raises(ValueError, match=r"^No gradients provided for any variable.*weights"):
        SGD().apply_gradients([(None, w)])
    with pytest.raises(ValueError, match=r"^No gradients provided for any variable"):
        SGD().apply_gradients([])


def test_some_gradients_missing():
    w, unused = tw.Variable([1.0]), tw.Variable([1.0], name="unused")
    with pytest.warns(UserWarning, match="Gradients do not exist for variables.*unused"):
        SGD(0.5).apply_gradients([(tw.constant([1.0]), w), (None, unused)])
    assert w.numpy() == [0.5]
    assert unused.numpy() == [1.0]


def test_why_there_is_no_gradient_is_said():
    w = tw.Variable([1.0], name="w")
    with pytest.raises(ValueError, match=r"(?s)^No gradients provided.*test_optimizer_shells"):
        SGD().minimize(lambda: tw.constant(w.numpy()) * 2.0, [w])


@pytest.mark.parametrize("steps", [1, 40])
def test_the_warning_of_a_missing_gradient_names_the_user_s_line(steps):
    w, lost = tw.Variable(np.array([1.0])), tw.Variable(np.array([2.0]))
    with pytest.warns(UserWarning, match="Gradients do not exist") as told:
        SGD(0.25).minimize(lambda: w * w, [w, lost], steps=steps)
    with pytest.warns(UserWarning, match="Gradients do not exist") as also:
        SGD(0.25).apply_gradients([(tw.constant(np.array([1.0])), w), (None, lost)])
    assert {one.filename for one in [*told, *also]} == {__file__}


def test_why_one_gradient_is_missing_is_found_out_once(monkeypatch):
    """An explanation takes longer than a step; each set of Variables without gradient has one."""
    import thalweg.tape.explain as room

    w, lost = tw.Variable(np.array([1.0]), name="w"), tw.Variable(np.array([2.0]), name="lost")
    asked, explain = [], room.explain_missing

    def counted(tape, target, variables):
        asked.append([one.name for one in variables])
        return explain(tape, target, variables)

    monkeypatch.setattr(room, "explain_missing", counted)
    sgd = SGD(0.25)
    with pytest.warns(UserWarning, match=r"(?s)variables \['lost:0'\].*by \.numpy\(\)") as told:
        sgd.minimize(lambda: w * w * float(lost.numpy()[0]), [w, lost], steps=3)
    assert {one.filename for one in told} == {__file__}
    assert asked == [["lost:0"]]
    assert w.numpy() == [0.0]
    also = tw.Variable(np.array([3.0]), name="also")
    with pytest.warns(UserWarning, match="also"):
        sgd.minimize(lambda: w * w, [w, lost, also], steps=2)
    assert asked == [["lost:0"], ["lost:0", "also:0"]]


def test_a_wrong_shape_is_named():
    w = tw.Variable([1.0, 2.0], name="w")
    with pytest.raises(ValueError, match=r"'w:0' has shape \(3,\), the Variable \(2,\)"):
        SGD().apply_gradients([(np.ones(3), w)])


def test_minimize_with_a_tape():
    w = tw.Variable(np.array(2.0))
    with tw.GradientTape() as tape:
        loss = w * w
    SGD(0.25).minimize(loss, [w], tape=tape)
    assert float(w) == 1.0
    with pytest.raises(ValueError, match="no tape"):
        SGD().minimize(loss, [w])


def test_minimize_finds_the_variables_itself():
    w = tw.Variable(np.array(2.0))
    SGD(0.25).minimize(lambda: w * w)
    assert float(w) == 1.0


def test_apply_is_keras_3_s_word():
    w = tw.Variable(np.array(2.0))
    SGD(0.5).apply([tw.constant(2.0, dtype="float64")], [w])
    assert float(w) == 1.0
