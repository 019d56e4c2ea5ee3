"""The check of float16 finds a row that widens, one that overflows on the way, and a rule that does."""

from __future__ import annotations

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.op import TABLE, Op
from thalweg.testing.check_op import check_op
from thalweg.testing.mismatch import MismatchError


@pytest.fixture
def planted():
    names = []

    def plant(kernel, rule):
        op = Op(
            "planted_half", "x", kernel, vjp={"x": rule}, elementwise=True, bounded=True,
            domain=((1.0, 3.0),), formula="x·c",
        )  # fmt: skip
        names.append(op.name)
        return op

    yield plant
    for name in names:
        del TABLE[name]


def test_a_right_row_passes(planted):
    check_op(planted(lambda x: x * 2, lambda g: g * 2), checks=("float16",))


@pytest.mark.parametrize(
    ("kernel", "rule", "words"),
    [
        (lambda x: x * np.float32(2), lambda g: g * 2, "expected float16, came float32"),
        (lambda x: (x * 60000) / 60000, lambda g: g, "value against that of float64"),
        (lambda x: x, lambda g: g * 60000 / 60000, "against that of float64"),
    ],
)
def test_a_wrong_one_is_found(planted, kernel, rule, words):
    with pytest.raises(MismatchError, match=words):
        check_op(planted(kernel, rule), checks=("float16",))


def test_every_public_float_stays_half():
    x = tw.constant([0.5, 0.75], tw.float16)
    for f in (
        tw.math.erf,
        tw.math.lgamma,
        tw.nn.gelu,
        tw.nn.softplus,
        tw.math.cumulative_logsumexp,
    ):
        assert f(x).dtype == tw.float16
