"""Machine code that takes and makes Tensors: the same answers, no reference lost or kept, nothing trusted."""

from __future__ import annotations

import gc
import sys
import tracemalloc

import numpy as np
import pytest

import thalweg as tw
from thalweg.native import boxed_call, compiled, python_objects


@pytest.fixture(params=["short", "long"], autouse=True)
def length(request, monkeypatch):
    """Whether calls are short, or so long that others run meanwhile."""
    if request.param == "long":
        monkeypatch.setattr(compiled, "SHORT", 0)
    compiled._programs.clear()
    yield request.param
    compiled._programs.clear()


def hot(function, *args):
    """A compiled function whose shortest way is ready."""
    function = tw.function(function)
    for _ in range(3):
        function(*args)
    assert function.why_not_compiled() == ""
    assert function._cache.ready is not None
    return function


X = tw.constant(np.linspace(-1, 1, 6).reshape(2, 3))
N = tw.constant(2.5, tw.float64)

FORMS = {
    "one": lambda x, n: x * n,
    "list": lambda x, n: [x * n, tw.reduce_sum(x)],
    "tuple": lambda x, n: (tw.reduce_sum(x), x * n, n + 1),
    "other order": lambda x, n: [tw.exp(x), x * n][::-1],
    "dict": lambda x, n: {"b": x * n, "a": (n, None)},
    "twice": lambda x, n: [x * n] * 2,
    "nothing": lambda x, n: None,
    "empty": lambda x, n: (x[:0] * n, x[:, :0]),
    "whole numbers and truth": lambda x, n: (tw.cast(x * 3, tw.int32), x > 0, tw.reduce_all(x > n)),
}


def same(found, wanted):
    assert type(found) is type(wanted)
    if isinstance(wanted, list | tuple):
        assert len(found) == len(wanted)
        for one, other in zip(found, wanted, strict=True):
            same(one, other)
    elif isinstance(wanted, dict):
        assert list(found) == list(wanted)
        for key in wanted:
            same(found[key], wanted[key])
    elif isinstance(wanted, tw.Tensor):
        assert type(found.array) is type(wanted.array)
        assert found.dtype == wanted.dtype
        np.testing.assert_allclose(found.numpy(), wanted.numpy(), rtol=1e-14, atol=1e-14)
    else:
        assert found == wanted


@pytest.mark.parametrize("form", FORMS)
def test_answers_are_arranged_as_python_arranges_them(form):
    function = hot(FORMS[form], X, N)
    same(function(X, N), FORMS[form](X, N))


def test_every_answer_is_a_new_tensor_with_a_number_of_its_own():
    function = hot(lambda x: (x + 1, x + 2), X)
    keys = [one.key for _ in range(5) for one in function(X)]
    assert len({*keys}) == 10
    assert keys == sorted(keys)
    with tw.GradientTape() as tape:
        (x, y) = function(X)
        tape.watch(x)
        z = x * x * y
    np.testing.assert_allclose(tape.gradient(z, x).numpy(), (2 * x * y).numpy())


def test_no_reference_is_lost_or_kept():
    function = hot(lambda x, n: [x * n, tw.reduce_sum(x), tw.cast(x, tw.float32)], X, N)
    watched = [X, N, X.array, N.array, np.dtype("f8"), np.dtype("f4"), tw.Tensor, None]
    gc.collect()
    before = [sys.getrefcount(one) for one in watched]
    for _ in range(1000):
        function(X, N)
    gc.collect()
    after = [sys.getrefcount(one) for one in watched]
    assert [b - a for a, b in zip(before[:-1], after[:-1], strict=True)] == [0] * 7
    tracemalloc.start()
    for _ in range(100):
        function(X, N)
    gc.collect()
    begun = tracemalloc.get_traced_memory()[0]
    for _ in range(2000):
        function(X, N)
    gc.collect()
    grown = tracemalloc.get_traced_memory()[0] - begun
    tracemalloc.stop()
    assert grown < 2000


def test_what_is_answered_lives_as_long_as_somebody_has_it():
    function = hot(lambda x, n: [x * n, n * n], X, N)
    kept = [function(X, tw.constant(float(k), tw.float64)) for k in range(300)]
    del function
    gc.collect()
    for k, (one, two) in enumerate(kept):
        np.testing.assert_array_equal(one.numpy(), X.numpy() * k)
        assert float(two) == k * k
        assert type(two.array) is np.float64


class Sub(tw.Tensor):
    """Somebody's own class."""


