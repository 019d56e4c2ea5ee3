"""Counts, depths, seeds and the parameters of distributions are read, or refused in plain words."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import thalweg as tw

REFUSED: dict[str, tuple[Any, type[Exception], str]] = {
    "float indices": (lambda: tw.one_hot([1.5], 3), TypeError, "whole numbers as indices"),
    "text indices": (lambda: tw.one_hot("a", 3), TypeError, "whole numbers as indices"),
    "depth below zero": (lambda: tw.one_hot([1], -1), ValueError, "depth is -1"),
    "depth no whole number": (lambda: tw.one_hot([1], 2.5), TypeError, "depth is 2.5"),
    "depth a text": (lambda: tw.one_hot([1], "3"), TypeError, "depth is '3'"),
    "on_value a text": (lambda: tw.one_hot([1], 3, "1"), TypeError, "on_value"),
    "several off_values": (lambda: tw.one_hot([1], 3, 1.0, [0.0, 1.0]), TypeError, "off_value"),
    "seed a text": (lambda: tw.random.normal([2], seed="1"), TypeError, "seed"),
    "seed no whole number": (lambda: tw.random.uniform([2], seed=1.5), TypeError, "seed"),
    "set_seed": (lambda: tw.random.set_seed("1"), TypeError, "seed"),
    "stateless seed": (lambda: tw.random.stateless_normal([2], [1.5, 2]), TypeError, "seed"),
    "mean None": (lambda: tw.random.normal([2], mean=None), TypeError, "None"),
    "stddev a text": (lambda: tw.random.normal([2], stddev="1"), TypeError, "'1'"),
    "minval None": (lambda: tw.random.uniform([2], minval=None), TypeError, "None"),
    "alpha None": (lambda: tw.random.gamma([2], None), TypeError, "None"),
    "alpha below zero": (lambda: tw.random.gamma([2], -1.0), ValueError, "alpha is -1"),
    "beta zero": (lambda: tw.random.gamma([2], 1.0, 0.0), ValueError, "beta is 0"),
    "lam NaN": (lambda: tw.random.poisson([2], np.nan), ValueError, "lam is nan"),
    "a vector of logits": (lambda: tw.random.categorical([1.0, 2.0], 2), ValueError, "batch"),
    "samples no whole number": (
        lambda: tw.random.categorical([[1.0, 2.0]], 1.5),
        TypeError,
        "num_samples",
    ),
    "samples below zero": (
        lambda: tw.random.categorical([[1.0, 2.0]], -1),
        ValueError,
        "num_samples",
    ),
    "a scalar shuffled": (lambda: tw.random.shuffle(1.0), ValueError, "axis"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    call, kind, words = REFUSED[case]
    with pytest.raises(kind, match=words):
        call()


@pytest.mark.parametrize("depth", [3, np.int64(3), np.array(3), tw.constant(3)], ids=repr)
def test_depths_of_every_kind_are_taken(depth: Any) -> None:
    assert tw.one_hot([1], depth).numpy().tolist() == [[0.0, 1.0, 0.0]]


def test_parameters_as_lists_and_whole_numbers_are_taken() -> None:
    assert tw.random.normal([3], mean=[1, 2, 3], stddev=0).numpy().tolist() == [1.0, 2.0, 3.0]
    assert tw.random.gamma([], [0.5, 2.0], 3).shape == [2]
    same = [tw.random.stateless_uniform([2], tw.constant([1, 2])).numpy() for _ in range(2)]
    assert np.array_equal(*same)
