"""Searches that go on in machine code end where searches in Python end, and nobody's effects are lost."""

from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest

import thalweg as tw
from thalweg.descent import may_compile, remembered
from thalweg.errors import DescentError
from thalweg.transform import worth


@pytest.fixture
def eager_to_compile(monkeypatch):
    """Machine code as soon as it may be, by the rule that otherwise waits until it pays."""
    monkeypatch.setattr(worth, "TRACED_AT", 1e-3)
    monkeypatch.setattr(worth, "MADE_AT", 0.0)
    monkeypatch.setattr(worth, "MADE_FOR_A_NODE", 0.0)


def beale(x, y):
    return (1.5 - x + x * y) ** 2 + (2.25 - x + x * y * y) ** 2 + (2.625 - x + x * y**3) ** 2


def wood(x):
    return (
        100 * (x[1] - x[0] ** 2) ** 2 + (1 - x[0]) ** 2
        + 90 * (x[3] - x[2] ** 2) ** 2 + (1 - x[2]) ** 2
        + 10.1 * ((x[1] - 1) ** 2 + (x[3] - 1) ** 2) + 19.8 * (x[1] - 1) * (x[3] - 1)
    )  # fmt: skip


def rosenbrock(x):
    return tw.reduce_sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)


def network(a, b):
    return tw.reduce_sum((tw.tanh(a @ b) - 0.3) ** 2) + 0.1 * tw.reduce_sum(a**2 + b**2)


