"""Complex numbers through the whole table: the gradient is right, or it is refused with a reason."""

from __future__ import annotations

import zlib

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.op import TABLE
from thalweg.testing.cases import cases
from thalweg.testing.check_first_order import check_first_order
from thalweg.testing.mismatch import Judge
from thalweg.testing.sweeps import followed, pulled, pushed

WITH_RULES = sorted(name for name, op in TABLE.items() if not op.severs)


def complex_case(case, rng):
    """The same call with an imaginary part added to what has a gradient."""
    inputs = list(case.inputs)
    for place in case.wanted:
        value = np.asarray(inputs[place])
        part = rng.uniform(0.1, 0.4, value.shape) * rng.choice([-1.0, 1.0], value.shape)
        inputs[place] = (value + 1j * part)[()]
    return case.with_inputs(inputs, ", complex")


def answered(case):
    """The answers, or None where NumPy's function is for real numbers alone."""
    try:
        return followed([one.array for one in case.eager(case.inputs)])
    except tw.DTypeError as refusal:
        if case.op.name not in str(refusal):
            raise
        return None


@pytest.mark.parametrize("name", WITH_RULES)
def test_complex_first_order_is_right_or_refused(name):
    """Against differences of the kernel, a complex number counting as its two parts."""
    op = TABLE[name]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    found = [complex_case(case, rng) for case in cases(op, 3) if case.wanted]
    assert found
    refused = 0
    for case in found:
        tensors = case.with_inputs(case.tensors())
        answers = answered(tensors)
        if answers is None:
            refused += 1
            continue
        if not op.real_only:
            with np.errstate(all="ignore"):
                check_first_order(Judge(name), case, rng)
            continue
        with pytest.raises(tw.DTypeError, match=f"^{name} has a rule for real numbers"):
            pulled(case, [np.ones_like(answer) for answer in answers])
        for place in case.wanted:
            with pytest.raises(tw.DTypeError, match=f"^{name} has a rule for real numbers"):
                pushed(case, {place: np.ones_like(case.inputs[place])})
    assert refused in (0, len(found))


def test_a_complex_gradient_through_a_real_rule_names_the_op():
    """What a user sees: the op, and what to take instead."""
    z = tw.Variable(np.array([1.0 + 1.0j, -2.0j]))
    with tw.GradientTape() as tape:
        y = tw.nn.softplus(z)
    with pytest.raises(tw.DTypeError, match=r"softplus .* tw\.math\.real"):
        tape.gradient(y, z)


def test_real_numbers_pass_beside_complex_ones():
    """A row for real numbers, between rows that go from complex to real and back."""
    z = tw.Variable(np.array([1.5 + 0.5j, 0.25 - 2.0j]))
    with tw.GradientTape() as tape:
        y = tw.reduce_sum(tw.nn.relu(tw.math.real(z)) * tw.math.imag(z))
    np.testing.assert_allclose(tape.gradient(y, z).numpy(), [0.5 + 1.5j, -2.0 + 0.25j])
