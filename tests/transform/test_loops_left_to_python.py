"""What a loop or a branch cannot be written down with stays in Python, and its answer is Python's."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw

X = np.array([0.3, 0.5])
ROWS = np.linspace(0.1, 0.9, 5)


def twice(function, *arrays):
    """The answers of two calls of a compiled function, of Python's, and why it is not compiled."""
    compiled = tw.function(function)
    found = [compiled(*map(tw.constant, arrays)) for _ in range(2)]
    return *found, function(*map(tw.constant, arrays)), compiled.why_not_compiled()


def equal(one, other):
    np.testing.assert_allclose(np.asarray(one), np.asarray(other), rtol=1e-14)


def test_what_a_turn_leaves_in_a_list_is_left_there_by_every_turn():
    def keeping(x, rows):
        met = []

        def turn(c, r):
            new = c * r
            met.append(new)
            return new

        return tw.foldl(turn, rows, x) + sum(met)

    first, second, wanted, why = twice(keeping, X, ROWS)
    equal(first, wanted)
    equal(second, wanted)
    assert why == ""  # turn by turn it can be written down


@pytest.mark.parametrize("what", ["given", "made"])
def test_however_it_is_kept(what):
    def keeping(x):
        met = {}

        def turn(i, c):
            new = tw.sin(c)
            met[len(met)] = {"given": c, "made": new * 2.0}[what]
            return new

        ended = tw.fori_loop(0, 3, turn, x)
        return ended + sum(met.values())

    first, second, wanted, _ = twice(keeping, X)
    equal(first, wanted)
    equal(second, wanted)


def test_a_variable_that_each_turn_sets():
    v = tw.Variable(np.zeros(2))

    def adding(x, rows):
        def turn(c, r):
            v.assign_add(c * r)
            return c * v

        return tw.foldl(turn, rows, x)

    def plain(start):
        c, total = X, start
        for r in ROWS:
            total = total + c * r
            c = c * total
        return c, total

    compiled = tw.function(adding)
    for _ in range(3):
        start = v.numpy()
        found = compiled(tw.constant(X), tw.constant(ROWS))
        ended, total = plain(start)
        equal(found, ended)
        equal(v, total)


def test_a_branch_that_sets_a_variable_sets_it_where_it_is_taken():
    v = tw.Variable(1.0)

    def setting(x):
        return tw.cond(x > 0.0, lambda: v.assign_add(x).read_value(), lambda: v.assign(0.0) * 1.0)

    compiled = tw.function(setting)
    for x, wanted in ((2.0, 3.0), (2.0, 5.0), (-1.0, 0.0), (1.0, 1.0)):
        assert float(compiled(tw.constant(x))) == wanted
        assert float(v) == wanted
    assert "set in a loop or branch" in compiled.why_not_compiled()


def test_a_branch_that_is_not_taken_may_raise_draw_or_have_no_end():
    def forever(x):
        return tw.cond(x > 100.0, lambda: x, lambda: forever(x + 1.0))

    def raising():
        raise ValueError("not for these values")

    for other, words in (
        (raising, "raises: not for these values"),
        (lambda: tw.random.normal([]), "draws anew"),
        (lambda: forever(tw.constant(0.0)), ""),
    ):
        compiled = tw.function(lambda x, other=other: tw.cond(x > 0.0, lambda: x * 2.0, other))
        tw.random.set_seed(7)
        assert float(compiled(tw.constant(3.0))) == 6.0
        tw.random.set_seed(7)
        wanted = float(tw.random.normal([]))
        tw.random.set_seed(7)
        compiled(tw.constant(3.0))
        assert float(tw.random.normal([])) == wanted  # nothing was drawn
        assert words in compiled.why_not_compiled()


def test_a_function_that_calls_itself_in_a_branch():
    def countdown(x, n):
        return tw.cond(n > 0, lambda: countdown(x * 2.0, n - 1), lambda: x)

    compiled = tw.function(lambda x, n: countdown(x, n))
    for n in (3, 5, 0):
        assert float(compiled(tw.constant(1.0), tw.constant(n))) == 2.0**n
    assert "without end" in compiled.why_not_compiled()


def test_branches_that_answer_differently():
    compiled = tw.function(lambda x: tw.cond(x[0] > 0.0, lambda: x, lambda: x[:1]))
    equal(compiled(tw.constant(X)), X)
    equal(compiled(tw.constant(-X)), -X[:1])
    assert "branches answer with float64[2] and float64[1]" in compiled.why_not_compiled()


def test_a_body_that_asks_for_numbers():
    def asking(x, rows):
        return tw.foldl(lambda c, r: c * r if float(r) > 0.3 else c + r, rows, x)

    first, second, wanted, why = twice(asking, X, ROWS)
    equal(first, wanted)
    equal(second, wanted)
    assert "float() takes a value out to Python" in why
    assert "test_loops_left_to_python.py:" in why


def test_a_gradient_of_ones_own_in_the_body():
    @tw.custom_gradient
    def half(v):
        return v * v, lambda g: g * v

    def slopes(x):
        return tw.grad(lambda v: tw.reduce_sum(tw.fori_loop(0, 3, lambda i, c: half(c), v)))(x)

    first, second, wanted, _ = twice(slopes, X)
    equal(first, wanted)
    equal(second, wanted)


