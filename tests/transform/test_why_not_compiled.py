"""`why_not_compiled()` names the line that keeps a function in Python, and what to write in its place."""

from __future__ import annotations

import inspect

import numpy as np
import pytest

import thalweg as tw

X = np.array([1.0, 2.0, 3.0])


def why(function, *arguments):
    """What is told after two calls, and the file and line that a mark `# here` stands on."""
    compiled = tw.function(function)
    for _ in range(2):
        compiled(*arguments)
    lines, first = inspect.getsourcelines(function)
    marked = [first + at for at, line in enumerate(lines) if "# here" in line]
    return compiled.why_not_compiled(), "".join(f"test_why_not_compiled.py:{at} " for at in marked)


def by_mask(x):
    return tw.reduce_sum(x[x > 1.5])  # here


def by_places(x):
    places = tw.cast(x, "int32")
    return tw.eye(4)[:, [places[0], 2]]  # here


def by_slice(x):
    return x[: tw.cast(x[0], "int32")]  # here


def by_range(x):
    total = tw.constant(0.0)
    for _ in range(tw.cast(x[0], "int32")):  # here
        total += 1.0
    return total


def by_branch(x):
    return x if x[0] > 0 else -x  # here


def by_conversion(x):
    return x * np.asarray(x)  # here


def by_text(x):
    print(x)  # here
    return x * 2.0


def by_shape(x):
    return tw.reshape(x, [tw.cast(x[2], "int32"), 1])  # here


def by_variable(x):
    return tw.Variable(x) * 2.0  # here


def by_draw(x):
    return x + tw.random.normal([3], dtype="float64")  # here


@pytest.mark.parametrize(
    ("function", "instead"),
    [
        (by_mask, "tw.where serves in place of a mask"),
        (by_places, "tw.gather for places"),
        (by_slice, "tw.gather for places"),
        (by_range, "tw.fori_loop in place of range"),
        (by_branch, "tw.where or tw.cond serve in place of `if`"),
        (by_conversion, "leave it a Tensor"),
        (by_text, "print it after the call"),
        (by_shape, "give numbers of Python's"),
        (by_draw, "draw before the call"),
    ],
)
def test_the_line_and_what_to_write(function, instead):
    told, line = why(function, tw.constant(X))
    assert line in told
    assert instead in told


def test_a_variable_that_is_made_each_time():
    compiled = tw.function(by_variable)
    for _ in range(4):
        compiled(tw.constant(X))
    assert "make it before the call" in compiled.why_not_compiled()


def test_a_loop_of_any_length_whose_turns_are_kept_in_a_list():
    def keeping(x, n):
        met = []

        def turn(i, c):
            met.append(c)
            return c * 2.0

        tw.fori_loop(0, n, turn, x)  # here
        return tw.stack(met)

    told, line = why(keeping, tw.constant(X), tw.constant(3))
    assert line in told
    assert "kept outside of it" in told
    assert "tw.scan" in told


@pytest.mark.parametrize("start", [0.0, tw.constant(0.0)], ids=["a number", "a Tensor"])
def test_a_loop_of_any_length_that_sets_a_variable(start):
    v = tw.Variable(0.0)

    def setting(n):
        def turn(i, c):
            v.assign_add(2.0)  # here
            return c + 1.0

        return tw.fori_loop(0, n, turn, start)

    told, line = why(setting, tw.constant(4))
    assert float(v) == 16.0
    assert line in told
    assert "is set in a loop or branch" in told


def test_a_loop_of_any_length_whose_shape_grows():
    def growing(x, n):
        return tw.fori_loop(0, n, lambda i, c: tw.concat([c, c], 0), x)  # here

    told, line = why(growing, tw.constant(X), tw.constant(2))
    assert line in told
    assert "was float64[3] and is float64[6] after a turn" in told


def test_a_loop_whose_length_is_known_may_do_all_that():
    v = tw.Variable(0.0)

    def known(x):
        def turn(i, c):
            v.assign_add(1.0)
            return tw.concat([c, c], 0)

        return tw.fori_loop(0, 3, turn, x)

    told, _ = why(known, tw.constant(X))
    assert float(v) == 6.0
    assert told == ""


