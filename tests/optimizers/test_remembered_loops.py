"""Calls of `minimize` after the first run the machine code of the first, and see whatever has changed since.

Each story is told twice, call by call: by an optimizer that may remember, and by one that runs every step
as Python. After each call Variables, losses and counts must agree.
"""

from __future__ import annotations

import copy
import functools
import gc
import pickle
import signal
import types
import weakref

import numpy as np
import pytest

import thalweg as tw
from thalweg.optimizers import SGD, Adagrad, Adam, RMSprop

STEPS = 40
RNG = np.random.default_rng(7)
X, Y = RNG.normal(size=(6, 3)), RNG.normal(size=6)
SCALE = 1.0
DATA = X.copy()
HELPER = tw.square


def fresh():
    return tw.Variable(np.array([0.3, -0.2, 0.5]), name="w")


def squares(w, x, y):
    return tw.reduce_mean(tw.square(tw.linalg.matvec(x, w) - y))


def counting(optimizer):
    """Count the steps that run as Python."""
    steps, inner = [], optimizer._step

    def step(*given):
        steps.append(1)
        return inner(*given)

    optimizer._step = step
    return steps


class Told:
    """One story told by two optimizers.

    Args:
        make: makes an optimizer.
    """

    def __init__(self, make=lambda: SGD(0.05)):
        self.fast, self.plain = make(), make()
        self.w, self.v = fresh(), fresh()
        self.python = counting(self.fast)

    def both(self, do):
        for optimizer, w in ((self.fast, self.w), (self.plain, self.v)):
            do(optimizer, w)

    def call(self, loss_of, steps=STEPS, variables=True):
        """One call each; returns how many steps the first took as Python."""
        before = len(self.python)
        answers = []
        for optimizer, w, how in ((self.fast, self.w, None), (self.plain, self.v, False)):
            loss = loss_of(w)
            last = optimizer.minimize(
                loss, [w] if variables else None, steps=steps, jit_compile=how
            )
            answers.append(np.asarray(last))
        np.testing.assert_allclose(answers[0], answers[1], rtol=1e-9)
        np.testing.assert_allclose(self.w.numpy(), self.v.numpy(), rtol=1e-9)
        np.testing.assert_allclose(self.fast.losses, self.plain.losses, rtol=1e-9)
        assert self.fast.losses.shape == (steps,)
        assert self.fast.iterations == self.plain.iterations
        return len(self.python) - before


@pytest.fixture(autouse=True)
def worth_it_at_once(monkeypatch):
    """Machine code pays from the first call on."""
    monkeypatch.setattr("thalweg.optimizers.compiled_steps.cost_of_code", lambda nodes: 0.0)


@pytest.mark.parametrize(
    "make",
    [
        lambda: SGD(0.05),
        lambda: SGD(0.05, momentum=0.8, nesterov=True),
        lambda: Adam(0.05, amsgrad=True),
        lambda: RMSprop(0.05, momentum=0.5, centered=True),
        lambda: Adagrad(0.2, weight_decay=0.01),
    ],
)
def test_calls_after_the_first_run_no_step_as_python(make):
    told = Told(make)
    losses = {id(w): (lambda w=w: squares(w, DATA, Y)) for w in (told.w, told.v)}
    assert told.call(lambda w: losses[id(w)]) > 0
    told.fast._work = 1e9
    for steps in (STEPS, 7, 100):
        assert told.call(lambda w: losses[id(w)], steps) == 0
    told.both(lambda _, w: w.assign(w * 2.0))
    assert told.call(lambda w: losses[id(w)]) == 0
    assert told.fast.why_not_compiled == ""


def test_a_lambda_that_is_written_anew_each_time():
    told = Told()
    taken = [told.call(lambda w: lambda: squares(w, DATA, Y) * 2.0) for _ in range(4)]
    assert taken[0] > 0
    assert taken[1:] == [0, 0, 0]


class Model:
    def __init__(self, w):
        self.w, self.rate, self.parts, self.named = w, 1.0, [1.0, 2.0], {"shift": 0.5}
        self.data = X.copy()

    def value(self):
        return squares(self.w, self.data, Y) * self.rate + self.parts[0] * tw.reduce_sum(
            tw.square(self.w - self.named["shift"])
        )

    def __call__(self):
        return self.value()