def test_an_optimizer_in_the_body():
    v, optimizer = tw.Variable(2.0), tw.optimizers.SGD(0.1)

    def steps(x):
        def turn(i, c):
            with tw.GradientTape() as tape:
                loss = (v - x) ** 2
            optimizer.apply_gradients([(tape.gradient(loss, v), v)])
            return c + loss

        return tw.fori_loop(0, 4, turn, tw.constant(0.0))

    compiled, wanted = tw.function(steps), 2.0
    for _ in range(3):
        compiled(tw.constant(1.0))
        for _ in range(4):
            wanted -= 0.1 * 2 * (wanted - 1.0)
        np.testing.assert_allclose(float(v), wanted, rtol=1e-5)
    assert int(optimizer.iterations) == 12


def test_errors_are_those_of_python():
    for body, error in (
        (lambda c, r: tw.cast(c, tw.float32), tw.errors.DTypeError),
        (lambda c, r: (c, c), tw.errors.ShapeError),
        (lambda c, r: c[5] * r, IndexError),
        (lambda c, r: 1 / 0, ZeroDivisionError),
    ):
        compiled = tw.function(lambda x, rows, body=body: tw.foldl(body, rows, x))
        for _ in range(2):
            with pytest.raises(error):
                compiled(tw.constant(X), tw.constant(ROWS))


def test_a_shape_that_grows():
    def growing(x):
        return tw.while_loop(
            lambda i, c: i < 3, lambda i, c: (i + 1, tw.concat([c, c[:1]], 0)), (tw.constant(0), x)
        )[1]

    first, second, wanted, _ = twice(growing, X)
    equal(first, wanted)
    equal(second, wanted)


def test_the_gradient_of_a_loop_without_bounds():
    def slopes(x):
        return tw.grad(lambda v: tw.while_loop(lambda c: c < 50.0, lambda c: [c * 2.0], [v])[0])(x)

    compiled = tw.function(slopes)
    for x, wanted in ((1.0, 64.0), (3.0, 32.0), (60.0, 1.0)):
        assert float(compiled(tw.constant(x))) == wanted
    assert "give maximum_iterations" in compiled.why_not_compiled()


def test_a_loop_without_bounds_forward():
    compiled = tw.function(
        lambda x: tw.while_loop(lambda c, n: c < 50.0, lambda c, n: (c * 2.0, n + 1), (x, 0))
    )
    for x, wanted in ((1.0, (64.0, 6)), (3.0, (96.0, 5)), (60.0, (60.0, 0))):
        c, n = compiled(tw.constant(x))
        assert (float(c), int(n)) == wanted
    assert compiled.why_not_compiled() == ""


def test_a_fori_loop_as_long_as_a_value_says():
    compiled = tw.function(lambda x, n: tw.fori_loop(0, n, lambda i, c: c * 2.0, x))
    for n in (3, 0, 7):
        assert float(compiled(tw.constant(1.0), tw.constant(n))) == 2.0**n
    assert compiled.why_not_compiled() == ""


@pytest.mark.parametrize("kept", [1, 2, 5, 40])
def test_few_states_outside_of_functions(kept):
    """The tape keeps less and the gradient is the same, to the bit: the same is computed."""
    w = tw.Variable(np.array([0.7, 1.1]))

    def slopes(checkpoint):
        x = tw.constant(X)
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = tw.scan(lambda c, r: tw.tanh(c * w + r * x), ROWS, x, checkpoint=checkpoint)
            z = tw.while_loop(
                lambda c: tw.reduce_sum(c) < 20.0, lambda c: [tw.sin(c) * w + c * 1.2], [x],
                checkpoint=checkpoint,
            )[0]  # fmt: skip
            total = tw.reduce_sum(y * y) + tw.reduce_sum(z)
        return tape.gradient(total, [x, w])

    for one, other in zip(slopes(kept), slopes(None), strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-14)


def test_few_states_are_little_memory():
    import tracemalloc

    size, turns = 10_000, 200

    def most(checkpoint):
        x = tw.constant(np.full(size, 0.5))
        tracemalloc.start()
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = tw.fori_loop(
                0, turns, lambda i, c: tw.sin(tw.exp(-c) * c), x, checkpoint=checkpoint
            )
        tape.gradient(y, x)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return peak / (8 * size)

    assert most(None) > 2 * turns
    assert most(4) < 60


@pytest.mark.parametrize(("count", "error"), [(0, ValueError), (1.5, TypeError), ("2", TypeError)])
def test_a_number_of_states_is_a_whole_number_from_1_on(count, error):
    with pytest.raises(error, match="checkpoint"):
        tw.fori_loop(0, 3, lambda i, c: c, tw.constant(1.0), checkpoint=count)
    with pytest.raises(error, match="checkpoint"):
        tw.scan(lambda c, r: c, tw.constant([1.0, 2.0]), checkpoint=count)
    with pytest.raises(error, match="checkpoint"):
        tw.while_loop(lambda c: c < 1.0, lambda c: [c], [tw.constant(1.0)], checkpoint=count)
