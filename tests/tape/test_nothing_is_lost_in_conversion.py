"""Imaginary parts and texts are not dropped on the way into a Tensor, a cotangent or a tangent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw

COMPLEX: list[Any] = [1j, [1j, 2.0], np.array([1j, 2.0]), np.complex64(1j)]
TEXTS: list[Any] = ["1", ["1", "2"], np.array(["1", "2"]), np.str_("1")]


@pytest.mark.parametrize("value", COMPLEX, ids=repr)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_a_complex_value_is_no_real_tensor(value: Any, dtype: str) -> None:
    for make in (tw.constant, tw.convert_to_tensor):
        with pytest.raises(TypeError, match="imaginary"):
            make(value, dtype=dtype)
    with pytest.raises(TypeError, match="imaginary"):
        tw.Variable(value, dtype=dtype)


@pytest.mark.parametrize("value", TEXTS, ids=repr)
def test_a_text_is_no_number(value: Any) -> None:
    for make in (tw.constant, tw.convert_to_tensor):
        with pytest.raises(TypeError, match="text"):
            make(value, dtype="float32")


def test_dates_are_no_tensors() -> None:
    with pytest.raises(TypeError, match="datetime64"):
        tw.constant(np.datetime64("2020-01-01"))


@pytest.mark.parametrize("seed", [1j, [1j], np.array([1j]), tw.constant([1j])], ids=repr)
def test_a_complex_cotangent_of_a_real_target_is_refused(seed: Any) -> None:
    x = tw.constant([2.0])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    with pytest.raises(TypeError, match="complex"):
        tape.gradient(y, x, output_gradients=seed)
    with pytest.raises(TypeError, match="complex"):
        tw.vjp(lambda a: a * a, x)[1](seed)


@pytest.mark.parametrize("tangent", [[1j], np.array([1j]), tw.constant([1j])], ids=repr)
def test_a_complex_tangent_of_a_real_primal_is_refused(tangent: Any) -> None:
    x = tw.constant([2.0])
    with pytest.raises(TypeError, match="imaginary"):
        tw.autodiff.ForwardAccumulator(x, tangent)
    with pytest.raises(TypeError, match="imaginary"):
        tw.jvp(lambda a: a * a, [x], [tangent])


def test_complex_targets_still_take_them() -> None:
    x = tw.constant([1.0 + 1.0j])
    with tw.GradientTape() as tape:
        tape.watch(x)
        y = 2.0 * x
    assert tape.gradient(y, x, output_gradients=[1j]).numpy() == [2j]


@pytest.mark.parametrize("dtype", [None, "int32", "complex64", "text", 3, object])
def test_set_floatx_takes_floats_alone(dtype: Any) -> None:
    before = tw.floatx()
    with pytest.raises(TypeError, match="set_floatx"):
        tw.set_floatx(dtype)
    assert tw.floatx() == before
