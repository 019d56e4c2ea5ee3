"""`function`: one run as Python for each kind of arguments, and machine code that answers the same after it."""

from __future__ import annotations

import subprocess
import sys
import threading
import warnings
from typing import NamedTuple

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.recording import STATE

X = tw.constant([1.0, 2.0])


class Counted:
    """A function of `tw.function` and how often Python ran it."""

    def __init__(self, function, **options):
        self.runs = 0

        def watched(*args, **named):
            self.runs += 1
            return function(*args, **named)

        self.plain = function
        self.function = tw.function(watched, **options)

    def __call__(self, *args, **named):
        return self.function(*args, **named)

    @property
    def why(self):
        return self.function.why_not_compiled()


def same(came, wanted, tolerance=1e-6):
    assert type(came) is type(wanted)
    if isinstance(wanted, list | tuple):
        assert len(came) == len(wanted)
        for one, other in zip(came, wanted, strict=True):
            same(one, other, tolerance)
    elif isinstance(wanted, tw.Tensor):
        assert came.dtype == wanted.dtype
        assert came.shape == wanted.shape
        np.testing.assert_allclose(came, wanted, rtol=tolerance, atol=tolerance)
    else:
        assert came == wanted


def test_python_runs_once_for_each_kind_of_arguments(capsys):
    @tw.function
    def f(x):
        print("Python runs")
        return x * 2.0 + 1.0

    kinds = [[1.0, 2.0], [1.0, 2.0, 3.0], np.ones(2), [1, 2], [[1.0]]]
    for turn in range(4):
        for one in kinds:
            same(f(tw.constant(one) + turn), (tw.constant(one) + turn) * 2.0 + 1.0)
    assert capsys.readouterr().out.count("Python runs") == len(kinds)
    assert f.why_not_compiled() == ""


def test_numbers_of_pythons_are_part_of_the_kind():
    f = Counted(lambda x, k: x * k)
    for k in (2.0, 3.0, 2, True, 0.0, -0.0):
        for _ in range(3):
            same(f(X, k), X * k)
    assert f.runs == 6


def test_one_tensor_given_twice_is_two_arguments():
    f = Counted(lambda a, b: a * b + a)
    for b in (X, X, X * 2.0, X):
        same(f(X, b), X * b + X)
    assert f.runs == 1


def test_variables_are_read_and_set_at_each_call():
    v = tw.Variable([1.0, 2.0])

    def step(x):
        v.assign(x)
        v.assign_add(x * v)
        w = v + 0.0
        v.assign_sub(x)
        return v.read_value(), w, v

    f = Counted(step)
    for turn in range(4):
        x = X * (turn + 1.0)
        after, before, itself = f(x)
        same(before, x + x * x)
        same(after, x * x)
        same(itself, x * x)
        np.testing.assert_allclose(v, x * x)
    assert (f.runs, f.why) == (1, "")


def test_variables_change_from_outside():
    v = tw.Variable([1.0, 1.0])
    f = Counted(lambda x: tw.reduce_sum(v * x))
    totals = [float(f(X)), float(f(X))]
    v.assign([3.0, 4.0])
    totals.append(float(f(X)))
    v[0].assign(0.0)
    totals.append(float(f(X)))
    tw.optimizers.SGD(0.5).apply_gradients([(tw.constant([0.0, 2.0]), v)])
    totals.append(float(f(X)))
    assert totals == [3.0, 3.0, 11.0, 8.0, 6.0]
    assert f.runs == 1


def test_two_variables_change_places():
    a, b = tw.Variable(1.0), tw.Variable(2.0)

    def swap():
        before = a + 0.0
        a.assign(b)
        b.assign(before)

    f = Counted(swap)
    for turn in range(5):
        f()
        assert (float(a), float(b)) == ((2.0, 1.0) if turn % 2 == 0 else (1.0, 2.0))
    assert (f.runs, f.why) == (1, "")


def test_a_variable_whose_numbers_python_sees_is_no_constant():
    v = tw.Variable(2.0)
    f = Counted(lambda x: x * float(v))
    f(X)
    v.assign(5.0)
    same(f(X), X * 5.0)
    assert "float() takes a value out to Python" in f.why


