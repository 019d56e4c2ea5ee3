"""The one test for all ops: each row is what it states, by oracles that know no rule."""

from __future__ import annotations

import pytest

import thalweg  # noqa: F401 # reading it fills the table
from thalweg.core.op import TABLE
from thalweg.testing.check_op import CHECKS, check_op

CELLS = [(name, check) for name in sorted(TABLE) for check in CHECKS]


@pytest.mark.parametrize(
    ("name", "check"), CELLS, ids=[f"{name}-{check.replace(' ', '_')}" for name, check in CELLS]
)
def test_row(name, check):
    check_op(name, checks=(check,))
