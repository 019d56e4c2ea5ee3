"""What a Variable takes: numbers of its kind, in its own dtype, of its own shape; and a part of it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw


def variable(value: Any, dtype: Any = None) -> Any:
    return tw.Variable(value, dtype=dtype, trainable=False, name="v")


@pytest.mark.parametrize("value", [0.1, np.float64(0.1)], ids=repr)
def test_python_numbers_keep_their_digits_in_float64(value: Any) -> None:
    v = variable([1.0, 1.0], "float64")
    assert v.assign([value, 0.7]).numpy().tolist() == [0.1, 0.7]
    assert v.assign_add([value, 0.7]).numpy().tolist() == [0.1 + 0.1, 0.7 + 0.7]
    assert v.assign_sub([value, 0.7]).numpy().tolist() == [0.2 - 0.1, 1.4 - 0.7]
    w = variable(1.0, "float64")
    assert w.assign(value).numpy() == 0.1
    assert w.assign_add(value).numpy() == 0.2
    assert w.assign_sub(0.3).numpy() == 0.2 - 0.3


def test_a_wider_array_is_added_before_it_is_rounded() -> None:
    v = variable(1.0, "float32")
    tiny = 2.0**-24
    assert v.assign_add(np.float64(1 + tiny)).numpy() == np.float32(2 + tiny)
    assert variable([1.0]).assign(np.array([0.1])).numpy() == np.float32(0.1)


NARROWER = [[True, False], [1, 2], np.array([1, 2], np.int8), tw.constant([1, 2])]


@pytest.mark.parametrize("value", NARROWER, ids=repr)
def test_what_the_dtype_holds_is_taken(value: Any) -> None:
    v = variable([0.5, 0.5], "float32").assign(value)
    assert v.dtype == "float32"
    assert np.array_equal(v.numpy(), np.asarray(value))


REFUSED = {
    "complex list in a float": ([1.0], [1j], "imaginary|real"),
    "complex number in a float": (1.0, 1j, "real"),
    "complex array in a float": ([1.0], np.array([1j]), "real"),
    "complex Tensor in a float": ([1.0], tw.constant([1j]), "real"),
    "text in a float": ([1.0], ["1"], "text"),
    "array of texts in a float": ([1.0], np.array(["1"]), "text"),
    "number in a text": (["a"], [1.0], "number"),
    "float list in an int": ([1], [1.5], "round"),
    "whole float in an int": ([1], [1.0], "round"),
    "float number in an int": (1, 0.5, "round"),
    "array of floats in an int": ([1], np.array([1.5]), "round"),
    "Tensor of floats in an int": ([1], tw.constant([1.5]), "round"),
    "int in a truth value": ([True], [1], "compare"),
    "int out of range": ([1], [2**40], "int32 holds"),
    "array of ints out of range": ([1], np.array([2**40]), "int32 holds"),
    "nothing": ([1.0], None, "None"),
    "ragged": ([1.0], [[1.0], [1.0, 2.0]], "ragged"),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.parametrize("way", ["assign", "assign_add", "assign_sub", "part"])
def test_what_it_cannot_hold_is_refused_in_one_line(case: str, way: str) -> None:
    before, value, words = REFUSED[case]
    v = variable(before)
    old = v.numpy()
    call = v[...].assign if way == "part" else getattr(v, way)
    with pytest.raises((TypeError, ValueError), match=words) as caught:
        call(value)
    assert "Cannot assign value to" in str(caught.value)
    assert "'v:0'" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert np.array_equal(v.numpy(), old)


def test_an_unsigned_variable_takes_what_is_in_its_range() -> None:
    v = variable([1, 2], "uint8")
    assert v.assign([255, 0]).numpy().tolist() == [255, 0]
    with pytest.raises(TypeError, match="uint8 holds 0 to 255, and -1 came"):
        v.assign([3, -1])


@pytest.mark.parametrize(
    "delta", [1.0, [1.0], [[1.0, 2.0]], tw.constant(1.0), np.ones((1, 2))], ids=repr
)
def test_nothing_is_broadcast(delta: Any) -> None:
    """TensorFlow: Cannot update variable with shape [2] using a Tensor with shape []."""
    v = variable([1.0, 2.0])
    with pytest.raises(ValueError, match=r"v\.assign\(v \+ delta\)"):
        v.assign_add(delta)
    with pytest.raises(ValueError, match=r"v\.assign\(v - delta\)"):
        v.assign_sub(delta)
    with pytest.raises(ValueError, match="incompatible"):
        v.assign(delta)
    with pytest.raises(ValueError, match="incompatible"):
        variable(1.0).assign_add([1.0])


def test_texts_are_not_cut_off() -> None:
    assert variable(["a"]).assign(["abc"]).numpy().tolist() == ["abc"]


PARTS: dict[str, tuple[Any, Any]] = {
    "number": (0, [5.0, 6.0, 7.0]),
    "one element": ((1, -1), 0.1),
    "stretch": ((slice(None), slice(0, 2)), [[1.0, 2.0], [3.0, 4.0]]),
    "broadcast": ((slice(None), slice(0, 2)), [5.0, 6.0]),
    "one number": (..., 0.1),
    "step": ((..., slice(None, None, 2)), np.array([8.0, 9.0])),
    "mask": (np.array([True, False]), 0.1),
    "rows": ([1, 0], np.arange(6.0).reshape(2, 3)),
}


@pytest.mark.parametrize("case", PARTS)
def test_a_part_is_set(case: str) -> None:
    index, value = PARTS[case]
    start = np.arange(6.0).reshape(2, 3) / 7
    v = variable(start)
    other = v + 0.0
    wanted = start.copy()
    wanted[index] = value
    assert v[index].assign(value) is v
    assert np.array_equal(v.numpy(), wanted)
    assert np.array_equal(other.numpy(), start)
    assert np.array_equal(start, np.arange(6.0).reshape(2, 3) / 7)


def test_a_part_of_a_variable_without_axes() -> None:
    assert variable(1.0)[...].assign(2.5).numpy() == 2.5


def test_a_part_set_inside_a_tape_counts_from_there_on() -> None:
    """As TensorFlow has it: [10., 4.]."""
    v = tw.Variable([1.0, 2.0])
    with tw.GradientTape() as tape:
        v[0].assign(5.0)
        y = v * v
    assert tape.gradient(y, v).numpy().tolist() == [10.0, 4.0]


def test_what_came_before_keeps_the_old_part() -> None:
    v = tw.Variable([1.0, 2.0])
    with tw.GradientTape() as tape:
        y = v * v
        v[0].assign(5.0)
    assert tape.gradient(y, v).numpy().tolist() == [2.0, 4.0]


def test_explain_tells_of_a_part() -> None:
    x = tw.Variable(3.0)
    v = tw.Variable([1.0, 2.0], trainable=False, name="v")
    with tw.GradientTape() as tape:
        v[0].assign(x * x)
        y = tw.reduce_sum(v)
    assert tape.gradient(y, x) is None
    assert "assign" in str(tape.explain(y, x))


def test_a_part_of_a_wrong_shape_is_refused() -> None:
    v = variable([[1.0, 2.0]])
    with pytest.raises(
        ValueError, match=r"part has shape \(2,\), and the assigned value shape \(3,\)"
    ):
        v[0].assign([1.0, 2.0, 3.0])


def test_no_other_tensor_is_assigned_to() -> None:
    for tensor in (tw.constant([1.0]), tw.constant([1.0])[0], variable([1.0])[0] + 0.0):
        assert not hasattr(tensor, "assign")
        with pytest.raises(AttributeError, match=r"v\[index\]\.assign\(value\)"):
            _ = tensor.assign
    for way, sign in (("assign_add", r"\+"), ("assign_sub", "-")):
        with pytest.raises(AttributeError, match=rf"v\[index\]\.assign\(v\[index\] {sign} delta\)"):
            getattr(variable([1.0])[0], way)


def test_a_variable_of_floats_is_not_made_of_what_it_cannot_hold() -> None:
    for value in (tw.constant([1j]), tw.constant(["1"])):
        with pytest.raises(TypeError, match=r"imaginary|texts"):
            tw.Variable(value, dtype="float32")
        with pytest.raises(TypeError, match=r"imaginary|texts"):
            tw.constant(value, dtype="float32")