def test_a_part_of_a_variable_is_set_each_time():
    v = tw.Variable([0.0, 0.0])

    def f(x):
        v[0].assign(x[1])
        return x

    function = tw.function(f)
    for turn in range(3):
        function(X * turn)
        assert float(v[0]) == 2.0 * turn
    assert "a part of a Variable is set" in function.why_not_compiled()


class Total:
    def __init__(self):
        self.value = None
        self.runs = 0

    @tw.function
    def add(self, x):
        self.runs += 1
        if self.value is None:
            self.value = tw.Variable(tw.zeros_like(x))
        return self.value.assign_add(x)

    def __eq__(self, other):
        return isinstance(other, Total)

    def __hash__(self):
        return 1


def test_methods_of_two_objects_and_a_variable_that_the_first_call_makes():
    one, other = Total(), Total()
    for turn in range(4):
        same(one.add(X), X * (turn + 1.0))
        same(other.add(X * 10.0), X * (10.0 * turn + 10.0))
    assert (one.runs, other.runs) == (2, 2)


def test_a_variable_made_at_each_call_stays_in_python():
    def made(x):
        v = tw.Variable(x)
        v.assign_add(x)
        return v + 0.0

    f = Counted(made)
    for turn in range(6):
        same(f(X * turn), X * (2.0 * turn))
    assert f.runs == 6
    assert "test_function_compiled.py" in f.why
    assert "v = tw.Variable(x)" in f.why


class Pair(NamedTuple):
    a: object
    b: object


def test_nestings_go_in_and_come_out():
    def f(d, p):
        return {"s": d["a"] + p.b, "t": (p.a, [d["b"], None]), "p": Pair(d["a"] * 2.0, 3)}

    function = Counted(f)
    for turn in range(3):
        given = {"a": X, "b": X * 2.0}, Pair(X * 3.0, X + float(turn))
        came, wanted = function(*given), f(*given)
        same(came["s"], wanted["s"])
        same(came["t"], wanted["t"])
        same(came["p"], Pair(wanted["p"].a, tw.constant(3)))
    assert (function.runs, function.why) == (1, "")


def test_texts_and_objects_in_answers_stay_in_python():
    text, made = Counted(lambda x: (x, "text")), Counted(lambda x: {x.shape[0]: object()}[2])
    for _ in range(3):
        assert text(X)[1].numpy() == "text"
    assert made(X) is not made(X)
    assert "has no machine code" in text.why
    assert "an answer that is a object" in made.why
    assert "test_function_compiled.py" in made.why


def test_names_and_defaults():
    f = Counted(lambda x, mode="a", *, scale=1.0: x * scale if mode == "a" else -x)
    for _ in range(3):
        same(f(X), X)
        same(f(X, mode="b"), -X)
        same(f(X, scale=3.0), X * 3.0)
        same(f(x=X * 4.0), X * 4.0)
    assert f.runs == 4


def test_a_signature():
    f = Counted(lambda x: x * 2.0, input_signature=[tw.TensorSpec([None], tw.float32)])
    for given in ([1.0, 2.0], (3.0, 4.0), np.array([5.0, 6.0]), tw.constant([7.0, 8.0])):
        same(f(given), tw.constant(np.asarray(given).astype("f")) * 2.0)
    assert f.runs == 1


def test_functions_in_functions_and_in_tapes():
    inner = Counted(lambda a: a * tw.sin(a))
    outer = Counted(lambda a: tw.reduce_sum(inner(a) + inner(a * 2.0)))
    for turn in range(3):
        x = X * (turn + 1.0)
        np.testing.assert_allclose(
            outer(x), np.sum(x * np.sin(x) + 2.0 * x * np.sin(2.0 * x)), rtol=1e-6
        )
    assert (outer.runs, inner.runs) == (1, 2)
    with tw.GradientTape() as tape:
        tape.watch(X)
        y = inner(X)
    np.testing.assert_allclose(tape.gradient(y, X), np.sin(X) + X * np.cos(X), rtol=1e-6)


