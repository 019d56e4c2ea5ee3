"""Many steps in one loop of machine code come to where single steps in Python come to."""

from __future__ import annotations

import os
import signal
import threading
import time
import tracemalloc
import warnings

import numpy as np
import pytest

import thalweg as tw
from thalweg.optimizers import SGD, Adagrad, Adam, RMSprop, compiled_steps, optimizer
from thalweg.transform import worth


@pytest.fixture(autouse=True)
def compiled_at_once(request, monkeypatch):
    """Few steps are compiled as many are, where a test does not ask when that pays."""
    if "pays" not in request.node.name:
        monkeypatch.setattr(worth, "MADE_AT", 0.0)
        monkeypatch.setattr(worth, "MADE_FOR_A_NODE", 0.0)
        monkeypatch.setattr(optimizer, "WORTH_A_TRACE", 16)


MAKERS = {
    "SGD": lambda: SGD(0.05),
    "momentum": lambda: SGD(0.05, momentum=0.9),
    "nesterov": lambda: SGD(0.05, momentum=0.9, nesterov=True),
    "Adagrad": lambda: Adagrad(0.1),
    "RMSprop": lambda: RMSprop(0.01),
    "centered RMSprop": lambda: RMSprop(0.01, momentum=0.5, centered=True),
    "Adam": lambda: Adam(0.05),
    "AMSGrad": lambda: Adam(0.05, amsgrad=True),
    "SGD that decays": lambda: SGD(0.05, momentum=0.5, weight_decay=0.1),
    "Adam that decays": lambda: Adam(0.05, weight_decay=0.01),
}
PLACES = np.random.default_rng(3).normal(size=(5, 3))


class Problem:
    """A small fit with a matrix and a scalar as Variables."""

    def __init__(self, dtype, more=()):
        rng = np.random.default_rng(1)
        self.a = tw.Variable(rng.normal(size=(3, 2)).astype(dtype))
        self.b = tw.Variable(np.asarray(0.3, dtype))
        self.variables = [self.a, self.b, *more]
        self.x = tw.constant(PLACES.astype(dtype))

    def loss(self):
        return tw.reduce_mean(tw.square(tw.tanh(self.x @ self.a) * self.b - 0.5))

    def state(self, optimizer):
        kept = [field for state in optimizer._states.values() for field in state]
        return [self.a.numpy(), self.b.numpy(), *[one for one in kept if one is not None]]


def singly(optimizer, problem, steps):
    """So many calls of one step each."""

    def step():
        return np.asarray(optimizer.minimize(problem.loss, problem.variables))

    return np.array([step() for _ in range(steps)])


