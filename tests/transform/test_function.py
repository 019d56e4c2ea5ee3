"""`function`: what Python does, with names kept, methods bound and signatures held."""

from __future__ import annotations

import copy
import inspect

import numpy as np
import pytest

import thalweg as tw
from thalweg.errors import DTypeError

VECTOR = tw.TensorSpec([None], tw.float32)


@tw.function(input_signature=[VECTOR])
def double(x):
    """Twice."""
    return 2.0 * x


class Counter(tw.Module):
    def __init__(self):
        super().__init__()
        self.count = tw.Variable(0.0)

    @tw.function
    def add(self, x):
        """Count up."""
        return self.count.assign_add(x)

    @tw.function(input_signature=[tw.TensorSpec([], tw.float32)])
    def held(self, x):
        return x + self.count


def test_bare_with_arguments_and_as_a_call():
    @tw.function
    def bare(x):
        return x + 1

    @tw.function()
    def empty(x):
        return x + 1

    given = tw.function(lambda x: x + 1, jit_compile=True, autograph=False, reduce_retracing=True)
    assert [int(f(1)) for f in (bare, empty, given)] == [2, 2, 2]


def test_metadata_is_kept():
    assert double.__name__ == "double"
    assert double.__doc__ == "Twice."
    assert double.__wrapped__ is double.python_function
    assert list(inspect.signature(double).parameters) == ["x"]
    assert double.input_signature == (VECTOR,)
    assert tw.function(abs).input_signature is None
    assert "double" in repr(double)


def test_methods_are_bound():
    one, other = Counter(), Counter()
    assert float(one.add(2.0)) == 2.0
    assert float(one.add(x=3.0)) == 5.0
    assert float(other.count) == 0.0
    assert float(one.held(1.0)) == 6.0
    assert one.add.__doc__ == "Count up."
    assert float(Counter.add(other, 1.0)) == 1.0
    assert one.held.input_signature == (tw.TensorSpec([], tw.float32),)


SCALAR = tw.TensorSpec([], tw.float32)


class Named:
    """Methods whose first parameter is not called self, and functions that are no methods."""

    factor = 3.0

    @tw.function(input_signature=[SCALAR])
    def times(this, x):
        return this.factor * x

    @tw.function(input_signature=[SCALAR])
    def given(this, x=2.0):
        return this.factor * x

    @tw.function(input_signature=[SCALAR])
    def lacks(this, x, y):
        return x + y

    @tw.function(input_signature=[SCALAR, SCALAR])
    def exceeds(this, x):
        return x

    @staticmethod
    @tw.function(input_signature=[SCALAR])
    def double(x):
        return 2.0 * x

    @classmethod
    @tw.function(input_signature=[SCALAR])
    def of_class(cls, x):
        return cls.factor * x


def test_a_method_s_first_parameter_has_any_name():
    one = Named()
    for _ in range(3):
        assert float(one.times(2)) == float(one.given()) == float(one.of_class(2)) == 6.0
        assert float(one.double(2)) == float(Named.double(2)) == 4.0
    assert Named.times.why_not_compiled() == ""
    with pytest.raises(DTypeError, match="argument x is float32 of shape"):
        one.times([1.0, 2.0])
    with pytest.raises(DTypeError, match="missing type constraint for y, of lacks"):
        one.lacks(1.0, 2.0)
    with pytest.raises(DTypeError, match="1 extra type constraints"):
        one.exceeds(1.0)


def test_a_function_in_two_places_is_no_method():
    class Holder:
        held = double

    assert float(tw.reduce_sum(Holder.held([1.0]))) == 2.0
    assert float(tw.reduce_sum(double([1.0]))) == 2.0


def test_python_runs_each_time():
    met = []

    @tw.function
    def f(x):
        met.append(float(x))
        while x < 10.0:
            x = x * 2.0
        return x if x > 15.0 else -x

    assert [float(f(tw.constant(x))) for x in (1.0, 3.0, 1.0)] == [16.0, -12.0, 16.0]
    assert met == [1.0, 3.0, 1.0]


def test_arrays_arrive_and_numbers_leave_as_tensors():
    seen = []

    @tw.function
    def f(*args, **named):
        seen.extend([*args, *named.values()])
        return 1, None, [2.5, {"a": np.ones(2)}], tw.Variable(3.0), "text"

    number, nothing, (half, inner), variable, text = f(
        np.ones(2), 3, [np.zeros(1), "a"], k=np.int64(1)
    )
    assert isinstance(seen[0], tw.Tensor)
    assert seen[1] == 3
    assert isinstance(seen[2][0], tw.Tensor)
    assert (number.dtype, half.dtype, inner["a"].dtype) == (tw.int32, tw.float32, tw.float64)
    assert nothing is None
    assert isinstance(variable, tw.Tensor)
    assert not isinstance(variable, tw.Variable)
    assert isinstance(text, tw.Tensor)