def test_tapes_in_functions_to_second_order():
    def f(x):
        with tw.GradientTape() as outer:
            outer.watch(x)
            with tw.GradientTape() as inner:
                inner.watch(x)
                y = tw.reduce_sum(x**4)
            slope = inner.gradient(y, x)
        return slope, outer.gradient(slope, x)

    function = Counted(f)
    for turn in range(3):
        x = X + float(turn)
        slope, bend = function(x)
        np.testing.assert_allclose(slope, 4.0 * x.numpy() ** 3, rtol=1e-6)
        np.testing.assert_allclose(bend, 12.0 * x.numpy() ** 2, rtol=1e-6)
    assert (function.runs, function.why) == (1, "")


def test_an_error_leaves_nobody_recording():
    def f(x):
        with tw.GradientTape():
            return tw.reshape(x, [7])

    function = Counted(f)
    for _ in range(3):
        with pytest.raises(ValueError, match="reshape"):
            function(X)
        assert STATE.recorders == ()
        assert STATE.here.tracer is None
    assert function.runs == 3


@pytest.mark.parametrize("size", [40, 300_000])
def test_threads_call_one_function_at_once(size):
    v = tw.Variable(0.5)
    f = tw.function(lambda x: tw.reduce_sum(tw.sin(x) * x) + v)
    wrong = []

    def work(own):
        for turn in range(6 if size > 1000 else 200):
            x = np.linspace(own, own + 1.0 + turn, size + own % 2)
            if not np.isclose(float(f(tw.constant(x))), np.sum(np.sin(x) * x) + 0.5, rtol=1e-9):
                wrong.append((own, turn))

    workers = [threading.Thread(target=work, args=(own,)) for own in range(4)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert wrong == []


@pytest.mark.parametrize("side", [6, 700])
def test_arrays_lie_as_they_will(side):
    f = Counted(lambda x: x * 2.0 + tw.reduce_sum(x))
    square = np.arange(float(side * side)).reshape(side, side)
    for view in (square, square.T, square[::-1], square[:, ::-1], np.asfortranarray(square)):
        came = f(tw.Tensor(view))
        np.testing.assert_allclose(came, view * 2.0 + square.sum(), rtol=1e-13)
    assert (f.runs, f.why) == (1, "")


@pytest.mark.parametrize("shape", [(), (0, 3), (1,), (3, 0), (17,), (2, 1, 3)])
def test_shapes_with_nothing_in_them_and_without_axes(shape):
    f = Counted(lambda x: (x * 2.0, tw.reduce_sum(x), -x))
    for turn in range(3):
        x = tw.constant(np.full(shape, float(turn)))
        same(f(x), f.plain(x))
        assert isinstance(f(x)[0].array, np.ndarray if shape else np.float64)
    assert (f.runs, f.why) == (1, "")


@pytest.mark.parametrize("value", [np.ones(2, "float16"), np.array([1 + 2j]), np.array(["a"])])
def test_dtypes_without_machine_code_stay_in_python(value):
    f = Counted(lambda x: x if x.dtype.kind == "U" else x * 2)
    for _ in range(3):
        assert f(tw.constant(value)).dtype == tw.constant(value).dtype
    assert f.runs == 3
    assert "has no machine code" in f.why
    assert "test_function_compiled.py" in f.why


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8", "uint32"])
def test_whole_numbers_are_numpys(dtype):
    least, most = np.iinfo(dtype).min, np.iinfo(dtype).max
    a = np.array([most, least, 7, 0, 3, least], dtype)
    b = np.array([most, 1, 0, 0, 2, most if least == 0 else -1], dtype)

    def arithmetic(x, y):
        return [
            x + y, x - y, x * y, x // y, x % y, x > y, x == y, tw.maximum(x, y), tw.abs(x), x / y,
            tw.reduce_sum(x), tw.reduce_max(y), tw.cast(x, "float32"), x**2,
        ]  # fmt: skip

    f = Counted(arithmetic)
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for x, y in ((a, b), (b, a), (a, a[::-1].copy())):
            given = tw.constant(x), tw.constant(y)
            for came, wanted in zip(f(*given), arithmetic(*given), strict=True):
                assert came.dtype == wanted.dtype
                np.testing.assert_array_equal(came, wanted)


def test_truth_values():
    def logic(a, b):
        return [
            a & b, a | b, a ^ b, ~a, a == b, tw.reduce_any(a), tw.reduce_all(b), tw.cast(a, "f"),
            tw.where(a, 1.0, 2.0), tw.logical_and(a, True),
        ]  # fmt: skip

    f = Counted(logic)
    p, q = tw.constant([True, False, True, False]), tw.constant([True, True, False, False])
    for given in ((p, q), (q, p), (p, p)):
        same(f(*given), logic(*given))
    assert (f.runs, f.why) == (1, "")


def test_an_array_changed_afterwards_changes_no_answer():
    given = np.array([1.0, 2.0])
    f = Counted(lambda x: (x * 1.0, x))
    answers = [f(given) for _ in range(3)]
    given[0] = 9.0
    for scaled, itself in answers:
        np.testing.assert_array_equal(scaled, [1.0, 2.0])
        np.testing.assert_array_equal(itself, [1.0, 2.0])
    np.testing.assert_array_equal(f(given)[1], [9.0, 2.0])
    with pytest.raises(ValueError, match="read-only"):
        f(given)[0].numpy()[0] = 5.0


def test_tensors_and_arrays_closed_over_are_constants():
    c, t = np.array([1.0, 2.0]), tw.constant(np.array([3.0, 4.0]))
    f = Counted(lambda x: x * c + t)
    for turn in range(3):
        x = np.array([1.0 + turn, -1.0])
        np.testing.assert_allclose(f(x), x * c + t.numpy())
    assert f.runs == 1


def test_settings_of_an_optimizer_are_no_constants():
    moved, wanted = tw.Variable([1.0, 2.0]), tw.Variable([1.0, 2.0])
    compiled, eager = [tw.optimizers.SGD(0.1, momentum=0.5) for _ in range(2)]

    def step(optimizer, variable):
        with tw.GradientTape() as tape:
            loss = tw.reduce_sum(variable * variable)
        return loss, optimizer.apply_gradients([(tape.gradient(loss, variable), variable)])

    f = Counted(lambda: step(compiled, moved))
    for turn in range(12):
        if turn == 4:
            compiled.learning_rate = eager.learning_rate = 0.02
        if turn == 8:
            compiled.momentum = eager.momentum = 0.1
        (loss, count), (other, _) = f(), step(eager, wanted)
        assert int(count) == compiled.iterations == turn + 1
        np.testing.assert_allclose(loss, other, rtol=1e-6)
        np.testing.assert_allclose(moved, wanted, rtol=1e-6)
    assert (f.runs, f.why) == (2, "")


def test_a_row_that_is_not_there_is_told_as_python_tells_it():
    v = tw.Variable(0.0)

    def f(table, at):
        v.assign_add(1.0)
        return tw.gather(table, at)

    function = tw.function(f)
    for _ in range(3):
        function(X, tw.constant([1, 0]))
    with pytest.raises(IndexError, match="index 5 is out of bounds"):
        function(X, tw.constant([0, 5]))


def test_many_kinds_are_told_once():
    f = tw.function(lambda x, k: x * k)
    with warnings.catch_warnings(record=True) as met:
        warnings.simplefilter("always")
        for k in range(80):
            same(f(X, float(k)), X * float(k))
    assert ["64 kinds of arguments" in str(one.message) for one in met] == [True]
    assert met[0].filename == __file__


def branch(x):
    return x if x > 0 else -x


LINES = {
    "return x if x > 0 else -x": branch,
    "float(x)": lambda x: x * float(x),
    "tw.linalg.expm(x[None, None])": lambda x: tw.linalg.expm(x[None, None]),
    "tw.random.normal([2])": lambda x: x * tw.random.normal([2]),
    "tw.nn.dropout(x[None], 0.5)": lambda x: tw.nn.dropout(x[None], 0.5),
    "np.unwrap(x[None])": lambda x: np.unwrap(x[None]),
    "tw.math.segment_sum(": lambda x: tw.math.segment_sum(x[None], tw.cast(x[None], "int32") * 0),
    "tape.gradient(tw.linalg.det(": lambda x: slope_of_a_determinant(x),
}


def slope_of_a_determinant(x):
    with tw.GradientTape() as tape:
        tape.watch(x)
        return tape.gradient(tw.linalg.det(x * tw.eye(2)), x)


@pytest.mark.parametrize("line", LINES)
def test_what_keeps_a_function_in_python_is_told_with_the_users_line(line):
    f = tw.function(LINES[line])
    for _ in range(3):
        f(tw.constant(1.0))
    why = f.why_not_compiled()
    assert "test_function_compiled.py:" in why
    assert line in why
    assert "thalweg/" not in why


MISSING = """
import sys, warnings
sys.modules["llvmlite"] = None
import thalweg as tw
f, g = tw.function(lambda x: x * 2.0), tw.function(lambda x: x * 3.0)
w = tw.Variable(1.0)
optimizer = tw.optimizers.SGD(0.25)
with warnings.catch_warnings(record=True) as met:
    warnings.simplefilter("always")
    for turn in range(4):
        assert f(tw.constant([1.0, 2.0])).numpy().tolist() == [2.0, 4.0]
        assert g(tw.constant([1.0, 2.0])).numpy().tolist() == [3.0, 6.0]
    optimizer.minimize(lambda: (w - 3.0) ** 2, [w], steps=6000)
assert abs(float(w) - 3.0) < 1e-6
print(len(met), met[0].filename, met[0].message, "|", f.why_not_compiled(), "|", optimizer.why_not_compiled)
"""


def test_without_llvmlite_functions_run_as_python_after_one_warning():
    done = subprocess.run(
        [sys.executable, "-c", MISSING], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 <string> functions run as Python: llvmlite is not installed")
    assert done.stdout.count("pip install llvmlite") == 3


def test_objects_that_are_gone_make_room():
    def called(scale):
        one = Total()
        for turn in range(3):
            same(one.add(X * scale), X * scale * (turn + 1.0))
        return one.runs

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert [called(float(k + 1)) for k in range(80)] == [2] * 80


def test_variables_as_arguments():
    v, w = tw.Variable([1.0, 2.0]), tw.Variable([5.0, 5.0])

    def doubled(one):
        one.assign(one * 2.0)
        return one + 1.0

    f = Counted(doubled)
    for turn in range(3):
        for one, start in ((v, [1.0, 2.0]), (w, [5.0, 5.0])):
            same(f(one), tw.constant(start) * 2.0 ** (turn + 1) + 1.0)
    assert (f.runs, f.why) == (2, "")


def test_a_loop_without_end_is_not_written_down():
    def long(x):
        for _ in range(30_000):
            x = x * 0.5 + 1.0
        return x

    f = Counted(long)
    for _ in range(2):
        np.testing.assert_allclose(f(X), [2.0, 2.0])
    assert f.runs == 2
    assert "operations" in f.why


def test_the_floats_of_python_numbers_are_part_of_the_kind():
    f = Counted(lambda x: tw.cast(x, tw.constant(0.1).dtype) * tw.constant(0.1))
    given = tw.constant([1, 2])
    try:
        for name in ("float32", "float64", "float32"):
            tw.set_floatx(name)
            for _ in range(3):
                same(f(given), f.plain(given))
                assert f(given).dtype == name
    finally:
        tw.set_floatx("float32")
    assert f.runs == 2


@pytest.mark.parametrize("function", [lambda x: x * 2, lambda x: tw.reduce_sum(x), lambda x: x[1:]])
@pytest.mark.parametrize("dtype", [">f8", ">i4"])
def test_bytes_in_the_other_order_stay_in_python(function, dtype):
    f, x = tw.function(function), tw.Tensor(np.arange(5).astype(dtype))
    for _ in range(3):
        came, wanted = f(x), function(x)
        assert came.array.dtype.str == wanted.array.dtype.str
        np.testing.assert_array_equal(came, wanted)
    assert "of the other byte order" in f.why_not_compiled()
    assert "test_function_compiled.py" in f.why_not_compiled()


@pytest.mark.parametrize("dtype", ["float16", "complex64"])
def test_what_keeps_an_argument_in_python_is_a_call_of_the_users(dtype):
    f = tw.function(lambda x: tw.sin(x))
    for _ in range(2):
        f(tw.constant(np.ones(2, dtype)))
    assert f"sin works with {dtype}, which has no machine code" in f.why_not_compiled()
