"""`check_numerics` and the watch: which element, which op, which line; and no false alarms."""

from __future__ import annotations

import threading

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.outcomes import WATCHERS
from thalweg.core.recording import STATE


@pytest.fixture
def watched():
    tw.debugging.enable_check_numerics()
    yield
    tw.debugging.disable_check_numerics()
    assert STATE.recorders == ()
    assert WATCHERS == []


@pytest.mark.parametrize("check", [tw.debugging.check_numerics, tw.debugging.assert_all_finite])
def test_the_error_says_what_stands_where(check):
    x = tw.constant([[1.0, 2.0], [np.inf, np.nan]])
    with pytest.raises(tw.NumericsError) as caught:
        check(x, "the weights")  # this very line
    said = str(caught.value)
    assert said.startswith("the weights : Tensor had Inf and NaN values: 1 Inf and 1 NaN of 4")
    assert "the first inf at [1, 0]" in said
    assert "test_numerics.py:" in said
    assert "# this very line" in said
    assert isinstance(caught.value, FloatingPointError)


def test_what_is_finite_passes_with_its_gradient():
    x = tw.Variable([1.0, -0.0])
    with tw.GradientTape() as outer:
        with tw.GradientTape() as tape:
            y = tw.debugging.check_numerics(x * x, message="x") * 3.0
        slope = tape.gradient(y, x)
    assert slope.numpy().tolist() == [6.0, 0.0]
    assert outer.gradient(slope, x).numpy().tolist() == [6.0, 6.0]


def test_whole_numbers_are_refused():
    with pytest.raises(tw.DTypeError, match="takes floats, not int32"):
        tw.debugging.check_numerics([1], "x")


def test_nothing_stays_behind():
    before = STATE.here.followed
    tw.debugging.enable_check_numerics()
    tw.debugging.enable_check_numerics(stack_height_limit=5, path_length_limit=5)
    assert len(STATE.recorders) == 1
    tw.debugging.disable_check_numerics()
    tw.debugging.disable_check_numerics()
    assert STATE.recorders == ()
    assert STATE.here.followed is before is None
    assert float(tw.math.log(0.0)) == -np.inf


def test_it_can_be_turned_on_and_off_while_a_tape_records():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        a = x * x
        tw.debugging.enable_check_numerics()
        b = a * x
        with pytest.raises(tw.NumericsError):
            tw.math.log(x - 3.0)
        tw.debugging.disable_check_numerics()
        c = b + 1.0 / (x - 3.0) * 0.0
    assert STATE.recorders == ()
    assert np.isnan(float(c))
    assert float(tape.gradient(b, x)) == 27.0


RAISED = {
    "log": (lambda: tw.math.log([1.0, 0.0]), r"^log: .*1 Inf of 2, the first -inf at \[1\].*x float32\[2\] from 0.0 to 1.0, there 0.0"),
    "operator": (lambda: tw.constant([1.0]) / 0.0, r"^divide: .*y 0.0"),
    "inf * 0": (lambda: tw.constant(np.inf) * 0.0, "^multiply: .*had NaN values: it is nan"),
    "inf - inf": (lambda: tw.constant([np.inf]) - tw.constant([np.inf]), "^subtract: "),
    "NumPy's": (lambda: np.sqrt(tw.constant(-1.0)), "^sqrt: "),
    "reduction": (lambda: tw.reduce_prod(tw.constant([1e30, 1e30])), "^reduce_prod: "),
    "made of ops": (lambda: tw.nn.batch_normalization([1.0], 0.0, -1.0, None, None, 0.0), "^batch_normalization: .*NaN"),
    "several inputs": (lambda: tw.concat([tw.constant([1.0]), tw.exp([1000.0])], 0), "^exp: "),
    "loss": (lambda: tw.losses.MSE([1.0], [1e30]), "had Inf values"),
}  # fmt: skip


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("name", RAISED)
def test_the_op_that_makes_it_raises(name):
    call, words = RAISED[name]
    with pytest.raises(tw.NumericsError, match=words) as caught:
        call()
    assert "test_numerics.py:" in str(caught.value)


def grad(f, *values):
    variables = [tw.Variable(one) for one in values]
    with tw.GradientTape() as tape:
        y = f(*variables)
    return tape.gradient(y, variables)