def other_value(self):
    return tw.reduce_sum(tw.square(self.w))


CHANGES = {
    "a number": lambda m: setattr(m, "rate", 3.0),
    "an element": lambda m: m.parts.__setitem__(0, 0.25),
    "an entry": lambda m: m.named.update(shift=-1.0),
    "another list": lambda m: setattr(m, "parts", [7.0]),
    "an array in place": lambda m: m.data.__setitem__((0, 0), 9.0),
    "another array": lambda m: setattr(m, "data", -m.data),
    "an array of another shape": lambda m: setattr(m, "data", m.data[:, :3].astype("float32")),
    "a method": lambda m: setattr(m, "value", types.MethodType(other_value, m)),
}


@pytest.mark.parametrize("name", CHANGES)
@pytest.mark.parametrize("form", ["object", "method", "partial", "lambda"])
def test_what_an_object_holds_is_seen(name, form):
    told = Told()
    models = {id(w): Model(w) for w in (told.w, told.v)}

    def loss_of(w):
        m = models[id(w)]
        return {
            "object": m,
            "method": m.value,
            "partial": functools.partial(Model.value, m),
            "lambda": lambda: m(),
        }[form]

    told.call(loss_of)
    assert told.call(loss_of) == 0
    for m in models.values():
        CHANGES[name](m)
    told.call(loss_of)
    assert told.call(loss_of) == 0


def test_a_method_of_the_class_is_seen(monkeypatch):
    told = Told()
    models = {id(w): Model(w) for w in (told.w, told.v)}
    for _ in range(2):
        told.call(lambda w: models[id(w)])
    monkeypatch.setattr(Model, "value", other_value)
    assert told.call(lambda w: models[id(w)]) > 0


def test_globals_are_seen(monkeypatch):
    told = Told()

    def loss_of(w):
        return lambda: squares(w, DATA, Y) * SCALE + tw.reduce_sum(HELPER(w))

    for _ in range(2):
        told.call(loss_of)
    for name, value in (
        ("SCALE", 0.5),
        ("SCALE", -0.0),
        ("SCALE", np.float32(0.5)),
        ("HELPER", tw.exp),
        ("DATA", X[:, ::-1]),
    ):
        monkeypatch.setitem(globals(), name, value)
        told.call(loss_of)
        told.call(loss_of)
    monkeypatch.setitem(globals(), "Y", Y[0])
    told.call(loss_of)
    DATA[0, 0] += 1.0
    told.call(loss_of)
    DATA[0, 0] -= 1.0
    told.call(loss_of)


def test_defaults_and_texts_are_seen():
    told = Told()

    def loss_for(w):
        def loss(x=X, *, factor=1.0):
            return squares(w, x, Y) * factor

        return loss

    losses = {id(w): loss_for(w) for w in (told.w, told.v)}
    assert [told.call(lambda w: losses[id(w)]) > 0 for _ in range(2)] == [True, False]
    for loss in losses.values():
        loss.__kwdefaults__["factor"] = 0.5
    assert told.call(lambda w: losses[id(w)]) > 0
    for loss in losses.values():
        loss.__defaults__ = (X * 2.0,)
    told.call(lambda w: losses[id(w)])

    def another(w):
        def loss(x=X, *, factor=1.0):
            return squares(w, x, Y) * factor + tw.reduce_sum(w)

        return loss

    for w in (told.w, told.v):
        losses[id(w)].__code__ = another(w).__code__
    told.call(lambda w: losses[id(w)])