UNLIKE = [
    np.ones((2, 3)), 1.0, None, "text", [1.0, 2.0], tw.constant([1.0]), tw.constant([[1, 2, 3], [4, 5, 6]]),
    tw.Variable(np.ones((2, 3))), Sub(np.ones((2, 3))), tw.constant(np.ones((3, 2)).T),
    tw.Tensor(np.ones((2, 6))[:, ::2]), tw.Tensor(np.ones((2, 3), ">f8")), tw.Tensor(np.ones((2, 3)).view(np.matrix)),
    tw.Tensor(np.frombuffer(b"\0" * 49, np.uint8)[1:].view("f8").reshape(2, 3)),
]  # fmt: skip


@pytest.mark.parametrize("thing", UNLIKE, ids=lambda thing: type(thing).__name__)
def test_arguments_of_another_kind_are_seen(thing):
    def python(x, n):
        return x * n if hasattr(x, "shape") else (x, n)

    function = hot(python, X, N)
    assert type(function._cache.ready.call(thing, N)) is int
    found = function(thing, N)
    wanted = python(tw.constant(thing) if isinstance(thing, np.ndarray) else thing, N)
    if hasattr(wanted, "numpy"):
        np.testing.assert_array_equal(found.numpy(), wanted.numpy())
    np.testing.assert_allclose(function(X, N).numpy(), 2.5 * X.numpy())


def test_fewer_and_more_arguments_are_seen():
    call = hot(lambda x, n: x * n, X, N)._cache.ready.call
    for given in ((), (X,), (X, N, N), (N, X)):
        assert type(call(*given)) is int
    assert len(call(X, N)) == 1


def test_a_tensor_without_an_array_is_no_argument():
    call = hot(lambda x, n: x * n, X, N)._cache.ready.call
    assert type(call(tw.Tensor.__new__(tw.Tensor), N)) is int


def test_variables_are_read_and_written_where_they_are():
    v, count = tw.Variable([1.0, 2.0]), tw.Variable(0, trainable=False)

    @tw.function
    def step(x):
        count.assign_add(1)
        v.assign_sub(0.5 * x)
        return tw.reduce_sum(v), count.read_value()

    x = tw.constant([1.0, -1.0])
    for k in range(1, 9):
        total, many = step(x)
        assert (float(total), int(many)) == (3.0, k)
        np.testing.assert_array_equal(v.numpy(), [1 - 0.5 * k, 2 + 0.5 * k])
        assert type(count.array) is np.int32
    assert step._cache.ready is not None
    v.assign([10.0, 20.0])
    np.testing.assert_array_equal(step(x)[0].numpy(), 30.0)


def test_a_number_of_a_row_that_is_not_there_is_told_as_ever():
    function = hot(lambda x, at: tw.gather(x, at), X, tw.constant([1, 0]))
    with pytest.raises(Exception, match=r"7|range|bounds") as told:
        function(X, tw.constant([0, 7]))
    with pytest.raises(type(told.value)):
        tw.gather(X, tw.constant([0, 7]))
    np.testing.assert_array_equal(function(X, tw.constant([1, 1])).numpy(), X.numpy()[[1, 1]])


def test_garbage_is_collected_in_the_midst():
    function = hot(lambda x: [x + k for k in range(20)], X)
    before = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(50):
            for k, one in enumerate(function(X)):
                np.testing.assert_array_equal(one.numpy(), X.numpy() + k)
    finally:
        gc.set_threshold(*before)


def test_memory_that_is_not_to_be_had_is_pythons_error(monkeypatch):
    def none():
        raise MemoryError("no room")

    monkeypatch.setattr("thalweg.transform.signature_cache.tick", none)
    function = tw.function(lambda x: (x * 2, x * 3))
    for _ in range(2):
        function(X)
    held = sys.getrefcount(X)
    for _ in range(50):
        with pytest.raises(MemoryError, match="no room"):
            function(X)
    assert sys.getrefcount(X) == held


@pytest.mark.parametrize("where", [python_objects, boxed_call])
def test_where_objects_lie_otherwise_calls_are_the_ordinary_ones(where, length, monkeypatch):
    monkeypatch.setattr(boxed_call, "available", lambda: where is not python_objects)
    monkeypatch.setattr(boxed_call, "_numpy_as_known", lambda: where is not boxed_call)
    function = tw.function(lambda x, n: (x * n, n + 1))
    for _ in range(4):
        one, two = function(X, N)
        np.testing.assert_allclose(one.numpy(), 2.5 * X.numpy())
        assert float(two) == 3.5
    assert (function._cache.ready is None) == (length == "short")
    assert function.why_not_compiled() == ""
