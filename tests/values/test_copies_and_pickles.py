"""Copies and pickles: a Variable's twin is a Variable of its own, which tapes tell apart."""

from __future__ import annotations

import copy
import pickle
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import thalweg as tw


def by_pickle(protocol: int) -> Callable[[Any], Any]:
    def twin(value: Any) -> Any:
        return pickle.loads(pickle.dumps(value, protocol))  # noqa: S301 # our own bytes

    return twin


TWINS = {"deepcopy": copy.deepcopy} | {
    f"pickle {protocol}": by_pickle(protocol) for protocol in range(pickle.HIGHEST_PROTOCOL + 1)
}
each = pytest.mark.parametrize("twin", TWINS.values(), ids=TWINS)


@each
@pytest.mark.parametrize("trainable", [True, False])
@pytest.mark.parametrize("value", [0.1, [0.1, 0.2], [[1]], [True], ["a"], [1j]], ids=repr)
def test_a_twin_is_the_same_in_everything_but_who_it_is(
    twin: Callable[[Any], Any], trainable: bool, value: Any
) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # whole numbers that are trainable
        with tw.name_scope("outer"):
            v = tw.Variable(value, trainable=trainable, name="w")
    with warnings.catch_warnings(), tw.name_scope("elsewhere"):
        warnings.simplefilter("error")
        w = twin(v)
    assert type(w) is tw.Variable
    assert (w.name, w.trainable, w.dtype, w.shape) == ("outer/w:0", trainable, v.dtype, v.shape)
    assert np.array_equal(w.numpy(), v.numpy())
    assert w.ref() != v.ref()


@each
def test_gradients_tell_them_apart(twin: Callable[[Any], Any]) -> None:
    v = tw.Variable(3.0)
    w = twin(v)
    w.assign(5.0)
    assert v.numpy() == 3.0
    with tw.GradientTape() as tape:
        y = v * v * w
    assert [g.numpy() for g in tape.gradient(y, [v, w])] == [2 * 3 * 5, 9]
    with tw.GradientTape() as tape:
        y = v * v
    assert tape.gradient(y, w) is None


@each
def test_what_is_shared_within_what_is_copied_stays_shared(twin: Callable[[Any], Any]) -> None:
    v = tw.Variable(3.0)
    first, second = twin([v, v])
    assert first is second
    assert first is not v


@each
def test_a_module_takes_its_variables_along(twin: Callable[[Any], Any]) -> None:
    model = Line()
    other = twin(model)
    other.slope.assign(7.0)
    assert model.slope.numpy() == 2.0
    with tw.GradientTape() as tape:
        y = other(3.0)
    assert tape.gradient(y, [*other.trainable_variables, model.slope])[-1] is None
    assert tape.watched_variables() == other.trainable_variables


class Line(tw.Module):
    def __init__(self) -> None:
        super().__init__()
        self.slope = tw.Variable(2.0, name="slope")

    def __call__(self, x: Any) -> Any:
        return self.slope * x


def test_a_shallow_copy_is_the_variable_itself() -> None:
    """As TensorFlow has it: what is copied shallowly goes on holding the same Variables."""
    v = tw.Variable(1.0)
    assert copy.copy(v) is v
    assert copy.copy([v])[0] is v


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_tensor_comes_back_as_another_tensor(protocol: int) -> None:
    v = tw.Variable([1.0, 2.0])
    for x in (tw.constant([0.1, 0.2], "float64"), tw.constant(1.5), v[0], tw.constant([[True]])):
        y = by_pickle(protocol)(x)
        assert type(y) is tw.Tensor
        assert (y.dtype, y.shape) == (x.dtype, x.shape)
        assert np.array_equal(y.numpy(), x.numpy())
        assert y.ref() != x.ref()


def test_a_tensor_never_changes_so_a_copy_is_itself() -> None:
    x = tw.constant([1.0])
    assert copy.copy(x) is x
    assert copy.deepcopy(x) is x


def test_an_unpickled_tensor_is_not_watched() -> None:
    x = tw.constant(3.0)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = by_pickle(4)(x) * x
    assert tape.gradient(y, x).numpy() == 3.0
