"""Compiled programs of the catalogue's names answer as they do in Python, for values that no trace has seen."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import thalweg as tw
from graph.other_values import of_order, others, same
from peers import sweep
from transform.test_nothing_is_baked import of_program, with_arrays_as_sources

pytestmark = pytest.mark.filterwarnings("ignore")  # NaN and infinities are given on purpose
NAMES = sorted(sweep.PATTERNS)


def check(program, order, narrow):
    """Call a program's function with several sets of values, compiled and as Python."""
    program = with_arrays_as_sources(program.in_float32() if narrow else program)
    arrays = [program.array(one) for one in program.sources]
    plain = of_order(of_program(program), order)
    try:
        wanted = plain(*map(tw.constant, arrays))
    except Exception:  # noqa: BLE001 # refused for the first values: there is nothing to trace
        return
    compiled = tw.function(plain)
    sets = [arrays, arrays]
    sets += [values for _, values in others(arrays, np.random.default_rng(program.seed))]
    for values in sets:
        given = [tw.constant(one) for one in values]
        with np.errstate(all="ignore"):
            wanted = outcome(plain, given)
            came = outcome(compiled, given)
        assert len(came) == len(wanted), f"{values}\n{program}"
        for one, other in zip(came, wanted, strict=True):
            told = f"order {order}, {values}\n{one}\n{other}\n{program}"
            assert same(one, other, tolerance_of(program, narrow)), told


def tolerance_of(program, narrow):
    """Errors of systems grow with the condition of matrices that nobody chose to be good."""
    if "linalg." in str(program):
        return 3e-2 if narrow else 1e-5
    return 2e-4 if narrow else 1e-8


def outcome(function, given):
    """The answers, or the kind of error in place of them."""
    try:
        return [one.array for one in function(*given)]
    except Exception as error:  # noqa: BLE001 # whatever Python refuses must be refused
        return [np.array(0.0)] * (1000 + len(type(error).__name__))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.integers(0, 10**6), st.integers(0, 2))
def test_programs_of_several_calls(turn, order):
    check(sweep.composed(turn, 41, tw), order, narrow=False)


@settings(max_examples=25, deadline=None, derandomize=True)
@given(st.sampled_from(NAMES), st.integers(0, 10**6), st.integers(0, 1), st.booleans())
def test_calls_of_a_name(name, seed, order, narrow):
    (program,) = sweep.single(name, 1, seed, tw)
    check(program, order, narrow)


@pytest.mark.sweep
@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("name", NAMES)
def test_many_calls_of_a_name(name, order):
    for program in sweep.single(name, 8, 42, tw):
        check(program, order, narrow=False)


@pytest.mark.sweep
@pytest.mark.parametrize("order", [0, 1, 2])
@pytest.mark.parametrize("turn", range(20))
def test_many_programs_of_several_calls(turn, order):
    for place in range(10):
        check(sweep.composed(10 * turn + place, 43, tw), order, narrow=False)
