"""The losses of many steps are in memory once, and one warning tells where they became NaN."""

from __future__ import annotations

import tracemalloc
import warnings

import numpy as np
import pytest

import thalweg as tw
from thalweg.optimizers import SGD, loop_losses, not_finite
from thalweg.optimizers.loop_losses import LoopLosses


@pytest.mark.parametrize("shape", [(), (3,)])
@pytest.mark.parametrize("at_first", [loop_losses.AT_FIRST, 100, 1])
def test_losses_come_in_their_order(shape, at_first, monkeypatch):
    monkeypatch.setattr(loop_losses, "AT_FIRST", at_first)
    rng = np.random.default_rng(0)
    wanted = rng.normal(size=(1005, *shape))
    before, after = [[tw.constant(one) for one in part] for part in (wanted[:2], wanted[1000:])]
    losses = LoopLosses(before)
    for start, end in [(2, 3), (3, 700), (700, 701), (701, 1000)]:
        room = losses.room(end - start, 1000 - start, shape, wanted.dtype)
        room[:] = wanted[start:end]
        losses.took([room, np.arange(start, end)])
        assert losses.taken == end - 2
        np.testing.assert_array_equal(losses.last[0], wanted[end - 1])
        assert losses.last[1] == end - 1
    np.testing.assert_array_equal(losses.all(after), wanted)


def test_losses_of_another_dtype_before_the_loop():
    losses = LoopLosses([tw.constant(1.5)])
    room = losses.room(2, 2, (), np.dtype("f8"))
    room[:] = [0.1, 0.2]
    losses.took([room])
    np.testing.assert_array_equal(losses.all([]), [1.5, 0.1, 0.2])
    assert LoopLosses([]).all([]).shape == (0,)


@pytest.mark.parametrize(("left", "at_first"), [(60, 1 << 24), (10**6, 1 << 20)])
def test_losses_are_in_memory_once(left, at_first, monkeypatch):
    monkeypatch.setattr(loop_losses, "AT_FIRST", at_first)
    losses, part = LoopLosses([]), 100_000
    tracemalloc.start()
    for at in range(60):
        room = losses.room(part, (left - at) * part, (), np.dtype("f8"))
        room[:] = 1.0
        losses.took([room])
    del room
    all_of_them = losses.all([])
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all_of_them.nbytes == 60 * part * 8
    assert kept < 1.01 * all_of_them.nbytes
    assert peak < 1.2 * all_of_them.nbytes


def said(told):
    """Those warnings that are not NumPy's, which a test hears and a program does not."""
    return [one for one in told if "minimize" in str(one.message)]


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize("at_once", [1 << 16, 8])
def test_a_loss_that_runs_away_is_told_with_its_step(compiled, at_once, monkeypatch):
    """w ← w - 16·w = -15·w: in float32, w² leaves the range between 3.4e38 and infinity."""
    monkeypatch.setattr(not_finite, "AT_ONCE", at_once)
    w = tw.Variable(1.0)
    descent = SGD(8.0)
    with pytest.warns(RuntimeWarning, match="loss became infinite at step") as told:
        descent.minimize(lambda: w * w, [w], steps=60, jit_compile=compiled)
    ours = said(told)
    assert [one.filename for one in ours] == [__file__]
    at = next(k for k in range(60) if 15.0 ** (2 * k) > 3.4028235e38)
    words = str(ours[0].message)
    assert f"at step {at + 1} of 60 (losses[{at}]; {descent.losses[at - 1]:.3g} before)" in words
    assert "A smaller learning_rate than 8 may help" in words
    assert np.isfinite(descent.losses[:at]).all()
    assert not np.isfinite(descent.losses[at])


def test_a_loss_that_is_nan_from_the_beginning():
    w = tw.Variable([1.0, 2.0])
    with pytest.warns(RuntimeWarning, match="the loss is NaN from the first step on") as told:
        SGD(0.1).minimize(lambda: w * np.nan, [w], steps=3)
    assert "learning_rate" not in str(told[0].message)


def test_a_loss_that_comes_back_and_one_without_numbers_are_not_told():
    w, zero = tw.Variable(np.array(0.0)), tw.Variable(np.array(0.0))
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        SGD(0.1).minimize(lambda: (w - 1.0) ** 2 + 1.0 / tw.stop_gradient(w), [w], steps=5)
        SGD(0.1).minimize(lambda: [zero * zero], [zero], steps=3)
        SGD(0.1).minimize(lambda: zero * zero, [zero], steps=0)
    assert said(told) == []
