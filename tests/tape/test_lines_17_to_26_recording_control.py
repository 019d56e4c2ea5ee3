"""TensorFlow's own tests of its tape, by line: what is recorded, and when.

Not here: of 23 the sparse tensors.
"""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw


def same(found, expected):
    """Tell whether two sequences hold the same objects."""
    return [id(one) for one in found] == [id(one) for one in expected]


def test_17_tape_stop_recording():
    with tw.GradientTape() as tape:
        x = tw.Variable(1.0)
        with tape.stop_recording():
            y = x * x
    assert tape.gradient(y, x) is None


def test_17_tape_stop_start_recording():
    with tw.GradientTape(persistent=True) as tape:
        x = tw.Variable(1.0)
        x2 = x * 2
        with tape.stop_recording():
            y = x2 * x2
        z = x2 * x2
    assert tape.gradient(y, x2) is None
    assert float(tape.gradient(z, x2)) == 4.0


def test_18_tape_reset():
    with tw.GradientTape() as tape:
        v = tw.Variable(1.0)
        loss = v * v
        tape.reset()
        loss += v * v
    assert float(tape.gradient(loss, v)) == 2.0


def test_19_automatic_watched_variables():
    with tw.GradientTape() as tape:
        assert tape.watched_variables() == ()
        v = tw.Variable(1.0)
        assert tape.watched_variables() == ()
        loss = v * v
        assert same(tape.watched_variables(), [v])
        tape.reset()
        assert tape.watched_variables() == ()
        loss += v * v
        assert same(tape.watched_variables(), [v])


def test_19_explicit_watched_variables():
    with tw.GradientTape() as tape:
        v = tw.Variable(1.0)
        tape.watch(v)
        assert same(tape.watched_variables(), [v])
        tape.reset()
        assert tape.watched_variables() == ()
        tape.watch(v)
        assert same(tape.watched_variables(), [v])


def test_20_watched_variables_after_non_persistent_gradient_call():
    with tw.GradientTape() as tape:
        x = tw.Variable(1.0)
        tape.watch(x)
    tape.gradient(x, x)
    assert same(tape.watched_variables(), (x,))


def test_20_watched_variables_only_has_variables_from_last_tape():
    with tw.GradientTape() as tape:
        tape.watch(tw.Variable(1.0))
    with tw.GradientTape() as tape:
        z = tw.Variable(2.0)
        tape.watch(z)
    tape.gradient(z, z)
    assert same(tape.watched_variables(), (z,))


def test_20_watched_variables_respect_reset():
    with tw.GradientTape() as tape:
        x = tw.Variable(1.0)
        tape.watch(x)
        assert same(tape.watched_variables(), (x,))
        tape.reset()
        z = tw.Variable(2.0)
        tape.watch(z)
        assert same(tape.watched_variables(), (z,))
    tape.gradient(z, z)
    assert same(tape.watched_variables(), (z,))


def test_21_selectively_watch_variables():
    x1, x2 = tw.Variable(1.0), tw.Variable(1.0)
    with tw.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(x2)
        y = x1**2
        z = x2**3
    assert same(tape.watched_variables(), (x2,))
    dy, dz = tape.gradient([y, z], [x1, x2])
    assert dy is None
    assert float(dz) == 3.0


def test_22_watching_is_tape_local():
    x1, x2 = tw.Variable(2.0, trainable=False), tw.Variable(2.0, trainable=False)
    with tw.GradientTape() as outer:
        with tw.GradientTape() as inner:
            outer.watch(x1)
            inner.watch([x1, x2])
            y = x1**3
            z = x2**2
        dy, dz = inner.gradient([y, z], [x1, x2])
    d2y, d2z = outer.gradient([dy, dz], [x1, x2])
    assert [float(dy), float(dz)] == [12.0, 4.0]
    assert float(d2y) == 12.0
    assert d2z is None


def test_23_watch_bad_thing():
    with pytest.raises(ValueError, match="ndarray"):
        tw.GradientTape().watch(np.array(1.0))


def test_24_nested_self_contexts():
    with tw.GradientTape() as tape, pytest.raises(ValueError, match="still recording"), tape:
        pass


def test_24_gradient_tape_re_enter_context():
    tape = tw.GradientTape()
    with tape:
        x = tw.constant(3.0)
        tape.watch(x)
        y = 2 * x
    with tape:
        z = 2 * y
    (grad,) = tape.gradient(target=z, sources=[x])
    assert float(grad) == 4.0


@pytest.mark.filterwarnings("ignore:Calling GradientTape.gradient on a persistent tape")
@pytest.mark.parametrize("persistent", [False, True])
def test_25_gradient_within_tape_block(persistent):
    v = tw.Variable(1.0)
    with tw.GradientTape(persistent=persistent) as tape:
        loss = 2 * v
        grad = tape.gradient(loss, v)
    assert float(grad) == 2.0


def test_26_exception_safety():
    def raises(x):
        raise ValueError("on purpose")

    with pytest.raises(ValueError, match="on purpose"):
        tw.grad(raises)(1.0)
    assert float(tw.grad(lambda x: x * x)(1.0)) == 2.0