@pytest.mark.usefixtures("watched")
def test_a_gradient_names_its_op_and_the_forward_line():
    with pytest.raises(tw.NumericsError) as caught:
        grad(lambda v: tw.sqrt(v) * 2.0, [1.0, 0.0])  # the forward line
    said = str(caught.value)
    assert said.startswith("the gradient of sqrt, which was called at ")
    assert "# the forward line" in said.partition(": the answer")[0]
    assert "return tape.gradient(y, variables)" in said


@pytest.mark.usefixtures("watched")
def test_a_tangent_is_watched():
    v = tw.Variable([0.0])
    with (
        pytest.raises(tw.NumericsError, match="the tangent of sqrt"),
        tw.autodiff.ForwardAccumulator(v, tw.ones([1])),
    ):
        tw.sqrt(v)


@pytest.mark.usefixtures("watched")
def test_a_second_derivative_is_watched():
    v = tw.Variable(0.0, dtype=tw.float64)
    with tw.GradientTape() as outer:
        with tw.GradientTape() as tape:
            y = v**1.5
        slope = tape.gradient(y, v)
    assert float(slope) == 0.0
    with pytest.raises(tw.NumericsError, match="the gradient of "):
        outer.gradient(slope, v)


QUIET = {
    "a NaN that was there": lambda: tw.constant([np.nan]) + 1.0,
    "an infinity that was there": lambda: tw.constant([np.inf]) * 2.0,
    "masked with -inf": lambda: tw.nn.softmax([1.0, -np.inf]),
    "divide_no_nan": lambda: tw.math.divide_no_nan([1.0], [0.0]),
    "whole numbers": lambda: tw.constant([1, 2]) + 1,
    "truth values": lambda: tw.constant([1.0]) > 0.0,
    "where and its gradient": lambda: grad(lambda v: tw.where(v > 0, tw.sqrt(v), 0.0), [1.0, 0.0]),
    "std of equal numbers": lambda: grad(tw.math.reduce_std, [1.0, 1.0]),
    "norm of zeros": lambda: grad(tw.norm, [0.0, 0.0]),
    "x**0 at 0": lambda: grad(lambda v: v**0, [0.0]),
    "0**0": lambda: grad(lambda a, b: a**b, [0.0], [0.0]),
    "prod with zeros": lambda: grad(tw.reduce_prod, [0.0, 2.0, 0.0]),
    "clip by norm": lambda: grad(lambda v: tw.clip_by_norm(v, 1.0), [0.0, 0.0]),
    "crossentropy far out": lambda: grad(
        lambda z: tw.nn.softmax_cross_entropy_with_logits([[0.0, 1.0]], z), [[1e4, -1e4]]
    ),
    "jacobian": lambda: tw.jacobian(lambda v: v * v)(tw.constant([1.0, 0.0])),
}


@pytest.mark.usefixtures("watched")
@pytest.mark.parametrize("name", QUIET)
def test_no_false_alarms(name):
    QUIET[name]()


@pytest.mark.usefixtures("watched")
def test_gradients_are_the_same_while_watched():
    found = grad(lambda v: tw.reduce_sum(tw.tanh(v) * v), [0.5, 1.0])[0]
    tw.debugging.disable_check_numerics()
    expected = grad(lambda v: tw.reduce_sum(tw.tanh(v) * v), [0.5, 1.0])[0]
    np.testing.assert_array_equal(found.numpy(), expected.numpy())


@pytest.mark.usefixtures("watched")
def test_other_threads_are_not_watched():
    found = []

    def elsewhere():
        found.append(float(tw.math.log(0.0)))
        found.append(float(tw.nn.batch_normalization(1.0, 0.0, -1.0, None, None, 0.0)))
        found.append(float(grad(tw.sqrt, 0.0)[0]))

    other = threading.Thread(target=elsewhere)
    other.start()
    other.join()
    assert found[0] == -np.inf
    assert np.isnan(found[1])
    assert found[2] == np.inf


@pytest.mark.usefixtures("watched")
def test_a_function_with_a_gradient_of_the_users_own():
    @tw.custom_gradient
    def root(x):
        y = tw.sqrt(x)
        return y, lambda g: g / (2 * y)

    with pytest.raises(tw.NumericsError, match="divide: "):
        grad(root, 0.0)
