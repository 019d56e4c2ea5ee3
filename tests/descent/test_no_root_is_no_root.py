"""find_root says root only where there is one: short steps, wide brackets and odd brackets."""

from __future__ import annotations

from typing import Any

import pytest

import thalweg as tw
from thalweg.errors import DescentError


@pytest.mark.parametrize(
    "f",
    [
        lambda x: tw.sqrt(x) + 1.0,
        lambda x: 5.0 + tw.sqrt(tw.abs(x)),
        lambda x: tw.abs(x) ** 0.1 + 0.5,
    ],
    ids=["sqrt + 1", "5 + sqrt|x|", "|x|**0.1 + 0.5"],
)
def test_a_slope_without_end_makes_no_root(f: Any) -> None:
    found = tw.find_root(f, 1.0)
    assert not found.success, found.message
    assert abs(found.fun) >= 0.5


@pytest.mark.parametrize(
    ("f", "root"),
    [
        (lambda x: tw.sqrt(x), 0.0),
        (lambda x: tw.sqrt(x) - 1e-3, 1e-6),
        (lambda x: tw.sign(x) * tw.abs(x) ** (1 / 3), 0.0),
        (lambda x: (1e8 + x) - 1e8 - 1.0, 1.0),
    ],
    ids=["sqrt", "sqrt - 0.001", "cube root", "cancelling"],
)
def test_a_root_beside_a_slope_without_end_or_in_rounding_is_one(f: Any, root: float) -> None:
    found = tw.find_root(f, 1.0)
    assert found.success, found.message
    assert found.x == pytest.approx(root, abs=2e-8)


@pytest.mark.parametrize(
    ("bracket", "words"),
    [
        ((1.0,), "pair"),
        ((0.0, 1.0, 2.0), "pair"),
        (3.0, "pair"),
        ("ab", "number"),
        ((0.0, None), "number"),
        ((-1e308, 1e308), "wider"),
        ((0.0, float("inf")), "wider"),
        ((float("nan"), 1.0), "wider"),
    ],
)
def test_brackets_that_are_no_pair_of_numbers_are_refused(bracket: Any, words: str) -> None:
    with pytest.raises(DescentError, match=words):
        tw.find_root(lambda x: x - 1e300, bracket=bracket)


def test_a_large_remainder_is_told_as_a_number() -> None:
    found = tw.find_root(lambda x: 1e200 * (x * x + 1.0), 1.0)
    assert not found.success
    assert "inf" not in found.message