def test_settings_are_seen():
    told = Told(lambda: SGD(0.05, momentum=0.5))
    losses = {id(w): (lambda w=w: squares(w, X, Y)) for w in (told.w, told.v)}

    def call():
        return told.call(lambda w: losses[id(w)])

    call()
    for rate in (0.01, 0.2):
        told.both(lambda one, _, rate=rate: setattr(one, "learning_rate", rate))
        assert call() == 0
    told.both(lambda one, _: setattr(one, "momentum", 0.9))
    assert call() > 0
    told.both(lambda one, _: setattr(one, "iterations", 3))
    assert call() == 0
    told.both(lambda one, _: setattr(one, "learning_rate", lambda step: 0.1 / (1.0 + step)))
    assert call() == STEPS
    told.both(lambda one, _: setattr(one, "learning_rate", 0.05))
    told.both(lambda one, _: setattr(one, "clipnorm", 0.1))
    told.both(lambda one, _: setattr(one, "_plain", False))
    assert call() == STEPS


def test_other_variables_are_moved_where_they_are_asked_for():
    told = Told()
    more = {id(w): tw.Variable(1.0) for w in (told.w, told.v)}

    def loss_of(w):
        return lambda: squares(w, X, Y) + tw.square(more[id(w)] - 2.0)

    def loss_named(w):
        b = more[id(w)]
        return lambda: squares(w, X, Y) + tw.square(tw.cast(b, tw.float64) - 2.0)

    for variables in (True, True, False, False, True):
        told.call(loss_named, variables=variables)
        one, other = (float(more[id(w)]) for w in (told.w, told.v))
        assert one == pytest.approx(other, rel=1e-6)
    assert float(more[id(told.w)]) != 1.0


BATCHES = [(RNG.normal(size=(5, 3)), RNG.normal(size=5)) for _ in range(5)]


@pytest.mark.parametrize("form", ["arrays", "Tensors", "float32", "in place", "by a default"])
def test_batches_are_inputs(form):
    """From the third batch on no step runs as Python."""
    told = Told()
    kept = np.empty((5, 3)), np.empty(5)
    taken = []
    for x, y in [*BATCHES, *BATCHES]:
        if form == "Tensors":
            x, y = tw.constant(x), tw.constant(y)
        elif form == "float32":
            x, y = x.astype("float32"), y.astype("float32")
        elif form == "in place":
            kept[0][...], kept[1][...] = x, y
            x, y = kept
        if form == "by a default":
            taken.append(told.call(lambda w, x=x, y=y: lambda x=x, y=y: squares(w, x, y)))
        else:
            taken.append(told.call(lambda w, x=x, y=y: lambda: squares(w, x, y)))
    assert min(taken[:2]) > 0
    assert taken[2:] == [0] * 8


def test_large_arrays_are_inputs_from_the_beginning(monkeypatch):
    """They are not copied, and what is written into them is seen."""
    monkeypatch.setattr("thalweg.optimizers.remembered_loops.COPIED", 100)
    told, x = Told(), X.copy()
    taken = []
    for k in range(6):
        x[0, 0] = k
        taken.append(told.call(lambda w: lambda: squares(w, x, Y)))
    assert taken[0] > 0
    assert taken[1:] == [0] * 5
    for k in range(3):
        x[0, 0] = k
        told.call(lambda w: lambda: by_numpy(w, x, Y))


def test_a_last_batch_may_be_shorter():
    told = Told()
    taken = []
    for x, y in [
        (x[:n], y[:n]) for _ in range(3) for (x, y), n in zip(BATCHES, [5, 5, 3], strict=False)
    ]:
        taken.append(told.call(lambda w, x=x, y=y: lambda: squares(w, x, y)))
    assert taken[3:] == [0] * 6


def by_sign(w, x, y):
    return squares(w, x, y) * (2.0 if x[0, 0] > 0 else 1.0)


def by_numpy(w, x, y):
    middle = x.mean()
    return squares(w, (x - middle) / x.std(ddof=1), y)


def by_mask(w, x, y):
    return squares(w, x[y > 0], y[y > 0])


def by_kind(w, x, y):
    return squares(w, x, y) * (2.0 if isinstance(x, np.ndarray) and x[0, 0] > 0 else 1.0)


def by_trial(w, x, y):
    try:
        first = x.item(0, 0)
    except AttributeError:
        first = 5.0
    return squares(w, x, y) * (2.0 if first > 0 else 1.0)


def by_count(w, x, y):
    return squares(w, x, y) * float(len(x)) * x.shape[1] * x.ndim


