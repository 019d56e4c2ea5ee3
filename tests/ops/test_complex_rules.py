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
        y = tw.sign(z)
    with pytest.raises(tw.DTypeError, match=r"sign .* tw\.math\.real"):
        tape.gradient(y, z)


FOR_REAL_NUMBERS = sorted(name for name, op in TABLE.items() if op.real_values)


@pytest.mark.parametrize("name", FOR_REAL_NUMBERS)
def test_complex_values_are_refused_by_name(name):
    """Every one of the inputs that can be a float, alone."""
    for case in cases(TABLE[name], 3)[:3]:
        places = [at for at, one in enumerate(case.inputs) if np.asarray(one).dtype.kind == "f"]
        assert places
        for at in places:
            inputs = list(case.inputs)
            inputs[at] = inputs[at] + 1j
            with pytest.raises(tw.DTypeError, match=f"^{name} .*for real numbers"):
                case.with_inputs(inputs).eager(inputs)


PUBLIC = {
    "relu": tw.nn.relu, "relu6": tw.nn.relu6, "elu": tw.nn.elu, "selu": tw.nn.selu,
    "leaky_relu": tw.nn.leaky_relu, "crelu": tw.nn.crelu, "gelu": tw.nn.gelu, "silu": tw.nn.silu,
    "softplus": tw.nn.softplus, "softsign": tw.nn.softsign, "log_sigmoid": tw.math.log_sigmoid,
    "floor": tw.floor, "ceil": tw.math.ceil, "floordiv": lambda z: z // 2.0, "floormod": lambda z: z % 2.0,
    "maximum": lambda z: tw.maximum(z, 1.0), "minimum with a number": lambda z: tw.minimum(tw.math.real(z), 1j),
    "less": lambda z: z < 1.0, "greater_equal": lambda z: z >= z, "clip": lambda z: tw.clip_by_value(z, -1.0, 1.0),
    "reduce_max": tw.reduce_max, "reduce_min": tw.reduce_min, "argmax": tw.argmax, "argmin": tw.argmin,
    "argsort": tw.argsort, "sort": tw.sort, "top_k": tw.math.top_k, "searchsorted": lambda z: tw.searchsorted(z, z),
    "segment_max": lambda z: tw.math.segment_max(z, [0, 0]), "lgamma": tw.math.lgamma,
    "erfc": tw.math.erfc, "erfinv": tw.math.erfinv, "digamma": tw.math.digamma, "lbeta": tw.math.lbeta,
    "polygamma": lambda z: tw.math.polygamma(1.0, z), "atan2": lambda z: tw.atan2(z, z),
    "cumulative_logsumexp": tw.math.cumulative_logsumexp, "huber": lambda z: tw.losses.huber(z, z),
    "np.maximum": lambda z: np.maximum(z, 0.0), "np.max": np.max, "np.clip": lambda z: np.clip(z, 0.0, 1.0),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLIC)
def test_what_needs_an_order_is_refused(name):
    with pytest.raises(tw.DTypeError, match=r"real|cannot take complex"):
        PUBLIC[name](tw.constant([1.0 + 1.0j, -2.0j]))


def test_real_numbers_pass_beside_complex_ones():
    """A row for real numbers, between rows that go from complex to real and back."""
    z = tw.Variable(np.array([1.5 + 0.5j, 0.25 - 2.0j]))
    with tw.GradientTape() as tape:
        y = tw.reduce_sum(tw.nn.relu(tw.math.real(z)) * tw.math.imag(z))
    np.testing.assert_allclose(tape.gradient(y, z).numpy(), [0.5 + 1.5j, -2.0 + 0.25j])
