"""Long tapes differentiate, many steps leave memory flat, nothing stays behind."""

from __future__ import annotations

import gc
import sys
import tracemalloc
import weakref

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.recording import RING_SIZE

CHAIN = 200_000


def test_two_hundred_thousand_chained_operations():
    x = tw.Variable(np.float64(1.0))
    with tw.GradientTape() as tape:
        y = x
        for _ in range(CHAIN // 2):
            y = y * 1.00001
            y = y + x
    grad = tape.gradient(y, x)
    powers = 1.00001 ** np.arange(CHAIN // 2 + 1)
    assert float(grad) == pytest.approx(powers.sum(), rel=1e-9)
    del y, tape


def test_two_hundred_thousand_chained_operations_forward():
    x = tw.constant(1.0, dtype=tw.float64)
    with tw.autodiff.ForwardAccumulator(x, 1.0) as acc:
        y = x
        for _ in range(CHAIN):
            y = y + x
    assert float(acc.jvp(y)) == CHAIN + 1


def test_a_long_chain_to_the_second_order():
    x = tw.Variable(np.float64(1.0))
    with tw.GradientTape() as outer:
        with tw.GradientTape() as inner:
            y = x
            for _ in range(5_000):
                y = y * x
        first = inner.gradient(y, x)
    assert float(first) == 5001.0
    assert float(outer.gradient(first, x)) == 5001.0 * 5000.0


def descend(x, count):
    """Take steps of a descent, each with a tape of its own."""
    for _ in range(count):
        with tw.GradientTape() as tape:
            loss = tw.reduce_sum(x * x - x)
        x.assign_sub(0.001 * tape.gradient(loss, x))


def test_a_hundred_thousand_steps_leave_memory_flat():
    x = tw.Variable(np.array([1.0, 2.0]))
    descend(x, 10_000)  # fills what is bounded by design: the ring of recent calls
    gc.collect()
    before = sys.getallocatedblocks()
    descend(x, 90_000)
    gc.collect()
    # How full the ring is changes with the clock: by at most two blocks an entry, and not with steps.
    assert abs(sys.getallocatedblocks() - before) < 2 * RING_SIZE
    np.testing.assert_allclose(x.numpy(), [0.5, 0.5], atol=1e-12)


def test_steps_over_large_arrays_leave_memory_flat():
    x = tw.Variable(np.ones(10_000))
    descend(x, 20)
    tracemalloc.start()
    descend(x, 20)
    gc.collect()
    before, _ = tracemalloc.get_traced_memory()
    descend(x, 500)
    gc.collect()
    after, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert after - before < 1_000_000  # 500 steps pass 40 MB of arrays


@pytest.fixture
def without_collector():
    """Switch the cyclic collector off: what is not freed by counting references stays visible."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def plain():
    x = tw.Variable(np.ones(100))
    with tw.GradientTape() as tape:
        y = tw.reduce_sum(x * x)
    return x, y, tape.gradient(y, x)


def persistent():
    x = tw.Variable(np.ones(100))
    with tw.GradientTape(persistent=True) as tape:
        y = x * x
        z = y + x
    return x, y, tape.gradient([y, z], x)


def nested():
    x = tw.Variable(np.ones(100))
    with tw.GradientTape() as outer:
        with tw.GradientTape() as inner:
            y = x * x * x
        first = inner.gradient(y, x)
    return x, first, outer.gradient(first, x)


def interrupted():
    x = tw.Variable(np.ones(100))
    try:
        with tw.GradientTape():
            y = x * x
            raise KeyError
    except KeyError:
        pass
    return x, y


def forward():
    x = tw.constant(np.ones(100))
    with tw.autodiff.ForwardAccumulator(x, np.ones(100)) as acc:
        y = x * x
    return x, y, acc.jvp(y)


def custom():
    f = tw.custom_gradient(lambda x: (x * x, lambda dy: dy * x))
    x = tw.constant(np.ones(100))
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return x, y, tape.gradient(y, x)


def recomputed():
    f = tw.recompute_grad(lambda x: x * x)
    x = tw.constant(np.ones(100))
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return x, y, tape.gradient(y, x)


def jacobians():
    x = tw.constant(np.ones((2, 3)))
    with tw.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
    return x, y, tape.jacobian(y, x), tape.batch_jacobian(y, x)


WAYS = [plain, persistent, nested, interrupted, forward, custom, recomputed, jacobians]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_nothing_stays_behind(way, without_collector):
    way()  # what is made once is made here
    gc.collect()
    alive = [weakref.ref(value) for value in way()]
    assert [value() for value in alive] == [None] * len(alive)
    assert gc.collect() == 0
    assert gc.garbage == []


def test_a_tape_frees_its_record_with_itself():
    x = tw.Variable(np.ones(100))
    with tw.GradientTape(persistent=True) as tape:
        inside = x * 2.0
        y = inside * inside
    kept = weakref.ref(inside.array)
    del inside
    assert kept() is not None
    assert float(tape.gradient(y, x)[0]) == 8.0
    del tape
    gc.collect()
    assert kept() is None


def test_only_what_a_rule_names_is_kept():
    x = tw.Variable(np.ones(100))
    with tw.GradientTape() as tape:
        inside = x * 2.0
        kept = weakref.ref(inside.array)
        y = inside + 1.0
        del inside
        assert kept() is None
    assert float(tape.gradient(y, x)[0]) == 2.0


def test_recorders_are_gone_after_every_way_out():
    from thalweg.core.recording import STATE

    for way in WAYS:
        way()
        assert STATE.recorders == ()
        assert STATE.here.followed is None