def close(came, wanted, dtype):
    tolerance = 2e-5 if dtype == "float32" else 1e-11
    for one, other in zip(came, wanted, strict=True):
        assert type(one) is type(other)
        assert np.asarray(one).dtype == np.asarray(other).dtype
        np.testing.assert_allclose(one, other, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", MAKERS)
def test_many_steps_are_single_steps(name, dtype):
    one, other = Problem(dtype), Problem(dtype)
    compiled, eager = MAKERS[name](), MAKERS[name]()
    last = compiled.minimize(one.loss, one.variables, steps=70)
    wanted = singly(eager, other, 70)
    assert compiled.why_not_compiled == ""
    close(one.state(compiled), other.state(eager), dtype)
    assert compiled.losses.dtype == dtype
    close([compiled.losses], [wanted], dtype)
    close([last.numpy()], [wanted[-1][()]], dtype)
    assert compiled.iterations == eager.iterations == 70


@pytest.mark.parametrize("name", MAKERS)
def test_steps_of_both_kinds_follow_one_another(name):
    one, other = Problem("float64"), Problem("float64")
    compiled, eager = MAKERS[name](), MAKERS[name]()
    for rate, steps in ((0.02, 20), (0.01, 3), (0.03, 16), (0.01, 17)):
        compiled.learning_rate = eager.learning_rate = rate
        compiled.minimize(one.loss, one.variables, steps=steps)
        singly(eager, other, steps)
        close(one.state(compiled), other.state(eager), "float64")
    assert compiled.iterations == eager.iterations == 56


@pytest.mark.parametrize("name", MAKERS)
def test_apply_gradients_inside_of_a_function(name):
    one, other = Problem("float64"), Problem("float64")
    compiled, eager = MAKERS[name](), MAKERS[name]()

    @tw.function
    def step():
        with tw.GradientTape() as tape:
            loss = one.loss()
        compiled.apply_gradients(zip(tape.gradient(loss, one.variables), one.variables))  # noqa: B905 # as users write it
        return loss

    for turn in range(12):
        if turn == 6:
            compiled.learning_rate = eager.learning_rate = 0.007
        (wanted,) = singly(eager, other, 1)
        np.testing.assert_allclose(step(), wanted, rtol=1e-11)
    close(one.state(compiled), other.state(eager), "float64")
    assert step.why_not_compiled() == ""


def test_two_steps_in_one_function():
    one, other = Problem("float64"), Problem("float64")
    compiled, eager = Adam(0.05), Adam(0.05)

    @tw.function
    def twice():
        return compiled.minimize(one.loss, one.variables, steps=2)

    for _ in range(4):
        wanted = singly(eager, other, 2)[-1]
        np.testing.assert_allclose(twice(), wanted, rtol=1e-11)
    close(one.state(compiled), other.state(eager), "float64")
    assert twice.why_not_compiled() == ""


@pytest.mark.parametrize("name", MAKERS)
def test_a_variable_that_is_listed_twice_moves_twice_a_step(name):
    one, other = Problem("float64"), Problem("float64")
    for problem in (one, other):
        problem.variables += [problem.b, problem.a]
    compiled, eager = MAKERS[name](), MAKERS[name]()
    compiled.minimize(one.loss, one.variables, steps=40)
    singly(eager, other, 40)
    close(one.state(compiled), other.state(eager), "float64")
    assert compiled.why_not_compiled == ""


def halving(step):
    return 0.1 * 0.5**step


def test_a_schedule_runs_as_python_and_says_so():
    one, other = Problem("float64"), Problem("float64")
    many, single = SGD(halving), SGD(halving)
    many.minimize(one.loss, one.variables, steps=20)
    singly(single, other, 20)
    close(one.state(many), other.state(single), "float64")
    assert "schedule" in many.why_not_compiled


@pytest.mark.parametrize("times", [1, 2])
def test_a_schedule_inside_of_a_function_is_asked_for_each_step(times):
    one, other = Problem("float64"), Problem("float64")
    compiled, eager = SGD(halving), SGD(halving)
    step = tw.function(lambda: compiled.minimize(one.loss, one.variables, steps=times))
    for _ in range(4):
        step()
        singly(eager, other, times)
    close(one.state(compiled), other.state(eager), "float64")
    assert bool(step.why_not_compiled()) is (times == 2)


@pytest.mark.parametrize("limit", ["clipnorm", "clipvalue", "global_clipnorm"])
def test_clipped_gradients_run_as_python_and_say_so(limit):
    one, other = Problem("float64"), Problem("float64")
    many, single = SGD(0.5, **{limit: 0.01}), SGD(0.5, **{limit: 0.01})
    many.minimize(one.loss, one.variables, steps=20)
    singly(single, other, 20)
    close(one.state(many), other.state(single), "float64")
    assert "clips gradients" in many.why_not_compiled
    assert "test_compiled_steps.py" in many.why_not_compiled


def test_a_variable_without_a_gradient_stays():
    beside = tw.Variable([5.0])
    one, other = Problem("float64", [beside]), Problem("float64")
    compiled, eager = Adam(0.05), Adam(0.05)
    with pytest.warns(UserWarning, match="Gradients do not exist for variables") as met:
        compiled.minimize(one.loss, one.variables, steps=30)
    assert met[0].filename == __file__
    singly(eager, other, 30)
    close(one.state(compiled), other.state(eager), "float64")
    np.testing.assert_array_equal(beside, [5.0])


def test_all_variables_that_the_loss_reads():
    w = tw.Variable(1.0)
    optimizer = SGD(0.25)
    last = optimizer.minimize(lambda: (w - 3.0) ** 2, steps=60)
    assert float(w) == 3.0
    assert float(last) == 0.0
    assert optimizer.losses.shape == (60,)


def test_a_variable_made_by_the_first_step():
    made = {}

    def loss():
        if "w" not in made:
            made["w"] = tw.Variable(1.0)
        return (made["w"] - 3.0) ** 2

    optimizer = SGD(0.25)
    optimizer.minimize(loss, steps=40)
    np.testing.assert_allclose(optimizer.losses, [4.0 * 0.25**k for k in range(40)], atol=1e-12)
    assert optimizer.why_not_compiled == ""
    assert optimizer.iterations == 40


def test_a_loss_that_python_decides_runs_as_python():
    w = tw.Variable(np.array(4.0))
    optimizer = SGD(0.5)
    optimizer.minimize(lambda: w * w if w > 1.0 else (w - 0.5) ** 2, [w], steps=20)
    assert float(w) == 0.5
    assert "bool() takes a value out to Python" in optimizer.why_not_compiled
    assert "test_compiled_steps.py" in optimizer.why_not_compiled
    assert optimizer.losses.shape == (20,)


@pytest.mark.parametrize("size", [1, 5000])
def test_what_the_loss_sets_and_never_reads_goes_along(size):
    def parts():
        w = tw.Variable(np.linspace(0.0, 1.0, size))
        last, copied, count = (
            tw.Variable(0.0, dtype="float64"),
            tw.Variable(w),
            tw.Variable(0, trainable=False),
        )

        def loss():
            total = tw.reduce_mean(tw.square(w - 3.0))
            last.assign(total)
            copied.assign(w)
            count.assign(7)
            return total

        return loss, w, last, copied, count

    loss, *mine = parts()
    other, *wanted = parts()
    compiled, eager = SGD(0.05, momentum=0.5), SGD(0.05, momentum=0.5)
    for steps in (40, 41):
        compiled.minimize(loss, [mine[0]], steps=steps)
        for _ in range(steps):
            eager.minimize(other, [wanted[0]])
        close([one.numpy() for one in mine], [one.numpy() for one in wanted], "float64")
        assert compiled.why_not_compiled == ""


def batches(rows):
    taken = iter(rows)
    return lambda w: tw.reduce_sum(tw.square(w - next(taken)))


def counted(_):
    count = 0

    def loss(w):
        nonlocal count
        count += 1
        return tw.reduce_sum(tw.square(w)) * (3.0 if count % 7 == 0 else 1.0)

    return loss


class Kept:
    def __init__(self, _):
        self.rate, self.seen = 1.0, {}

    def __call__(self, w):
        self.rate *= 0.9
        return tw.reduce_sum(tw.square(w)) * self.rate


class Growing:
    def __init__(self, _):
        self.seen = []

    def __call__(self, w):
        self.seen.append(None)
        return tw.reduce_sum(tw.square(w)) * (3.0 if len(self.seen) > 20 else 1.0)


@pytest.mark.parametrize("make", [batches, counted, Kept, Growing])
def test_a_loss_that_python_changes_from_step_to_step_runs_as_python(make):
    rows = np.random.default_rng(5).normal(size=(80, 3))
    one, other = tw.Variable(np.ones(3)), tw.Variable(np.ones(3))
    compiled, eager = SGD(0.1), SGD(0.1)
    mine, wanted = make(rows), make(rows)
    for steps in (40, 37):
        compiled.minimize(lambda: mine(one), [one], steps=steps)
        for _ in range(steps):
            eager.minimize(lambda: wanted(other), [other])
        np.testing.assert_array_equal(one, other)
        assert "from step to step" in compiled.why_not_compiled or (
            "the same at each step" in compiled.why_not_compiled
        )
        assert "test_compiled_steps.py" in compiled.why_not_compiled


def test_a_loss_that_reads_another_variable_each_time_runs_as_python():
    one, other = [[tw.Variable(1.0), tw.Variable(2.0)] for _ in range(2)]
    compiled, eager = SGD(0.1), SGD(0.1)

    def turns(variables):
        order = iter(range(100))
        return lambda: tw.square(variables[next(order) % 2])

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # there is no gradient for the other one
        compiled.minimize(turns(one), one, steps=31)
        loss = turns(other)
        for _ in range(31):
            eager.minimize(loss, other)
    np.testing.assert_array_equal(one, other)
    assert "does not compute the same at each step" in compiled.why_not_compiled


def test_machine_code_whatever_the_loss_does_beside_and_none_at_all():
    heard = []
    w = tw.Variable(1.0)

    def loss():
        heard.append(0)
        return tw.square(w - 3.0)

    optimizer = SGD(0.25)
    optimizer.minimize(loss, [w], steps=60, jit_compile=True)
    assert (len(heard), optimizer.why_not_compiled) == (2, "")
    assert optimizer.losses.shape == (60,)
    optimizer.minimize(loss, [w], steps=60, jit_compile=False)
    assert len(heard) == 62


@pytest.mark.parametrize("steps", [-1, 1.5, "3", None])
def test_steps_that_are_no_number_of_steps(steps):
    w = tw.Variable(1.0)
    with pytest.raises(ValueError, match=r"steps is .*; a whole number from 0 on was wanted"):
        SGD(0.1).minimize(lambda: w * w, [w], steps=steps)


def test_a_row_that_is_not_there_is_told_with_the_state_of_the_steps_before():
    w, at = tw.Variable(np.array(0.0)), tw.Variable(0, trainable=False)
    table = tw.constant(np.arange(30.0))

    def loss():
        value = w * tw.gather(table, at)
        at.assign_add(1)
        return value

    optimizer = SGD(1.0)
    with pytest.raises(IndexError, match="index 30 is out of bounds"):
        optimizer.minimize(loss, [w], steps=90)
    assert float(w) == -sum(range(30))
    assert optimizer.iterations == 30
    assert len(optimizer.losses) == 30


@pytest.mark.skipif(os.name == "nt", reason="os.kill ends the process there")
def test_ctrl_c_is_heard_soon_and_leaves_whole_steps():
    rng = np.random.default_rng(0)
    w, v = tw.Variable(rng.normal(size=200)), tw.Variable(np.zeros(()))
    optimizer = Adam(1e-9)

    def loss():
        v.assign_add(1.0)
        return tw.reduce_sum(tw.sin(w) * w) + 0.0 * v

    def interrupt():
        time.sleep(0.6)
        os.kill(os.getpid(), signal.SIGINT)

    sender = threading.Thread(target=interrupt)
    before = signal.getsignal(signal.SIGINT)
    sender.start()
    with pytest.raises(KeyboardInterrupt):
        optimizer.minimize(loss, [w], steps=10**9)
    sender.join()
    assert signal.getsignal(signal.SIGINT) is before
    assert optimizer.why_not_compiled == ""
    assert optimizer.iterations == len(optimizer.losses) == int(v) > 64
    assert next(iter(optimizer._states.values())).steps == optimizer.iterations
    taken = int(optimizer.iterations)
    optimizer.minimize(loss, [w], steps=20)
    assert optimizer.iterations == int(v) == taken + 20


def test_memory_grows_by_the_losses_alone():
    w = tw.Variable(np.ones(1000))
    optimizer = Adam(1e-6)

    def loss():
        return tw.reduce_sum(tw.square(w))

    optimizer.minimize(loss, [w], steps=50)
    peaks = []
    for steps in (2_000, 40_000):
        tracemalloc.start()
        optimizer.minimize(loss, [w], steps=steps)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert optimizer.losses.nbytes == 8 * steps
    assert peaks[1] - peaks[0] < 3 * 8 * 38_000


def test_what_is_read_of_an_optimizer_inside_of_a_function_is_no_constant():
    w = tw.Variable(1.0)
    optimizer = SGD(0.1)
    seen = tw.function(lambda x: x * optimizer.learning_rate + optimizer.iterations)
    for turn in range(4):
        optimizer.learning_rate = 0.1 * (turn + 1)
        optimizer.apply_gradients([(tw.constant(1.0), w)])
        x = tw.constant(2.0)
        np.testing.assert_allclose(seen(x), 0.2 * (turn + 1) + turn + 1, rtol=1e-6)
    assert "learning rate" in seen.why_not_compiled()


def test_refusals_of_a_step_are_the_same_inside_of_a_function():
    w = tw.Variable([1.0, 2.0])
    step = tw.function(lambda g: SGD(0.1).apply_gradients([(g, w)]))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(ValueError, match="has shape"):
                step(tw.constant([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(w, [1.0, 2.0])


def steps_written_down(monkeypatch):
    """A list that grows by one for each loop that is made."""
    made, real = [], compiled_steps._compiled
    monkeypatch.setattr(compiled_steps, "_compiled", lambda *given: made.append(1) or real(*given))
    return made


def test_machine_code_is_made_where_it_pays(monkeypatch):
    made = steps_written_down(monkeypatch)
    w = tw.Variable(np.array(1.0))
    few, many = SGD(0.1), SGD(0.1)
    few.minimize(lambda: (w - 3.0) ** 2, [w], steps=100)
    assert not made
    assert few.why_not_compiled == ""
    many.minimize(lambda: (w - 3.0) ** 2, [w], steps=20_000)
    assert len(made) == 1
    assert many.why_not_compiled == ""


def test_a_call_of_few_steps_pays_in_the_end(monkeypatch):
    made = steps_written_down(monkeypatch)
    one, other = Problem("float64"), Problem("float64")
    parts, whole = Adam(0.01), Adam(0.01)
    losses = []
    for _ in range(40):
        parts.minimize(one.loss, one.variables, steps=50)
        losses.append(parts.losses)
    assert 0 < len(made) < 40
    wanted = singly(whole, other, 2000)
    np.testing.assert_allclose(np.concatenate(losses), wanted, rtol=1e-9)


def test_a_large_step_pays_sooner(monkeypatch):
    made = steps_written_down(monkeypatch)
    w, x = tw.Variable(np.ones((300, 300))), tw.constant(np.ones((300, 300)) / 300)
    SGD(0.1).minimize(lambda: tw.reduce_mean((x @ w) ** 2), [w], steps=60)
    assert len(made) == 1