def by_loop(w, x, y):
    return sum(tw.square(tw.reduce_sum(row * w) - t) for row, t in zip(x, y, strict=True))


def by_list(w, x, y):
    return squares(w, tw.constant(x.tolist(), tw.float64), y)


AGAIN = {
    "constant": lambda x: tw.constant(x),
    "convert_to_tensor": lambda x: tw.convert_to_tensor(x),
    "cast": lambda x: tw.cast(tw.cast(x, tw.float32), tw.float64),
    "asarray": lambda x: np.asarray(x),
    "array": lambda x: np.array(x),
    "a list": lambda x: tw.constant([list(row) for row in x], tw.float64),
    "rows": lambda x: tw.stack([row for row in x]),  # noqa: C416 # rows one by one are what is tried
    "stop_gradient": lambda x: tw.stop_gradient(x),
    "identity": lambda x: tw.identity(x),
    "NumPy's": lambda x: np.sqrt(np.abs(x)) + np.where(x > 0.0, x, 0.0),
    "sorted": lambda x: np.sort(x, axis=0),
    "argsort": lambda x: x * (1.0 + np.argsort(x, axis=0)),
    "a number": lambda x: x * float(x[0, 0]),
    "a maximum": lambda x: x / max(x[:, 0]),
    "a product": lambda x: x @ np.eye(3),
    "divided": lambda x: x / np.array([1.0, 2.0, 3.0]),
    "whole numbers": lambda x: x * (np.floor(x) % 2),
    "as text": lambda x: x * float(str(x[0, 0])) if isinstance(x, np.ndarray) else x,
}


@pytest.mark.parametrize("name", AGAIN)
@pytest.mark.parametrize("form", [np.array, tw.constant], ids=["arrays", "Tensors"])
def test_a_batch_that_is_made_again_is_this_batch(name, form):
    told, again = Told(), AGAIN[name]
    for x, y in [*BATCHES, *BATCHES]:
        x = form(x)
        told.call(lambda w, x=x, y=y: lambda: squares(w, again(x), y))


@pytest.mark.parametrize(
    "how", [by_sign, by_numpy, by_mask, by_kind, by_trial, by_count, by_loop, by_list]
)
@pytest.mark.parametrize("form", [np.array, tw.constant], ids=["arrays", "Tensors"])
def test_what_python_does_with_a_batch_is_done_with_each(how, form):
    if form is tw.constant and how in (by_list, by_trial, by_numpy):
        pytest.skip("a Tensor has no such method")
    told = Told()
    for x, y in [*BATCHES, *BATCHES]:
        x, y = form(x), form(y)
        told.call(lambda w, x=x, y=y: lambda: how(w, x, y))


def test_a_batch_that_comes_in_twice():
    told = Told()
    for k in range(6):
        one, other = tw.constant(BATCHES[k % 5][0]), tw.constant(BATCHES[(k + 1) % 5][0])
        if k in (2, 4):
            other = one
        told.call(
            lambda w, a=one, b=other: (
                lambda: tw.reduce_sum(
                    tw.square(tw.linalg.matvec(a, w) - 1.0) + tw.linalg.matvec(b, w)
                )
            )
        )


def test_numbers_that_change_each_time():
    told = Told()
    taken = [
        told.call(lambda w, k=k: lambda: squares(w, X[k : k + 1], Y[k : k + 1]))
        for k in [*range(6), *range(6)]
    ]
    assert min(taken[:6]) > 0
    assert taken[7:] == [0] * 5  # before the first came twice, its data had not been an input


def counted(w):
    count = 0

    def loss():
        nonlocal count
        count += 1
        return squares(w, X, Y) * (2.0 if count % 3 == 0 else 1.0)

    return loss


def taking(w):
    batches = iter(range(10**6))

    def loss():
        k = next(batches) % 5
        return squares(w, *BATCHES[k])

    return loss


@pytest.mark.parametrize("make", [counted, taking])
def test_what_python_changes_in_each_step_stays_in_python(make):
    told = Told()
    losses = {id(w): make(w) for w in (told.w, told.v)}
    for _ in range(3):
        assert told.call(lambda w: losses[id(w)]) == STEPS