def test_a_long_loop_whose_turns_are_written_one_by_one():
    v = tw.Variable(0.0)

    def setting(x):
        def turn(i, c):
            v.assign_add(1.0)  # here
            return c * 1.5 + v

        return tw.fori_loop(0, 12_000, turn, x)

    told, line = why(setting, tw.constant(0.0))
    assert "more than 20000 operations" in told
    assert "turns of a loop are written one by one" in told
    assert line in told
    assert "is set in a loop or branch" in told


def test_a_long_loop_of_python():
    def long(x):
        for _ in range(20_001):
            x = x * 1.5 + 1.0
        return x

    told, _ = why(long, tw.constant(0.0))
    assert "tw.fori_loop, tw.scan and tw.while_loop write a turn down once" in told


def test_a_fori_loop_of_any_length_speaks_of_itself():
    def mixing(x, n):
        return tw.fori_loop(0, n, lambda i, c: c * i, x)

    for call in (mixing, tw.function(mixing)):
        with pytest.raises(
            TypeError, match=r"fori_loop: place 0 was float32 before and is float64"
        ):
            call(tw.constant([1.0, 2.0]), tw.constant(3))


def test_a_number_that_changes_at_every_call():
    compiled = tw.function(lambda x, rate: x * rate)
    for at in range(1, 5):
        compiled(tw.constant(X), 0.5 / at)
    assert compiled.why_not_compiled() == ""  # few kinds are nothing unusual
    for at in range(5, 11):
        compiled(tw.constant(X), 0.5 / at)
    told = compiled.why_not_compiled()
    assert "10 kinds of arguments came once each" in told
    assert "a float changes (0.5, 0.25, " in told
    assert "pass tw.constant" in told
    assert "test_why_not_compiled.py:" in told
    for at in range(1, 11):
        compiled(tw.constant(X), tw.constant(0.5 / at))
        compiled(tw.constant(X), 0.5 / at)
    assert compiled.why_not_compiled() == ""  # each came again, and is compiled


def test_shapes_that_change_at_every_call():
    compiled = tw.function(lambda x: x * 2.0)
    for size in range(1, 8):
        compiled(tw.zeros(size))
    assert "a shape or dtype changes (float32[1], float32[2], " in compiled.why_not_compiled()


def test_more_kinds_than_are_kept():
    compiled = tw.function(lambda x, n: x * n)
    for n in range(63):
        compiled(tw.constant(X), n)
    with pytest.warns(UserWarning, match="pass Tensors in place of Python numbers that change"):
        compiled(tw.constant(X), 63)
    assert float(compiled(tw.constant(X), 64)[0]) == 64.0
    assert "64 kinds of arguments are kept, others run as Python" in compiled.why_not_compiled()
    assert "64 kinds of arguments" in str(compiled.explain(tw.constant(X), 99))


def test_a_line_is_shown_as_far_as_it_can_be_read():
    def long(x):
        return x * (float(x[0]) + 0.0000000000000000001 + 0.0000000000000000002 + 0.0000000000000000003 + 0.4)  # fmt: skip

    told, _ = why(long, tw.constant(X))
    assert "(return x * (float(x[0]) + " in told
    assert "0.4)" not in told
    assert len(told) < 300


def test_a_tape_around_the_call():
    model = tw.function(lambda x: tw.sin(x))
    x = tw.constant(X)
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = model(x)
    np.testing.assert_allclose(tape.gradient(y, x).numpy(), np.cos(X), rtol=1e-14)
    assert "put the tape inside of the function" in model.why_not_compiled()


def test_a_call_inside_of_another_function_with_a_tape():
    model = tw.function(lambda x: tw.sin(x))

    def slope(x):
        with tw.GradientTape() as tape:
            tape.watch(x)
            y = model(x)
        return tape.gradient(y, x)

    told, _ = why(slope, tw.constant(X))
    assert told == model.why_not_compiled() == ""
