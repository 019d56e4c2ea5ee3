"""What an optimizer keeps is there as Variables: a loss may count by it, a file may hold it."""

from __future__ import annotations

import copy
import json
import pickle

import numpy as np
import pytest

import thalweg as tw
from thalweg.optimizers import SGD, Adagrad, Adam, RMSprop, optimizer
from thalweg.transform import worth

MAKERS = {
    "SGD": lambda: SGD(0.05),
    "momentum": lambda: SGD(0.05, momentum=0.9, nesterov=True),
    "Adagrad": lambda: Adagrad(0.1),
    "RMSprop": lambda: RMSprop(0.01, momentum=0.5, centered=True),
    "Adam": lambda: Adam(0.05, weight_decay=0.01),
    "AMSGrad": lambda: Adam(0.05, amsgrad=True),
}
PLACES = np.random.default_rng(3).normal(size=(5, 3))


@pytest.fixture(autouse=True)
def compiled_at_once(monkeypatch):
    monkeypatch.setattr(worth, "MADE_AT", 0.0)
    monkeypatch.setattr(worth, "MADE_FOR_A_NODE", 0.0)
    monkeypatch.setattr(optimizer, "WORTH_A_TRACE", 16)


class Fit:
    """A matrix in float32 and a scalar in float64, and an optimizer."""

    def __init__(self, descent):
        self.descent = descent
        self.a = tw.Variable(np.linspace(-1.0, 1.0, 6).reshape(3, 2).astype("float32"), name="a")
        self.b = tw.Variable(np.asarray(0.3), name="b")

    @property
    def variables(self):
        return [self.a, self.b]

    def loss(self):
        return tw.reduce_mean(tw.square(tw.tanh(PLACES @ self.a) * self.b - 0.5))

    def steps(self, count, compiled):
        self.descent.minimize(self.loss, self.variables, steps=count, jit_compile=compiled)
        assert self.descent.why_not_compiled == ""

    def all(self):
        return [one.numpy() for one in (*self.variables, *self.descent.variables)]


def same_bits(came, wanted):
    assert len(came) == len(wanted)
    for one, other in zip(came, wanted, strict=True):
        assert np.asarray(one).dtype == np.asarray(other).dtype
        assert np.asarray(one).tobytes() == np.asarray(other).tobytes()


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("name", MAKERS)
def test_a_run_goes_on_from_a_file_to_the_bit(name, compiled, tmp_path):
    whole, first = Fit(MAKERS[name]()), Fit(MAKERS[name]())
    whole.steps(50, compiled)
    # A new optimizer takes the first steps as Python, whose last digits may be others than a loop's.
    whole.descent = copy.copy(whole.descent)
    whole.steps(50, compiled)
    first.steps(50, compiled)
    np.savez(tmp_path / "run.npz", *first.all())
    (tmp_path / "run.json").write_text(json.dumps(first.descent.get_config()))

    config = json.loads((tmp_path / "run.json").read_text())
    second = Fit(type(first.descent).from_config(config))
    second.descent.build(second.variables)
    with np.load(tmp_path / "run.npz") as saved:
        parts = [*second.variables, *second.descent.variables]
        assert len(saved.files) == len(parts)
        for one, key in zip(parts, saved.files, strict=True):
            one.assign(saved[key])
    assert second.descent.iterations == 50
    same_bits(second.all(), first.all())
    second.steps(50, compiled)
    same_bits(second.all(), whole.all())


def test_the_variables_are_keras_s():
    fit = Fit(Adam(0.25, amsgrad=True))
    assert [one.name for one in fit.descent.variables] == ["iteration:0", "learning_rate:0"]
    fit.descent.build(fit.variables)
    fit.descent.build(fit.variables)
    names = [one.name for one in fit.descent.variables[2:]]
    parts = ["momentum", "velocity", "velocity_hat", "steps"]
    assert names == [f"{of}_{part}:0" for of in "ab" for part in parts]
    count, rate, momentum, *_ = fit.descent.variables
    assert all(isinstance(one, tw.Variable) and not one.trainable for one in fit.descent.variables)
    assert (count.dtype, rate.dtype, momentum.dtype) == ("int64", "float64", "float32")
    assert momentum.shape == (3, 2)
    rate.assign(0.5)
    assert fit.descent.learning_rate == 0.5
    count.assign_add(3)
    assert int(fit.descent.iterations) == 3
    fit.descent.iterations = 4
    assert count == 4
    with pytest.raises(ValueError, match="learning_rate"):
        rate.assign(-1.0)
    with pytest.raises(ValueError, match="Shape mismatch"):
        momentum.assign(np.zeros(3))
    with pytest.raises(TypeError, match=r"iterations is 1\.5; a whole number was wanted"):
        fit.descent.iterations = 1.5
    with pytest.raises(TypeError, match="Variables, not a float"):
        fit.descent.build([3.0])
    assert [one.name for one in SGD(0.1).variables] == ["iteration:0", "learning_rate:0"]
    assert [one.name for one in SGD(lambda step: 0.1).variables] == ["iteration:0"]