def test_an_answer_of_tensors_is_the_same_object():
    answer = [tw.constant(1.0), (tw.constant(2.0),)]
    assert tw.function(lambda: answer)() is answer


def test_gradients_go_through_to_any_order():
    @tw.function
    def f(x):
        return tw.sin(x) * x

    x = np.float64(0.7)
    np.testing.assert_allclose(tw.grad(f)(x), np.cos(x) * x + np.sin(x), rtol=1e-15)
    np.testing.assert_allclose(tw.grad(tw.grad(f))(x), 2 * np.cos(x) - x * np.sin(x), rtol=1e-14)
    np.testing.assert_allclose(tw.jvp(f, (x,), (1.0,))[1], np.cos(x) * x + np.sin(x), rtol=1e-15)


@pytest.mark.parametrize(
    "value", [[1.0, 2.0], (1, 2), np.array([1.0, 2.0]), tw.constant([1.0, 2.0]), [1.0, tw.constant(2.0)]]
)  # fmt: skip
def test_what_fits_a_signature(value):
    answer = double(value)
    assert answer.dtype == tw.float32
    np.testing.assert_array_equal(answer, [2.0, 4.0])
    np.testing.assert_array_equal(double(x=value), [2.0, 4.0])


def test_a_variable_fits_and_learns():
    v = tw.Variable([1.0, 2.0])
    with tw.GradientTape() as tape:
        y = double(v)
    np.testing.assert_array_equal(tape.gradient(y, v), [2.0, 2.0])


@pytest.mark.parametrize(
    ("args", "named", "words"),
    [
        ((tw.constant([1, 2]),), {}, r"argument x is int32 of shape \(2,\), but input_signature wants"),
        ((tw.constant([[1.0]]),), {}, r"float32 of shape \(1, 1\)"),
        ((tw.constant([1.0], tw.float64),), {}, "float64"),
        ((3.0,), {}, r"shape \(\)"),
        ((None,), {}, "is None"),
        ((["a"],), {}, "argument x"),
        ((), {}, "missing a required argument: 'x'"),
        (([1.0], [2.0]), {}, "too many positional arguments"),
        (([1.0],), {"y": 1}, "unexpected keyword argument 'y'"),
    ],
)  # fmt: skip
def test_what_does_not_fit_a_signature(args, named, words):
    with pytest.raises(DTypeError, match=words):
        double(*args, **named)


def test_floats_are_not_cut_to_whole_numbers():
    f = tw.function(lambda n: n, input_signature=[tw.TensorSpec(None, tw.int32)])
    assert f(np.int64(3)).dtype == tw.int32
    with pytest.raises(DTypeError, match="is float64"):
        f(np.array([1.5]))


def test_nested_and_further_arguments():
    spec = {"a": tw.TensorSpec([]), "b": (tw.TensorSpec([2]), tw.TensorSpec([], tw.int32))}

    @tw.function(input_signature=[spec, tw.TensorSpec([])])
    def f(d, *rest):
        return d["a"] + rest[0], d["b"][1]

    total, count = f({"a": 1.0, "b": ([1.0, 2.0], 3)}, 4.0)
    assert (float(total), int(count)) == (5.0, 3)
    with pytest.raises(DTypeError, match="argument d is not nested as"):
        f({"a": 1.0}, 4.0)
    with pytest.raises(DTypeError, match=r"given 2 further arguments, .* has 1"):
        f({"a": 1.0, "b": ([1.0, 2.0], 3)}, 4.0, 5.0)


def test_defaults_stay_where_the_signature_is_silent():
    @tw.function(input_signature=[VECTOR])
    def f(x, times=3, note="a"):
        return x * float(times)

    np.testing.assert_array_equal(f([1.0]), [3.0])
    np.testing.assert_array_equal(f([1.0], 3, note="a"), [3.0])
    with pytest.raises(DTypeError, match="says nothing of times, so it keeps its default 3"):
        f([1.0], 4)
    g = tw.function(lambda x=2.0: x, input_signature=[tw.TensorSpec([], tw.float64)])
    assert g().dtype == tw.float64


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: tw.function(3), "3 is not a callable object"),
        (lambda: tw.function(lambda x: x, input_signature=VECTOR), "either a tuple or a list"),
        (lambda: tw.function(lambda x: x, input_signature=[3]), r"invalid args \[3\]"),
        (lambda: tw.function(lambda x, y: x, input_signature=[VECTOR]), "constraint for y"),
        (lambda: tw.function(lambda: 1, input_signature=[VECTOR]), "1 extra type constraints"),
    ],
)
def test_refusals(make, words):
    with pytest.raises(TypeError, match=words):
        make()


def test_an_object_with_functions_can_be_copied():
    one = Counter()
    one.add(1.0)
    other = copy.deepcopy(one)
    other.add(2.0)
    assert (float(one.count), float(other.count)) == (1.0, 3.0)
