"""`tape.explain` answers whatever it is asked, and never raises."""

from __future__ import annotations

import threading
from collections import namedtuple

import numpy as np
import pytest

import thalweg as tw

ODD = [
    None, 3.0, 3, True, "x", b"x", 1j, np.ones(2), np.float32(1.0), np.array("x"), object(), [], (), {},
    [None], {"a": None}, [[]], float("nan"), tw, ValueError("x"), tw.constant("text"), tw.constant(True),
    tw.constant(np.zeros((0, 2))), tw.constant(1 + 1j), np.array([1, None]), lambda: None, int, range(3),
]  # fmt: skip


@pytest.mark.parametrize("target", ODD, ids=lambda odd: type(odd).__name__)
@pytest.mark.parametrize("source", ODD, ids=lambda odd: type(odd).__name__)
def test_odd_pairs(target, source):
    x = tw.Variable(3.0)
    with tw.GradientTape(persistent=True) as tape:
        y = x * x
    for one in ((target, source), (y, source), (target, x), ([y, target], [x, source])):
        told = tape.explain(*one)
        assert told.text
        assert 0 <= told.cause <= 13


def test_every_source_of_a_nesting_is_explained():
    Pair = namedtuple("Pair", "first second")
    x, w = tw.Variable(1.0), tw.Variable(2.0)
    with tw.GradientTape() as tape:
        y = x * 2.0
    told = tape.explain({"loss": y}, Pair(x, {"w": w, "number": 3.0}))
    assert [part.cause for part in told.parts] == [0, 1, 11]
    assert told.cause == 1
    assert told.text.count("\n\n") == 2


def test_several_targets_are_one_sum():
    x, w = tw.Variable(1.0), tw.Variable(2.0)
    with tw.GradientTape(persistent=True) as tape:
        y, z = x * 2.0, w * 3.0
    assert tape.gradient([y, z], x) is not None
    assert tape.explain([y, z], x).cause == 0


def test_a_tape_that_was_never_entered():
    x = tw.Variable(3.0)
    y = x * x
    told = tw.GradientTape().explain(y, x)
    assert told.cause == 6
    assert "never entered" in told.text


def test_inside_the_block_and_many_times():
    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = x * x
        assert tape.explain(y, x).cause == 0
        z = y * 2.0
    assert tape.explain(z, x).cause == 0
    assert tape.explain(z, y).cause == 0
    assert float(tape.gradient(z, x)) == 12.0
    assert tape.explain(z, x).cause == 0


def test_asking_changes_nothing():
    @tw.custom_gradient
    def tripled(x):
        return x * 3.0, lambda upstream: upstream * 3.0

    x = tw.Variable(3.0)
    with tw.GradientTape() as outer, tw.GradientTape() as tape:
        y = tripled(x) * x
        before = len(outer._recording.events), len(tape._recording.events)
        tape.explain(y, x)
        assert (len(outer._recording.events), len(tape._recording.events)) == before
    assert float(tape.gradient(y, x)) == 18.0


def test_a_rule_that_raises():
    @tw.custom_gradient
    def broken(x):
        def grad(upstream):
            raise ZeroDivisionError

        return x * 3.0, grad

    x = tw.Variable(3.0)
    with tw.GradientTape() as tape:
        y = broken(x)
    assert tape.explain(y, x).cause == 0


def test_asked_on_another_thread():
    x = tw.Variable(3.0)
    told = []
    with tw.GradientTape() as tape:
        y = tw.stop_gradient(x)
    thread = threading.Thread(target=lambda: told.append(tape.explain(y, x)))
    thread.start()
    thread.join()
    assert told[0].cause == 10


def test_a_name_is_said_only_where_it_is_known():
    x = tw.Variable(3.0, name="slope")
    with tw.GradientTape() as tape:
        y = tw.constant(1.0)
    assert "`y`" in tape.explain(y, x).text
    assert "Variable 'slope'" in tape.explain(y, x).text
    explain = tape.explain
    assert "the target" in explain(*(y, x)).text


def test_long_ago_is_said_to_be_forgotten():
    x = tw.Variable(3.0)
    y = x * x
    for _ in range(5000):
        y = y + 1.0
    with tw.GradientTape() as tape:
        z = y * 2.0
    told = tape.explain(z, x)
    assert told.cause == 11
    assert "most likely" in told.text


def test_a_source_in_a_file_that_cannot_be_read():
    program = "with tw.GradientTape() as tape:\n    y = c * float(x * 2.0)\n"
    names = {"tw": tw, "x": tw.Variable(3.0), "c": tw.constant(1.0)}
    exec(compile(program, "<typed in>", "exec"), names)  # noqa: S102 # as an interactive session does
    told = names["tape"].explain(names["y"], names["x"])
    assert told.cause == 7
    assert "<typed in>:2" in told.text
    assert "most likely" in told.text