@pytest.mark.parametrize("name", MAKERS)
def test_what_is_assigned_is_what_the_next_step_goes_by(name):
    """Also where the step is a function that reads the memory and sets it."""
    fit, other = Fit(MAKERS[name]()), Fit(MAKERS[name]())
    for one in (fit, other):
        one.descent.build(one.variables)

    def turn(one):
        with tw.GradientTape() as tape:
            loss = one.loss()
        one.descent.apply_gradients(
            zip(tape.gradient(loss, one.variables), one.variables, strict=True)
        )
        for part in one.descent.variables[2:]:
            part.assign(part * 0.5 if part.name[-7:] != "steps:0" else part + 1.0)
        one.descent.variables[1].assign(one.descent.variables[1] * 0.9)
        return tw.cast(one.descent.iterations, tw.float64) * loss

    step = tw.function(lambda: turn(fit))
    for _ in range(6):
        np.testing.assert_allclose(step(), turn(other), rtol=1e-6)
    assert step.why_not_compiled() == ""
    for came, wanted in zip(fit.all(), other.all(), strict=True):
        np.testing.assert_allclose(came, wanted, rtol=2e-5, atol=1e-7)


@pytest.mark.parametrize("form", ["closure", "method"])
def test_a_loss_may_count_by_the_iterations(form):
    """f(w, t) = (w - 0.9ᵗ)²: with rate 1/2 each step goes to 0.9ᵗ, and the next loss is (0.1·0.9ᵗ)²."""
    descent, w = SGD(0.5), tw.Variable(np.array(0.0))

    class Model:
        def loss(self):
            return (w - 0.9**descent.iterations) ** 2

    model = Model()
    loss = model.loss if form == "method" else lambda: (w - 0.9**descent.iterations) ** 2
    for calls in (1, 2, 3):
        descent.minimize(loss, [w], steps=40)
        assert descent.why_not_compiled == ""
        assert descent.iterations == 40 * calls
        t = np.arange(40 * (calls - 1), 40 * calls)
        wanted = np.where(t == 0, 1.0, (0.1 * 0.9 ** (t - 1.0)) ** 2)
        np.testing.assert_allclose(descent.losses, wanted, rtol=1e-6)
    descent.iterations = 0
    descent.minimize(loss, [w], steps=40)
    np.testing.assert_allclose(w.numpy(), 0.9**39, rtol=1e-9)


def test_a_loss_that_takes_the_count_out_to_python_stays_there():
    descent, w = SGD(0.5), tw.Variable(np.array(0.0))
    descent.minimize(lambda: (w - float(descent.iterations)) ** 2, [w], steps=40)
    assert w.numpy() == 39.0
    assert "float() takes a value out to Python" in descent.why_not_compiled


@pytest.mark.parametrize(
    ("made", "words"),
    [
        (SGD(), "SGD(learning_rate=0.01)"),
        (SGD(0.5, 0.9, True), "SGD(learning_rate=0.5, momentum=0.9, nesterov=True)"),
        (Adam(1e-4, clipnorm=2, name="mine"), "Adam(learning_rate=0.0001, clipnorm=2.0, name='mine')"),
        (RMSprop(rho=0.5), "RMSprop(learning_rate=0.001, rho=0.5)"),
        (Adagrad(weight_decay=0.0), "Adagrad(learning_rate=0.001, weight_decay=0.0)"),
    ],
)  # fmt: skip
def test_an_optimizer_shows_its_arguments_and_is_made_of_them_again(made, words):
    assert repr(made) == words
    config = made.get_config()
    again = type(made).from_config(json.loads(json.dumps(config)))
    assert (repr(again), again.get_config()) == (words, config)


def test_a_schedule_is_part_of_the_config_as_it_is():
    config = SGD(abs).get_config()
    assert config["learning_rate"] is abs
    assert SGD.from_config(config).get_config() == config


def test_a_class_that_keeps_its_arguments_elsewhere_is_told_so():
    class Mine(SGD):
        def __init__(self, strength):
            super().__init__(strength)

    with pytest.raises(NotImplementedError, match=r"self\.strength, or write get_config"):
        Mine(0.5).get_config()


def pickled(one):
    return pickle.loads(pickle.dumps(one))  # noqa: S301 # what was just written


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_counts_and_remembers_by_itself(copied):
    w = tw.Variable(np.ones(2))
    one = Adam(0.1)
    one.apply_gradients([(np.ones(2), w)])
    before = [part.numpy() for part in one.variables]
    other = copied(one)
    same_bits([part.numpy() for part in other.variables], before)
    other.apply_gradients([(np.full(2, 3.0), w)])
    other.variables[1].assign(0.5)
    assert (other.iterations, other.learning_rate) == (2, 0.5)
    same_bits([part.numpy() for part in one.variables], before)
    assert not np.array_equal(other.variables[2], before[2])
