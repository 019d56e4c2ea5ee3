"""The loop over an array: every length, in place, strides, and wrong words."""

from __future__ import annotations

import numpy as np
import pytest

from native.runnable import RUNNABLE
from thalweg.native.array_loop import array_function
from thalweg.native.machine import machine
from thalweg.native.vector_math import FUNCTIONS


@pytest.mark.parametrize("name", RUNNABLE)
def test_every_length_and_nothing_beside_the_array(name):
    root = array_function("sqrt", 32, name)
    for length in range(70):
        given = np.arange(length, dtype=np.float32)
        room = np.full(length + 32, -1, np.float32)
        root(given, out=room[16 : 16 + length])
        np.testing.assert_array_equal(room[16 : 16 + length], np.sqrt(given))
        assert (room[:16] == -1).all()
        assert (room[16 + length :] == -1).all()


def test_in_place():
    numbers = np.linspace(0, 9, 37)
    expected = np.sqrt(numbers)
    array_function("sqrt", 64)(numbers, out=numbers)
    np.testing.assert_array_equal(numbers, expected)


def test_strides_and_shapes():
    numbers = np.arange(24.0).reshape(4, 6)[:, ::2]
    np.testing.assert_array_equal(array_function("sqrt", 64)(numbers), np.sqrt(numbers))


def test_wrong_words_are_refused():
    with pytest.raises(ValueError, match="takes 2 arrays of one shape"):
        array_function("pow", 64)(np.ones(2))
    with pytest.raises(ValueError, match="takes 2 arrays of one shape"):
        array_function("pow", 64)(np.ones(2), np.ones(3))
    with pytest.raises(KeyError, match="logg"):
        array_function("logg", 64)
    with pytest.raises(ValueError, match="no machine is called 'sse9'"):
        array_function("exp", 64, "sse9")


def test_machines_differ_in_what_they_say():
    assert "host" in RUNNABLE
    assert "baseline" in RUNNABLE
    widths = {name: machine(name).vector_bits for name in RUNNABLE}
    assert widths["baseline"] == 128
    assert set(widths.items()) <= {
        ("host", machine().vector_bits),
        ("avx512", 512),
        ("avx2", 256),
        ("baseline", 128),
    }
    assert not machine("baseline").fused


def test_functions_have_numpy_s_names():
    ours = {"sigmoid", "softplus", "erf", "erfc", "erfcx", "rsqrt"}
    ours |= {"gaussian", "normal_pdf", "normal_cdf", "gelu", "gelu_slope"}
    assert not [name for name in set(FUNCTIONS) - ours if not hasattr(np, name)]