PROBLEMS = {
    "one number": (lambda x: (x**3 + 2 * x - 3) ** 2, 1.5),
    "a formula": ("(x**3 + 2*x - 3)**2", {"x": 1.5}),
    "two numbers": (beale, [1.0, 1.0]),
    "an array": (wood, np.array([-3.0, -1.0, -3.0, -1.0])),
    "ten numbers": (rosenbrock, np.full(10, -1.2)),
    "several arrays": (network, (np.array([[1.0, 0.5], [-0.3, 0.8]]), np.array([0.7, -0.4]))),
    "by name": (lambda p: tw.reduce_sum((p["w"] - 1) ** 2) + p["b"] ** 4, {"w": np.zeros(3), "b": 2.0}),
    "a logarithm": (lambda x: x - tw.math.log(x), 3.0),
    "a kink": (lambda x: tw.abs(x - 1), 3.0),
    "dying out": (lambda x: tw.exp(-x), 0.0),
    "no end": (lambda x: x**3, 1.0),
    "a saddle": (lambda x, y: x * x - y * y + y**4, [1.0, 0.0]),
    "level": (lambda x: 0 * x + 1, 2.0),
    "NumPy's functions": (lambda x: np.sum(np.cosh(x - np.arange(3.0))), np.zeros(3)),
    "leaves its domain": (lambda x: tw.sqrt(x) + 0 * x, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("method", ["auto", "gd", "momentum", "adam", "lbfgs", "newton"])
@pytest.mark.parametrize("name", PROBLEMS)
def test_answers_and_words_are_those_of_python(name, method):
    fun, start = PROBLEMS[name]
    one, other = (
        tw.minimize(fun, start, method=method, max_steps=60, record=True, jit_compile=jit)
        for jit in (False, True)
    )
    assert one.why_not_compiled == "jit_compile is False"
    if one.nit > 3:
        assert other.why_not_compiled == ""
    assert other.status == one.status
    assert (other.nit, other.nfev, other.njev, other.nhev) == (
        one.nit,
        one.nfev,
        one.njev,
        one.nhev,
    )
    assert "".join(c for c in other.message if c.isalpha()) == "".join(
        c for c in one.message if c.isalpha()
    )
    paths = [one.path, other.path]
    if isinstance(one.path, dict):
        paths = [np.array([*path.values()]) for path in paths]
    np.testing.assert_allclose(paths[1], paths[0], rtol=1e-6, atol=1e-9)
    assert type(other.fun) is float
    assert type(other.x) is type(one.x)


@pytest.mark.parametrize("more", [
    {"bounds": (0.0, 0.9)}, {"target": 2.0}, {"restarts": 2, "seed": 1}, {"method": "bb"}, {"tol": 1e-3},
])  # fmt: skip
def test_settings_hold_in_machine_code(more, eager_to_compile):
    one, other = (
        tw.minimize(rosenbrock, np.full(3, 0.5), jit_compile=jit, **more) for jit in (False, None)
    )
    assert other.why_not_compiled == ""
    assert other.status == one.status
    np.testing.assert_allclose(other.x, one.x, rtol=1e-7, atol=1e-9)


def test_maximize_goes_up_in_machine_code():
    found = tw.maximize(lambda x: x * tw.exp(-x), 0.5, jit_compile=True)
    assert found.why_not_compiled == ""
    assert found.x == pytest.approx(1.0, abs=1e-12)
    assert found.fun == pytest.approx(np.exp(-1.0), rel=1e-14)


ROOTS = {
    "one": (lambda x: x**3 - 2.0 * x - 5.0, 2.0),
    "a formula": ("x**2 - 2", {"x": 1}),
    "two": (lambda x: [x[0] ** 2 + x[1] - 3, x[0] * x[1] - 1], [1.0, 2.0]),
    "ten": (lambda x: x**3 - np.arange(1.0, 11.0) + 0.01 * tw.reduce_sum(x), np.ones(10)),
    "more equations": (lambda x: [x - 1, x * x - 1, x**3 - 1], 3.0),
    "more unknowns": (lambda x: tw.reduce_sum(x * x) - 4.0, np.ones(6)),
    "none": (lambda x: x**2 + 1, 1.0),
}


@pytest.mark.parametrize("name", ROOTS)
def test_roots_are_those_of_python(name):
    fun, start = ROOTS[name]
    one, other = (tw.find_root(fun, start, jit_compile=jit) for jit in (False, True))
    assert other.why_not_compiled == ""
    assert (other.status, other.nit, other.nfev) == (one.status, one.nit, one.nfev)
    flat = [np.array([*r.x.values()]) if isinstance(r.x, dict) else r.x for r in (one, other)]
    np.testing.assert_allclose(flat[1], flat[0], rtol=1e-13, atol=1e-13)
    np.testing.assert_allclose(other.jac, one.jac, rtol=1e-12, atol=1e-12)


def descend(f, jit=None):
    return tw.minimize(
        f, [-1.2, 1.0], method="gd", rate=1e-4, max_steps=4000, record=True, jit_compile=jit
    )


def test_a_long_search_compiles_itself_and_a_short_one_does_not():
    def make():
        return lambda x, y: (1 - x) ** 2 + 100 * (y - x * x) ** 2

    f = make()
    short = tw.minimize(f, [-1.2, 1.0])
    assert short.why_not_compiled == may_compile.EARLY
    long = descend(f)
    assert long.why_not_compiled == ""
    np.testing.assert_allclose(long.path, descend(f, False).path, rtol=1e-10)
    # The switch comes at the same step each time, so that a program repeats its bits.
    assert np.array_equal(descend(make()).path, long.path)


def test_what_was_compiled_serves_the_next_search(capsys):
    def f(x, y, z=1.0):
        return (z - x) ** 2 + 100 * (y - x * x) ** 2

    assert tw.minimize(f, [-1.2, 1.0]).why_not_compiled == may_compile.EARLY
    assert descend(f).why_not_compiled == ""
    again = tw.minimize(f, [-1.2, 1.0])
    assert again.why_not_compiled == ""
    np.testing.assert_allclose(again.x, [1.0, 1.0], rtol=1e-9)
    assert tw.minimize(f, [-1.2, 1.0], jit_compile=False).why_not_compiled
    # Another form of the start is another function.
    assert tw.minimize(lambda v: f(v[0], v[1]), np.ones(2)).why_not_compiled == may_compile.EARLY


def test_many_short_searches_pay_as_one_long_one_does():
    def f(x, y):
        return (1 - x) ** 2 + 100 * (y - x * x) ** 2

    told = [tw.minimize(f, [-1.2, 1.0]).why_not_compiled for _ in range(12)]
    assert told[0] == may_compile.EARLY
    assert told[-1] == ""
    # What cannot be compiled is not tried again and again.

    def g(x, y):
        return f(x, y) if x > -5 else f(y, x)

    told = [tw.minimize(g, [-1.2, 1.0]).why_not_compiled for _ in range(12)]
    assert told[0] == may_compile.EARLY
    assert "bool() takes a value out to Python" in told[-1]


def test_what_was_compiled_does_not_serve_where_the_function_reads_something_else():
    goal = np.array([1.0, 2.0])

    def f(x):
        return tw.reduce_sum((x - goal) ** 2)

    def search():
        return tw.minimize(f, np.zeros(2), method="gd", rate=1e-3, max_steps=4000)

    assert search().why_not_compiled == ""
    goal[1] = 5.0
    np.testing.assert_allclose(tw.minimize(f, np.zeros(2)).x, [1.0, 5.0], rtol=1e-12)
    goal = np.array([3.0, 4.0])
    np.testing.assert_allclose(tw.minimize(f, np.zeros(2)).x, [3.0, 4.0], rtol=1e-12)


def test_a_function_that_is_gone_is_forgotten():
    def f(x):
        return (x - 1.0) ** 2

    tw.minimize(f, 0.0, method="gd", rate=1e-3, max_steps=4000)
    number = id(f)
    assert number in remembered._kept
    gone = weakref.ref(f)
    del f
    gc.collect()
    assert gone() is None  # what was made of it does not hold it
    for _ in range(3):  # whoever is given its number is not taken for it

        def g(x):
            return (x - 2.0) ** 2

        assert tw.minimize(g, 0.0).x == pytest.approx(2.0)


def test_a_part_without_a_gradient_is_told_each_time(capsys):
    def f(x, y):
        return (x - 1.0) ** 2 + 0.0 * tw.stop_gradient(y)

    for turn in range(3):
        tw.minimize(f, [0.0, 0.0], method="gd", rate=1e-3, max_steps=4000)
        assert capsys.readouterr().err.count("1 of 2 parts have no gradient") == 1, turn


def test_effects_are_not_lost(eager_to_compile, capsys):
    calls, drawn = [], np.random.default_rng(0)

    def counted(x):
        calls.append(1)
        return (x - 1) ** 2

    found = tw.minimize(counted, 5.0, method="gd", rate=0.01, max_steps=50)
    assert "calls.append" in found.why_not_compiled
    assert len(calls) >= found.nfev > 50

    def prints(x):
        print("asked")
        return (x - 1) ** 2

    found = tw.minimize(prints, 5.0, method="gd", rate=0.01, max_steps=20)
    assert "print" in found.why_not_compiled
    assert capsys.readouterr().out.count("asked") >= found.nfev

    def noisy(x):
        return (x - 1) ** 2 + 1e-3 * drawn.normal()

    found = tw.minimize(noisy, 5.0, method="gd", rate=0.01, max_steps=20, record=True)
    assert "drawn.normal" in found.why_not_compiled


def test_what_only_a_run_shows_is_not_lost_either(eager_to_compile):
    calls = []

    def counted(x):
        mine = calls
        mine.append(1)
        return (x - 1) ** 2

    one = tw.minimize(counted, 5.0, method="gd", rate=0.01, max_steps=30)
    count = len(calls)
    calls.clear()
    tw.minimize(counted, 5.0, method="gd", rate=0.01, max_steps=30, jit_compile=False)
    assert "calls changes from call to call" in one.why_not_compiled
    assert count == len(calls)


def test_on_demand_the_effects_are_those_of_a_trace():
    calls = []

    def counted(x):
        calls.append(1)
        return (x - 1) ** 2

    found = tw.minimize(counted, 5.0, method="gd", rate=0.01, max_steps=50, jit_compile=True)
    assert found.why_not_compiled == ""
    assert len(calls) < 10 < found.nfev


def test_a_callback_may_change_what_the_function_reads(eager_to_compile):
    def run(jit):
        weight = [1.0]

        def heavier(state):
            weight[0] = 1.0 + 0.1 * state.nit

        return tw.minimize(
            lambda x: weight[0] * (x - 1) ** 2 + x**2, 5.0, method="gd", rate=0.01, max_steps=60,
            callback=heavier, record=True, jit_compile=jit,
        )  # fmt: skip

    one, other = run(False), run(None)
    assert "weight changes during the search" in other.why_not_compiled
    assert np.array_equal(one.path, other.path)


def test_variables_are_read_anew(eager_to_compile):
    def run(jit):
        goal = tw.Variable(1.0, dtype="float64")
        return tw.minimize(
            lambda x: (x - goal) ** 2, 5.0, method="gd", rate=0.05, max_steps=40, record=True,
            callback=lambda state: goal.assign(0.1 * state.nit) is None, jit_compile=jit,
        )  # fmt: skip

    one, other = run(False), run(None)
    assert other.why_not_compiled == ""
    np.testing.assert_allclose(other.path, one.path, rtol=1e-13)


def test_what_branches_by_values_stays_in_python_and_the_line_is_told(eager_to_compile):
    def two_parts(x):
        return (x - 1) ** 2 if x > 0 else (x + 3) ** 2

    found = tw.minimize(two_parts, 5.0)
    assert "two_parts" not in found.why_not_compiled
    assert "bool() takes a value out to Python" in found.why_not_compiled
    assert found.x == pytest.approx(1.0)


@pytest.mark.parametrize("jit", [None, True])
def test_what_the_function_raises_comes_out(jit, eager_to_compile):
    class Own(Exception):
        pass

    count = [0]

    def breaks(x):
        count[0] += 1
        if count[0] == 12:
            raise Own
        return (x - 1) ** 2 + float(x) * 0.0

    with pytest.raises(Own):
        tw.minimize(breaks, 5.0, method="gd", rate=0.01, max_steps=50, jit_compile=jit)
    assert count[0] == 12


def test_refusals_are_those_of_python():
    for jit in (False, True):
        with pytest.raises(DescentError, match="one number was wanted"):
            tw.minimize(lambda x: x * x, np.ones(3), jit_compile=jit)
        with pytest.raises(DescentError, match="left the tape"):
            tw.minimize(lambda x: float(x) ** 2, 1.0, jit_compile=jit)
    with pytest.raises(DescentError, match="jit_compile"):
        tw.minimize(lambda x: x * x, 1.0, jit_compile="yes")


def test_single_precision_inside_stays_single_precision():
    def rounded(x):
        return tw.reduce_sum(tw.cast((x - 0.1) ** 2, tw.float32)) + tw.reduce_sum((x - 0.1) ** 4)

    one, other = (
        tw.minimize(rounded, np.ones(3), method="gd", rate=0.1, max_steps=40, record=True, jit_compile=jit)
        for jit in (False, True)
    )  # fmt: skip
    assert other.why_not_compiled == ""
    np.testing.assert_allclose(other.path, one.path, rtol=1e-6)


def test_below_a_tape_it_stays_in_python():
    with tw.GradientTape() as tape:
        found = tw.minimize(lambda x: (x - 1) ** 2, 3.0, jit_compile=True)
    assert "tape" in found.why_not_compiled
    assert found.success
    assert tape is not None


def test_two_threads_search_at_once():
    found = {}

    def search(goal):
        found[goal] = tw.minimize(
            lambda x: tw.reduce_sum((x - goal) ** 2),
            np.zeros(3),
            method="gd",
            rate=0.1,
            jit_compile=True,
        )

    threads = [threading.Thread(target=search, args=(goal,)) for goal in (1.0, 2.0, 3.0)]
    [one.start() for one in threads]
    [one.join() for one in threads]
    for goal, one in found.items():
        assert one.why_not_compiled == ""
        np.testing.assert_allclose(one.x, np.full(3, goal), rtol=1e-7)


def test_the_result_shows_what_it_showed():
    found = tw.minimize(lambda x: (x - 1) ** 2, 3.0)
    assert "why_not_compiled" not in found
    assert "why_not_compiled" not in repr(found)