def test_few_steps_at_once():
    """Calls of a few steps are remembered too, and fewer are Python's."""
    told = Told()
    losses = {id(w): (lambda w=w: squares(w, X, Y)) for w in (told.w, told.v)}
    told.fast._work = 1e9
    told.call(lambda w: losses[id(w)], 5)
    assert [told.call(lambda w: losses[id(w)], 5) for _ in range(3)] == [0, 0, 0]


@pytest.mark.parametrize("steps", [5, STEPS])
def test_a_text_that_did_not_do_the_same_may_do_so_later(steps):
    """One text, `helper(w)`, with a helper that counts at first."""
    told, seen = Told(), []

    def count(w):
        seen.append(1)
        return squares(w, X, Y)

    told.fast._work = 1e9
    for helper in (count, count, lambda w: squares(w, X, Y), lambda w: squares(w, X, Y) * 2.0):
        for _ in range(3):
            told.call(lambda w, helper=helper: lambda: helper(w), steps)


def test_the_default_dtype_is_seen():
    told, taken = Told(), []
    for floats in ("float32", "float64", "float32"):
        tw.set_floatx(floats)
        try:
            taken.append(
                told.call(
                    lambda w: lambda: squares(w, X, Y) + tw.cast(tw.constant(0.1), tw.float64)
                )
            )
        finally:
            tw.set_floatx("float32")
    assert taken[1] > 0


def test_nothing_is_kept_alive():
    optimizer, w = SGD(0.05), fresh()
    model = Model(w)
    for _ in range(2):
        optimizer.minimize(model, [w], steps=STEPS)
        optimizer.minimize(model.value, [w], steps=STEPS)
    gone = [weakref.ref(w), weakref.ref(model)]
    del w, model
    gc.collect()
    assert [one() for one in gone] == [None, None]


def pickled(one):
    return pickle.loads(pickle.dumps(one))  # noqa: S301 # what was just written


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, pickled])
def test_a_copy_has_loops_of_its_own(copied):
    optimizer, w = SGD(0.05), fresh()
    loss = functools.partial(squares, w, X, Y)
    for _ in range(2):
        optimizer.minimize(loss, [w], steps=STEPS)
    other = copied(optimizer)
    optimizer.learning_rate = 100.0
    v = tw.Variable(w.numpy())
    other.minimize(loss, [w], steps=STEPS)
    SGD(0.05).minimize(functools.partial(squares, v, X, Y), [v], steps=STEPS, jit_compile=False)
    np.testing.assert_allclose(w.numpy(), v.numpy(), rtol=1e-9)


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no such clock")
def test_ctrl_c_in_a_loop_that_was_remembered():
    """The state is that of whole steps, as many as are counted."""
    optimizer, w = Adam(0.001), fresh()
    loss = functools.partial(squares, w, X, Y)
    for _ in range(2):
        optimizer.minimize(loss, [w], steps=STEPS)
    steps = counting(optimizer)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            optimizer.minimize(loss, [w], steps=10**9)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)
    assert not steps
    taken = optimizer.iterations - 2 * STEPS
    assert 0 < taken < 10**9
    assert len(optimizer.losses) == taken
    v, again = fresh(), Adam(0.001)
    again.minimize(functools.partial(squares, v, X, Y), [v], steps=2 * STEPS)
    again.minimize(functools.partial(squares, v, X, Y), [v], steps=taken)
    np.testing.assert_allclose(w.numpy(), v.numpy(), rtol=1e-9)


def test_a_row_that_is_not_there_is_told():
    table = tw.constant(np.arange(12.0).reshape(4, 3))
    at, w = tw.Variable(0, trainable=False), fresh()
    optimizer = SGD(0.05)

    def loss():
        return squares(w, tw.gather(table, at)[None], 1.0)

    for _ in range(2):
        optimizer.minimize(loss, [w], steps=STEPS)
    at.assign(7)
    before = w.numpy().copy()
    with pytest.raises(IndexError):
        optimizer.minimize(loss, [w], steps=STEPS)
    np.testing.assert_array_equal(w.numpy(), before)
