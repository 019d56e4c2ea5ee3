"""What Python keeps from call to call is seen to change, wherever a function's names lead to."""

from __future__ import annotations

import functools

import pytest

import thalweg as tw
from thalweg.transform.python_state import PythonState

COUNT = [0]
NUMBER = 0


def of_a_list():
    COUNT[0] += 1


def of_a_name():
    global NUMBER
    NUMBER += 1


def called_by_another():
    of_a_list()


def of_a_closure():
    count = 0

    def inner():
        nonlocal count
        count += 1

    return inner


class Owner:
    def __init__(self):
        self.count, self.inner = 0, {"a": [1.0]}

    def attribute(self):
        self.count += 1

    def entry(self):
        self.inner["b"] = 1

    def element(self):
        self.inner["a"][0] *= 2.0

    @tw.function
    def decorated(self):
        self.attribute()

    def __call__(self):
        self.element()


OWNER = Owner()


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (of_a_list, "COUNT[0]"),
        (of_a_name, "NUMBER"),
        (called_by_another, "COUNT[0]"),
        (of_a_closure(), "count"),
        (OWNER.attribute, "self.count"),
        (OWNER.entry, "self.inner"),
        (OWNER.element, "self.inner['a'][0]"),
        (OWNER.decorated, "self.count"),
        (OWNER, "the function.inner['a'][0]"),
        (lambda: OWNER(), "OWNER.inner['a'][0]"),
        (functools.partial(of_a_list), "COUNT[0]"),
        (tw.function(of_a_list), "COUNT[0]"),
    ],
)
def test_what_changes_is_named(function, told):
    state = PythonState(function)
    assert state.changed() == ""
    function()
    assert state.changed() == told
    assert PythonState(function).changed() == ""


def test_what_machine_code_reads_anew_is_no_state_of_pythons():
    w = tw.Variable(1.0)
    optimizer = tw.optimizers.SGD(0.1)

    def step():
        return optimizer.minimize(lambda: w * w, [w])

    state = PythonState(step)
    step()
    assert state.changed() == ""
